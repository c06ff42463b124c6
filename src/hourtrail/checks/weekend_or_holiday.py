"""Time on a day that is no working day of the person's own calendar."""

from collections.abc import Iterator

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
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
    for entry in context.ranked:
        calendar = context.calendars.of(entry.person)
        if entry.minutes and calendar and not calendar.is_working_day(entry.date):
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
        value_at_risk=worth(entry),
    )
