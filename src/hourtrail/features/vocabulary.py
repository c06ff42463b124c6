"""Overlaps of words: weighted by how rare each term was when it was written.

A confirmed row is weighted by the document frequencies of the rows known before it, and keeps that weight; a question is
weighted by what is known when it is asked. So no vector ever changes after the fact, and nothing later leaks in.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hourtrail.features.arrays import Ints, Keys, Terms, Vectors, ranges
from hourtrail.features.asof import AsOfIndex
from hourtrail.features.lexical import row_numbers, unit


@dataclass(frozen=True, slots=True)
class Postings:
    """Sparse rows whose ``width`` columns are numbered without gaps, so that a table with one place a column stays small.

    Values are in single precision: a cosine needs no more, and the products take half the time.
    """

    values: Vectors
    columns: NDArray[np.int32]
    pointers: Ints
    width: int

    @classmethod
    def of(cls, terms: Terms, columns: Ints, width: int) -> "Postings":
        """The rows of ``terms``, each stored value in the column given for it."""
        return cls(terms.data.astype(np.float32), columns.astype(np.int32), terms.indptr.astype(np.int64), width)

    def rows(self, rows: Ints) -> "Postings":
        """Some of the rows, in that order."""
        begins = self.pointers[rows]
        counts = self.pointers[rows + 1] - begins
        stored = ranges(begins, counts)
        pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
        return Postings(self.values[stored], self.columns[stored], pointers, self.width)

    def overlap(self, asked: Terms, columns: Ints) -> Vectors:
        """Products of all pairs of rows, shape (rows here, rows asked); ``columns`` of the asked terms, -1 = in no row.

        Only columns that are asked for take part; narrowing them first spares the cost of every other one.
        """
        shape = (len(self.pointers) - 1, asked.shape[0])
        met = columns >= 0
        looked_for = np.unique(columns[met])
        if not len(looked_for):
            return np.zeros(shape, dtype=np.float32)
        place = np.full(self.width, -1, dtype=np.int32)
        place[looked_for] = np.arange(len(looked_for), dtype=np.int32)
        weights = np.zeros((len(looked_for), shape[1]), dtype=np.float32)
        weights[place[columns[met]], row_numbers(asked)[met]] = asked.data[met]
        places = place[self.columns]
        kept = places >= 0
        pointers = np.concatenate((np.zeros(1, dtype=np.int32), np.cumsum(kept, dtype=np.int32)))[self.pointers]
        narrow = sparse.csr_array((self.values[kept], places[kept], pointers), shape=(shape[0], len(looked_for)))
        return np.asarray(narrow @ weights)


class Phrasebook:
    """Sparse rows that are looked for in texts."""

    def __init__(self, looked_for: Terms) -> None:
        self._terms, columns = np.unique(looked_for.indices, return_inverse=True)
        self._postings = Postings.of(looked_for, columns, len(self._terms))

    def overlap(self, said: Terms, rows: Ints) -> Vectors:
        """Products of ``rows`` with all rows said, shape (len(rows), rows said)."""
        if not len(self._terms):
            return np.zeros((len(rows), said.shape[0]), dtype=np.float32)
        found = np.minimum(np.searchsorted(self._terms, said.indices), len(self._terms) - 1)
        columns = np.where(self._terms[found] == said.indices, found, -1)
        return self._postings.rows(rows).overlap(said, columns)


class Vocabulary:
    """Which rows of a memory hold which term: document frequencies as of any prefix, and overlaps with its rows."""

    def __init__(self, counted: Terms) -> None:
        self._counted = counted
        self._rows = row_numbers(counted)
        self._index = AsOfIndex(_keys(counted), self._rows)

    @cached_property
    def _weighted(self) -> Postings:
        """The memory's own rows, each weighted by the rows before it; columns are the codes of ``_index``."""
        idf = np.log((1.0 + self._rows) / (1.0 + self._index.seen_before())) + 1.0
        return Postings.of(unit(self._counted, idf), self._index.codes(_keys(self._counted)), len(self._index.keys))

    @property
    def weights(self) -> Vectors:
        """The weight of each stored term of the memory, in the order of its rows."""
        return self._weighted.values

    def weighted(self, counted: Terms, known: Ints) -> Terms:
        """Questions weighted by the first ``known`` rows, one number a question (smoothed idf, natural logarithm)."""
        prefix = known[row_numbers(counted)]
        frequency = self._index.count(self._index.codes(_keys(counted)), prefix)
        return unit(counted, np.log((1.0 + prefix) / (1.0 + frequency)) + 1.0)

    def rows(self, rows: Ints) -> Postings:
        """Some weighted rows of the memory."""
        return self._weighted.rows(rows)

    @cached_property
    def _by_term(self) -> Vectors:
        """The weights in the order of ``_index``: those of a term side by side, oldest row first."""
        return self.weights[self._index.order]

    def between(self, asked: Terms, low: int, high: int, place: Ints) -> Vectors:
        """Cosines of weighted questions with the rows ``low`` to ``high`` (not included), shape (rows placed, questions).

        ``place`` is where in the answer each of these rows comes, -1 = nowhere. Only rows that hold a term asked for are
        visited.
        """
        codes = self._index.codes(_keys(asked))
        met = codes >= 0
        terms, column = np.unique(codes[met], return_inverse=True)
        weights = np.zeros((len(terms), asked.shape[0]), dtype=np.float32)
        weights[column, row_numbers(asked)[met]] = asked.data[met]
        # Asked for together, since what is found second lies near what was found first.
        first, last = self._index.ends(np.repeat(terms, 2), np.tile([low, high], len(terms))).reshape(-1, 2).T
        counts = last - first
        stored = ranges(first, counts)
        rows = place[self._index.rows[stored] - low]
        shape = (int(np.count_nonzero(place >= 0)), len(terms))
        kept = rows >= 0
        entries = (rows[kept], np.repeat(np.arange(len(terms)), counts)[kept])
        found = sparse.csr_array((self._by_term[stored[kept]], entries), shape=shape)
        return np.asarray(found @ weights)

    def overlap(self, asked: Terms, known: Postings) -> Vectors:
        """Cosines of weighted questions with weighted rows, shape (rows, questions)."""
        return known.overlap(asked, self._index.codes(_keys(asked)))


