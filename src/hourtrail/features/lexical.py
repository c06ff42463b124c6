"""Words as hashed one- and two-word terms, weighted by how rare each term was when it was written.

A confirmed row is weighted by the document frequencies of the rows known before it, and keeps that weight; a question is
weighted by what is known when it is asked. So no vector ever changes after the fact, and nothing later leaks in.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from scipy import sparse

from hourtrail.features.arrays import Floats, Ints, Terms
from hourtrail.features.asof import AsOfIndex
from hourtrail.features.keys import key

DIMENSION: Final = 1 << 20
"""Hash buckets; with a firm's 50,000 terms about one in twenty shares its bucket."""

LONGEST: Final = 400
"""Words read of one text; a title never has more, and a pasted log must not cost more."""

_WORD: Final = re.compile(r"[^\W_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words(text: str) -> list[str]:
    """Lower-case words; ``camelCase``, ``snake_case`` and ``kebab-case`` names are taken apart."""
    return _WORD.findall(_CAMEL.sub(" ", text[: 20 * LONGEST]).casefold())[:LONGEST]


def grams(text: str) -> list[int]:
    """The buckets of the one- and two-word terms of a text, with repetition."""
    found = words(text)
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return [key(term) % DIMENSION for term in (*found, *pairs)]


def matrix(rows: Sequence[dict[int, float]]) -> Terms:
    """Sparse rows of shape (len(rows), DIMENSION)."""
    counts = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    indices = np.fromiter((term for row in rows for term in row), dtype=np.int64, count=int(counts.sum()))
    data = np.fromiter((value for row in rows for value in row.values()), dtype=np.float64, count=len(indices))
    pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    return sparse.csr_array((data, indices, pointers), shape=(len(rows), DIMENSION))


def terms(texts: Sequence[str]) -> Terms:
    """Damped term counts (1 + ln count), shape (len(texts), DIMENSION), not yet weighted."""
    return matrix([{term: 1.0 + float(np.log(n)) for term, n in Counter(grams(text)).items()} for text in texts])


def phrases(rows: Sequence[Sequence[str]]) -> Terms:
    """Phrases to be found literally; each adds up to 1 when all of its words stand in that order.

    A phrase of one word is that word, a longer one its two-word terms in equal parts.
    """
    found: list[dict[int, float]] = []
    for row in rows:
        parts: dict[int, float] = {}
        for phrase in {" ".join(words(phrase)) for phrase in row} - {""}:
            stems = phrase.split()
            looked_for = [f"{a} {b}" for a, b in pairwise(stems)] or stems
            for term in looked_for:
                bucket = key(term) % DIMENSION
                parts[bucket] = parts.get(bucket, 0.0) + 1.0 / len(looked_for)
        found.append(parts)
    return matrix(found)


def presence(counted: Terms) -> Terms:
    """1 where a term occurs."""
    return sparse.csr_array((np.ones_like(counted.data), counted.indices, counted.indptr), shape=counted.shape)


def row_numbers(of: Terms) -> Ints:
    """The row of each stored value."""
    return np.repeat(np.arange(of.shape[0], dtype=np.int64), np.diff(of.indptr))


def unit(counted: Terms, idf: Floats) -> Terms:
    """Rows weighted by ``idf`` (one value a stored term) and brought to length 1; an empty row stays empty."""
    data = counted.data * idf
    squares = np.bincount(row_numbers(counted), weights=data**2, minlength=counted.shape[0])
    norms = np.sqrt(np.where(squares > 0, squares, 1.0))
    return sparse.csr_array((data / norms[row_numbers(counted)], counted.indices, counted.indptr), shape=counted.shape)


def overlap(asked: Terms, known: Terms) -> Terms:
    """The products of all pairs of rows, shape (rows asked, rows known), over the terms that are asked for only.

    Both have the same columns; narrowing them first spares the cost of every other column.
    """
    looked_for = np.unique(asked.indices)
    if not len(looked_for):
        return sparse.csr_array((asked.shape[0], known.shape[0]), dtype=np.float64)
    found = np.minimum(np.searchsorted(looked_for, known.indices), len(looked_for) - 1)
    places = np.searchsorted(looked_for, asked.indices)
    return _narrowed(asked, places, known, np.where(looked_for[found] == known.indices, found, -1), len(looked_for))


def _narrowed(asked: Terms, places: Ints, known: Terms, found: Ints, width: int) -> Terms:
    """The product over ``width`` columns; ``places`` and ``found`` are the new columns, -1 = dropped."""
    kept = found >= 0
    pointers = np.concatenate(([0], np.cumsum(kept)))[known.indptr]
    narrow = sparse.csr_array((known.data[kept], found[kept], pointers), shape=(known.shape[0], width))
    question = sparse.csr_array((asked.data, places, asked.indptr), shape=(asked.shape[0], width))
    return sparse.csr_array(question @ narrow.T)


class Vocabulary:
    """Which rows of a memory hold which term: document frequencies as of any prefix, and overlaps with its rows."""

    def __init__(self, counted: Terms) -> None:
        self._counted = counted
        self._rows = row_numbers(counted)
        self._index = AsOfIndex(counted.indices.astype(np.uint64), self._rows)

    @cached_property
    def _weighted(self) -> Terms:
        """The memory's own rows, each weighted by the rows before it; columns are the codes of ``_index``."""
        idf = np.log((1.0 + self._rows) / (1.0 + self._index.seen_before())) + 1.0
        weighted = unit(self._counted, idf)
        columns = self._index.codes(self._counted.indices.astype(np.uint64)).astype(np.int32)
        shape = (weighted.shape[0], max(1, len(self._index.keys)))
        return sparse.csr_array((weighted.data, columns, weighted.indptr), shape=shape)

    def weighted(self, counted: Terms, known: Ints) -> Terms:
        """Questions weighted by the first ``known`` rows, one number a question (smoothed idf, natural logarithm)."""
        prefix = known[row_numbers(counted)]
        frequency = self._index.count(self._index.codes(counted.indices.astype(np.uint64)), prefix)
        return unit(counted, np.log((1.0 + prefix) / (1.0 + frequency)) + 1.0)

    def overlap(self, asked: Terms, rows: Ints | slice) -> Terms:
        """Cosines of weighted questions with some rows of the memory, shape (questions, rows)."""
        known = self._weighted[rows]
        codes = self._index.codes(asked.indices.astype(np.uint64))
        looked_for = np.unique(codes[codes >= 0])
        if not len(looked_for):
            return sparse.csr_array((asked.shape[0], known.shape[0]), dtype=np.float64)
        place = np.full(known.shape[1] + 1, -1, dtype=np.int32)
        place[looked_for] = np.arange(len(looked_for), dtype=np.int32)
        # A term that the memory never saw gets a column of its own, which no row has.
        places = np.where(codes >= 0, place[codes], len(looked_for))
        return _narrowed(asked, places, known, place[known.indices].astype(np.int64), len(looked_for) + 1)
