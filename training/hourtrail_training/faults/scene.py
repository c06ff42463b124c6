"""What a fault may look at: the lines around it, and the firm's master data where it is given."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
from rapidfuzz import fuzz

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Assignment, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.money import Money
from hourtrail.domain.ratecard import RateCard

T = TypeVar("T")

_ALIKE: Final = 80.0
"""Similarity (0 to 100) from which two project names are easily mistaken for each other."""
_SHORTEST_NAME: Final = 4
"""Characters; below, names are numbers or abbreviations, which all look alike."""
_SETTLED: Final = timedelta(days=14)
"""How long somebody must have been booking before a new item of theirs is news."""
_MOST_PROJECTS: Final = 2_000
"""Above this many projects no names are compared: that takes the square of their number."""


class Grain(StrEnum):
    """Whether a date stands for a day or for a whole week."""

    DAY = "day"
    WEEK = "week"


class Known:
    """The master data as faults ask it; built once, shared by every scene of the firm."""

    def __init__(self, master: MasterData, *, twins: Iterable[tuple[str, str]] = ()) -> None:
        self.master = master
        self.items: tuple[WorkItem, ...] = tuple(sorted(task.item for task in master.tasks))
        self.closed: tuple[Task, ...] = tuple(
            sorted((task for task in master.tasks if task.closes_on is not None), key=lambda task: task.item)
        )
        self._twins = {tuple(sorted(pair)) for pair in twins}
        self._cards: dict[str, RateCard] = {}
        self._rates: dict[tuple[str, WorkItem, date], Money | None] = {}
        self._contracts: dict[WorkItem, str] = {}

    def contract_id(self, item: WorkItem) -> str:
        """Id of the contract that an item is paid under; empty when the master data does not say."""
        if item not in self._contracts:
            contract = self.master.contract(item)
            self._contracts[item] = contract.id if contract else ""
        return self._contracts[item]

    def card(self, contract: str) -> RateCard:
        """The contract's rate card; empty when it has none."""
        if contract not in self._cards:
            self._cards[contract] = RateCard.of(contract, self.master.rates)
        return self._cards[contract]

    def rate(self, person: str, item: WorkItem, day: date) -> Money | None:
        """The rate in force that day for that person on that item."""
        key = (person, item, day)
        if key not in self._rates:
            if len(self._rates) > 20_000:
                self._rates.clear()
            grades = [row.grade for row in self.master.assignments_of(person) if row.grade and row.covers(item, day)]
            grade = grades[0] if grades else self.master.person(person).grade
            self._rates[key] = self.card(self.contract_id(item)).rate(day, person=person, grade=grade, task=item.task)
        return self._rates[key]

    @cached_property
    def assigned(self) -> Mapping[WorkItem, tuple[Assignment, ...]]:
        """Project -> every assignment to it or to one of its tasks."""
        found: dict[WorkItem, list[Assignment]] = defaultdict(list)
        for row in self.master.assignments:
            found[row.item.at_project].append(row)
        return {item: tuple(rows) for item, rows in found.items()}

    @cached_property
    def alike(self) -> Mapping[str, tuple[str, ...]]:
        """Project code -> codes of the projects that it is easily mistaken for."""
        names: dict[str, str] = {}
        for task in self.master.tasks:
            names.setdefault(task.item.project, task.item.project)
        found: dict[str, set[str]] = defaultdict(set)
        for first, second in self._twins:
            found[first].add(second)
            found[second].add(first)
        codes = sorted(code for code in names if len(code) >= _SHORTEST_NAME and not code.isdigit())
        if len(codes) <= _MOST_PROJECTS:
            for position, first in enumerate(codes):
                for second in codes[position + 1 :]:
                    if fuzz.ratio(first.lower(), second.lower()) >= _ALIKE:
                        found[first].add(second)
                        found[second].add(first)
        return {code: tuple(sorted(others)) for code, others in found.items()}


