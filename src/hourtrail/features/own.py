"""A person's own history: what they confirmed lately, after what, at which hour, and in which words."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.features.arrays import Floats, Ints, Vectors, ranges, share
from hourtrail.features.lexical import row_numbers
from hourtrail.features.memory import Memory
from hourtrail.features.pairs import Pairs
from hourtrail.features.queries import Queries
from hourtrail.features.question import Question

WINDOW: Final = 400
"""Newest confirmed entries of the person that are read."""

NEAREST: Final = 25

SHARPNESS: Final = 16.0
"""Of exp(cosine): a text at 0.8 weighs 120 times one at 0.5."""

_RUN: Final = 64
"""Queries of one person compared in one matrix product."""

_CELLS: Final = 1_000_000
"""Bound on a dense table, so that a firm with thousands of work items needs no more memory than one with ten."""

_NOBODYS: Final = -2
"""An item that none is, not even "none before" (-1)."""

_DAY: Final = 86_400.0
_PART_OF_DAY: Final = 3.0


@dataclass(frozen=True)
class _Window:
    """The newest entries of each query's person, newest last; shape (queries, WINDOW), ``valid`` where there is one.

    ``places`` are those of the rows in the memory's index by person, where a person's rows lie side by side.
    """

    rows: Ints
    places: Ints
    valid: NDArray[np.bool_]
    total: Ints

    @property
    def newest(self) -> Ints:
        """The newest row of each query's person, -1 without any."""
        return np.where(self.valid[:, -1], self.rows[:, -1], -1)


