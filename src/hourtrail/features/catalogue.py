"""The work items in question, with what the master data says about each: the columns that need no history."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hourtrail.domain.firm import NOT_WORK, Assignment, Billable, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.features.arrays import Encode, Floats, Ints, Keys, Terms, Vectors
from hourtrail.features.keys import combined, folded, item_key, keys
from hourtrail.features.lexical import phrases, presence, terms, words
from hourtrail.features.traits import container_names, embedded
from hourtrail.features.vocabulary import Phrasebook

_BILLABLE: Final = {Billable.YES: 1.0, Billable.NO: 0.0, Billable.DEPENDS: 0.5}
_SHORTEST_CODE: Final = 3
"""A code of one or two characters stands in many texts by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Names by which evidence finds an item: keys of (name, item number), sorted, and which items state any."""

    pairs: Keys
    stated: NDArray[np.bool_]

    @classmethod
    def of(cls, named: Sequence[Iterable[str]]) -> "Hints":
        """The hints of each item, in catalogue order."""
        rows = [(number, name) for number, names in enumerate(named) for name in names if name]
        stated = np.zeros(len(named), dtype=np.bool_)
        stated[[number for number, _ in rows]] = True
        numbers = np.fromiter((number for number, _ in rows), dtype=np.uint64, count=len(rows))
        return cls(pairs=np.unique(combined(folded(name for _, name in rows), numbers)), stated=stated)

    def hit(self, names: Keys, items: Ints) -> NDArray[np.bool_]:
        """Whether each name is a hint of the item beside it."""
        return np.isin(combined(names, items.astype(np.uint64)), self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Assignments, one row for each person and covered item, sorted by ``keys``; days as ordinals, both ends included."""

    keys: Keys
    first: Floats
    last: Floats
    hours: Floats

    def on(self, wanted: Keys, day: Ints) -> tuple[Floats, Floats]:
        """Whether an assignment covers each pair on its day (0/1), and the hours a week it plans (NaN: not planned)."""
        covered, hours = np.zeros(len(wanted)), np.full(len(wanted), np.nan)
        begin = np.searchsorted(self.keys, wanted, side="left")
        counts = np.searchsorted(self.keys, wanted, side="right") - begin
        for turn in range(int(counts.max(initial=0))):
            pairs = np.flatnonzero(counts > turn)
            rows = begin[pairs] + turn
            valid = (self.first[rows] <= day[pairs]) & (day[pairs] <= self.last[rows])
            pairs, rows = pairs[valid], rows[valid]
            covered[pairs] = 1.0
            hours[pairs] = np.fmax(hours[pairs], self.hours[rows])
        return covered, hours


