"""Time entries as columns of numbers: what every residual is computed from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

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


def live(entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """The entries that say something of what is usual: with time in them, and not rejected."""
    return [entry for entry in entries if entry.minutes and entry.status is not EntryStatus.REJECTED]


def table_of(
    entries: Sequence[TimeEntry], *, weekly: bool, zone: Callable[[str], ZoneInfo] = lambda _person: ZoneInfo("UTC")
) -> EntryTable:
    """The table of ``entries``. ``weekly``: each distinct date is a week of its own. ``zone`` gives a person's time zone."""
    ordinals = np.array([entry.date.toordinal() for entry in entries], dtype=np.int64)
    day = np.full(len(entries), -1, dtype=np.int64) if weekly else (ordinals - _MONDAY) % 7
    if weekly:
        week = _codes(ordinals)
    else:
        monday = (ordinals - _MONDAY) // 7
        week = monday - monday.min(initial=monday[0] if len(monday) else 0)
    zones: dict[str, ZoneInfo] = {}
    hours = np.full(len(entries), np.nan)
    for number, entry in enumerate(entries):
        if entry.start is not None:
            if entry.person not in zones:
                zones[entry.person] = zone(entry.person)
            local = entry.start.astimezone(zones[entry.person])
            hours[number] = local.hour + local.minute / 60
    return EntryTable(
        person=_numbers([(entry.person,) for entry in entries]),
        project=_numbers([(entry.item.client, entry.item.project) for entry in entries]),
        task=_numbers([(entry.item.task,) for entry in entries]),
        week=week,
        day=day,
        minutes=np.array([entry.minutes for entry in entries], dtype=np.float64),
        hour=hours,
        rate=np.array(
            [np.nan if entry.hourly_rate is None else float(entry.hourly_rate) for entry in entries], dtype=np.float64
        ),
    )


def _numbers(keys: Sequence[tuple[str, ...]]) -> Ints:
    """A number for each distinct key, in sorted order, so that the order of rows changes nothing."""
    known = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([known[key] for key in keys], dtype=np.int64)


def _codes(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
