"""Everybody's confirmed entries on the candidates: what similar texts were booked on, and what is busy now.

Only rows on the query's own candidates count, in parts and in totals: nothing is read of items that the person may not
book (ethical walls). Only how common a word is, and never where, comes from all rows.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from hourtrail.features.arrays import Floats, Ints, Vectors, ranges, share
from hourtrail.features.keys import combined
from hourtrail.features.question import Question

WINDOW: Final = 10_000
"""Newest known entries of the firm whose texts are compared."""

_SHARPNESS: Final = 16.0
"""Of exp(cosine): a text at 0.8 weighs 120 times one at 0.5."""

_DAY: Final = 86_400.0
_TABLE: Final = 1_000_000
_AT_ONCE: Final = 256
"""Queries whose words are compared in one product."""

_TILE: Final = 512
"""Rows that are worked on at a time: with as many queries, one megabyte."""

_BY_STRETCHES: Final = 2_000
"""Values of an item, below which several items are reduced together: slow for each value, but without a call for each item."""

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
    size = int(np.clip(_TABLE // (width + 1), 16, 512))
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
        edges = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts[self.present])))
        self.tiles = _tiles(edges, len(chunk))
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
        best = np.full((len(self.present), len(self.chunk)), -np.inf)
        votes, decayed, sharp = np.zeros((3, *best.shape))
        alike, lately, by_season = np.ones(len(self.rows), dtype=np.float32), self._decay(30.0), self._decay(60.0)
        shade = np.where(self.hidden, np.float32(-np.inf), np.float32(0.0))
        # Multiplied here, the exponent comes out of the product; its base is arbitrary, since votes become shares.
        sharper = np.ascontiguousarray((asked * np.float32(_SHARPNESS)).T)
        for tile in self.tiles:
            product = known[self.rows[tile.rows]] @ sharper
            partly = self._partly(tile)
            product[self.partly[partly] - tile.rows.start] += shade[partly]
            tile.greatest(product, into=best)
            np.exp(product, out=product)
            tile.summed(product, alike, into=votes)
            tile.summed(product, lately, into=decayed)
            # exp(24 cosine) by way of a root, which costs a third of another exponential.
            product *= np.sqrt(product)
            tile.summed(product, by_season, into=sharp)
        blank = ~asked.any(axis=1)
        best[:, blank] = -np.inf
        for sums in (votes, decayed, sharp):
            sums[:, blank] = 0.0
        return {
            "firm_cosine_max": self._table(np.where(np.isneginf(best), np.nan, best / _SHARPNESS), np.nan),
            "firm_cosine_vote": self._table(votes, 0.0),
            "firm_cosine_decayed": self._table(decayed, 0.0),
            "firm_cosine_sharp": self._table(sharp, 0.0),
        }

    def _partly(self, tile: "_Tile") -> slice:
        """Which of the rows that are hidden from some query lie in a tile."""
        first, last = np.searchsorted(self.partly, (tile.rows.start, tile.rows.stop)).tolist()
        return slice(first, last)

    def _decay(self, days: float) -> Vectors:
        """Weights of the rows by age; only ratios count, so age is reckoned from the newest row of the window."""
        at = self.memory.traits.at[self.rows]
        weights: Vectors = np.exp2((at - at.max()) / (days * _DAY)).astype(np.float32)
        return weights

    def _lexical(self) -> dict[str, Floats]:
        best, votes, decayed, wide = np.zeros((4, len(self.present), len(self.chunk)))
        alike, lately = np.ones(len(self.rows), dtype=np.float32), self._decay(45.0)
        words = self.question.words[self.chunk]
        place = np.full(self.high - self.low, -1, dtype=np.int64)
        place[self.rows - self.low] = np.arange(len(self.rows))
        seen = (~self.hidden).astype(np.float32)
        for begin in range(0, len(self.chunk), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            product = self.memory.vocabulary.between(words[part], self.low, self.high, place)
            product[self.partly] *= seen[:, part]
            for tile in self.tiles:
                rows = product[tile.rows]
                tile.greatest(rows, into=best[:, part])
                squares = np.square(rows)
                tile.summed(squares, alike, into=wide[:, part])
                rows *= squares
                tile.summed(rows, alike, into=votes[:, part])
                tile.summed(rows, lately, into=decayed[:, part])
        return {
            "firm_lexical_max": self._table(np.where(best > 0, best, np.nan), np.nan),
            "firm_lexical_vote": self._table(votes, 0.0),
            "firm_lexical_decayed": self._table(decayed, 0.0),
            "firm_lexical_wide": self._table(wide, 0.0),
        }

    def _table(self, values: Floats, elsewhere: float) -> Floats:
        table: Floats = np.full(self.shape, elsewhere)
        table[:, self.present] = values.T
        return table


@dataclass(frozen=True, slots=True)
class _Tile:
    """A piece of one item's rows, few enough to stay in the processor's cache, or all rows of several items that have few.

    ``starts`` is where the rows of each of ``items`` begin in the tile.
    """

    rows: slice
    items: slice
    starts: Ints

    def greatest(self, product: Vectors, *, into: Floats) -> None:
        """Raise each item's greatest value, shape (items, queries), to that of the tile's rows."""
        several = len(self.starts) > 1
        found = np.maximum.reduceat(product, self.starts, axis=0) if several else product.max(axis=0)
        np.maximum(into[self.items], found, out=into[self.items])

    def summed(self, product: Vectors, weights: Vectors, *, into: Floats) -> None:
        """Add each item's weighted sum; in single precision only over the rows of a tile, as more would cost a digit."""
        of_rows = weights[self.rows]
        if len(self.starts) > 1:
            into[self.items] += np.add.reduceat(product * of_rows[:, None], self.starts, axis=0)
        else:
            into[self.items] += of_rows @ product