@dataclass(frozen=True)
class Catalogue:
    """Work items in a fixed order and their columns. ``opens`` is an ordinal day, ``billable`` 1, 0 or 0.5; NaN = unknown.

    ``plans`` is None when the firm gave no assignments at all. ``NOT_WORK`` is always one of the items.
    """

    items: tuple[WorkItem, ...]
    keys: Keys
    vectors: Vectors | None
    terms: Terms
    keywords: Terms
    codes: Terms
    clients: Terms
    prefixes: Hints
    containers: Hints
    domains: Hints
    opens: Floats
    billable: Floats
    plans: Plans | None
    master: MasterData

    @classmethod
    def of(cls, master: MasterData, items: Iterable[WorkItem] = (), encode: Encode | None = None) -> "Catalogue":
        """Every task and assigned project of the master data, then ``items`` (confirmed before, say), then ``NOT_WORK``."""
        assigned = (row.item for row in master.assignments)
        listed = tuple(dict.fromkeys((*(task.item for task in master.tasks), *assigned, *items, NOT_WORK)))
        return cls._of(master, listed, encode)

    @classmethod
    def _of(cls, master: MasterData, items: tuple[WorkItem, ...], encode: Encode | None) -> "Catalogue":
        tasks = [master.task(item) or Task(item=item) for item in items]
        known = [master.task(item) is not None for item in items]
        texts = [_text(task) for task in tasks]
        return cls(
            items=items,
            keys=np.fromiter((item_key(item) for item in items), dtype=np.uint64, count=len(items)),
            vectors=None if encode is None else embedded(texts, encode),
            terms=terms(texts),
            keywords=phrases([(*task.keywords, task.name) for task in tasks]),
            codes=phrases([_codes(item.project, item.task) if item != NOT_WORK else () for item in items]),
            clients=phrases([_codes(item.client) for item in items]),
            prefixes=Hints.of([task.ticket_prefixes for task in tasks]),
            containers=Hints.of(
                [[name for hint in task.containers for name in container_names(hint)] for task in tasks]
            ),
            domains=Hints.of([[domain.strip().lstrip("@") for domain in task.domains] for task in tasks]),
            opens=_ordinals((task.opens_on for task in tasks), np.nan),
            billable=np.array(
                [_BILLABLE[task.billable] if there else np.nan for task, there in zip(tasks, known, strict=True)]
            ),
            plans=_plans(master.assignments, items) if master.assignments else None,
            master=master,
        )

    def including(self, items: Iterable[WorkItem], encode: Encode | None = None) -> "Catalogue":
        """This catalogue, or one with the items it lacks behind its own; the numbers of its items stay."""
        missing = [item for item in dict.fromkeys(items) if item not in self.index]
        return Catalogue._of(self.master, (*self.items, *missing), encode) if missing else self

    @cached_property
    def index(self) -> dict[WorkItem, int]:
        """The number of each item."""
        return {item: number for number, item in enumerate(self.items)}

    @cached_property
    def phrasebook(self) -> Phrasebook:
        """Keywords, codes, clients and the words of the texts, one block of rows as long as ``items`` for each."""
        parts = (self.keywords, self.codes, self.clients, presence(self.terms))
        return Phrasebook(sparse.csr_array(sparse.vstack(parts, format="csr")))

    def numbers(self, items: Iterable[WorkItem]) -> Ints:
        """The numbers of ``items``; every one must be in the catalogue."""
        return np.array(list(map(self.index.__getitem__, items)), dtype=np.int64)


def _text(task: Task) -> str:
    if task.item == NOT_WORK:
        return ""
    item = task.item
    return " ".join(words(" ".join((task.name, item.client, item.project, item.task, *task.keywords))))


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(code for code in codes if len("".join(words(code))) >= _SHORTEST_CODE)


def _ordinals(days: Iterable[date | None], missing: float) -> Floats:
    return np.array([missing if day is None else float(day.toordinal()) for day in days], dtype=np.float64)


def _plans(assignments: Sequence[Assignment], items: Sequence[WorkItem]) -> Plans:
    of_project: dict[WorkItem, list[WorkItem]] = {}
    for item in items:
        of_project.setdefault(item.at_project, []).append(item)
    rows = list(_covered(assignments, of_project))
    row_keys = combined(
        keys(row.person for row, _ in rows),
        np.fromiter((item_key(item) for _, item in rows), dtype=np.uint64, count=len(rows)),
    )
    order = np.argsort(row_keys, kind="stable")
    hours = [np.nan if row.planned_hours_per_week is None else float(row.planned_hours_per_week) for row, _ in rows]
    return Plans(
        keys=row_keys[order],
        first=_ordinals((row.starts_on for row, _ in rows), -np.inf)[order],
        last=_ordinals((row.ends_on for row, _ in rows), np.inf)[order],
        hours=np.array(hours, dtype=np.float64)[order],
    )


def _covered(
    assignments: Sequence[Assignment], of_project: dict[WorkItem, list[WorkItem]]
) -> Iterator[tuple[Assignment, WorkItem]]:
    """Each assignment with every item it covers; one to a project covers the project's tasks."""
    for row in assignments:
        for item in of_project.get(row.item.at_project, ()):
            if not row.item.task or row.item == item:
                yield row, item
