"""Texts and phrases as sparse rows of hashed one- and two-word terms."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Final

import numpy as np
from scipy import sparse

from hourtrail.features.arrays import Floats, Ints, Terms
from hourtrail.features.keys import key

DIMENSION: Final = 1 << 20
"""Hash buckets; with a firm's 50,000 terms about one in twenty shares its bucket."""

LONGEST: Final = 400
"""Words read of one text; a title never has more, and a pasted log must not cost more."""

_MOST_BUCKETS: Final = 1 << 18
_WORD: Final = re.compile(r"[^\W_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Buckets(dict[str, int]):
    """The bucket of each term. The keys themselves are remembered too, but to be found among texts they take thrice as long."""

    def __missing__(self, term: str) -> int:
        if len(self) >= _MOST_BUCKETS:
            self.clear()
        self[term] = bucket = key(term) % DIMENSION
        return bucket


_BUCKETS: Final = _Buckets()


def words(text: str) -> list[str]:
    """Lower-case words; ``camelCase``, ``snake_case`` and ``kebab-case`` names are taken apart."""
    return _WORD.findall(_CAMEL.sub(" ", text[: 20 * LONGEST]).casefold())[:LONGEST]


def grams(text: str) -> list[int]:
    """The buckets of the one- and two-word terms of a text, with repetition."""
    found = words(text)
    pairs = [f"{first} {second}" for first, second in pairwise(found)]
    return [*map(_BUCKETS.__getitem__, found), *map(_BUCKETS.__getitem__, pairs)]


def matrix(rows: Sequence[dict[int, float]]) -> Terms:
    """Sparse rows of shape (len(rows), DIMENSION)."""
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    total = int(counts.sum())
    indices = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=total)
    data = np.fromiter(chain.from_iterable(row.values() for row in rows), dtype=np.float64, count=total)
    pointers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    return sparse.csr_array((data, indices, pointers), shape=(len(rows), DIMENSION))


def terms(texts: Sequence[str]) -> Terms:
    """Damped term counts (1 + ln count), shape (len(texts), DIMENSION), not yet weighted."""
    counted = {text: _damped(text) for text in set(texts)}
    return matrix([counted[text] for text in texts])


def _damped(text: str) -> dict[int, float]:
    found = grams(text)
    once = dict.fromkeys(found, 1.0)
    if len(once) == len(found):
        return once
    return {term: 1.0 + math.log(n) for term, n in Counter(found).items()}


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
