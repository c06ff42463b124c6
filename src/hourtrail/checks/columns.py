"""The entries as columns of numbers, so that a check looks at a million of them at once and only then at the few in question."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from hourtrail.domain.entry import TimeEntry

Codes: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

Value = TypeVar("Value", bound=Hashable)


def numbered(values: Iterable[Value], count: int) -> tuple[Codes, list[Value]]:
    """A number for each value, equal for equal ones, and the distinct values by their number, in order of first appearance."""
    known: dict[Value, int] = {}
    codes = np.fromiter((known.setdefault(value, len(known)) for value in values), np.int64, count)
    return codes, list(known)


def together(*columns: Codes) -> Codes:
    """One number for each distinct combination of several columns (numbers of at least 0), ascending as the columns are."""
    code, *rest = columns
    for column in rest:
        width = int(column.max(initial=0)) + 1
        code = np.unique(code * width + column, return_inverse=True)[1]
    return code


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

    def of(self, place: int) -> list[int]:
        """The rows of the group at ``place``, in their order."""
        rows: list[int] = self._order[self._bounds[place] : self._bounds[place + 1]].tolist()
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
        self._entries = entries
        count = len(entries)
        self.person, self.people = numbered((entry.person for entry in entries), count)
        self.item, self.items = numbered((entry.item for entry in entries), count)
        self.day: Codes = np.fromiter((entry.date.toordinal() for entry in entries), np.int64, count)
        self.minutes: Codes = np.fromiter((entry.minutes for entry in entries), np.int64, count)

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
        return numbered((entry.narrative for entry in self._entries), len(self._entries))

    @cached_property
    def stripped(self) -> Codes:
        """A number of the narrative without surrounding blanks; -1 where nothing is left."""
        codes, _ = numbered((text.strip() for text in self.texts), len(self.texts))
        empty = np.fromiter((not text.strip() for text in self.texts), np.bool_, len(self.texts))
        return np.where(empty, -1, codes)[self.text]

    @cached_property
    def billable(self) -> Codes:
        """What each entry says of itself: 1 billed, 0 not billed, -1 nothing."""
        said = (-1 if entry.billable is None else int(entry.billable) for entry in self._entries)
        return np.fromiter(said, np.int64, len(self._entries))

    @cached_property
    def created_day(self) -> Codes:
        """The ordinal of the UTC day on which each entry was created; 0 where that is not told."""
        days = (entry.created_at.toordinal() if entry.created_at else 0 for entry in self._entries)
        return np.fromiter(days, np.int64, len(self._entries))

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
        return np.arange(len(self._entries))

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
