"""The days on which somebody owes time: the firm's window, less the stretches in which they left no sign of working there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from hourtrail.checks.context import CheckContext
from hourtrail.checks.evidence import shown_minutes

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


def workdays(context: CheckContext, quiet_days: int) -> Iterator[Workday]:
    """Every day until today on which each person could have booked, in order, from the first date of the entries on.

    People are those whom the master data lists or who booked. A stretch of more than ``quiet_days`` without entry and
    without trace is taken as time before, after or between employments, unless it lies in the latest ``quiet_days``.
    Before the first and after the last of a person's assignments, where all of them are dated, only days with a sign count.
    """
    booked = {key: sum(entry.minutes for entry in entries) for key, entries in context.days.items()}
    if not booked:
        return
    first = max(min(day for _, day in booked), _before(context.as_of, _LONGEST_WINDOW))
    shown = {key: shown_minutes(traces) for key, traces in (context.evidence or {}).items()}
    signs = _signs(booked, shown, first, context.as_of)
    people = {person for person, _ in booked} | {person.id for person in context.people or ()}
    for person in sorted(people):
        seen = signs.get(person, set())
        assigned_from, assigned_to = _assigned(context, person)
        for day in _observed(sorted(seen), first, context.as_of, quiet_days):
            if not assigned_from <= day <= assigned_to and day not in seen:
                continue
            expected, works = _owed(context, person, day)
            key = (person, day)
            yield Workday(
                person=person,
                day=day,
                booked=booked.get(key, 0),
                shown=shown.get(key, 0),
                expected=expected,
                works=works,
            )


def _assigned(context: CheckContext, person: str) -> tuple[date, date]:
    rows = context.work_items.assignments_of(person)
    first = min((row.starts_on or date.min for row in rows), default=date.min)
    return first, max((row.ends_on or date.max for row in rows), default=date.max)


def _signs(
    booked: Mapping[tuple[str, date], int], shown: Mapping[tuple[str, date], int], first: date, last: date
) -> dict[str, set[date]]:
    signs: dict[str, set[date]] = {}
    for minutes in (booked, shown):
        for (person, day), count in minutes.items():
            if count and first <= day <= last:
                signs.setdefault(person, set()).add(day)
    return signs


def _before(day: date, days: int) -> date:
    return day - timedelta(days=days) if day - date.min > timedelta(days=days) else date.min


def _observed(signs: list[date], first: date, last: date, quiet_days: int) -> list[date]:
    days: set[date] = set(signs)
    for earlier, later in pairwise(signs):
        if (later - earlier).days - 1 <= quiet_days:
            days.update(_range(earlier, later))
    days.update(_range(max(first, _before(last, quiet_days - 1)), last))
    if signs and (signs[0] - first).days <= quiet_days:
        days.update(_range(first, signs[0]))
    if signs and (last - signs[-1]).days <= quiet_days:
        days.update(_range(signs[-1], last))
    return sorted(days)


def _range(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _owed(context: CheckContext, person: str, day: date) -> tuple[int | None, bool | None]:
    calendar = context.calendars.of(person)
    minutes = context.calendars.minutes(person, day)
    away = context.absences.all_of(person, day, minutes)
    if calendar is None:
        return None, False if away else None
    works = calendar.is_working_day(day) and not away
    if not context.calendars.hours_are_stated(person):
        return None, works
    return minutes - context.absences.minutes(person, day, minutes), works