def _tiles(edges: Ints, queries: int) -> list[_Tile]:
    """Each item's rows in tiles of at most ``_TILE``, short ones together; item i has rows ``edges[i]`` up to ``edges[i + 1]``."""
    short = np.diff(edges) < max(_BY_STRETCHES // queries, 1)
    # An item begins a tile unless it and the one before it are both short.
    begins = np.flatnonzero(~(short & np.append(False, short[:-1])))
    tiles = []
    for item, end in pairwise([*begins.tolist(), len(short)]):
        first, last = int(edges[item]), int(edges[end])
        starts = edges[item:end] - first
        # Only a single item is cut.
        step = _TILE if end == item + 1 else last - first
        tiles += [
            _Tile(slice(row, min(row + step, last)), slice(item, end), starts) for row in range(first, last, step)
        ]
    return tiles


def _activity(question: Question) -> dict[str, Floats]:
    """How much others booked on each item lately, how old it is and how long it has been idle."""
    queries, pairs, memory = question.queries, question.pairs, question.memory
    everybody, own = memory.by_item, memory.by_person_item
    # Blocks of a person that are asked together have the same answers: each is looked up once. Item by item in order of
    # time, because an index is read fastest from its beginning to its end.
    in_time = np.lexsort((queries.person, queries.asked_at))
    person, asked_at = queries.person[in_time], queries.asked_at[in_time]
    another = (person[1:] != person[:-1]) | (asked_at[1:] != asked_at[:-1])
    asker = np.empty(len(queries), dtype=np.int64)
    asker[in_time] = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(another)))
    of_slot = np.argsort(np.argsort(question.item_codes))
    _, first, again = np.unique(
        of_slot[pairs.slot] * len(queries) + asker[pairs.query], return_index=True, return_inverse=True
    )
    query, slot = pairs.query[first], pairs.slot[first]
    of_item = question.item_codes[slot]
    of_own = own.codes(combined(queries.person[query], question.catalogue.keys[pairs.item[first]]))
    is_own = np.flatnonzero(of_own >= 0)

    def others(entries: Ints, known: Ints) -> Floats:
        counts: Floats = entries.astype(np.float64)
        counts[is_own] -= own.count(of_own[is_own], known[query[is_own]])
        return counts

    entries = question.entries[first]
    now = others(entries, question.known)
    out: dict[str, Floats] = {"firm_markov": _followed(question)}
    for days in (7, 30, 120):
        known = memory.known(queries.asked_at - days * _DAY)
        lately = (now - others(everybody.count(of_item, known[query]), known))[again]
        out[f"others_share_{days}d"] = share(lately, pairs.summed(lately))
    oldest = everybody.row(of_item, np.where(entries > 0, 0, -1))
    for name, row in (("item_log_age", oldest), ("item_log_idle", everybody.row(of_item, entries - 1))):
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
