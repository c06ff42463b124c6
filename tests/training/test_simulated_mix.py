"""Rows of simulated firms: what their people confirmed, with a stated share of the weight, kept in a file that says what it is."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hourtrail.domain.errors import Conflict, InvalidInput, ModelUnavailable
from hourtrail.features import SPEC
from hourtrail.wiring import load_models
from hourtrail_models.artefact import load_bundled
from hourtrail_training.mixed_rows import Rows, joined, read_rows, write_rows
from hourtrail_training.simulated_firms import LOG, PLAYED, Firm, Kept, keep
from hourtrail_training.simulated_mix import (
    FIRMS,
    NAME,
    beside_the_bundled,
    rows_of,
    rows_of_log,
    table,
    together,
    weighted,
)  # fmt: skip

SMALL = (Firm(seed=5, people=1, weeks=1), Firm(seed=6, people=1, weeks=1, windows=False))


def _quiet(_line: str) -> None:
    return None


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("firms")


@pytest.fixture(scope="module")
def firms(work: Path) -> list[Kept]:
    return keep(work, SMALL, None, _quiet)


@pytest.fixture(scope="module")
def simulated(firms: list[Kept]) -> Rows:
    return together(rows_of(firms, load_models(), _quiet))


def _public(blocks: int, pairs: int, weight: float) -> Rows:
    count = blocks * pairs
    return Rows(
        name="public", matrix=np.zeros((count, len(SPEC.names)), dtype=np.float32), group=np.repeat(np.arange(blocks), pairs),
        chosen=np.arange(count) % pairs == 0, weight=np.full(count, weight), keys=tuple(f"p{row}" for row in range(blocks)),
        digest="d", ends=date(2018, 1, 1),
    )  # fmt: skip


def test_each_block_has_one_right_row_and_columns_that_public_data_never_show(simulated: Rows) -> None:
    assert simulated.name == NAME
    blocks = len(simulated.keys)
    assert blocks >= 10
    assert np.array_equal(np.unique(simulated.group), np.arange(blocks))
    assert np.array_equal(np.bincount(simulated.group, simulated.chosen), np.ones(blocks))
    assigned = simulated.matrix[:, SPEC.names.index("assigned")]
    assert {0.0, 1.0} <= set(assigned[~np.isnan(assigned)].tolist())
    assert set(np.unique(simulated.weight)) <= {0.3, 1.0}
    assert simulated.ends > date(2026, 2, 2)


def test_a_firm_that_was_played_is_not_played_again_and_one_that_was_cut_short_is(
    work: Path, firms: list[Kept], simulated: Rows
) -> None:
    before = (work / "5" / LOG).stat().st_mtime_ns
    (work / "6").rename(work / "6.begun")
    (work / "6.begun" / LOG).write_bytes(b"half a database")
    told: list[str] = []
    again = keep(work, SMALL, None, told.append)
    assert told == ["firm 6 (2 of 2): 1 people, 1 weeks"]
    assert [kept.url for kept in again] == [kept.url for kept in firms]
    assert (work / "5" / LOG).stat().st_mtime_ns == before
    rows = together(rows_of(again, load_models(), _quiet))
    assert rows.digest == simulated.digest
    assert np.array_equal(rows.matrix, simulated.matrix, equal_nan=True)


@pytest.mark.usefixtures("simulated")
def test_a_firm_of_another_size_or_of_another_ranker_is_not_taken_for_it(work: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=r"holds a firm of .*'people': 1.* not of .*'people': 2"):
        keep(work, [replace(SMALL[0], people=2)], None, _quiet)
    kept = tmp_path / "5"
    kept.mkdir()
    with pytest.raises(Conflict, match="says nowhere what it was played with"):
        keep(tmp_path, SMALL[:1], None, _quiet)
    note = json.loads((work / "5" / PLAYED).read_text())
    (kept / PLAYED).write_text(json.dumps({**note, "ranker": "ranker 1 (0123456789ab)"}))
    with pytest.raises(Conflict, match="played with ranker 1"):
        keep(tmp_path, SMALL[:1], None, _quiet)
    with pytest.raises(ModelUnavailable):
        keep(tmp_path, SMALL[:1], tmp_path, _quiet)


def test_the_table_says_of_each_firm_what_was_played_and_with_what(firms: list[Kept], simulated: Rows) -> None:
    models = load_models()
    lines = table(firms, [rows_of_log(kept.url, models) for kept in firms]).splitlines()
    assert lines[2].startswith("| 5 | 1 | 2026-01-05 | 2026-02-02 to 2026-02-08 (1 weeks) | yes | ")
    assert lines[3].startswith("| 6 | 1 | 2026-01-05 | 2026-02-02 to 2026-02-08 (1 weeks) | no | ")
    blocks = [int(line.split(" | ")[5]) for line in lines[2:]]
    assert sum(blocks) == len(simulated.keys)
    assert all(kept.ranker.startswith("ranker ") and kept.peak_mb > 50 for kept in firms)


def test_rows_that_the_bundled_ranker_never_saw_are_told_apart_from_its_own(simulated: Rows) -> None:
    (seen,) = (row for row in load_bundled("ranker").manifest.training_data if row.name == NAME)
    assert beside_the_bundled(simulated).startswith("NOT the labels")
    assert seen.digest in beside_the_bundled(simulated)
    assert "learned from these very labels" in beside_the_bundled(replace(simulated, digest=seen.digest))
    assert "learned from no elsewhere" in beside_the_bundled(replace(simulated, name="elsewhere"))


@pytest.mark.usefixtures("simulated")
def test_a_firm_without_windows_shows_none(work: Path) -> None:
    def sources(seed: int) -> set[str]:
        lines = (work / str(seed) / "firm" / "activities.jsonl").read_text().splitlines()
        return {json.loads(line)["source"] for line in lines}

    assert "activitywatch" in sources(5)
    assert "activitywatch" not in sources(6)


def test_the_share_is_of_blocks_whatever_their_number_of_candidates(simulated: Rows) -> None:
    public = [_public(100, 30, 1.0), _public(10, 5, 2.0)]
    scaled = weighted(simulated, public, 0.3)
    assert scaled.block_weight / (scaled.block_weight + 120) == pytest.approx(0.3)
    ratio = scaled.weight / simulated.weight
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]))
    for share in (0.0, 1.0, -0.1):
        with pytest.raises(InvalidInput, match="not between 0 and 1"):
            weighted(simulated, public, share)


def test_the_name_states_the_seeds_that_are_played() -> None:
    assert [firm.seed for firm in FIRMS] == [11, *range(21, 29)]
    assert NAME.endswith("(seeds 11 and 21 to 28)")


def test_no_group_spans_two_sets() -> None:
    parts = [_public(3, 2, 1.0), replace(_public(2, 4, 1.0), group=np.repeat([7, 9], 4))]
    together = joined(parts)
    assert np.bincount(together.group).tolist() == [2, 2, 2, 4, 0, 4]
    assert together.keys == ("p0", "p1", "p2", "p0", "p1")


def test_the_file_gives_back_the_same_rows_and_others_are_refused(simulated: Rows, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.npz", simulated)
    back = read_rows(tmp_path / "rows.npz")
    assert (back.name, back.keys, back.digest, back.ends) == (
        simulated.name, simulated.keys, simulated.digest, simulated.ends,
    )  # fmt: skip
    for name in ("matrix", "group", "chosen", "weight"):
        assert np.array_equal(getattr(back, name), getattr(simulated, name), equal_nan=name == "matrix")
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "other.npz", matrix=np.zeros(3))
    write_rows(tmp_path / "narrow.npz", replace(simulated, matrix=simulated.matrix[:, :-1]))
    for name, words in (("text", "holds no rows"), ("other", "holds no rows"), ("narrow", "other features"), ("gone", "holds no rows")):  # fmt: skip
        with pytest.raises(InvalidInput, match=words):
            read_rows(tmp_path / f"{name}.npz")
