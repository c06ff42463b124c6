"""The scorer that needs no model: hand-set weights on the features, softmax over each block's candidates."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import ModelRef, Threshold
from hourtrail.features.arrays import Floats, Ints
from hourtrail.features.spec import SPEC

VERSION: Final = "1"

_SHARE_FLOOR: Final = 0.02
"""A share s adds weight * ln((s + floor) / floor): the first votes for an item count most, none counts nothing."""

SHARES: Final[Mapping[str, float]] = {
    "own_cosine_vote": 0.9,
    "own_cosine_decayed": 0.3,
    "own_lexical_vote": 0.5,
    "own_exact_share": 0.4,
    "own_share_10": 0.2,
    "own_share_50": 0.2,
    "own_decay_7d": 0.3,
    "own_decay_30d": 0.2,
    "own_markov": 0.2,
    "firm_cosine_vote": 0.5,
    "firm_cosine_decayed": 0.2,
    "firm_lexical_vote": 0.5,
    "others_share_30d": 0.1,
    "series_own_share": 1.2,
    "series_firm_share": 0.5,
    "container_own_share": 0.6,
    "container_firm_share": 0.5,
    "prefix_own_share": 0.8,
    "prefix_firm_share": 0.6,
    "reference_own_share": 1.0,
    "reference_firm_share": 0.6,
    "domain_own_share": 0.6,
    "domain_firm_share": 0.4,
}
"""Columns that are shares, with the weight of their logarithm."""

LINEAR: Final[Mapping[str, float]] = {
    "own_is_last": 0.3,
    "own_cosine_max": 1.0,
    "firm_cosine_max": 1.0,
    "master_cosine": 2.5,
    "master_lexical": 3.0,
    "keyword_hits": 1.2,
    "code_hits": 1.2,
    "client_hits": 1.0,
    "prefix_hint": 2.5,
    "container_hint": 2.0,
    "domain_hint": 1.8,
    "assigned": 0.3,
    "planned_hours": 0.02,
    "is_not_work": -1.0,
}
"""Columns that count as they are."""


def _digest() -> str:
    weights = {
        "shares": dict(SHARES),
        "linear": dict(LINEAR),
        "floor": _SHARE_FLOOR,
        "spec": [SPEC.version, *SPEC.names],
    }
    return hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RulesScorer:
    """Answers when no model can, and is labelled as such by its ``ref``. It has no measured thresholds."""

    ref: ModelRef = field(default_factory=lambda: ModelRef(name="rules", version=VERSION, digest=_digest()))
    spec: FeatureSpec = SPEC
    thresholds: tuple[Threshold, ...] = ()

    def probabilities(self, matrix: Floats, group: Ints) -> Floats:
        """Softmax of the weighted sum inside each group (``group`` is sorted); shape (rows,)."""
        if not len(matrix):
            return np.zeros(0)
        raw = self.contributions(matrix).sum(axis=1)
        begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        counts = np.diff(np.concatenate((begins, [len(group)])))
        odds = np.exp(raw - np.repeat(np.maximum.reduceat(raw, begins), counts))
        probabilities: Floats = odds / np.repeat(np.add.reduceat(odds, begins), counts)
        return probabilities

    def contributions(self, matrix: Floats) -> Floats:
        """What each feature adds to the score before the softmax; what is not known adds nothing."""
        parts = np.zeros_like(matrix)
        places = {name: place for place, name in enumerate(SPEC.names)}
        for name, weight in LINEAR.items():
            parts[:, places[name]] = weight * np.nan_to_num(matrix[:, places[name]])
        for name, weight in SHARES.items():
            shares = np.nan_to_num(matrix[:, places[name]])
            parts[:, places[name]] = weight * np.log((shares + _SHARE_FLOOR) / _SHARE_FLOOR)
        return parts
