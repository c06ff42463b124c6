"""Backtests: in time order, honest about what was not known yet, beside baselines that a hand can check."""

import gzip
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.flows.firm import RULES

from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.flows.backtest import MappingOptions, backtest_mapping
from hourtrail.flows.backtest.benchmark import row_digest

DATA = Path(__file__).parents[1] / "data"
WORDS = {"A": "alpha ledger", "B": "bravo rollout", "C": "charlie summit"}


def write(path, labels, *, step=timedelta(days=1), people=("ada",), tasks=False, shuffle=False):
    begin = datetime(2026, 1, 5, 9)
    lines = []
    for number, label in enumerate(labels):
        project, _, task = label.partition("-")
        answer = {"client": "c", "project": project} | ({"task": task or project} if tasks else {})
        lines.append({
            "source": "t", "external_id": str(number), "kind": "commit", "person": people[number % len(people)],
            "start": (begin + number * step).isoformat() + "Z", "title": WORDS.get(label, f"work {label}"), "label": answer,
        })  # fmt: skip
    if shuffle:
        lines.reverse()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def measure(path, *, models=RULES, tasks=None, **options):
    options = {"pretrained_only": True, "level": "project", **options}
    return backtest_mapping(path, MappingOptions(**options), models=models, today=date(2026, 6, 1), tasks=tasks).answer


def test_the_baselines_of_ten_rows_by_hand(tmp_path):
    found = measure(write(tmp_path / "ten.jsonl", "AABABBACAA"), delay_days=0)
    assert (found["n"], found["classes"], found["unseen_share"]) == (5, 3, 0.2)
    # Measured: B A C A A. Copying says B B A C A; the three last distinct hold all but the first C.
    assert found["baselines"]["last_label"] == {"top1": 0.4, "top3": 0.8}
    # The majority is A throughout (a tie goes to the first seen); C is not known when it is asked.
    assert found["baselines"]["majority"] == {"top1": 0.6, "top3": 0.8}
    # Frozen at the split: it knows A and B for ever.
    assert found["baselines"]["text_model_frozen"] == {"top1": 0.8, "top3": 0.8}
    assert found["baselines"]["last_label_of_container"] is None
    assert found["top1"] <= 0.8


def test_a_longer_delay_is_counted_from_the_work_and_hides_more(tmp_path):
    path = write(tmp_path / "ten.jsonl", "AABABBACAA")
    # Two days: copying says A B B A C.
    assert measure(path, delay_days=2)["baselines"]["last_label"]["top1"] == 0.2
    runs = write(tmp_path / "runs.jsonl", [f"P{number // 10}" for number in range(60)])
    found = {delay: measure(runs, delay_days=delay) for delay in (0, 1, 7)}
    copied = {delay: answer["baselines"]["last_label"]["top1"] for delay, answer in found.items()}
    assert copied == {0: 0.9, 1: 0.9, 7: 0.3}
    assert found[0]["unseen_share"] == found[1]["unseen_share"] == pytest.approx(0.1)
    assert found[7]["unseen_share"] == pytest.approx(0.7)
    assert found[0]["top1"] >= found[7]["top1"]


def test_a_label_never_revealed_is_never_right_unless_it_is_on_the_task_list(tmp_path):
    path = write(tmp_path / "new.jsonl", ["A", "B", *(f"N{n}" for n in range(10))])
    found = measure(path, delay_days=0, split="0.2")
    assert (found["unseen_share"], found["top1"], found["top3"], found["mrr"]) == (1.0, 0.0, 0.0, 0.0)
    tasks = tmp_path / "tasks.csv"
    tasks.write_text("client,project,name\n" + "".join(f"c,N{n},work N{n}\n" for n in range(10)), encoding="utf-8")
    assert measure(path, delay_days=0, split="0.2", tasks=tasks)["top1"] > 0.5


def test_the_order_in_the_file_does_not_matter(tmp_path):
    one = measure(write(tmp_path / "a.jsonl", "AABABBACAA" * 3, people=("ada", "ben")))
    other = measure(write(tmp_path / "b.jsonl", "AABABBACAA" * 3, people=("ada", "ben"), shuffle=True))
    timing = {"seconds", "events_per_second", "peak_rss_mb"}
    assert {k: v for k, v in one.items() if k not in timing} == {k: v for k, v in other.items() if k not in timing}