@dataclass(slots=True)
class Scene:
    """The lines that faults are put into: all of them, or one person's week. ``used`` holds what is taken already.

    ``evidence`` gives, by id of a line, the share of its minutes that left a trace, where somebody knows.
    """

    entries: Sequence[TimeEntry]
    known: Known
    grain: Grain = Grain.DAY
    evidence: Mapping[str, float] = field(default_factory=dict)
    mine: Mapping[str, frozenset[WorkItem]] = field(default_factory=dict)
    """Person -> items that they booked before these lines."""
    used: set[str] = field(default_factory=set)
    states_rates: bool = field(init=False, default=False)
    """Whether lines say what an hour costs at all."""
    _days: dict[tuple[str, date], list[TimeEntry]] = field(init=False, default_factory=lambda: defaultdict(list))
    _items: dict[str, set[WorkItem]] = field(init=False, default_factory=lambda: defaultdict(set))
    _all_items: tuple[WorkItem, ...] = field(init=False, default=())
    _first: dict[tuple[str, WorkItem], TimeEntry] = field(init=False, default_factory=dict)
    _since: dict[str, date] = field(init=False, default_factory=dict)
    _people: dict[WorkItem, set[str]] = field(init=False, default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.states_rates = any(row.hourly_rate is not None for row in self.entries)
        for entry in self.entries:
            self._days[entry.person, entry.date].append(entry)
            self._items[entry.person].add(entry.item)
            self._people[entry.item].add(entry.person)
            self._since[entry.person] = min(self._since.get(entry.person, entry.date), entry.date)
            first = self._first.setdefault((entry.person, entry.item), entry)
            if entry.date < first.date:
                self._first[entry.person, entry.item] = entry
        self._all_items = self.known.items or tuple(sorted({entry.item for entry in self.entries}))

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """Every item of the firm: of its task list, else of the lines."""
        return self._all_items

    @property
    def days(self) -> tuple[tuple[str, date], ...]:
        """Every person-day that has lines, in order."""
        return tuple(sorted(self._days))

    def is_free(self, entry: TimeEntry) -> bool:
        """Whether no other fault or twin stands on that line."""
        return entry.id not in self.used

    def day(self, person: str, day: date) -> list[TimeEntry]:
        """The lines of one person-day, in the order given."""
        return self._days.get((person, day), [])

    def own(self, person: str) -> set[WorkItem]:
        """What the person books on: what is assigned to them, and what they have booked."""
        assigned = {row.item for row in self.known.master.assignments_of(person)}
        return assigned | self._items.get(person, set()) | self.mine.get(person, frozenset())

    def is_own(self, person: str, item: WorkItem) -> bool:
        """Whether it is among them, by itself or through its project."""
        own = self.own(person)
        return item in own or item.at_project in own

    def is_new(self, entry: TimeEntry) -> bool:
        """Whether it is the first line of its person on that item, and the person has booked on others for a while."""
        known = self.mine.get(entry.person, frozenset())
        if entry.item in known or self._first[entry.person, entry.item].id != entry.id:
            return False
        return bool(known) or entry.date - self._since[entry.person] >= _SETTLED

    def colleagues(self, entry: TimeEntry) -> list[str]:
        """Others who may book on the same item that day: who is assigned, else who did, else the team."""
        master = self.known.master
        if master.assignments:
            rows = self.known.assigned.get(entry.item.at_project, ())
            return sorted({row.person for row in rows if row.covers(entry.item, entry.date)} - {entry.person})
        others = self._people.get(entry.item, set()) - {entry.person}
        team = master.person(entry.person).team
        return sorted(others or {row.id for row in master.people if row.id != entry.person and row.team == team})

    def rate(self, entry: TimeEntry, item: WorkItem | None = None) -> Money | None:
        """What an hour of that line costs the client: as it states, else as the card says. For another item, by its card."""
        if item is None and entry.hourly_rate is not None and entry.currency:
            return Money(entry.hourly_rate, entry.currency)
        return self.known.rate(entry.person, item or entry.item, entry.date)

    def value(self, entry: TimeEntry, minutes: int) -> Money | None:
        """What that many minutes of the line are worth to the client's bill; None when it is not billed or has no rate."""
        rate = self.rate(entry)
        if not entry.billable or rate is None:
            return None
        return rate.times(Decimal(minutes) / 60)


def to_cents(amount: Decimal) -> Decimal:
    """Rounded half up to two places."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def pick(options: Sequence[T], random: np.random.Generator) -> T:
    """One of them, each as likely."""
    return options[int(random.integers(len(options)))]