def own_features(question: Question) -> dict[str, Floats]:
    """Columns ``own_*`` and ``history_*``, one value a pair."""
    out: dict[str, Floats] = {}
    queries = question.queries
    order = np.lexsort((queries.asked_at, queries.person))
    widest = max(question.width, len(question.memory.by_item.keys)) + 1
    size = int(np.clip(_CELLS // widest, 16, 512))
    for begin in range(0, len(order), size):
        chunk = order[begin : begin + size].astype(np.int64)
        question.fill(out, chunk, _Chunk(question, chunk).tables())
    out["own_recency_rank"] = _ranks(question.pairs, out["own_recency_rank"])
    return out


def _ranks(pairs: Pairs, newest: Floats) -> Floats:
    """Places in a window as ranks inside each query: 0 for the greatest; NaN stays."""
    ranks = np.full(len(pairs), np.nan)
    there = np.flatnonzero(~np.isnan(newest))
    query = pairs.query[there]
    # One number for both, and no two are alike: a place in a window belongs to one item.
    order = np.argsort(query * WINDOW - newest[there].astype(np.int64))
    ranks[there[order]] = np.arange(len(there)) - np.searchsorted(query, query)
    return ranks


class _Chunk:
    """Dense tables of shape (queries, slots + 1) for some queries that lie together by person."""

    def __init__(self, question: Question, chunk: Ints) -> None:
        self.question, self.chunk = question, chunk
        self.queries, self.memory = question.queries, question.memory
        self.shape = (len(chunk), question.width + 1)
        self.window = _window(self.memory, self.queries, chunk, question.known[chunk])
        spot = np.flatnonzero(self.window.valid)
        cell = spot // WINDOW * self.shape[1] + question.slot_of_row[self.window.rows.ravel()[spot]]
        # Those of a cell side by side, oldest first: sums over stretches take a fifth of the time of sums over places. Cell and
        # place in one number, since numbers are put in order in a quarter of the time that finding their order takes.
        both = (cell * WINDOW + spot % WINDOW).astype(np.min_scalar_type(self.shape[0] * self.shape[1] * WINDOW))
        both.sort()
        cell = (both // WINDOW).astype(np.int64)
        self.begins = np.flatnonzero(np.append(True, cell[1:] != cell[:-1])[: len(cell)])
        self.cells = cell[self.begins]
        self.query, self.place = cell // self.shape[1], (both % WINDOW).astype(np.int64)
        self.spot = self.query * WINDOW + self.place
        self.row: Ints = self.window.rows.ravel()[self.spot]
        self.days = np.abs(self.queries.traits.at[chunk][self.query] - self.memory.traits.at[self.row]) / _DAY

    def tables(self) -> dict[str, Floats]:
        """Every column of this group."""
        return {**self._recency(), **self._counts(), **self._habits(), **self._texts()}

    def _sum(self, weights: Floats) -> Floats:
        table = np.zeros(self.shape)
        if len(self.cells):
            table.ravel()[self.cells] = np.add.reduceat(weights, self.begins)
        return table

    def _share(self, weights: Floats) -> Floats:
        table = self._sum(weights)
        return share(table, np.broadcast_to(table.sum(axis=1, keepdims=True), table.shape))

    def _max(self, values: Floats) -> Floats:
        table = np.full(self.shape, np.nan)
        if len(self.cells):
            greatest = np.maximum.reduceat(values, self.begins)
            table.ravel()[self.cells] = np.where(np.isneginf(greatest), np.nan, greatest)
        return table

    def _recency(self) -> dict[str, Floats]:
        newest, days = np.full((2, *self.shape), np.nan)
        last = np.append(self.begins[1:], len(self.spot))[: len(self.cells)] - 1
        newest.ravel()[self.cells], days.ravel()[self.cells] = self.place[last], self.days[last]
        is_last = np.where(self.window.newest[:, None] < 0, np.nan, (newest == WINDOW - 1).astype(np.float64))
        return {
            "own_log_hours_since": np.log1p(24.0 * days),
            "own_recency_rank": newest,
            "own_is_last": is_last,
        }

    def _counts(self) -> dict[str, Floats]:
        out = {
            f"own_count_{days}d": np.log1p(self._sum((self.days <= days).astype(np.float64)))
            for days in (1, 7, 30, 180)
        }
        out |= {
            f"own_share_{newest}": self._share((self.place >= WINDOW - newest).astype(np.float64))
            for newest in (10, 50, 200)
        }
        return out | {f"own_decay_{days}d": self._share(np.exp2(-self.days / days)) for days in (7, 30, 90)}

    def _habits(self) -> dict[str, Floats]:
        memory = self.memory
        newest = self.window.newest
        # The items themselves are compared, so that a history on other items counts as well.
        before, earlier = memory.items_before
        there = np.flatnonzero(newest >= 0)
        last, second = np.full((2, len(newest)), _NOBODYS, dtype=np.int64)
        last[there], second[there] = memory.item_codes[newest[there]], before[newest[there]]
        second[second < 0] = _NOBODYS
        follows = before[self.row] == last[self.query]
        twice = follows & (earlier[self.row] == second[self.query])
        part = np.floor(self.queries.traits.hour[self.chunk] / _PART_OF_DAY)
        same_part = np.floor(memory.traits.hour[self.row] / _PART_OF_DAY) == part[self.query]
        return {
            "own_markov": self._share(follows.astype(np.float64)),
            "own_markov_two": self._share(twice.astype(np.float64)),
            "own_markov_decayed": self._share(follows * np.exp2(-self.days / 30.0)),
            "own_hour_share": self._share(same_part.astype(np.float64)),
            "history_length": np.broadcast_to(np.log1p(self.window.total)[:, None], self.shape),
            "history_entropy": np.broadcast_to(self._entropy()[:, None], self.shape),
            "history_log_gap": np.broadcast_to(self._gap()[:, None], self.shape),
        }

    def _gap(self) -> Floats:
        """ln(1 + hours) since the newest entry."""
        newest = self.window.newest
        there = newest >= 0
        gap = np.full(len(newest), np.nan)
        seconds = np.abs(self.queries.traits.at[self.chunk[there]] - self.memory.traits.at[newest[there]])
        gap[there] = np.log1p(seconds / 3_600.0)
        return gap

    def _entropy(self) -> Floats:
        """Of the person's mix of items, in nats; over all items, so that it does not depend on who else is asked about."""
        items = len(self.memory.by_item.keys)
        counts = np.bincount(self.query * items + self.memory.item_codes[self.row], minlength=self.shape[0] * items)
        mix = counts.reshape(self.shape[0], items) / np.maximum(self.window.valid.sum(axis=1, keepdims=True), 1)
        entropy: Floats = -np.sum(mix * np.log(np.where(mix > 0, mix, 1.0)), axis=1)
        return np.where(self.window.total > 0, entropy, np.nan)

    def _texts(self) -> dict[str, Floats]:
        out: dict[str, Floats] = {}
        lexical = self._lexical().ravel()[self.spot]
        cubed = lexical * lexical * lexical
        out["own_lexical_max"] = self._max(lexical)
        out["own_lexical_vote"] = self._share(cubed)
        out["own_lexical_decayed"] = self._share(cubed * np.exp2(-self.days / 60.0))
        table = self._cosines()
        if table is None:
            return out
        spoken = (self.queries.traits.text[self.chunk] != 0)[self.query]
        cosine = table.ravel()[self.spot].astype(np.float64)
        nearest = np.partition(np.where(self.window.valid, table, -np.inf), -NEAREST, axis=1)[:, -NEAREST]
        squared = np.square(np.clip(cosine, 0.0, None))
        votes = squared * squared * (spoken & (cosine >= nearest[self.query]))
        sharp = np.exp(SHARPNESS * (cosine - 1.0)) * spoken
        season = np.exp2(-self.days / 90.0)
        out["own_cosine_max"] = self._max(np.where(spoken, cosine, -np.inf))
        out["own_cosine_vote"] = self._share(votes)
        out["own_cosine_decayed"] = self._share(votes * np.exp2(-self.days / 30.0))
        out["own_cosine_sharp"] = self._share(sharp)
        out["own_cosine_season"] = self._share(sharp * season)
        # An entry that is alike in meaning and shares rare words: either alone is fooled more often.
        out["own_likeness"] = self._share(np.power(sharp, 0.75) * (0.05 + lexical) * season)
        return out

    def _runs(self) -> list[slice]:
        """Stretches of queries of one person, at most ``_RUN`` long."""
        people = self.queries.person[self.chunk]
        changes = np.flatnonzero(people[1:] != people[:-1]) + 1
        edges = sorted({*changes.tolist(), *range(0, len(people), _RUN), len(people)})
        return [slice(first, last) for first, last in pairwise(edges)]

    def _cosines(self) -> Vectors | None:
        """By meaning, shape (queries, WINDOW), anything where there is no entry; None without vectors."""
        both = self.memory.comparable(self.queries.vectors)
        if both is None:
            return None
        asked, known = both
        table = np.zeros(self.window.rows.shape, dtype=np.float32)
        for run in self._runs():
            ends = self.window.places[run, -1] + 1
            oldest = ends - np.minimum(self.window.total[run], WINDOW)
            low, high = int(oldest.min()), int(ends.max())
            if low == high:
                continue
            # A person's rows lie side by side, so every window is a piece of one line; those that are not full reach before it.
            before = max(low + WINDOW - int(ends.min()), 0)
            lines = np.zeros((len(ends), before + high - low), dtype=np.float32)
            np.matmul(asked[self.chunk[run]], known[self.memory.by_person.rows[low:high]].T, out=lines[:, before:])
            for row, line, stop in zip(table[run], lines, (before + ends - low).tolist(), strict=True):
                row[:] = line[stop - WINDOW : stop]
        return table

    def _lexical(self) -> Floats:
        """Cosines by rare words, shape (queries, WINDOW): only entries that share a word with the query are visited."""
        memory, words = self.memory, self.question.words[self.chunk]
        query = row_numbers(words)
        read = self.window.total[query] > 0
        query, terms, weights = query[read], words.indices[read], words.data[read]
        said, values = memory.words_of_people
        people = memory.by_person.codes(self.queries.person[self.chunk])
        codes = said.codes(memory.word_of_person(people[query], terms))
        oldest = self.window.rows[np.arange(len(people)), np.argmax(self.window.valid, axis=1)]
        first = said.ends(codes, oldest[query])
        counts = said.ends(codes, self.question.known[self.chunk][query]) - first
        found = ranges(first, counts)
        asked = np.repeat(np.arange(len(query)), counts)
        column = memory.place_of_row[said.rows[found]] - self.window.places[query[asked], 0]
        cells = np.bincount(
            query[asked] * WINDOW + column, weights=weights[asked] * values[found], minlength=self.window.rows.size
        )
        return cells.astype(np.float64).reshape(self.window.rows.shape)


def _window(memory: Memory, queries: Queries, chunk: Ints, known: Ints) -> _Window:
    index = memory.by_person
    codes = index.codes(queries.person[chunk])
    total = index.count(codes, known)
    valid = np.arange(WINDOW) >= WINDOW - total[:, None]
    places = index.ends(codes, known)[:, None] - WINDOW + np.arange(WINDOW)
    rows = np.zeros_like(places)
    rows[valid] = index.rows[places[valid]]
    return _Window(rows=rows, places=places, valid=valid, total=total)
