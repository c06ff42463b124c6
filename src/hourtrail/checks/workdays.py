"""The days on which somebody owes time: the firm's window, less the stretches in which they left no sign of working there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from hourtrail.checks.evidence import shown_minutes

if TYPE_CHECKING:
    from hourtrail.checks.context import CheckContext

_LONGEST_WINDOW: Final = 1100
"""Days before today that are looked at: three years, so that a slip in one year cannot hold the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workday:
    """One person's day in minutes. ``expected`` is None when nobody has said how long the person works.

    ``works`` tells whether the day is a working day that is not taken by an absence; None when that is not known.
    """

    person: str
    day: date
    booked: int
    shown: int
    expected: int | None
    works: bool | None


class Workdays:
    """The workdays of one context, found once for each length of a quiet stretch."""

    def __init__(self, context: "CheckContext") -> None:
        self._context = context
        self._known: dict[int, list[Workday]] = {}

    def of(self, quiet_days: int) -> list[Workday]:
        """Every day until today on which each person could have booked, in order, from the first date of the entries on.

        People are those whom the master data lists or who booked. A stretch of more than ``quiet_days`` without entry and
        without trace is taken as time before, after or between employments, unless it lies in the latest ``quiet_days``.
        Before the first and after the last of a person's assignments, where all of them are dated, only days with a sign
        count.
        """
        if quiet_days not in self._known:
            self._known[quiet_days] = list(self._found(quiet_days))
        return self._known[quiet_days]

    def _found(self, quiet_days: int) -> Iterator[Workday]:
        context = self._context
        booked = self._booked()
        if not booked:
            return
        last = context.as_of.toordinal()
        first = max(min(min(days) for days in booked.values()), last - _LONGEST_WINDOW, 1)
        dates = [date.fromordinal(number) for number in range(first, last + 1)]
        shown: dict[str, dict[int, int]] = {}
        for (person, day), traces in (context.evidence or {}).items():
            shown.setdefault(person, {})[day.toordinal()] = shown_minutes(traces)
        for person in sorted({*booked, *(person.id for person in context.people or ())}):
            own, seen = booked.get(person, {}), shown.get(person, {})
            signs = {day for days in (own, seen) for day, count in days.items() if count and first <= day <= last}
            assigned_from, assigned_to = self._assigned(person)
            days = [
                day
                for day in _observed(sorted(signs), first, last, quiet_days)
                if assigned_from <= day <= assigned_to or day in signs
            ]
            yield from self._person(person, days, [dates[day - first] for day in days], own, seen)

    def _booked(self) -> dict[str, dict[int, int]]:
        """Minutes booked by person and ordinal of the day."""
        columns = self._context.columns
        sums = columns.by_day.sums(columns.minutes).tolist()
        booked: dict[str, dict[int, int]] = {}
        for person, day, minutes in zip(*columns.person_and_day, sums, strict=True):
            booked.setdefault(columns.people[person], {})[day] = minutes
        return booked

    def _person(
        self, person: str, days: list[int], dates: list[date], booked: Mapping[int, int], shown: Mapping[int, int]
    ) -> Iterator[Workday]:
        context = self._context
        calendar, stated = context.calendars.of(person), context.calendars.hours_are_stated(person)
        away = context.absences.days
        working = [calendar is not None and calendar.is_working_day(day) for day in dates]
        full_day = next(
            (context.calendars.minutes(person, day) for day, works in zip(dates, working, strict=True) if works), 0
        )
        for ordinal, day, works in zip(days, dates, working, strict=True):
            expected = full_day if works else 0
            absent, lost = False, 0
            if (person, day) in away:
                absent = context.absences.all_of(person, day, expected)
                lost = context.absences.minutes(person, day, expected)
            known = calendar is not None or absent
            yield Workday(
                person=person,
                day=day,
                booked=booked.get(ordinal, 0),
                shown=shown.get(ordinal, 0),
                expected=expected - lost if stated else None,
                works=works and not absent if known else None,
            )

    def _assigned(self, person: str) -> tuple[int, int]:
        """The ordinals of the first and the last day of the person's assignments; every day where one is not dated."""
        rows = self._context.work_items.assignments_of(person)
        first = min((row.starts_on or date.min for row in rows), default=date.min)
        last = max((row.ends_on or date.max for row in rows), default=date.max)
        return first.toordinal(), last.toordinal()


def _observed(signs: list[int], first: int, last: int, quiet_days: int) -> list[int]:
    """The days in question, as ordinals: around the signs of the person, and the latest ones."""
    days: set[int] = set(range(max(first, last - quiet_days + 1), last + 1))
    if signs:
        begins = [later for earlier, later in pairwise(signs) if later - earlier - 1 > quiet_days]
        ends = [earlier for earlier, later in pairwise(signs) if later - earlier - 1 > quiet_days]
        for begin, end in zip([signs[0], *begins], [*ends, signs[-1]], strict=True):
            days.update(range(begin, end + 1))
        if signs[0] - first <= quiet_days:
            days.update(range(first, signs[0]))
        if last - signs[-1] <= quiet_days:
            days.update(range(signs[-1], last + 1))
    return sorted(days)
