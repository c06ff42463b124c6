"""The entries as columns of numbers, so that a check looks at a million of them at once and only then at the few in question."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hourtrail.columnar import (
    EPOCH_DAY,
    MICROSECONDS_A_DAY,
    NO_INSTANT,
    EntryColumns,
    coded,
    columns_of,
    first_seen,
    numbered,
)
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem

__all__ = ["Codes", "Columns", "Groups", "Mask", "flagged", "numbered", "together"]

_LARGEST: Final = 2**62
_WIDEST: Final = 16
"""Codes that there could be, for each that there is, up to which they are counted in a table."""

Codes: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


def together(*columns: Codes) -> Codes:
    """One number for each distinct combination of several columns (numbers of at least 0), ascending as the columns are."""
    code, *rest = columns
    if not rest or not len(code):
        return code
    code, span = _from_zero(code)
    for column in rest:
        other, width = _from_zero(column)
        if span * width > _LARGEST:
            code, span = _from_zero(_dense(code, span))
        code, span = code * width + other, span * width
    return _dense(code, span)


def _from_zero(column: Codes) -> tuple[Codes, int]:
    """The column less its smallest number, and how many numbers that spans."""
    least = int(column.min())
    return column - least, int(column.max()) - least + 1


def _dense(code: Codes, span: int) -> Codes:
    """The numbers 0 to k - 1 for k distinct codes of 0 to ``span`` - 1, in their order."""
    if span > _WIDEST * len(code) + _WIDEST:
        return np.unique(code, return_inverse=True)[1]
    # A table of all codes that there could be costs less than sorting those that there are.
    there = np.zeros(span, np.int64)
    there[code] = 1
    numbers: Codes = np.asarray(np.cumsum(there) - 1, np.int64)
    return numbers[code]


class Groups:
    """Rows that share a number. ``numbers`` of rows outside the ``rows`` given are not looked at."""

    def __init__(self, numbers: Codes, rows: Codes) -> None:
        order = rows[np.argsort(numbers[rows], kind="stable")]
        ordered = numbers[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        self._order = order
        self._bounds = np.append(starts, len(order))
        self.numbers: Codes = ordered[starts]
        self.sizes: Codes = np.diff(self._bounds)

    def rows(self, place: int) -> Codes:
        """The rows of the group at ``place``, in their order."""
        return self._order[self._bounds[place] : self._bounds[place + 1]]

    def of(self, place: int) -> list[int]:
        """The same as a list."""
        rows: list[int] = self.rows(place).tolist()
        return rows

    def members(self, chosen: Mask) -> Iterator[list[int]]:
        """The rows of each chosen group (one flag a group), in their order."""
        for place in np.flatnonzero(chosen).tolist():
            yield self.of(place)

    def slices(self) -> Iterator[slice]:
        """Where each group lies in rows that are sorted by their numbers."""
        return (slice(first, last) for first, last in pairwise(self._bounds.tolist()))

    def varies(self, values: Codes) -> Mask:
        """Whether the values of a column differ within each group."""
        if not len(self._order):
            return np.zeros(0, np.bool_)
        ordered, starts = values[self._order], self._bounds[:-1]
        differ: Mask = np.minimum.reduceat(ordered, starts) != np.maximum.reduceat(ordered, starts)
        return differ

    def sums(self, values: Codes) -> Codes:
        """The sum of a column over each group."""
        return np.add.reduceat(values[self._order], self._bounds[:-1]) if len(self._order) else self.numbers


class Columns:
    """Columns of the entries given, one place an entry.

    ``person``, ``item`` and ``text`` are numbers into ``people``, ``items`` and ``texts`` (narratives), ``day`` is the
    proleptic ordinal of the date, ``minutes`` are minutes.
    """

    def __init__(self, entries: Sequence[TimeEntry]) -> None:
        self.entries: EntryColumns = columns_of(entries)
        self.person, self.people = first_seen(self.entries.coded("person"))
        self.item: Codes
        self.items: list[WorkItem]
        self.item, self.items = first_seen(self.entries.coded("item"))
        self.day: Codes = self.entries.days()
        self.minutes: Codes = self.entries.minutes()

    @cached_property
    def text(self) -> Codes:
        """The number of each entry's narrative in ``texts``."""
        return self._narratives[0]

    @cached_property
    def texts(self) -> list[str]:
        """The distinct narratives."""
        return self._narratives[1]

    @cached_property
    def _narratives(self) -> tuple[Codes, list[str]]:
        column = coded(self.entries.texts("narrative"))
        return np.asarray(column.codes, np.int64), list(column.values)

    @cached_property
    def stripped(self) -> Codes:
        """A number of the narrative without surrounding blanks; -1 where nothing is left."""
        stripped = list(map(str.strip, self.texts))
        column = coded(stripped)
        empty = np.fromiter((not text for text in stripped), np.bool_, len(stripped))
        return np.where(empty, -1, column.codes)[self.text]

    @cached_property
    def billable(self) -> Codes:
        """What each entry says of itself: 1 billed, 0 not billed, -1 nothing."""
        return self.entries.coded("billable").looked_up(lambda said: -1 if said is None else int(said), np.int64)

    @cached_property
    def start(self) -> Codes:
        """When each entry begins, in microseconds (``hourtrail.columnar.instants``)."""
        return self.entries.instants("start")

    @cached_property
    def end(self) -> Codes:
        """When each entry ends, in the same way."""
        return self.entries.instants("end")

    @cached_property
    def write_off(self) -> Codes:
        """Minutes written off."""
        return self.entries.coded("write_off_minutes").looked_up(int, np.int64)

    @cached_property
    def created_day(self) -> Codes:
        """The ordinal of the UTC day on which each entry was created; 0 where that is not told."""
        created = self.entries.instants("created_at")
        return np.where(created == NO_INSTANT, 0, created // MICROSECONDS_A_DAY + EPOCH_DAY)

    @cached_property
    def person_day(self) -> Codes:
        """One number a person and day."""
        return together(self.person, self.day)

    @cached_property
    def person_week(self) -> Codes:
        """One number a person and ISO week, by the number of its Monday."""
        return together(self.person, self.day - self.weekday)

    @cached_property
    def weekday(self) -> Codes:
        """0 for Monday to 6; ordinal 1 is a Monday."""
        return (self.day + 6) % 7

    @cached_property
    def month(self) -> Codes:
        """The calendar month of the day, counted from January 1970."""
        days = (self.day - EPOCH_DAY).astype("datetime64[D]")
        return days.astype("datetime64[M]").astype(np.int64)

    @cached_property
    def person_item(self) -> Codes:
        """One number a person and work item."""
        return together(self.person, self.item)

    @cached_property
    def person_numbers(self) -> dict[str, int]:
        """The number of each person."""
        return {person: number for number, person in enumerate(self.people)}

    @cached_property
    def all_rows(self) -> Codes:
        """Every row."""
        return np.arange(len(self.entries))

    @cached_property
    def by_day(self) -> Groups:
        """The rows of each person and day."""
        return Groups(self.person_day, self.all_rows)

    @cached_property
    def pairs(self) -> list[int]:
        """One row of each person and work item, by the number of the pair."""
        return self._first_of(self.person_item)

    @cached_property
    def people_days(self) -> list[int]:
        """One row of each person and day, by the number of the two."""
        return self._first_of(self.person_day)

    @cached_property
    def person_and_day(self) -> tuple[list[int], list[int]]:
        """The person (by number) and the day (as ordinal) of each number in ``person_day``."""
        rows = self.people_days
        return self.person[rows].tolist(), self.day[rows].tolist()

    @cached_property
    def by_person(self) -> Groups:
        """The rows of each person."""
        return Groups(self.person, self.all_rows)

    def rows_of(self, person: str) -> list[int]:
        """The rows of one person."""
        number = self.person_numbers.get(person)
        return [] if number is None else self.by_person.of(number)

    def rows_on(self, person: str, day: int) -> list[int]:
        """The rows of one person on one day, given by its ordinal."""
        number = self.person_numbers.get(person)
        if number is None:
            return []
        key = number * self._width + day
        place = int(np.searchsorted(self._day_keys, key))
        found = place < len(self._day_keys) and self._day_keys[place] == key
        return self.by_day.of(place) if found else []

    @cached_property
    def _width(self) -> int:
        return int(self.day.max(initial=0)) + 1

    @cached_property
    def _day_keys(self) -> Codes:
        """The distinct persons and days, in the order of their numbers in ``person_day``."""
        return np.unique(self.person * self._width + self.day)

    def _first_of(self, numbers: Codes) -> list[int]:
        rows: list[int] = np.unique(numbers, return_index=True)[1].tolist()
        return rows

    def of_items(self, flags: Iterable[bool]) -> Mask:
        """For each entry, the flag of its work item, given by the number of the item."""
        return np.fromiter(flags, np.bool_, len(self.items))[self.item]


def flagged(mask: Mask, entries: Sequence[TimeEntry]) -> Iterator[TimeEntry]:
    """The entries at the places that are set."""
    return (entries[place] for place in np.flatnonzero(mask).tolist())
