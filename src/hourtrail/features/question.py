"""Everything that one computation reads, with what its feature groups share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hourtrail.features.arrays import Floats, Ints, Terms, ranges
from hourtrail.features.catalogue import Catalogue
from hourtrail.features.memory import Memory
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import Queries


@dataclass(frozen=True)
class Reading:
    """Pairs of some queries: their numbers, and which of the queries (by place) each belongs to."""

    pairs: Ints
    query: Ints


@dataclass(frozen=True)
class Question:
    """Queries, the items in question for them, and what is known about both.

    Dense tables number the items in question 0 .. ``width`` - 1; their last column, ``width``, is every other item.
    """

    queries: Queries
    pairs: Pairs
    memory: Memory
    catalogue: Catalogue

    @cached_property
    def known(self) -> Ints:
        """How many rows of the memory each query may read: the guard against leakage."""
        return self.memory.known(self.queries.asked_at)

    @cached_property
    def words(self) -> Terms:
        """The queries' terms, weighted by how rare they were when asked."""
        return self.memory.vocabulary.weighted(self.queries.traits.terms, self.known)

    @property
    def width(self) -> int:
        """How many items are in question."""
        return len(self.pairs.distinct)

    @cached_property
    def item_codes(self) -> Ints:
        """The number, in ``memory.by_item``, of each item in question; -1 for one that was never confirmed."""
        return self.memory.by_item.codes(self.catalogue.keys[self.pairs.distinct])

    @cached_property
    def entries(self) -> Ints:
        """How many entries on its item each pair's query may read, everybody's."""
        return self.memory.by_item.count(self.item_codes[self.pairs.slot], self.known[self.pairs.query])

    @cached_property
    def slot_of_item(self) -> Ints:
        """The number, among the items in question, of each item of ``memory.by_item``."""
        slots = np.full(len(self.memory.by_item.keys), self.width, dtype=np.int64)
        codes = self.item_codes
        slots[codes[codes >= 0]] = np.flatnonzero(codes >= 0)
        return slots

    @cached_property
    def slot_of_row(self) -> Ints:
        """The number of each memory row's item among those in question."""
        return self.slot_of_item[self.memory.item_codes]

    @cached_property
    def _starts(self) -> Ints:
        return self.pairs.starts(len(self.queries))

    def read(self, queries: Ints) -> Reading:
        """The pairs of ``queries`` (in any order, even repeated)."""
        counts = self._starts[queries + 1] - self._starts[queries]
        places = np.repeat(np.arange(len(queries), dtype=np.int64), counts)
        return Reading(pairs=ranges(self._starts[queries], counts), query=places)

    def fill(self, columns: dict[str, Floats], queries: Ints, tables: dict[str, Floats]) -> None:
        """Copy the cells of dense ``tables``, shape (queries, width + 1), to the pairs they belong to."""
        reading = self.read(queries)
        cells = reading.query * (self.width + 1) + self.pairs.slot[reading.pairs]
        for name, table in tables.items():
            if name not in columns:
                columns[name] = np.full(len(self.pairs), np.nan)
            columns[name][reading.pairs] = table.ravel()[cells]
