"""Time entries as columns of numbers: what every residual is computed from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hourtrail.columnar import NO_INSTANT, Coded, EntryColumns, columns_of, to_instant
from hourtrail.domain.entry import EntryStatus, TimeEntry

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_MONDAY = date(1, 1, 1).toordinal()
"""An ordinal that is a Monday, so that whole sevens of days since then are ISO weeks."""


@dataclass(frozen=True)
class EntryTable:
    """One row for each entry, in the caller's order. Person, project and task are numbers that mean nothing by themselves.

    ``week`` numbers the weeks in their order; ``day`` is 0 for a Monday and -1 where a row stands for a week; ``hour`` is
    local and, like ``rate``, NaN where it is not known.
    """

    person: Ints
    project: Ints
    task: Ints
    week: Ints
    day: Ints
    minutes: Floats
    hour: Floats
    rate: Floats

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def people(self) -> int:
        """How many people there are."""
        return int(self.person.max()) + 1 if len(self) else 0

    @cached_property
    def projects(self) -> int:
        """How many projects there are."""
        return int(self.project.max()) + 1 if len(self) else 0

    @cached_property
    def weeks(self) -> int:
        """How many weeks the rows span."""
        return int(self.week.max()) + 1 if len(self) else 0

    def take(self, rows: Ints | Bools) -> "EntryTable":
        """Only these rows; the numbers of people, projects and weeks keep their meaning."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def live(entries: Sequence[TimeEntry]) -> EntryColumns:
    """The entries that say something of what is usual: with time in them, and not rejected."""
    columns = columns_of(entries)
    return columns.take(live_rows(columns))


def live_rows(columns: EntryColumns) -> Ints:
    """The places of those entries."""
    counts = columns.has("status", lambda status: status is not EntryStatus.REJECTED)
    return np.flatnonzero(counts & (columns.minutes() > 0)).astype(np.int64)


def in_own_order(columns: EntryColumns) -> Ints:
    """The places of the entries by person, date, work item and id: an order that the file's says nothing of."""
    keys = (_numbers(columns.coded("item")), columns.days(), _numbers(columns.coded("person")))
    order = np.lexsort(keys)
    # Few entries are equal in all three, and sorting texts is slow.
    alike = np.all([key[order[1:]] == key[order[:-1]] for key in keys], axis=0)
    tied = np.zeros(len(order), dtype=np.bool_)
    tied[1:] |= alike
    tied[:-1] |= alike
    places = np.flatnonzero(tied)
    ids = columns.texts("id")
    # Ties lie side by side already, so only the ids within each stretch of them can change places.
    stretch = np.cumsum(np.append(1, ~alike))[places].tolist() if len(order) else []
    rows = order[places].tolist()
    order[places] = [row for _, _, row in sorted(zip(stretch, [ids[row] for row in rows], rows, strict=True))]
    return order.astype(np.int64)


def table_of(
    entries: Sequence[TimeEntry], *, weekly: bool, zone: Callable[[str], ZoneInfo] = lambda _person: ZoneInfo("UTC")
) -> EntryTable:
    """The table of ``entries``. ``weekly``: each distinct date is a week of its own. ``zone`` gives a person's time zone."""
    columns = columns_of(entries)
    ordinals = columns.days()
    day = np.full(len(columns), -1, dtype=np.int64) if weekly else (ordinals - _MONDAY) % 7
    if weekly:
        week = _codes(ordinals)
    else:
        monday = (ordinals - _MONDAY) // 7
        week = monday - monday.min(initial=monday[0] if len(monday) else 0)
    rate = columns.coded("hourly_rate").looked_up(lambda rate: np.nan if rate is None else float(rate), np.float64)
    return EntryTable(
        person=_numbers(columns.coded("person")),
        project=_numbers(columns.coded("item"), lambda item: (item.client, item.project)),
        task=_numbers(columns.coded("item"), lambda item: item.task),
        week=week,
        day=day,
        minutes=columns.minutes().astype(np.float64),
        hour=_hours(columns, zone),
        rate=rate,
    )


def _hours(columns: EntryColumns, zone: Callable[[str], ZoneInfo]) -> Floats:
    """The local hour of the day at which each entry starts; NaN where it does not say."""
    start, person = columns.instants("start"), columns.coded("person")
    hours = np.full(len(columns), np.nan)
    known = np.flatnonzero(start != NO_INSTANT)
    zones: dict[ZoneInfo, int] = {}
    number = np.zeros(len(person.values), dtype=np.int64)
    for code in np.unique(person.codes[known]).tolist():
        number[code] = zones.setdefault(zone(person.values[code]), len(zones))
    own = number[person.codes[known]]
    # The same start returns on many entries, and a zone is slow to ask.
    for one, place in zones.items():
        rows = known[own == place]
        starts, which = np.unique(start[rows], return_inverse=True)
        instants = (to_instant(at) for at in starts.tolist())
        clocks = [instant.astimezone(one) for instant in instants if instant]
        hours[rows] = np.array([clock.hour + clock.minute / 60 for clock in clocks])[which]
    return hours


def _numbers(column: Coded[Any], key: Callable[[Any], Any] = lambda value: value) -> Ints:
    """A number for each distinct key of the values, in sorted order, so that the order of rows changes nothing."""
    keys = [key(value) for value in column.values]
    seen = np.zeros(len(keys), dtype=np.bool_)
    seen[column.codes] = True
    ordered = sorted({one for one, there in zip(keys, seen.tolist(), strict=True) if there})
    known = {one: number for number, one in enumerate(ordered)}
    return column.looked_up(lambda value: known.get(key(value), -1), np.int64)


def _codes(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
