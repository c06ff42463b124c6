"""What reviewers' verdicts add: trees that correct the prior's log-odds, with a weight that grows with the true issues found.

The weight is n / (20 + n) for n true issues, from the first verdict on: a booster alone is worse than none under about five
(docs/explanation/measured-choices.md). Reviewers look at what scored high, so their verdicts say nothing of the rest. The trees
are therefore anchored: entries that nobody reviewed stand beside the reviewed ones with the prior's own answer. And they speak
only while they do better than the prior on verdicts that they were not fitted on.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import AnomalyScorer
from hourtrail.domain.suggestion import ModelRef
from hourtrail.unusual import SPEC

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HALF: Final = 20
"""True issues at which trees and prior weigh the same."""
FEWEST: Final = 5
"""Verdicts of each sort before trees can be cut at all."""
ROUNDS: Final = 60
ANCHORS: Final = 3_000
"""Entries without a verdict that hold the trees to the prior."""
ANCHOR_WEIGHT: Final = 0.1
"""What such an entry weighs beside a verdict."""
FOLDS: Final = 4
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "boost_from_average": False,
    "learning_rate": 0.1,
    "num_leaves": 6,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.6,
    "lambda_l2": 5.0,
    "seed": 20261121,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "num_threads": 1,
}


def weight_of(positives: int) -> float:
    """Weight of the trees in the blend: n / (20 + n)."""
    return positives / (HALF + positives)


@dataclass(frozen=True)
class BlendedScorer:
    """Implements ``hourtrail.domain.ports.AnomalyScorer``. Without ``booster`` it is the prior."""

    ref: ModelRef
    prior: AnomalyScorer
    booster: Any
    weight: float

    spec = SPEC

    def scores(self, matrix: Floats, group: Ints) -> Floats:
        """The prior's log-odds, corrected by the trees."""
        prior = self.prior.scores(matrix, group)
        if self.booster is None or not len(matrix):
            return prior
        return blended(prior, _correction(self.booster, matrix, prior), self.weight)

    def contributions(self, matrix: Floats, group: Ints) -> Floats:
        """The prior's contributions and the trees' exact ones, by weight.

        What the trees owe to the prior's score is handed on to the residuals that made it, in their proportion.
        """
        prior = self.prior.contributions(matrix, group)
        if self.booster is None or not len(matrix):
            return prior
        exact = np.asarray(
            self.booster.predict(_with(matrix, self.prior.scores(matrix, group)), pred_contrib=True, num_threads=1)
        )
        size = np.abs(prior).sum(axis=1, keepdims=True)
        handed_on = exact[:, [len(SPEC.names)]] * np.divide(prior, size, out=np.zeros_like(prior), where=size > 0)
        total: Floats = prior + self.weight * (exact[:, : len(SPEC.names)] + handed_on)
        return total


def blended(prior: Floats, correction: Floats, weight: float) -> Floats:
    """``sigmoid(logit(prior) + weight * correction)``."""
    return np.asarray(1 / (1 + np.exp(-(logit(prior) + weight * correction))), dtype=np.float64)


def logit(share: Floats) -> Floats:
    """ln(p / (1 - p)), with p held a little away from 0 and 1."""
    held = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held / (1 - held)), dtype=np.float64)


def blend_verdicts(prior: AnomalyScorer, matrix: Floats, group: Ints, reviewed: Ints, issue: Bools) -> BlendedScorer:
    """The prior and what the verdicts teach. ``matrix`` and ``group`` are of all entries; ``reviewed`` are numbers of rows in
    them, and ``issue`` says for each whether it was a true issue.

    Raises InvalidInput when the parts do not fit each other.
    """
    if len(reviewed) != len(issue) or len(matrix) != len(group):
        raise InvalidInput(f"{len(reviewed)} reviewed rows and {len(issue)} verdicts do not fit")
    positives = int(issue.sum())
    weight, booster = weight_of(positives), None
    if min(positives, len(issue) - positives) >= FEWEST:
        scores = prior.scores(matrix, group)
        anchors = _anchors(len(matrix), reviewed)
        if _helps(matrix, scores, reviewed, issue, anchors, weight=weight):
            booster = _fit(matrix, scores, reviewed, issue, anchors)
    return BlendedScorer(
        ref=ModelRef(
            name="anomaly-blend", version=f"{len(issue)} verdicts", digest=_digest(prior.ref, booster, weight)
        ),
        prior=prior,
        booster=booster,
        weight=weight if booster is not None else 0.0,
    )


def _digest(prior: ModelRef, booster: Any, weight: float) -> str:
    """SHA-256 over the prior and what the verdicts taught; the prior's own where that helps nothing."""
    if booster is None:
        return prior.digest
    return hashlib.sha256(f"{prior.digest} {weight!r} {booster.model_to_string()}".encode()).hexdigest()


def _anchors(rows: int, reviewed: Ints) -> Ints:
    """Rows that nobody reviewed, at most ``ANCHORS``, evenly over the entries."""
    others = np.setdiff1d(np.arange(rows), reviewed)
    return np.asarray(others[:: max(len(others) // ANCHORS, 1)], dtype=np.int64)


def _helps(matrix: Floats, scores: Floats, reviewed: Ints, issue: Bools, anchors: Ints, *, weight: float) -> bool:
    """Whether the trees lower the log-loss on verdicts that they were not fitted on."""
    fold = np.arange(len(reviewed)) % FOLDS
    after = np.zeros(len(reviewed))
    for number in range(FOLDS):
        out = fold == number
        booster = _fit(matrix, scores, reviewed[~out], issue[~out], anchors)
        rows = reviewed[out]
        after[out] = blended(scores[rows], _correction(booster, matrix[rows], scores[rows]), weight)
    return _log_loss(after, issue) < _log_loss(scores[reviewed], issue)


def _log_loss(share: Floats, issue: Bools) -> float:
    held = np.clip(share, 1e-6, 1 - 1e-6)
    return float(-np.log(np.where(issue, held, 1 - held)).mean())


def _fit(matrix: Floats, scores: Floats, reviewed: Ints, issue: Bools, anchors: Ints) -> Any:
    """Trees on the verdicts and, at the prior's own odds, on the anchors: once as issue, once as none, weighted by those odds."""
    rows = np.concatenate([reviewed, anchors, anchors])
    label = np.concatenate([issue, np.ones(len(anchors)), np.zeros(len(anchors))])
    held = scores[anchors]
    weights = np.concatenate([np.ones(len(reviewed)), ANCHOR_WEIGHT * held, ANCHOR_WEIGHT * (1 - held)])
    data = lightgbm.Dataset(
        _with(matrix[rows], scores[rows]), label=label, weight=weights, init_score=logit(scores[rows])
    )
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def _correction(booster: Any, matrix: Floats, prior: Floats) -> Floats:
    return np.asarray(booster.predict(_with(matrix, prior), raw_score=True, num_threads=1), dtype=np.float64)


def _with(matrix: Floats, prior: Floats) -> Floats:
    return np.column_stack([matrix, prior])
