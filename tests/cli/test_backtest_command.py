"""``hourtrail backtest mapping`` on real commits."""

import gzip
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
KEYS = {
    "n", "classes", "level", "unseen_share", "top1", "top3", "top1_at_switch", "mrr", "log_loss", "ece", "none_precision",
    "none_recall", "coverage_at_target", "precision_at_target", "target_precision", "seconds", "events_per_second",
    "peak_rss_mb", "model", "overlap", "interval", "baselines",
}  # fmt: skip
BASELINES = {"last_label", "last_label_of_container", "majority", "knn_own_history", "text_model_frozen"}


def test_exactly_the_keys_of_the_contract(run, tmp_path):
    path = tmp_path / "hadoop.jsonl"
    with gzip.open(DATA / "hadoop-commits" / "activities.jsonl.gz", "rt", encoding="utf-8") as stream:
        path.write_text("".join(line for _, line in zip(range(300), stream, strict=False)), encoding="utf-8")
    options = ("--level", "project", "--rules-only", "--pretrained-only")
    told = run("backtest", "mapping", path, *options, "--json")
    assert set(told.json) == KEYS
    assert set(told.json["baselines"]) == BASELINES
    assert all(set(row) == {"top1", "top3"} for row in told.json["baselines"].values() if row is not None)
    assert list(told.json["interval"]) == ["top1"]
    assert (told.json["n"], told.json["level"], told.json["overlap"]) == (150, "project", False)
    assert "NaN" not in told.out
    assert told.err == ""
    text = run("backtest", "mapping", path, *options).out
    assert "150 rows measured at project level" in text
    for name in BASELINES:
        assert name in text
    split = run("backtest", "mapping", path, *options, "--split", "2009-08-01", "--delay", "0", "--json").json
    assert 0 < split["n"] < 300


def test_nothing_to_measure_is_exit_code_2(run, tmp_path):
    path = tmp_path / "none.jsonl"
    path.write_text(
        '{"source":"t","external_id":"1","kind":"commit","person":"a","start":"2026-01-01T00:00:00Z"}\n',
        encoding="utf-8",
    )
    assert "no row with a label" in run("backtest", "mapping", path, "--rules-only", code=2).err
    path.write_bytes(b"")
    run("backtest", "mapping", path, "--rules-only", code=2)
