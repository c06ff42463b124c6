"""Simulated reviewers: batches of five, always the highest scores, and every verdict teaches the next batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from hourtrail.domain.ports import AnomalyScorer
from hourtrail_models.anomaly.verdicts import blend_verdicts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BATCH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """Rows in the order they were looked at, and the scores after the last verdict."""

    rows: Ints
    scores: Floats


def review(prior: AnomalyScorer, matrix: Floats, group: Ints, issue: Bools, looks: int) -> Reviewed:
    """``looks`` rows, greedily by the blended score; the reviewer is always right."""
    scores = prior.scores(matrix, group)
    seen: list[int] = []
    for _ in range(0, looks, BATCH):
        fresh = np.setdiff1d(np.arange(len(matrix)), seen)
        seen += fresh[np.argsort(-scores[fresh], kind="stable")[:BATCH]].tolist()
        rows = np.array(seen, dtype=np.int64)
        scores = blend_verdicts(prior, matrix, group, rows, issue[rows]).scores(matrix, group)
    return Reviewed(rows=np.array(seen, dtype=np.int64), scores=scores)


def share_met(order: Ints, issue: Bools, looks: int) -> float:
    """Share of the issues that so many looks could meet at best, which these looks met."""
    return float(issue[order[:looks]].sum()) / min(looks, int(issue.sum()))


def against_prior(
    prior: AnomalyScorer,
    matrix: Floats,
    group: Ints,
    issue: Bools,
    *,
    counts: Sequence[int],
    pick: Callable[[int], Ints],
) -> dict[int, tuple[float, float]]:
    """Average precision of prior and blend on the rows that nobody reviewed, for several numbers of verdicts."""
    before = prior.scores(matrix, group)
    out = {}
    for count in counts:
        rows = pick(count)
        rest = np.setdiff1d(np.arange(len(matrix)), rows)
        after = blend_verdicts(prior, matrix, group, rows, issue[rows]).scores(matrix, group)
        out[count] = (
            float(average_precision_score(issue[rest], before[rest])),
            float(average_precision_score(issue[rest], after[rest])),
        )
    return out
