"""The same work booked again: same person, date, work item, start and narrative, whatever the minutes."""

from collections.abc import Iterator
from typing import Final

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import CERTAIN, Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.instants import format_instant

NAME = "duplicate_entry"

# That the rows repeat each other is certain. That one is too many is not, where nothing but the work item is the same: of the
# 44 such rows in a real agency's weekly timecards (tests/data/tock) each has other minutes than its twin, and 38 are of seven
# people on one project in the same two weeks, on top of a usual week: overtime line by line, more likely than 38 slips.
_IN_PARTS: Final = 0.5


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each row beyond the first, with the first as its twin."""
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    for first, *repeats in context.identical:
        for number, entry in enumerate(repeats, start=2):
            yield Fact(
                subject=Subject(time_entry=entry.id),
                # "Booked for the second time" stays the same fact, whichever of two equal rows comes first in the file.
                key=(*_content(entry), str(number)),
                measured=f"booked {number} times, here with {duration(entry.minutes)}",
                expected="booked once",
                explanation=_explain(context, first, entry),
                score=CERTAIN if _says_more(first, entry) else _IN_PARTS,
                value_at_risk=context.worth(entry),
                comparables=(first.id,),
            )


def _says_more(first: TimeEntry, entry: TimeEntry) -> bool:
    """Whether a start, a narrative or equal minutes show that it is the same work; else it may have been booked in parts."""
    return bool(entry.start or entry.narrative.strip() or entry.minutes == first.minutes)


def _content(entry: TimeEntry) -> tuple[str, ...]:
    item = entry.item
    start = format_instant(entry.start) if entry.start else ""
    narrative = entry.narrative.strip()
    return (entry.person, entry.date.isoformat(), item.client, item.project, item.task, start, narrative)


def _explain(context: CheckContext, first: TimeEntry, entry: TimeEntry) -> str:
    minutes = (
        f"both with {duration(entry.minutes)}"
        if entry.minutes == first.minutes
        else f"with {duration(entry.minutes)} instead of {duration(first.minutes)}"
    )
    alike = [
        *(["the same start"] if entry.start else []),
        "the same narrative" if entry.narrative.strip() else "no narrative on either",
    ]
    return (
        f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} more than once: "
        f"entry {entry.id} repeats entry {first.id}, {minutes}, {' and '.join(alike)}."
    )
