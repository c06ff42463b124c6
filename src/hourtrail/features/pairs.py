"""Which work items are in question for which row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hourtrail.domain.errors import InvalidInput
from hourtrail.features.arrays import Floats, Ints


@dataclass(frozen=True)
class Pairs:
    """(query row, catalogue item) pairs, sorted by query; no pair twice. Raises InvalidInput when they are not sorted."""

    query: Ints
    item: Ints

    def __post_init__(self) -> None:
        if len(self.query) != len(self.item) or bool(np.any(np.diff(self.query) < 0)):
            raise InvalidInput("pairs must be sorted by query, with one item each")

    @classmethod
    def of(cls, candidates: Iterable[Sequence[int] | Ints]) -> "Pairs":
        """The item numbers in question for each query, in the order of the queries."""
        rows = [np.asarray(items, dtype=np.int64) for items in candidates]
        counts = np.array([len(row) for row in rows], dtype=np.int64)
        return cls(
            query=np.repeat(np.arange(len(rows), dtype=np.int64), counts),
            item=np.concatenate([np.zeros(0, dtype=np.int64), *rows]),
        )

    def __len__(self) -> int:
        return len(self.query)

    @cached_property
    def distinct(self) -> Ints:
        """The items in question, each once, in order."""
        return np.unique(self.item)

    @cached_property
    def slot(self) -> Ints:
        """The place of each pair's item in ``distinct``."""
        return np.searchsorted(self.distinct, self.item).astype(np.int64)

    def starts(self, queries: int) -> Ints:
        """Where each query's pairs begin, and the end behind the last; shape (queries + 1,)."""
        return np.searchsorted(self.query, np.arange(queries + 1)).astype(np.int64)

    def summed(self, values: Floats) -> Floats:
        """For each pair: the sum of ``values`` over its query's pairs, NaN counted as nothing."""
        totals: Floats = np.bincount(self.query, weights=np.nan_to_num(values)).astype(np.float64)
        return totals[self.query]
