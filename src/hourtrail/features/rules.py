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

_SHARE_FLOOR: Final = 0.1
"""A share s adds weight * ln((s + floor) / floor): nothing counts nothing, and certainty counts 2.4 times the weight."""

CEILING: Final = 0.9
"""The rest is spread evenly: nobody measured how often the rules are right, so they are never surer than nine in ten."""

SHARES: Final[Mapping[str, float]] = {
    "own_cosine_vote": 0.7,
    "own_lexical_vote": 1.1,
    "own_exact_share": 0.5,
    "own_share_50": 0.3,
    "own_decay_7d": 0.3,
    "own_decay_30d": 0.2,
    "own_markov": 0.2,
    "firm_cosine_vote": 0.7,
    "firm_lexical_vote": 1.1,
    "series_own_share": 2.0,
    "series_firm_share": 1.2,
    "container_own_share": 1.0,
    "container_firm_share": 1.0,
    "prefix_own_share": 1.2,
    "prefix_firm_share": 1.2,
    "reference_own_share": 1.5,
    "reference_firm_share": 1.2,
    "domain_own_share": 1.0,
    "domain_firm_share": 1.0,
}
"""Columns that are shares, with the weight of their logarithm. Text and own votes carry most, as they do in the ranker."""

LINEAR: Final[Mapping[str, float]] = {
    "own_is_last": 0.15,
    "master_cosine": 2.0,
    "master_lexical": 3.0,
    "keyword_hits": 3.0,
    "code_hits": 2.5,
    "client_hits": 2.0,
    "prefix_hint": 5.0,
    "container_hint": 4.5,
    "domain_hint": 4.0,
    "assigned": 0.3,
    "planned_hours": 0.02,
    "is_not_work": -1.0,
}
"""Columns that count as they are. A hint was written down by somebody on purpose, so it outweighs a busy history."""

WEIGHED: Final = frozenset({*SHARES, *LINEAR})
"""What the rules take for evidence. Counts stand beside their share and are known even where it tells nothing."""

NEAREST: Final[Mapping[str, tuple[str, float, float]]] = {
    "own_cosine_vote": ("own_cosine_max", 0.3, 0.6),
    "firm_cosine_vote": ("firm_cosine_max", 0.3, 0.6),
    "own_lexical_vote": ("own_lexical_max", 0.0, 0.1),
    "firm_lexical_vote": ("firm_lexical_max", 0.0, 0.1),
}
"""A vote of texts that are not alike says little: with the nearest one it counts from the first bound on, fully from the second."""


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
    trained_on: tuple[int, ...] = ()

    def probabilities(self, matrix: Floats, group: Ints) -> Floats:
        """Softmax of the weighted sum inside each group (``group`` is sorted); shape (rows,)."""
        if not len(matrix):
            return np.zeros(0)
        raw = self.contributions(matrix).sum(axis=1)
        begins = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
        counts = np.diff(np.concatenate((begins, [len(group)])))
        odds = np.exp(raw - np.repeat(np.maximum.reduceat(raw, begins), counts))
        shares: Floats = odds / np.repeat(np.add.reduceat(odds, begins), counts)
        return CEILING * shares + (1 - CEILING) / np.repeat(counts, counts)

    def contributions(self, matrix: Floats) -> Floats:
        """What each feature adds to the score before the softmax; what is not known adds nothing."""
        parts = np.zeros_like(matrix)
        places = {name: place for place, name in enumerate(SPEC.names)}
        for name, weight in LINEAR.items():
            parts[:, places[name]] = weight * np.nan_to_num(matrix[:, places[name]])
        for name, weight in SHARES.items():
            shares = np.nan_to_num(matrix[:, places[name]])
            parts[:, places[name]] = weight * np.log((shares + _SHARE_FLOOR) / _SHARE_FLOOR)
        for name, (nearest, far, near) in NEAREST.items():
            likeness = np.nan_to_num(matrix[:, places[nearest]])
            parts[:, places[name]] *= np.clip((likeness - far) / (near - far), 0.0, 1.0)
        return parts
