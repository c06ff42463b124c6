"""What a ranking is worth: accuracy, calibration, coverage; everything on the measured rows only."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LOG_LOSS_FLOOR: Final = 1e-6
BINS: Final = 15
BOOTSTRAPS: Final = 1_000
SEED: Final = 20260302

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line a measured row. ``rank`` counts from 1, 0 = the answer was no candidate.

    ``truth`` is the probability given to the right answer, ``top`` that of the best answer, ``none_top`` whether the best
    answer was "none of these", ``unseen`` whether the right answer had never been revealed before.
    """

    rank: Ints
    truth: Floats
    top: Floats
    none_top: Bools
    unseen: Bools

    @property
    def right(self) -> Bools:
        """Whether the top answer was right; never for an unseen label."""
        hit: Bools = self.rank == 1
        return hit


def summary(ranked: Ranked, *, at_switch: Bools, people: Ints) -> dict[str, Any]:
    """The data contract's keys; shares as fractions, None where there is no row to measure."""
    right = ranked.right
    reciprocal = np.divide(1.0, ranked.rank, out=np.zeros(len(ranked.rank)), where=ranked.rank > 0)
    none_right = ranked.none_top & ranked.unseen
    return {
        "top1": mean(right),
        "top3": mean((ranked.rank > 0) & (ranked.rank <= 3)),
        "top1_at_switch": mean(right[at_switch]),
        "mrr": mean(reciprocal),
        "log_loss": mean(-np.log(np.maximum(ranked.truth, LOG_LOSS_FLOOR))),
        "ece": expected_calibration_error(ranked.top, right | none_right),
        "none_precision": ratio(int(none_right.sum()), int(ranked.none_top.sum())),
        "none_recall": ratio(int(none_right.sum()), int(ranked.unseen.sum())),
        "unseen_share": mean(ranked.unseen),
        "interval": {"top1": clustered_interval(right, people)},
    }


def mean(values: Bools | Floats) -> float | None:
    """The mean, None of nothing."""
    return float(np.mean(values)) if len(values) else None


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``, None where the whole is zero."""
    return part / whole if whole else None


def expected_calibration_error(confidence: Floats, correct: Bools) -> float | None:
    """ECE of the top answer over 15 equal-width bins (Naeini et al., AAAI 2015): weighted mean of |accuracy - confidence|."""
    if not len(confidence):
        return None
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    gap = np.abs(np.bincount(bins, correct, BINS) - np.bincount(bins, confidence, BINS))
    return float(gap[counts > 0].sum() / counts.sum())


def clustered_interval(right: Bools, people: Ints) -> list[float] | None:
    """95 % bootstrap interval of the mean, resampling people with all their rows; seeded."""
    if not len(right):
        return None
    _, codes = np.unique(people, return_inverse=True)
    hits, rows = np.bincount(codes, right), np.bincount(codes)
    draws = np.random.default_rng(SEED).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=BOOTSTRAPS)
    means = (draws @ hits) / np.maximum(draws @ rows, 1)
    low, high = np.quantile(means, (0.025, 0.975))
    return [float(low), float(high)]
