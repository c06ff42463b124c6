"""Everybody's confirmed entries on the candidates: what similar texts were booked on, and what is busy now.

Only rows on the query's own candidates count, in parts and in totals: nothing is read of items that the person may not
book (ethical walls). Only how common a word is, and never where, comes from all rows.
"""

from itertools import pairwise
from typing import Final

import numpy as np
from scipy import sparse

from hourtrail.features.arrays import Floats, Ints, Vectors, ranges, share
from hourtrail.features.keys import combined
from hourtrail.features.question import Question

WINDOW: Final = 10_000
"""Newest known entries of the firm whose texts are compared."""

_SHARPNESS: Final = 16.0
"""Of exp(cosine): a text at 0.8 weighs 120 times one at 0.5."""

_DAY: Final = 86_400.0
_CELLS: Final = 4_000_000
_TABLE: Final = 1_000_000
_AT_ONCE: Final = 64
"""Queries whose words are compared in one product: more have so many terms that few rows drop out."""

_PIECE: Final = 64
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
    if not len(question.memory):
        return out
    for chunk in _chunks(question.known, question.width):
        question.fill(out, chunk, _Stretch(question, chunk).tables())
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
    """The window of rows that some queries share, those of an item side by side; tables of shape (queries, slots + 1)."""

    def __init__(self, question: Question, chunk: Ints) -> None:
        self.question, self.chunk, self.memory = question, chunk, question.memory
        self.shape = (len(chunk), question.width + 1)
        known = question.known[chunk]
        self.low, self.high = max(0, int(known.min()) - WINDOW), int(known.max())
        index, codes = self.memory.by_item, question.item_codes
        first = index.ends(codes, np.array(self.low))
        counts = index.ends(codes, np.array(self.high)) - first
        self.rows = index.rows[ranges(first, counts)]
        self.present = np.flatnonzero(counts)
        self.edges = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts[self.present])))
        # What one query of the chunk does not know yet, or no longer reads, is hidden from it.
        self.partly = np.flatnonzero((self.rows >= known.min()) | (self.rows < self.high - WINDOW))
        partly = self.rows[self.partly, None]
        self.hidden = (partly >= known) | (partly < known - WINDOW)

    def tables(self) -> dict[str, Floats]:
        """The greatest likeness and the votes (not yet shares), by cosine and by rare words."""
        if not len(self.rows):
            return {}
        tables = self._lexical()
        both = self.memory.comparable(self.question.queries.vectors)
        return tables if both is None else tables | self._cosines(both[0][self.chunk], both[1])

    def _cosines(self, asked: Vectors, known: Vectors) -> dict[str, Floats]:
        product = self._product(asked, known)
        product[self.partly] = np.where(self.hidden, -np.inf, product[self.partly])
        product[:, ~asked.any(axis=1)] = -np.inf
        best = self._greatest(product)
        product -= 1.0
        product *= np.float32(_SHARPNESS)
        np.exp(product, out=product)
        tables = {
            "firm_cosine_max": self._table(np.where(np.isneginf(best), np.nan, best), np.nan),
            "firm_cosine_vote": self._table(self._summed(product, np.ones(len(self.rows))), 0.0),
            "firm_cosine_decayed": self._table(self._summed(product, self._decay(30.0)), 0.0),
        }
        # exp(24 cosine) by way of a root, which costs a third of another exponential.
        product *= np.sqrt(product)
        return tables | {"firm_cosine_sharp": self._table(self._summed(product, self._decay(60.0)), 0.0)}

    def _decay(self, days: float) -> Floats:
        """Weights of the rows by age; only ratios count, so age is reckoned from the newest row of the window."""
        at = self.memory.traits.at[self.rows]
        weights: Floats = np.exp2((at - at.max()) / (days * _DAY))
        return weights

    def _product(self, asked: Vectors, known: Vectors) -> Vectors:
        """Cosines, shape (rows, queries)."""
        if 2 * len(self.rows) < self.high - self.low:
            few: Vectors = known[self.rows] @ asked.T
            return few
        # Most rows of the window count: to copy the products costs less than to copy the vectors.
        every: Vectors = known[self.low : self.high] @ asked.T
        return every[self.rows - self.low]

    def _lexical(self) -> dict[str, Floats]:
        vocabulary, known = self.memory.vocabulary, self.memory.vocabulary.rows(self.rows)
        best, votes, decayed, wide = np.zeros((4, len(self.present), len(self.chunk)))
        alike, by_age = np.ones(len(self.rows)), self._decay(45.0)
        for begin in range(0, len(self.chunk), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            product = vocabulary.overlap(self.question.words[self.chunk[part]], known)
            product[self.partly] = np.where(self.hidden[:, part], 0.0, product[self.partly])
            best[:, part] = self._greatest(product)
            squares = np.square(product)
            wide[:, part] = self._summed(squares, alike)
            product *= squares
            votes[:, part] = self._summed(product, alike)
            decayed[:, part] = self._summed(product, by_age)
        return {
            "firm_lexical_max": self._table(np.where(best > 0, best, np.nan), np.nan),
            "firm_lexical_vote": self._table(votes, 0.0),
            "firm_lexical_decayed": self._table(decayed, 0.0),
            "firm_lexical_wide": self._table(wide, 0.0),
        }

    def _greatest(self, product: Vectors) -> Floats:
        """The greatest value of each item's rows, shape (items present, queries)."""
        parts = [np.maximum.reduce(product[first:last]) for first, last in pairwise(self.edges.tolist())]
        return np.array(parts, dtype=np.float64)

    def _summed(self, product: Vectors, weights: Floats) -> Floats:
        """Weighted sums over each item's rows, shape (items present, queries)."""
        # Single precision adds up few rows at a time only: over thousands it would lose the sixth digit.
        pieces = np.unique(np.concatenate((self.edges, np.arange(0, len(weights), _PIECE))))
        by_piece = sparse.csr_array((weights.astype(np.float32), np.arange(len(weights)), pieces))
        sums = (by_piece @ product).astype(np.float64)
        return np.add.reduceat(sums, np.searchsorted(pieces, self.edges[:-1]), axis=0)

    def _table(self, values: Floats, elsewhere: float) -> Floats:
        table: Floats = np.full(self.shape, elsewhere)
        table[:, self.present] = values.T
        return table


def _activity(question: Question) -> dict[str, Floats]:
    """How much others booked on each item lately, how old it is and how long it has been idle."""
    queries, pairs, memory = question.queries, question.pairs, question.memory
    # Blocks of a person that are asked together have the same answers: each is looked up once.
    asker = np.unique(combined(queries.person, queries.asked_at.view(np.uint64)), return_inverse=True)[1]
    _, first, again = np.unique(
        asker[pairs.query] * question.width + pairs.slot, return_index=True, return_inverse=True
    )
    query, slot = pairs.query[first], pairs.slot[first]
    everybody, own = memory.by_item, memory.by_person_item
    of_item = question.item_codes[slot]
    of_own = own.codes(combined(queries.person[query], question.catalogue.keys[pairs.item[first]]))

    def others(known: Ints) -> Floats:
        counts: Floats = (everybody.count(of_item, known[query]) - own.count(of_own, known[query])).astype(np.float64)
        return counts

    now = others(question.known)
    out: dict[str, Floats] = {"firm_markov": _followed(question)}
    for days in (7, 30, 120):
        lately = (now - others(memory.known(queries.asked_at - days * _DAY)))[again]
        out[f"others_share_{days}d"] = share(lately, pairs.summed(lately))
    prefix = question.known[query]
    for name, row in (
        ("item_log_age", everybody.first(of_item, prefix)),
        ("item_log_idle", everybody.last(of_item, prefix)),
    ):
        ages = np.full(len(query), np.nan)
        seen = row >= 0
        ages[seen] = np.log1p((queries.asked_at[query][seen] - memory.known_at[row[seen]]) / _DAY)
        out[name] = ages[again]
    return out


def _followed(question: Question) -> Floats:
    """How often each item was anybody's next one after that of the person's newest entry."""
    memory, pairs = question.memory, question.pairs
    people = memory.by_person
    newest = people.last(people.codes(question.queries.person), question.known)[pairs.query]
    item = question.item_codes[pairs.slot]
    ask = np.flatnonzero((newest >= 0) & (item >= 0))
    index = memory.after
    codes = index.codes(memory.followed(memory.item_codes[newest[ask]], item[ask]))
    times = np.zeros(len(pairs))
    times[ask] = index.count(codes, question.known[pairs.query[ask]])
    return share(times, pairs.summed(times))