class WordsOfItems:
    """How many of the first n rows of a memory hold a term, item by item.

    ``items`` of a term lie side by side in the index, so all that ever met are found without trying every pair.
    """

    def __init__(self, counted: Terms, item_codes: Ints, items: int) -> None:
        rows = row_numbers(counted)
        self._terms, term = np.unique(counted.indices, return_inverse=True)
        self._index = AsOfIndex((term * items + item_codes[rows]).astype(np.uint64), rows)
        met = self._index.keys.astype(np.int64)
        self._items: Ints = met % max(items, 1)
        self._pointers = np.searchsorted(met // max(items, 1), np.arange(len(self._terms) + 1)).astype(np.int64)

    def met(self, terms: NDArray[np.integer[Any]], known: Ints) -> tuple[Ints, Ints, Ints]:
        """Places in ``terms``, item codes and counts of every item met with each term among its first ``known`` rows."""
        # Term by term, since an index is read fastest from its beginning to its end.
        order = np.argsort(terms)
        found = np.minimum(np.searchsorted(self._terms, terms[order]), max(len(self._terms) - 1, 0))
        there = np.flatnonzero(self._terms[found] == terms[order]) if len(self._terms) else np.zeros(0, dtype=np.int64)
        found, place = found[there], order[there]
        first = self._pointers[found]
        counts = self._pointers[found + 1] - first
        codes, asked = ranges(first, counts), np.repeat(place, counts)
        seen = self._index.ends(codes, known[asked]) - self._index.starts[codes]
        known_by_then = seen > 0
        return asked[known_by_then], self._items[codes[known_by_then]], seen[known_by_then]


def _keys(of: Terms) -> Keys:
    return of.indices.astype(np.uint64)
