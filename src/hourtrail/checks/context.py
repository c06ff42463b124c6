"""What the checks look at: the entries in file order, and as much master data as is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from hourtrail.checks.billing import Billing
from hourtrail.checks.calendars import Absences, Calendars
from hourtrail.checks.columns import Columns, Groups, Mask, together
from hourtrail.checks.evidence import Evidence, Proposals
from hourtrail.checks.prices import Prices, worth_of_excess
from hourtrail.checks.recurring import Recurring
from hourtrail.checks.reporting import worth
from hourtrail.checks.work_items import WorkItems
from hourtrail.checks.workdays import Workdays
from hourtrail.columnar import NO_INSTANT, EntryColumns, columns_of
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import UnknownZone
from hourtrail.domain.firm import Assignment, Contract, Holiday, Milestone, Period, Person, Rate, Task
from hourtrail.domain.instants import local_date, zone_named
from hourtrail.domain.money import Money
from hourtrail.domain.unusual import Unusual


class Grain(StrEnum):
    """What one date in the file stands for."""

    DAY = "day"
    WEEK = "week"


def grain_of(entries: Sequence[TimeEntry]) -> Grain:
    """Week when no row has a start and the distinct dates lie at least 5 days apart (one exception allowed), else day.

    A file that shows no such distance at all, because it holds a single date or two near ones, is read by the day.
    """
    columns = columns_of(entries)
    if (columns.instants("start") != NO_INSTANT).any():
        return Grain.DAY
    gaps = [later - earlier for earlier, later in pairwise(np.unique(columns.days()).tolist())]
    near = sum(gap < 5 for gap in gaps)
    return Grain.WEEK if near <= 1 and len(gaps) > near else Grain.DAY


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    """Entries and master data of one run. None means "not given": checks that need it stay silent.

    ``as_of`` is today for this run. ``evidence`` are the blocks of work that ``activities`` were folded to,
    ``habits`` is how unusual each entry is for its person and project, ``proposals`` are the suggestions that wait for an
    answer.
    """

    entries: Sequence[TimeEntry]
    as_of: date
    grain: Grain = Grain.DAY
    tasks: Sequence[Task] | None = None
    assignments: Sequence[Assignment] | None = None
    contracts: Sequence[Contract] | None = None
    people: Sequence[Person] | None = None
    holidays: Sequence[Holiday] | None = None
    rates: Sequence[Rate] | None = None
    periods: Sequence[Period] | None = None
    milestones: Sequence[Milestone] | None = None
    activities: Sequence[Activity] | None = None
    evidence: Evidence | None = None
    habits: Unusual | None = None
    proposals: Proposals | None = None

    def __getstate__(self) -> dict[str, object]:
        """What travels to another process: what was given, not what was found in it."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @cached_property
    def ranked(self) -> EntryColumns:
        """The entries that count, earliest first: by creation, then file order. A row without ``created_at`` comes first.

        Rejected entries are left out: they will be corrected or dropped by their owner anyway.
        """
        entries = columns_of(self.entries)
        live = np.flatnonzero(entries.has("status", lambda status: status is not EntryStatus.REJECTED))
        return entries.take(live[np.argsort(entries.instants("created_at")[live], kind="stable")])

    @cached_property
    def columns(self) -> Columns:
        """The ranked entries as columns, one place an entry."""
        return Columns(self.ranked)

    @cached_property
    def _identical(self) -> list[list[int]]:
        columns = self.columns
        alike = Groups(together(columns.person_day, columns.item, columns.stripped + 1), columns.all_rows)
        groups: dict[tuple[int, int], list[int]] = {}
        for rows in alike.members(alike.sizes > 1):
            for row, start in zip(rows, columns.start[rows].tolist(), strict=True):
                groups.setdefault((rows[0], start), []).append(row)
        return [rows for rows in groups.values() if len(rows) > 1]

    @cached_property
    def identical(self) -> tuple[tuple[TimeEntry, ...], ...]:
        """Groups of at least two entries with the same person, date, work item, start and narrative, earliest first."""
        return tuple(tuple(self.ranked[row] for row in rows) for rows in self._identical)

    @cached_property
    def distinct(self) -> Mask:
        """Which of the ranked entries do more than repeat an earlier one."""
        flags = np.ones(len(self.ranked), np.bool_)
        flags[[row for rows in self._identical for row in rows[1:]]] = False
        return flags

    def on_day(self, person: str, day: date) -> list[TimeEntry]:
        """What the person booked on that date, the ranked entries in their order."""
        return [self.ranked[row] for row in self.columns.rows_on(person, day.toordinal())]

    def on_days(self, days: Iterable[tuple[str, date]]) -> Mask:
        """Which of the ranked entries lie on one of ``days``, each of a person."""
        columns = self.columns
        numbers = {(columns.person_numbers.get(person, -1), day.toordinal()) for person, day in days}
        flags = [pair in numbers for pair in zip(*columns.person_and_day, strict=True)]
        return np.array(flags, np.bool_)[columns.person_day]

    @cached_property
    def series(self) -> Mapping[int, str]:
        """The series of the recurring meeting that an entry stands for, by its place among the ranked; only where there is one."""
        rows = np.flatnonzero(self.on_days(self.recurring.days)).tolist()
        return {row: series for row in rows if (series := self.recurring.series(self.ranked[row]))}

    @cached_property
    def calendars(self) -> Calendars:
        """When each known person is expected to work."""
        return Calendars(self.people or (), self.holidays or ())

    @cached_property
    def absences(self) -> Absences:
        """Who was away when."""
        return Absences(self.activities or (), self.zone)

    @cached_property
    def prices(self) -> Prices:
        """What an hour of each person brings on average."""
        return Prices(self.billing.minutes_at_rates)

    def worth(self, entry: TimeEntry, minutes: int | Decimal | None = None) -> Money | None:
        """What ``minutes`` of the entry (by default those it bills) cost the client, at its own rate or its contract's."""
        rate = self.billing.rate(entry)
        return None if rate is None else worth(entry, minutes, rate)

    def worth_of_excess(self, entries: Sequence[TimeEntry], limit: Decimal | int) -> Money | None:
        """What the minutes of ``entries`` over ``limit`` cost at their average price."""
        return worth_of_excess(entries, limit, self.worth)

    @cached_property
    def recurring(self) -> Recurring:
        """The recurring meetings that entries stand for."""
        return Recurring(self.activities or (), self.local_date)

    @cached_property
    def workdays(self) -> Workdays:
        """The days on which each person could have booked."""
        return Workdays(self)

    @cached_property
    def work_items(self) -> WorkItems:
        """What the master data says of a work item."""
        return WorkItems(self.tasks or (), self.assignments or (), self.contracts or ())

    @cached_property
    def billing(self) -> Billing:
        """What the contracts, rate cards and milestones say of the entries."""
        return Billing(
            self.columns,
            self.work_items,
            people=self.people or (),
            contracts=self.contracts or (),
            rates=self.rates or (),
            milestones=self.milestones or (),
        )

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.people or ()}

    def name(self, person: str) -> str:
        """What to call somebody: their name, else their id."""
        known = self._people.get(person)
        return (known.name if known else "") or person

    def zone(self, person: str) -> ZoneInfo:
        """The person's zone; UTC for somebody unknown, or whose zone does not exist."""
        known = self._people.get(person)
        try:
            return zone_named(known.zone if known else "UTC")
        except UnknownZone:
            return zone_named("UTC")

    def local_date(self, person: str, instant: datetime) -> date:
        """The calendar day of ``instant`` where the person is."""
        return local_date(instant, self.zone(person))
