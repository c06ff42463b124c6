"""The bundled ranker's recipe and the report on it, on three made-up sets: what is learned from is never measured."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from tests.features.firm_sample import encode
from tests.training.labelled_firm import write

from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import overlaps
from hourtrail_models import artefact, fitting
from hourtrail_models.artefact import Artefact
from hourtrail_models.ranker import from_artefact
from hourtrail_training import public_mix
from hourtrail_training.mapping_report import parts, steps
from hourtrail_training.mapping_report.__main__ import main
from hourtrail_training.mapping_report.parts import STEPS, Report
from hourtrail_training.mapping_report.tables import TABLES, written
from hourtrail_training.public_mix import bundle, rows_of, world_of

FOLDERS = ("openstack-switch", "nifi-modules", "hadoop-commits")
ENDS = (date(2017, 6, 1), date(2017, 3, 1), date(2016, 12, 1))
UNTIL = date(2018, 1, 1)


class Words:
    """An encoder that needs no weights."""

    fingerprint, dimension = "words:32", 32

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return encode(texts)


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Few trees on one thread, and the sets' stretches inside the made-up years."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 25)
        patch.setattr(fitting, "MORE_ROUNDS", 5)
        patch.setattr(fitting, "_shipped", lambda: None)
        patch.setitem(fitting.PARAMETERS, "num_threads", 1)
        portions = [
            replace(portion, begin=date(2016, 1, 1), end=end)
            for portion, end in zip(public_mix.PUBLIC, ENDS, strict=True)
        ]
        for module in (public_mix, parts):
            patch.setattr(module, "PUBLIC", tuple(portions))
            for name, portion in zip(("OPENSTACK", "NIFI", "HADOOP"), portions, strict=True):
                patch.setattr(module, name, portion)
        patch.setattr(public_mix, "CALIBRATED_UNTIL", UNTIL)
        patch.setattr(parts, "MEASURED", dict.fromkeys(FOLDERS, "2018-01-01"))
        behind = {"openstack-switch": ("2017-06-01", "2018-01-01"), "nifi-modules": ("2017-03-01", "2018-01-01")}
        patch.setattr(parts, "YEAR_BEHIND", behind)
        patch.setattr(parts, "BATCH", 20)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for seed, name in enumerate(FOLDERS):
        (folder / name).mkdir()
        file = write(folder / name / "activities.jsonl", rows=600, seed=seed)
        file.write_text(file.read_text().replace('"git"', f'"{name}"'))
    return folder


@pytest.fixture(scope="module")
def made(data: Path) -> Artefact:
    return bundle(data, data / "model", "9", Words(), print)


def test_the_artefact_states_each_set_with_its_digest_and_its_last_day(data: Path, made: Artefact) -> None:
    loaded = artefact.load(data / "model", expected=made.digest)
    loaded.require(spec=SPEC, encoder="words:32")
    *learned, calibrated = loaded.manifest.training_data
    assert [row.name for row in learned] == list(FOLDERS)
    assert len({row.digest for row in learned}) == 3
    assert all(row.ends < end for row, end in zip(learned, ENDS, strict=True))
    assert ENDS[0] <= calibrated.ends < UNTIL
    assert calibrated.digest == learned[0].digest


def test_rows_of_every_set_are_known_again_and_rows_behind_are_not(data: Path, made: Artefact) -> None:
    seen = from_artefact(made).trained_on
    for portion in public_mix.PUBLIC:
        rows = world_of(data, portion, Words(), None).rows
        cut = UNTIL if portion is public_mix.OPENSTACK else portion.end
        days = [row.start.date() for row in rows.activities]
        assert overlaps([key for key, day in zip(rows.keys, days, strict=True) if day < cut][-1:], seen)
        assert not overlaps([key for key, day in zip(rows.keys, days, strict=True) if day >= cut], seen)


def test_no_label_that_became_known_behind_a_portion_is_learned_from(data: Path) -> None:
    portion = public_mix.NIFI
    part = rows_of(data, portion, Words())
    world = world_of(data, portion, Words(), portion.end)
    assert part.matrix.dtype == np.float32
    assert (world.rows.known[part.group] <= public_mix.midnight(portion.end)).all()
    assert np.array_equal(np.unique(part.group[part.chosen]), np.unique(part.group))


def test_simulated_firms_are_stated_and_what_only_they_show_stays_unproven(data: Path) -> None:
    rows = rows_of(data, public_mix.NIFI, Words())
    only_here = SPEC.names.index("series_own_share")
    matrix = rows.matrix.copy()
    matrix[:, only_here] = rows.chosen
    matrix[:, SPEC.names.index("series_own_count")] = (
        rows.chosen
    )  # known in public sets with one series, and no evidence
    simulated = replace(
        rows, name="simulated firms", matrix=matrix, keys=tuple(f"s{key}" for key in rows.keys), digest="5" * 64
    )
    written = bundle(data, data / "mixed", "9", Words(), print, simulated=simulated)
    *public, firms, calibrated = written.manifest.training_data
    assert [row.name for row in public] == list(FOLDERS)
    assert (firms.name, firms.digest, firms.rows) == ("simulated firms", "5" * 64, len(rows.keys))
    assert calibrated.name.startswith("openstack-switch")
    scorer = from_artefact(written)
    everything = [rows_of(data, portion, Words()).matrix for portion in public_mix.PUBLIC]
    assert scorer.untrained == fitting.untrained_columns(np.concatenate([*everything, matrix]))
    assert scorer.unproven == (only_here,)
    assert only_here not in scorer.untrained
    grown = lightgbm.Booster(model_str=scorer.booster.model_to_string())
    assert grown.feature_importance()[only_here] > 0
    assert overlaps(rows.keys, scorer.trained_on)
    assert not overlaps(simulated.keys, scorer.trained_on)


def test_a_set_that_is_missing_is_named_and_a_model_is_never_replaced(data: Path, made: Artefact) -> None:
    with pytest.raises(InvalidInput, match="openstack-switch holds no activities"):
        bundle(data / "model", data / "other", "9", Words(), print)
    with pytest.raises(Conflict):
        bundle(data, data / "model", "9", Words(), print)
    assert artefact.load(data / "model").digest == made.digest


def test_the_report_measures_nothing_that_a_model_saw(data: Path, made: Artefact, monkeypatch) -> None:
    scorer = from_artefact(made)
    monkeypatch.setattr(parts, "bundled_scorer", lambda: scorer)
    monkeypatch.setattr(parts, "bundled_encoder", Words)
    report = Report(data, print, Words())
    as_it_is = [line for portion in public_mix.PUBLIC for line in report.bundled(portion, None, 180.0)]
    lines = [*as_it_is, *report.zero_shot()]
    assert [line["set"] for line in lines] == [
        *("openstack-switch",) * 2, *("nifi-modules",) * 2, *("hadoop-commits",) * 2, *FOLDERS,
    ]  # fmt: skip
    for line in lines:
        assert line["overlap"] is False
        assert 150 < line["n"] < 200
        assert line["top1"] > line["last_label"]
        low, high = line["interval"]
        assert low <= line["top1"] <= high
    assert [line["refit_days"] for line in as_it_is] == [None, 180.0] * 3
    for line in as_it_is[::2]:
        assert line["baselines"]["knn_own_history"]["top1"] == line["knn_own_history"]
        assert line["baselines"]["last_label"]["top1"] == line["last_label"]
    curve = [*report.new_people(), *report.new_projects()]
    assert [line["confirmations"][0] for line in curve] == [str(step)[0] for step in STEPS] * 3
    assert sum(line["n"] for line in curve[:5]) == 0  # all four people are known from the first year
    assert sum(line["n"] for line in curve[10:]) == 600
    assert curve[10]["n"] >= 5
    assert curve[10]["top1"] == 0.0  # nobody can name a project of which nothing is known


def _report(data: Path, work: Path, *options: str) -> Result:
    return CliRunner().invoke(main, [str(data), "--work", str(work), "--jobs", "1", *options], catch_exceptions=False)


@pytest.fixture
def bundled(made: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = from_artefact(made)
    for module in (parts, steps):
        monkeypatch.setattr(module, "bundled_scorer", lambda: scorer)
        monkeypatch.setattr(module, "bundled_encoder", Words)
    # What is put in place of the bundled models here would not reach a process of its own.
    monkeypatch.setattr(steps, "_pool", lambda _jobs: ThreadPoolExecutor(1))


@pytest.mark.usefixtures("bundled")
def test_a_step_that_is_done_is_only_read_and_one_that_fails_takes_no_other_with_it(data: Path, tmp_path: Path) -> None:
    first = _report(data, tmp_path, "--only", "hadoop", "--only", "gate")
    assert first.exit_code == 1
    assert "gate failed: the gate needs the bundled model" in first.stderr or "holds no" in first.stderr
    assert "| hadoop-commits from 2018-01-01 |" in first.stdout
    assert "| hadoop-commits | own neighbours |" in first.stdout
    again = _report(data, tmp_path, "--only", "hadoop")
    assert again.exit_code == 0
    assert "hadoop: kept from an earlier run" in again.stderr
    assert again.stdout == first.stdout


@pytest.mark.usefixtures("bundled")
def test_what_was_kept_of_another_model_is_measured_again(data: Path, tmp_path: Path) -> None:
    told = {"key": "of another model", "lines": [], "seconds": 1.0, "processor_seconds": 1.0, "peak_mb": 1}
    for text in (
        json.dumps(told),
        "[",
        "[]",
        json.dumps({**told, "key": steps.key(steps.Run(data, tmp_path), steps.STEPS[-1]), "lines": None}),
    ):
        (tmp_path / "cost.json").write_text(text)
        done = _report(data, tmp_path, "--only", "cost", "--json")
        assert "kept" not in done.stderr
        assert json.loads(done.stdout)["cost"][0]["both_ms"] > 0


@pytest.mark.usefixtures("bundled")
def test_what_other_code_cost_is_not_taken_for_what_this_costs(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other, is_kept in (("a", False), ("a", True), ("b", False)):
        monkeypatch.setattr(steps, "_code", lambda digest=other: digest)
        done = _report(data, tmp_path, "--only", "cost", "--json")
        assert ("cost: kept from an earlier run" in done.stderr) is is_kept
    keys = {step.name: steps.key(steps.Run(data, tmp_path), step) for step in steps.STEPS}
    monkeypatch.undo()
    assert steps._code() != "b"
    assert len(steps._code()) == 64
    assert keys["cost"] != keys["openstack"] == keys["gate"]


@pytest.mark.usefixtures("bundled")
def test_tables_stand_between_their_marks_and_nothing_else_is_touched(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    names = ("cost", "steps", "goals")
    page.write_text("before\n" + "".join(f"<!-- mapping_report: {name} -->\nold\n<!-- end -->\n" for name in names))
    done = _report(data, tmp_path / "work", "--only", "cost", "--write", str(page))
    assert done.exit_code == 0
    text = page.read_text()
    assert text.startswith("before\n<!-- mapping_report: cost -->\n| events a batch |")
    assert "old" not in text
    assert text.count("<!-- end -->") == 3
    assert "| OpenStack 2019-20: top-1 at least .79 | - | not measured |" in text
    page.write_text("no place for anything")
    refused = _report(data, tmp_path / "work", "--only", "cost", "--write", str(page))
    assert refused.exit_code == 1
    assert "mapping_report: cost" in refused.stderr
    assert page.read_text() == "no place for anything"


def test_the_evaluation_page_has_a_place_for_every_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "evaluation.md").read_text()
    tables = dict.fromkeys((*TABLES, "baselines", "goals"), "new\n")
    assert written(page, tables).count("\nnew\n<!-- end -->") == len(tables)
