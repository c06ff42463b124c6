"""The replay's world: queries, memory, catalogue and candidates of every row, each readable only as of its instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import Activity
from hourtrail.domain.firm import NOT_WORK, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.ports import Encoder
from hourtrail.features import Catalogue, Encode, Memory, Pairs, Queries, pair_features
from hourtrail.flows.backtest.benchmark import Benchmark

MOST_CANDIDATES: Final = 64
"""Work items in question for one row; where more are bookable, the person's own recent ones go first, then the firm's."""
OWN_CANDIDATES: Final = 48
OWN_WINDOW: Final = 400
FIRM_WINDOW: Final = 2_000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """``label`` and ``none`` are numbers of catalogue items; ``first_known`` is when each label was first revealed."""

    rows: Benchmark
    encode: Encode | None
    zone: str
    memory: Memory
    catalogue: Catalogue
    label: Ints
    none: int
    unseen: NDArray[np.bool_]
    candidates: "Candidates"

    @classmethod
    def of(cls, rows: Benchmark, encoder: Encoder | None, tasks: Sequence[Task], *, zone: str) -> "World":
        """Encode every distinct text once and lay the rows out; ``tasks`` may be empty."""
        encode = None if encoder is None else remembering(encoder)
        master = MasterData(tasks=tuple(tasks))
        catalogue = Catalogue.of(master, rows.items, encode)
        label = catalogue.numbers(rows.items)
        memory = Memory.of(
            [_confirmed(*row) for row in zip(rows.activities, rows.items, rows.known_at, strict=True)], encode
        )
        first_known = np.full(len(catalogue.items), np.inf)
        np.minimum.at(first_known, label, rows.known)
        return cls(
            rows=rows,
            encode=encode,
            zone=zone or "UTC",
            memory=memory,
            catalogue=catalogue,
            label=label,
            none=catalogue.index[NOT_WORK],
            unseen=first_known[label] > rows.asked,
            candidates=Candidates.of(rows, label, first_known, catalogue, tasks),
        )

    def pairs(self, first: int, last: int) -> Pairs:
        """The candidates of the rows ``first`` to ``last`` (not included), "none of these" behind them; queries from 0."""
        rows: list[Ints] = []
        before, with_none = None, np.zeros(0, dtype=np.int64)
        for items in self.candidates.of_rows(first, last):
            if items is not before:
                before, with_none = items, np.append(items, self.none)
            rows.append(with_none)
        return Pairs.of(rows)

    def features(self, first: int, last: int) -> tuple[NDArray[np.float64], Pairs]:
        """The feature matrix of those rows, one line a pair."""
        pairs = self.pairs(first, last)
        return pair_features(self.queries(first, last), pairs, self.memory, self.catalogue), pairs

    def right(self, first: int, pairs: Pairs) -> NDArray[np.bool_]:
        """The right pair of every row from ``first`` on; "none of these" where the label is no candidate."""
        hit = pairs.item == self.label[first + pairs.query]
        has = np.zeros(int(pairs.query[-1]) + 1, dtype=np.bool_)
        has[pairs.query[hit]] = True
        right: NDArray[np.bool_] = hit | ((pairs.item == self.none) & ~has[pairs.query])
        return right

    def queries(self, first: int, last: int) -> Queries:
        """Those rows, each asked as of its own instant."""
        asked = Queries.of_activities(self.rows.activities[first:last], encode=self.encode, zone=self.zone)
        return replace(asked, asked_at=self.rows.asked[first:last])


def remembering(encoder: Encoder) -> Encode:
    """The encoder with a memory of its own, so that queries, history and catalogue share every vector."""
    known: dict[str, NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            known.update(zip(missing, encoder.encode(missing), strict=True))
        if not texts:
            return np.zeros((0, encoder.dimension), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    return encode


def _confirmed(row: Activity, item: WorkItem, known_at: datetime) -> Confirmation:
    minutes = int((row.end - row.start).total_seconds() // 60) if row.end else 0
    return Confirmation(
        id=row.key, person=row.person, item=item, at=row.start, known_at=known_at, text=row.title or row.text, kind=row.kind,
        container=row.container, reference=row.reference, series=row.series,
        domains=tuple(sorted({who.rpartition("@")[2] for who in row.participants})), zone=row.zone or "UTC", minutes=minutes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which work items are in question for a row: what is bookable by then, bounded where that is too much."""

    person: Ints
    asked: Floats
    label: Ints
    revealed: Ints
    revealed_at: Floats
    own_rows: tuple[Ints, ...]
    known_order: Ints
    known: Floats
    open_on: "dict[date, Ints] | None"
    days: tuple[date, ...]

    @classmethod
    def of(
        cls, rows: Benchmark, label: Ints, first_known: Floats, catalogue: Catalogue, tasks: Sequence[Task]
    ) -> "Candidates":
        """Lay out who knew what when."""
        _, person = np.unique([row.person for row in rows.activities], return_inverse=True)
        order = np.argsort(rows.known, kind="stable")
        by_person: list[list[int]] = [[] for _ in range(int(person.max()) + 1)]
        for row in order.tolist():
            by_person[person[row]].append(row)
        revealed = np.argsort(first_known, kind="stable")[: int(np.isfinite(first_known).sum())]
        days = tuple(row.start.date() for row in rows.activities)
        open_on = None
        if tasks:
            open_on = {
                day: np.array([catalogue.index[task.item] for task in tasks if task.open_on(day)], dtype=np.int64)
                for day in set(days)
            }
        return cls(
            person=person.astype(np.int64),
            asked=rows.asked,
            label=label,
            revealed=revealed.astype(np.int64),
            revealed_at=first_known[revealed],
            own_rows=tuple(np.array(own, dtype=np.int64) for own in by_person),
            known_order=order.astype(np.int64),
            known=rows.known,
            open_on=open_on,
            days=days,
        )

    def of_rows(self, first: int, last: int) -> Iterator[Ints]:
        """The item numbers in question for each row; the same array again where the row before it may book the same."""
        for row, bookable in zip(range(first, last), self._bookable(first, last), strict=True):
            yield bookable if len(bookable) <= MOST_CANDIDATES else self._most_recent(row, bookable)

    def _bookable(self, first: int, last: int) -> Iterator[Ints]:
        if self.open_on is not None:
            yield from map(self.open_on.__getitem__, self.days[first:last])
            return
        revealed = np.searchsorted(self.revealed_at, self.asked[first:last], side="right")
        for count, alike in groupby(revealed.tolist()):
            items = self.revealed[:count]
            yield from (items for _ in alike)

    def _most_recent(self, row: int, bookable: Ints) -> Ints:
        own = self._recent(self.own_rows[self.person[row]], self.asked[row], OWN_WINDOW)[:OWN_CANDIDATES]
        firm = self._recent(self.known_order, self.asked[row], FIRM_WINDOW)
        ordered = np.concatenate([own, firm, bookable])
        ordered = ordered[np.isin(ordered, bookable)]
        _, first = np.unique(ordered, return_index=True)
        return ordered[np.sort(first)][:MOST_CANDIDATES]

    def _recent(self, rows: Ints, asked: float, window: int) -> Ints:
        """Distinct labels among the newest ``window`` of ``rows`` (in order of knowing) that were known by then, newest first."""
        end = int(np.searchsorted(self.known[rows], asked, side="right"))
        labels = self.label[rows[max(0, end - window) : end]][::-1]
        _, first = np.unique(labels, return_index=True)
        return labels[np.sort(first)]