def test_the_future_changes_nothing_that_was_said_before(tmp_path):
    """Leakage guard: the first half of the measured rows scores the same whether or not the rest exists."""
    labels = list("AABABBACAABBAACABBAA")
    cut = measure(write(tmp_path / "cut.jsonl", labels), split="2026-01-15", delay_days=1)
    whole = write(tmp_path / "whole.jsonl", labels + list("CCCC"))
    rows = [json.loads(line) for line in whole.read_text(encoding="utf-8").splitlines()]
    for row in rows[len(labels) :]:
        row["eligible"] = False
    whole.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    longer = measure(whole, split="2026-01-15", delay_days=1)
    assert (longer["n"], longer["top1"], longer["mrr"], longer["log_loss"]) == (
        cut["n"],
        cut["top1"],
        cut["mrr"],
        cut["log_loss"],
    )
    for name in ("last_label", "majority", "knn_own_history"):
        assert longer["baselines"][name] == cut["baselines"][name]


def test_training_rows_that_are_measured_are_told(tmp_path):
    path = write(tmp_path / "ten.jsonl", "AABABBACAA")
    scorer = replace(RULES.scorer, trained_on=tuple(sorted(row_digest(f"t:{n}") for n in (5, 9))))
    other = replace(RULES.scorer, trained_on=tuple(sorted(row_digest(f"x:{n}") for n in range(50))))
    assert measure(path, models=replace(RULES, scorer=scorer))["overlap"] is True
    assert measure(path, models=replace(RULES, scorer=other))["overlap"] is False
    assert measure(path)["overlap"] is False


def test_the_finest_level_that_can_be_measured(tmp_path):
    repeating = write(tmp_path / "r.jsonl", [f"P-{n % 3}" for n in range(30)], tasks=True)
    fresh = write(tmp_path / "f.jsonl", [f"P-{n}" for n in range(30)], tasks=True)
    assert measure(repeating, level="auto")["level"] == "task"
    assert measure(fresh, level="auto")["level"] == "project"
    assert (measure(fresh, level="task")["level"], measure(fresh, level="task")["unseen_share"]) == ("task", 1.0)


def test_real_commits_with_refits(tmp_path):
    """hadoop-commits: refitted in time order on what was known, and better than nothing at all."""
    path = tmp_path / "hadoop.jsonl"
    with gzip.open(DATA / "hadoop-commits" / "activities.jsonl.gz", "rt", encoding="utf-8") as stream:
        path.write_text("".join(line for _, line in zip(range(420), stream, strict=False)), encoding="utf-8")
    rules = measure(path, refit_days=25)
    fitted = measure(path, refit_days=25, pretrained_only=False)
    assert rules["model"].startswith("rules")
    assert not fitted["model"].startswith("rules")
    assert (fitted["n"], fitted["baselines"]) == (rules["n"], rules["baselines"])
    assert rules["n"] == 210
    assert min(rules["top1"], fitted["top1"]) > rules["baselines"]["majority"]["top1"]
    low, high = rules["interval"]["top1"]
    assert low <= rules["top1"] <= high


def test_time_entries_are_an_input_too(tmp_path):
    """tock: weekly timecards without a word of text; copying and recency are all there is."""
    lines = (DATA / "tock" / "time_entries.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "tock.csv"
    path.write_text("".join(lines[:500]), encoding="utf-8")
    found = measure(path)
    assert (found["n"], found["level"]) == (250, "project")
    assert 0 < found["top1"] <= found["top3"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"source":"t","external_id":"1","kind":"commit","person":"a","start":"2026-01-01T00:00:00Z"}\n',
        "\x00\x01\x02",
    ],
)
def test_a_file_without_labels_is_nothing_to_measure(tmp_path, text):
    path = tmp_path / "none.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NothingRead):
        measure(path)


def test_a_split_behind_the_last_row_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no row is left to measure"):
        measure(write(tmp_path / "ten.jsonl", "AABABBACAA"), split="2030-01-01")


@pytest.mark.parametrize(
    "options",
    [
        {"split": "1.5"}, {"split": "-0.1"}, {"split": "soon"}, {"delay_days": -1}, {"delay_days": float("nan")},
        {"refit_days": 0}, {"target_precision": 1.0}, {"level": "person"},
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant_are_refused(tmp_path, options):
    with pytest.raises(InvalidInput):
        measure(write(tmp_path / "ten.jsonl", "AABABBACAA"), **options)
