"""Everybody's confirmed entries on the candidates: what similar texts were booked on, and what is busy now.

Only rows on the query's own candidates count, in parts and in totals: nothing is read of items that the person may not
book (ethical walls). Only how common a word is, and never where, comes from all rows.
"""

from typing import Final

import numpy as np

from hourtrail.features.arrays import Floats, Ints, Terms, Vectors, share
from hourtrail.features.keys import combined
from hourtrail.features.lexical import row_numbers
from hourtrail.features.question import Question

WINDOW: Final = 10_000
"""Newest known entries of the firm whose texts are compared."""

_SHARPNESS: Final = 16.0
"""Of exp(cosine): a text at 0.8 weighs 120 times one at 0.5."""

_HALF_LIFE: Final = 30.0 * 86_400.0
_DAY: Final = 86_400.0
_CELLS: Final = 4_000_000
_TABLE: Final = 1_000_000
_REACH: Final = 2_048
"""Rows that may become known between the first and the last query of one matrix product."""


def firm_features(question: Question) -> dict[str, Floats]:
    """Columns ``firm_*``, ``others_*`` and ``item_*`` of the history, one value a pair."""
    text = _text_columns(question)
    for name, votes in text.items():
        if not name.endswith("_max"):
            text[name] = share(votes, question.pairs.summed(votes))
    return text | _activity(question)


def _text_columns(question: Question) -> dict[str, Floats]:
    out: dict[str, Floats] = {}
    memory = question.memory
    if not len(memory):
        return out
    both = memory.comparable(question.queries.vectors)
    for chunk in _chunks(question.known, question.width):
        stretch = _Stretch(question, question.known[chunk])
        tables = stretch.lexical(question.words[chunk])
        if both is not None:
            tables |= stretch.cosines(both[0][chunk], both[1])
        question.fill(out, chunk, tables)
    return out


def _chunks(known: Ints, width: int) -> list[Ints]:
    """Queries in time order, as many together as share nearly the same known rows and fit a bounded product."""
    order = np.argsort(known, kind="stable").astype(np.int64)
    size = int(np.clip(min(_CELLS // (WINDOW + _REACH), _TABLE // (width + 1)), 16, 512))
    chunks, begin = [], 0
    while begin < len(order):
        reach = int(np.searchsorted(known[order], known[order[begin]] + _REACH, side="right"))
        end = min(begin + size, reach)
        chunks.append(order[begin:end])
        begin = end
    return chunks


class _Stretch:
    """The window of rows that some queries share; tables of shape (queries, slots + 1)."""

    def __init__(self, question: Question, known: Ints) -> None:
        self.memory, self.known, self.slot_of_row = question.memory, known, question.slot_of_row
        self.low = max(0, int(known.min()) - WINDOW)
        self.high = int(known.max())
        self.shape = (len(known), question.width + 1)
        on = self.slot_of_row[self.low : self.high]
        order = np.argsort(on, kind="stable")
        self.order = order[on[order] < question.width]
        self.present, self.begins = np.unique(on[self.order], return_index=True)

    def cosines(self, asked: Vectors, known: Vectors) -> dict[str, Floats]:
        """The greatest cosine and the two votes (not yet shares)."""
        tables = {
            "firm_cosine_max": np.full(self.shape, np.nan),
            "firm_cosine_vote": np.zeros(self.shape),
            "firm_cosine_decayed": np.zeros(self.shape),
        }
        if not len(self.order):
            return tables
        product = asked @ known[self.low : self.high].T
        self._hide(product)
        product[~asked.any(axis=1)] = -np.inf
        product = product[:, self.order]
        best = np.maximum.reduceat(product, self.begins, axis=1)
        tables["firm_cosine_max"][:, self.present] = np.where(np.isneginf(best), np.nan, best)
        product -= 1.0
        product *= np.float32(_SHARPNESS)
        np.exp(product, out=product)
        tables["firm_cosine_vote"][:, self.present] = np.add.reduceat(product, self.begins, axis=1)
        at = self.memory.traits.at[self.low : self.high][self.order]
        # Only ratios count, so decay is reckoned from the newest row of the window.
        product *= np.exp2((at - at.max()) / _HALF_LIFE).astype(np.float32)
        tables["firm_cosine_decayed"][:, self.present] = np.add.reduceat(product, self.begins, axis=1)
        return tables

    def _hide(self, product: Vectors) -> None:
        """What one query of the chunk does not know yet, or no longer reads, is hidden from it."""
        first, last = int(self.known.min()), int(self.known.max())
        fresh = np.arange(first, last)
        product[:, first - self.low :][fresh >= self.known[:, None]] = -np.inf
        dropped = np.arange(self.low, max(self.low, last - WINDOW))
        product[:, : len(dropped)][dropped < self.known[:, None] - WINDOW] = -np.inf

    def lexical(self, asked: Terms) -> dict[str, Floats]:
        """The greatest overlap of rare words, and the vote by it (not yet shares)."""
        product = self.memory.vocabulary.overlap(asked, slice(self.low, self.high))
        query, row = row_numbers(product), product.indices + self.low
        counts = (row < self.known[query]) & (row >= self.known[query] - WINDOW)
        cells = (query * self.shape[1] + self.slot_of_row[row])[counts]
        similar = product.data[counts]
        size = self.shape[0] * self.shape[1]
        best = np.zeros(size)
        np.maximum.at(best, cells, similar)
        votes = np.bincount(cells, weights=similar**3, minlength=size).astype(np.float64)
        return {
            "firm_lexical_max": np.where(best > 0, best, np.nan).reshape(self.shape),
            "firm_lexical_vote": votes.reshape(self.shape),
        }


def _activity(question: Question) -> dict[str, Floats]:
    """How much others booked on each item lately, how old it is and how long it has been idle."""
    queries, pairs, memory, catalogue = question.queries, question.pairs, question.memory, question.catalogue
    everybody, own = memory.by_item, memory.by_person_item
    of_item = everybody.codes(catalogue.keys)[pairs.item]
    of_own = own.codes(combined(queries.person[pairs.query], catalogue.keys[pairs.item]))
    now = question.known[pairs.query]
    others_now = everybody.count(of_item, now) - own.count(of_own, now)
    out: dict[str, Floats] = {}
    for days in (7, 30, 120):
        before = memory.known(queries.asked_at - days * _DAY)[pairs.query]
        others_before = everybody.count(of_item, before) - own.count(of_own, before)
        others = (others_now - others_before).astype(np.float64)
        out[f"others_share_{days}d"] = share(others, pairs.summed(others))
    for name, row in (("item_log_age", everybody.first(of_item, now)), ("item_log_idle", everybody.last(of_item, now))):
        out[name] = np.full(len(pairs), np.nan)
        seen = row >= 0
        since = queries.asked_at[pairs.query][seen] - memory.known_at[row[seen]]
        out[name][seen] = np.log1p(since / _DAY)
    return out
