"""One temperature for a tenant, shrunk towards the shipped one."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.confidence import Outcome

FEWEST: Final = 300
"""Below this many labels no calibration is refitted: on 30 labels a refit made confidences worse (docs/explanation/measured-choices.md)."""
SHRINK: Final = 500
"""Labels that the shipped temperature is worth."""
COOLEST, HOTTEST = 0.25, 4.0

Floats = NDArray[np.float64]


def tempered(scores: Sequence[float], temperature: float) -> float:
    """The answer's confidence at a temperature relative to the shipped one: ``p_0^(1/T) / sum p_i^(1/T)``."""
    if temperature == 1 or scores[0] <= 0:
        return scores[0]
    power = 1 / temperature
    weights = [score**power for score in scores]
    return float(weights[0] / sum(weights))


def at_temperature(probabilities: Floats, group: NDArray[np.int64], temperature: float) -> Floats:
    """The same for rows in groups: each group's probabilities at ``temperature``, summing to 1; shape (rows,)."""
    if temperature == 1 or not len(probabilities):
        return probabilities
    weights = probabilities ** (1 / temperature)
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    counts = np.diff(np.append(starts, len(group)))
    changed: Floats = weights / np.repeat(np.add.reduceat(weights, starts), counts)
    return changed


def confidences(outcomes: Sequence[Outcome], temperature: float) -> Floats:
    """``tempered`` of each answer; shape (n,)."""
    return np.array([tempered(row.scores, temperature) for row in outcomes], dtype=np.float64)


def fit(outcomes: Sequence[Outcome]) -> float:
    """``T = (n T_local + 500) / (n + 500)``, T_local of least log-loss of "the answer is right"; 1 below ``FEWEST`` labels.

    Also 1 where every label says the same: such labels know no scale.
    """
    right = np.array([row.right for row in outcomes], dtype=np.bool_)
    if len(right) < FEWEST or right.all() or not right.any():
        return 1.0
    table = np.zeros((len(outcomes), max(len(row.scores) for row in outcomes)))
    for number, row in enumerate(outcomes):
        table[number, : len(row.scores)] = row.scores
    logs = np.log(np.where(table > 0, table, 1.0))

    def loss(log_temperature: float) -> float:
        weights = np.where(table > 0, np.exp(logs / np.exp(log_temperature)), 0.0)
        answer = np.clip(weights[:, 0] / np.maximum(weights.sum(axis=1), 1e-12), 1e-6, 1 - 1e-6)
        return float(-np.where(right, np.log(answer), np.log(1 - answer)).mean())

    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - takes a fifth of a second, and only the nightly job fits

    bounds = float(np.log(COOLEST)), float(np.log(HOTTEST))
    local = float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))
    return (len(right) * local + SHRINK) / (len(right) + SHRINK)
