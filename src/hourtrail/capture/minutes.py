"""Minutes of a timeline as sorted disjoint spans: sums, overlaps and cuts without an array of every minute of a year."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Minutes:
    """Half-open spans [start, end) of whole minutes since 1970, in order, disjoint and none of them empty.

    Both arrays have the shape (spans,). Build one with :meth:`of`, which keeps that promise.
    """

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> "Minutes":
        """The union of ``spans`` in any order; overlapping and touching ones become one, empty ones go."""
        rows = np.array([span for span in spans if span[1] > span[0]], dtype=np.int64).reshape(-1, 2)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        if not len(rows):
            return cls(rows[:, 0], rows[:, 1])
        reached = np.maximum.accumulate(rows[:, 1])
        begins = np.flatnonzero(np.append(np.ones(1, dtype=np.bool_), rows[1:, 0] > reached[:-1]))
        return cls(rows[begins, 0], reached[np.append(begins[1:] - 1, len(rows) - 1)])

    def __len__(self) -> int:
        return len(self.starts)

    def spans(self) -> list[tuple[int, int]]:
        """The spans as pairs of numbers."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @property
    def total(self) -> int:
        """How many minutes there are."""
        return int((self.ends - self.starts).sum())

    def before(self, instants: Ints) -> Ints:
        """How many of the minutes lie before each instant; same shape as ``instants``."""
        if not len(self):
            return np.zeros(instants.shape, dtype=np.int64)
        counted = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(self.ends - self.starts)))
        begun = np.searchsorted(self.starts, instants, side="right")
        # The last span that began may go on past the instant; where none began there is nothing to take off.
        beyond = np.where(begun > 0, np.maximum(self.ends[np.maximum(begun, 1) - 1] - instants, 0), 0)
        return (counted[begun] - beyond).astype(np.int64)

    def shared(self, other: "Minutes") -> int:
        """How many minutes both hold."""
        return int((self.before(other.ends) - self.before(other.starts)).sum())

    def cut_to(self, other: "Minutes") -> "Minutes":
        """The minutes that both hold, as spans."""
        first = np.searchsorted(other.ends, self.starts, side="right")
        counts = np.searchsorted(other.starts, self.ends, side="left") - first
        mine = np.repeat(np.arange(len(self), dtype=np.int64), counts)
        # The k-th overlap of a span is with the k-th of the other spans that it meets.
        turn = np.arange(len(mine), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        theirs = first[mine] + turn
        return Minutes(
            np.maximum(self.starts[mine], other.starts[theirs]), np.minimum(self.ends[mine], other.ends[theirs])
        )
