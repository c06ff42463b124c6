"""The bundled ranker's recipe and the report on it, on three made-up sets: what is learned from is never measured."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
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
from hourtrail_training.mapping_report import parts
from hourtrail_training.mapping_report.__main__ import main
from hourtrail_training.mapping_report.parts import STEPS, Report
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
        patch.setattr(parts, "REFITS", dict.fromkeys(FOLDERS, (None, 180.0)))
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
    lines = [*report.bundled(), *report.zero_shot()]
    assert [line["set"] for line in lines] == [
        *("openstack-switch",) * 2, *("nifi-modules",) * 2, *("hadoop-commits",) * 2, *FOLDERS,
    ]  # fmt: skip
    for line in lines:
        assert line["overlap"] is False
        assert 150 < line["n"] < 200
        assert line["top1"] > line["last_label"]
        low, high = line["interval"]
        assert low <= line["top1"] <= high
    curve = list(report.cold_start())
    assert [line["confirmations"][0] for line in curve] == [str(step)[0] for step in STEPS] * 3
    assert sum(line["n"] for line in curve[:5]) == 0  # all four people are known from the first year
    assert sum(line["n"] for line in curve[10:]) == 600
    assert curve[10]["n"] >= 5
    assert curve[10]["top1"] == 0.0  # nobody can name a project of which nothing is known
    done = CliRunner().invoke(main, [str(data), "--part", "cost"], catch_exceptions=False)
    assert "both_ms" in done.stdout
