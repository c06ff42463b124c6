"""How many labels the gate needs: labels are drawn from people, more of them prove more, and no gain is never proven."""

from pathlib import Path

import numpy as np
import pytest

from hourtrail.wiring import load_models
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training.gate_needs import COUNTS, PEOPLE, Contested, contested, passing, table
from hourtrail_training.simulated_firms import Firm, keep


def _firm(gain: float) -> Contested:
    """Six people with 100 blocks each; the champion is right on half of them, the refit on ``gain`` more."""
    random = np.random.default_rng(1)
    theirs, better = random.random(600) < 0.5, random.random(600) < gain / 0.5
    return Contested(
        seed=1, labels=700, independent=2.0, ours=theirs | better, theirs=theirs, people=np.repeat(np.arange(6), 100)
    )


def test_more_labels_prove_a_gain_more_often_and_no_gain_is_never_proven() -> None:
    some = _firm(0.04)
    shares = [passing(some, count, 20) for count in (50, 250, 2_000)]
    assert shares[0] < shares[1] <= shares[2] == 1.0
    assert passing(_firm(0.0), 2_000, 20) == 0.0


def test_the_table_says_how_long_so_many_labels_take() -> None:
    rows = [row.strip("| ").split(" | ") for row in table([_firm(0.04)]).splitlines()[2:]]
    assert [row[2] for row in rows] == [f"{count:,}" for count in COUNTS]
    weeks = [float(cell.split(", ")[1]) for cell in rows[2][3:]]
    assert weeks == [round(250 / (2.0 * people)) for people in PEOPLE]


def test_a_firm_is_measured_by_the_truth_behind_what_its_refit_learned_from(tmp_path: Path) -> None:
    (kept,) = keep(tmp_path, [Firm(seed=1001, people=4, weeks=2, held_out=True)], None, lambda _line: None)
    found = contested(kept, load_models(), bundled_scorer())
    assert found.labels >= 50
    assert len(found.ours) == len(found.theirs) == len(found.people) > 20
    assert 0.2 < found.theirs.mean() < 1.0
    assert found.gain == pytest.approx(found.ours.mean() - found.theirs.mean())
    assert found.independent >= 0
