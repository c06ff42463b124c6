"""Time on a task that takes no more: after its closing date, or with the status closed."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.nearest_code import NearestCodes
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Task

NAME = "closed_task"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry dated after its task closed; a closing date, where there is one, decides alone.

    When the task was still open on the day on which the entry was created, the entry is not to blame. The nearest code
    that takes bookings that day is named.
    """
    return report(NAME, policy, _facts(context))


def _last_ordinal(tasks: Sequence[Task]) -> int:
    """The ordinal of the last day on which one of ``tasks`` takes bookings; 0, before any day, where none ever does."""
    never_closes = date.max.toordinal()
    ends = [task.closes_on.toordinal() if task.closes_on else 0 if task.closed else never_closes for task in tasks]
    return max(ends, default=never_closes)


def _last_day(tasks: Sequence[Task]) -> date | None:
    """The last day on which one of ``tasks`` was open; None when somewhere no date is given."""
    days = [task.closes_on for task in tasks]
    return None if None in days else max(closing for closing in days if closing)


def _facts(context: CheckContext) -> Iterator[Fact]:
    columns = context.columns
    last = np.array([_last_ordinal(context.work_items.tasks(item)) for item in columns.items], np.int64)
    booked = flagged(columns.day > last[columns.item], context.ranked)
    late = [(entry, context.work_items.tasks(entry.item)) for entry in booked]
    nearest = NearestCodes((entry.item for entry, _ in late), context.tasks or ())
    for entry, tasks in late:
        yield _fact(context, entry, _last_day(tasks), nearest.open_on(entry.item, entry.date))


def _fact(context: CheckContext, entry: TimeEntry, last: date | None, nearest: str) -> Fact:
    created = context.local_date(entry.person, entry.created_at) if entry.created_at else None
    in_time = bool(last and created and created <= last)
    since = f"closed after {day(last)}" if last else f"is closed as of {day(context.as_of)}, without a closing date"
    excuse = f", and was still open when the entry was created on {day(created)}" if created and in_time else ""
    hint = f"; the nearest open code is {nearest}" if nearest else ""
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item), entry.date.isoformat()),
        measured=f"work on {day(entry.date)}",
        expected=f"work until {day(last)}" if last else "an open task",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, but the task {since}{excuse}{hint}."
        ),
        blame=Blame.MASTER_DATA if in_time else Blame.ENTRY,
        value_at_risk=context.worth(entry),
    )
