"""The past entries that an answer leans on, for its reasons."""

from typing import Final

import numpy as np

from hourtrail.domain.firm import WorkItem
from hourtrail.features.arrays import Floats, Ints
from hourtrail.features.keys import item_key
from hourtrail.features.memory import Memory
from hourtrail.features.queries import Queries

READ: Final = 2_000
"""Newest entries on the item that are compared."""

_OWN_FIRST: Final = 0.1
"""Of two about equally similar entries the person's own one is named: they remember it."""


def neighbours(queries: Queries, row: int, item: WorkItem, memory: Memory, n: int = 3) -> list[tuple[str, float]]:
    """The ``n`` most similar confirmed entries on ``item``: id and similarity (cosine, or word overlap without an encoder).

    Only what was known when the row was asked; entries without any likeness are left out.
    """
    index = memory.by_item
    codes = index.codes(np.array([item_key(item)], dtype=np.uint64))
    known = memory.known(queries.asked_at[row : row + 1])
    count = int(index.count(codes, known)[0])
    if not count:
        return []
    end = int(index.ends(codes, known)[0])
    rows = index.rows[end - min(count, READ) : end]
    similar = _similarity(queries, row, memory, rows, known)
    own = memory.traits.person[rows] == queries.person[row]
    # Newer first among equals.
    order = np.lexsort((-rows, -(similar + _OWN_FIRST * own)))
    chosen = [place for place in order.tolist() if similar[place] > 0][:n]
    return [(memory.confirmations[rows[place]].id, float(min(similar[place], 1.0))) for place in chosen]


def _similarity(queries: Queries, row: int, memory: Memory, rows: Ints, known: Ints) -> Floats:
    one = slice(row, row + 1)
    both = memory.comparable(queries.vectors)
    if both is not None:
        similar: Floats = (both[1][rows] @ both[0][row]).astype(np.float64)
        return similar
    vocabulary = memory.vocabulary
    words = vocabulary.weighted(queries.traits.terms[one], known)
    return vocabulary.overlap(words, vocabulary.rows(rows)).ravel().astype(np.float64)
