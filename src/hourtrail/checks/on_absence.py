"""Time on a day, or at an hour, for which the calendar has the person absent.

Some firms book leave as a time entry of its own. Such an entry is no contradiction, and is told by two signs that need no
list of words: the absence's own title says what the entry says, or its work item is booked almost only on absences.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import words
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import clock, day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span, covered_minutes

NAME = "on_absence"

# A work item is leave's own when nine in ten of at least this many entries on it lie on absences.
_LEAST_LEAVE: Final = 3
_LEAVE_SHARE: Final = 0.9


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry on a day of absence, or that shares time with an absence of some hours.

    An entry without times beside an absence of some hours is taken to be the work of the other hours. Why somebody was
    away is never said.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    if not context.absences:
        return
    away = np.flatnonzero(context.on_days(context.absences.days)).tolist()
    hits = {row: minutes for row in away if (minutes := _away(context, context.ranked[row]))}
    leave = _leave_items(context, hits)
    for row, minutes in hits.items():
        entry = context.ranked[row]
        if entry.item not in leave and not _says_so(context, entry):
            yield _fact(context, entry, minutes)


def _away(context: CheckContext, entry: TimeEntry) -> int:
    """Minutes of the entry that were booked on an absence."""
    if not entry.minutes:
        return 0
    spans = context.absences.spans(entry.person, entry.date)
    if entry.start and entry.end and entry.start < entry.end and spans:
        booked = Span(entry.start, entry.end)
        return min(entry.minutes, covered_minutes(part for span in spans if (part := booked.intersection(span))))
    whole = context.absences.all_of(entry.person, entry.date, context.calendars.minutes(entry.person, entry.date))
    return entry.minutes if whole else 0


def _leave_items(context: CheckContext, hits: Mapping[int, int]) -> frozenset[WorkItem]:
    columns = context.columns
    unpaid = columns.billable != 1
    on_absence = np.zeros(len(unpaid), np.bool_)
    on_absence[list(hits)] = True
    every = np.bincount(columns.item[unpaid], minlength=len(columns.items))
    away = np.bincount(columns.item[unpaid & on_absence], minlength=len(columns.items))
    chosen = np.flatnonzero((away >= _LEAST_LEAVE) & (away >= _LEAVE_SHARE * every))
    return frozenset(columns.items[number] for number in chosen.tolist())


def _says_so(context: CheckContext, entry: TimeEntry) -> bool:
    """Whether an entry that nobody pays for shares a word with the title of the absence."""
    if entry.billable is True:
        return False
    names = " ".join(task.name for task in context.work_items.tasks(entry.item))
    own = words(f"{entry.narrative} {entry.item.project} {entry.item.task} {names}")
    return not context.absences.title_words(entry.person, entry.date).isdisjoint(own)


def _fact(context: CheckContext, entry: TimeEntry, minutes: int) -> Fact:
    name = context.name(entry.person)
    spans = context.absences.spans(entry.person, entry.date)
    if minutes < entry.minutes or (spans and entry.start):
        away = " and ".join(clock(span.start, span.end, context.zone(entry.person)) for span in spans[:3])
        where = f"of which {duration(minutes)} lie in an absence from {away}"
    else:
        where = "a day of absence in their calendar"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, entry.date.isoformat()),
        measured=f"{duration(minutes)} booked on an absence",
        expected="no work on an absence",
        explanation=f"{name} booked {duration(entry.minutes)} on {entry.item} on {day(entry.date)}, {where}.",
        value_at_risk=context.worth(entry, minutes),
    )
