"""Time on a day that is no working day of the person's own calendar."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, weekday
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject

NAME = "weekend_or_holiday"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry on a holiday of the person's calendar, or on a weekday on which they do not work.

    Nothing is said of people whom the master data does not know: their working days are not known either.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    columns = context.columns
    people, days = columns.person_and_day
    dates = {day: date.fromordinal(day) for day in set(days)}
    is_off = context.calendars.is_off
    flags = [is_off(columns.people[person], dates[day]) for person, day in zip(people, days, strict=True)]
    off = np.array(flags, np.bool_)
    for entry in flagged(off[columns.person_day] & (columns.minutes > 0), context.ranked):
        yield _fact(context, entry)


def _fact(context: CheckContext, entry: TimeEntry) -> Fact:
    holiday = context.calendars.holiday(entry.person, entry.date)
    if holiday is None:
        off = f"{weekday(entry.date)}, on which they do not work"
    else:
        off = f"a holiday of their calendar{f' ({holiday})' if holiday else ''}"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, entry.date.isoformat()),
        measured=f"work on {weekday(entry.date)}, {day(entry.date)}",
        expected="work on a working day of the person's calendar",
        explanation=f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, {off}.",
        value_at_risk=context.worth(entry),
    )
