"""Columnar, identity-free features of (block, work item) pairs, and the scorer that needs no model."""

from hourtrail.features.arrays import Encode
from hourtrail.features.assemble import PairFrame, frame, pair_features
from hourtrail.features.catalogue import Catalogue
from hourtrail.features.memory import Memory
from hourtrail.features.neighbours import neighbours
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import Queries
from hourtrail.features.rules import RulesScorer
from hourtrail.features.spec import SPEC, reference

__all__ = [
    "SPEC",
    "Catalogue",
    "Encode",
    "Memory",
    "PairFrame",
    "Pairs",
    "Queries",
    "RulesScorer",
    "frame",
    "neighbours",
    "pair_features",
    "reference",
]
