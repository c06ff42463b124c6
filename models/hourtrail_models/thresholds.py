"""From labelled answers to the lowest confidence at which a promised precision holds.

Learn then Test (Angelopoulos, Bates, Candes, Jordan, Lei 2021, arXiv:2110.01052) with exact binomial tests: thresholds are
tested from the most certain downwards, each at level ``delta``, and the first that fails ends the testing (fixed sequence,
their section 2.3). With n answers shown at a threshold and k of them right, a threshold passes when the one-sided
Clopper-Pearson lower bound BetaInv(delta; k, n - k + 1) reaches the target (Clopper and Pearson 1934).

Then P(precision at the returned threshold < target) <= ``delta``, for labels drawn like the future ones. Labels of answers
that were shown and merely accepted are not such labels.
"""

from math import ceil, log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit

from hourtrail.domain.errors import InvalidInput

# The thresholds stand before any answer is seen (a test's threshold may not depend on its labels): even steps of 0.1 in
# log-odds, from .999 to .05, so that the crowded end near 1 is as finely cut as the middle.
GRID: Final[NDArray[np.float64]] = expit(np.linspace(6.9, -2.9, 99))
# Fewer distinct confidences than this share of the answers: votes, not probabilities.
TIED_SHARE: Final = 0.5
TIED_TESTS: Final = 20


def learn_then_test(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], *, target: float, delta: float = 0.1
) -> float | None:
    """The lowest threshold at which precision is at least ``target`` with probability 1 - ``delta``; None when none is.

    ``confidence`` (n,) is that of the best answer, 0..1; ``correct`` (n,) whether it was right. Answers with
    ``confidence >= threshold`` are shown. Heavily tied confidences (a vote of k neighbours) need not grow surer with
    height, so there up to 20 thresholds are tested independently at ``delta`` / 20 (Bonferroni).
    Raises InvalidInput for arrays of different shapes, values outside 0..1, or a level outside (0, 1).
    """
    _check(confidence, correct, target, delta)
    shown, right = _counts(confidence, correct)
    tied = len(np.unique(confidence)) < TIED_SHARE * len(confidence)
    tests = _spread(shown) if tied else np.arange(len(GRID))
    level = delta / len(tests) if tied and len(tests) else delta
    tests = tests[shown[tests] >= _first_count(len(confidence), target, level)]
    passed = _lower_bounds(right[tests], shown[tests], level) >= target
    if not tied:
        passed = np.logical_and.accumulate(passed)
    return float(GRID[tests[passed][-1]]) if passed.any() else None


def clopper_pearson_lower(k: int, n: int, confidence: float = 0.95) -> float:
    """One-sided lower bound of a share after ``k`` of ``n``: the true share is below it with probability 1 - confidence.

    Raises InvalidInput unless 0 <= k <= n, n >= 1 and 0 < confidence < 1.
    """
    if not 0 <= k <= n or n < 1 or not 0 < confidence < 1:
        raise InvalidInput(
            f"{k} of {n} at confidence {confidence} is no share; give 0 <= k <= n, n >= 1, 0 < confidence < 1"
        )
    return float(_lower_bounds(np.array([k]), np.array([n]), 1 - confidence)[0])


def _first_count(answers: int, target: float, level: float) -> int:
    """How many shown answers the first test needs; depends on no label.

    Below log(level) / log(target) not even a faultless run passes, and a few errors among few answers end the sequence at
    its start. So it starts at a sixth of the answers: on OpenStack's 2017-18 (weekly, newest 3,000 labels, aim .965) that
    showed .38 of the events where a start at 228 answers showed .36, at the same precision (docs/decisions/0008).
    """
    return max(answers // 6, ceil(log(level) / log(target)))


def _counts(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many answers each threshold of GRID shows, and how many of these are right."""
    order = np.argsort(confidence)
    shown = len(confidence) - np.searchsorted(confidence[order], GRID)
    right_of_top = np.concatenate(([0], np.cumsum(correct[order][::-1], dtype=np.int64)))
    return shown.astype(np.int64), right_of_top[shown]


def _spread(shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most 20 thresholds, evenly spread over those that show different answers."""
    indices = np.flatnonzero(np.diff(shown, prepend=0))  # shown never falls along GRID
    if len(indices) <= TIED_TESTS:
        return indices
    return indices[np.linspace(0, len(indices) - 1, TIED_TESTS).round().astype(np.int64)]


def _lower_bounds(right: NDArray[np.int64], shown: NDArray[np.int64], level: float) -> NDArray[np.float64]:
    """BetaInv(level; k, n - k + 1), which is 0 at k = 0."""
    bounds = betaincinv(np.maximum(right, 1), shown - right + 1, level)
    return np.where(right > 0, bounds, 0.0).astype(np.float64)


def _check(confidence: NDArray[np.float64], correct: NDArray[np.bool_], target: float, delta: float) -> None:
    if confidence.ndim != 1 or confidence.shape != correct.shape:
        raise InvalidInput(f"confidence {confidence.shape} and correct {correct.shape} must be two lists of one length")
    if not np.all((confidence >= 0) & (confidence <= 1)):
        raise InvalidInput("a confidence lies outside 0..1 or is not a number; calibrate before choosing a threshold")
    if not (0 < target < 1 and 0 < delta < 1):
        raise InvalidInput(f"target {target} and delta {delta} must lie between 0 and 1, both excluded")
