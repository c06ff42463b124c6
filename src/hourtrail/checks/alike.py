"""Entries that are priced alike: a year of work on one item has a few prices, so one entry of each sort stands for all."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from hourtrail.checks.columns import Codes, Columns, Groups, together
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Assignment, WorkItem

_DAY: Final = timedelta(days=1)


class Alike:
    """The entries in sorts that have person, work item, stated rate and the word about billing in common, and between whose
    days nothing changes: no row of the rate card begins or ends, and no assignment that states a grade.

    ``changes`` are the days on which the prices of a work item may change, as ordinals; ``graded`` the assignments of a
    person to a work item that state a grade.
    """

    def __init__(
        self,
        columns: Columns,
        changes: Callable[[WorkItem], Codes],
        graded: Callable[[str, WorkItem], Iterable[Assignment]],
    ) -> None:
        self._columns, self._changes, self._graded = columns, changes, graded

    @cached_property
    def sort(self) -> Codes:
        """The number of each entry's sort."""
        entries = self._columns.entries
        stated = [entries.coded(name).codes.astype(np.int64) for name in ("billable", "hourly_rate", "currency")]
        return together(self._columns.person_item, self._stretch, *stated)

    @cached_property
    def samples(self) -> list[TimeEntry]:
        """One entry of each sort."""
        return [self._columns.entries[row] for row in np.unique(self.sort, return_index=True)[1].tolist()]

    @cached_property
    def quantity(self) -> Codes:
        """A number for entries with the same minutes: worked, written off, and agreed."""
        entries = self._columns.entries
        agreed = entries.coded("billable_minutes").codes.astype(np.int64)
        return together(self._columns.minutes, self._columns.write_off, agreed)

    @cached_property
    def quantities(self) -> list[TimeEntry]:
        """One entry for each of these numbers."""
        return [self._columns.entries[row] for row in np.unique(self.quantity, return_index=True)[1].tolist()]

    @cached_property
    def _stretch(self) -> Codes:
        """Which stretch of days without a change an entry lies in."""
        columns = self._columns
        stretch = np.zeros(len(columns.day), np.int64)
        items = Groups(columns.item, columns.all_rows)
        for place, number in enumerate(items.numbers.tolist()):
            changes = self._changes(columns.items[number])
            if len(changes):
                rows = items.rows(place)
                stretch[rows] = np.searchsorted(changes, columns.day[rows], side="right")
        pairs = columns.pairs
        first = zip(columns.person[pairs].tolist(), columns.item[pairs].tolist(), strict=True)
        steps = {
            number: found
            for number, (person, item) in enumerate(first)
            if len(found := _days(self._graded(columns.people[person], columns.items[item])))
        }
        if steps:
            within = Groups(columns.person_item, np.flatnonzero(np.isin(columns.person_item, list(steps))))
            second = np.zeros_like(stretch)
            for place, number in enumerate(within.numbers.tolist()):
                rows = within.rows(place)
                second[rows] = np.searchsorted(steps[number], columns.day[rows], side="right")
            stretch = together(stretch, second)
        return stretch


def sums_by_day(days: Codes, minutes: Codes) -> Mapping[date, int]:
    """The minutes of each day that occurs."""
    if not len(days):
        return {}
    first = int(days.min())
    total = np.bincount(days - first, minutes).astype(np.int64)
    found = np.unique(days)
    return {
        date.fromordinal(day): count for day, count in zip(found.tolist(), total[found - first].tolist(), strict=True)
    }


def _days(rows: Iterable[Assignment]) -> Codes:
    """The days on which one of the assignments begins, or is over."""
    begin = {row.starts_on.toordinal() for row in rows if row.starts_on}
    over = {(row.ends_on + _DAY).toordinal() for row in rows if row.ends_on and row.ends_on < date.max}
    return np.array(sorted(begin | over), np.int64)
