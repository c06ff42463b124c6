"""Time that was written down long after the work: remembered, not recorded."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.weeks import monday_of

NAME = "late_entry"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and week with entries created more days after their work date than the limit.

    Days are counted where the person is. An entry that does not say when it was created is never late. Whoever catches up
    on a week writes many entries at once: they are one habit, and one thing to talk about. The week is the ISO week of
    the work. No money is at risk: late time is billed like any other, and what is wrong with it other checks tell.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = int(policy.bound(NAME, "days"))
    allowed = count(limit, "day", "days")
    for (person, first), late in _late(context, limit).items():
        lines = f"{count(len(late), 'entry', 'entries')} ({duration(sum(entry.minutes for entry, _ in late))})"
        days = count(max(days for _, days in late), "day", "days")
        upto = f"{'up to ' if len(late) > 1 else ''}{days}"
        period = f"{first:%G-W%V}"
        yield Fact(
            subject=Subject(person=person, period=period),
            key=(person, period),
            measured=f"{lines} created {upto} after the work",
            expected=f"created at most {allowed} after the work",
            explanation=(
                f"{context.name(person)} booked {lines} of the week of {day(first)} late, {upto} after the work; "
                f"the limit is {allowed}."
            ),
            # Every one of them, the longest first: clearing the rest leaves them out by their ids.
            comparables=tuple(entry.id for entry, _ in sorted(late, key=lambda row: (-row[0].minutes, row[0].id))),
        )


def _late(context: CheckContext, limit: int) -> Mapping[tuple[str, date], Sequence[tuple[TimeEntry, int]]]:
    """The late entries by person and the Monday of the week, each with its days."""
    found: dict[tuple[str, date], list[tuple[TimeEntry, int]]] = {}
    # No zone is more than a day ahead of UTC.
    maybe = context.columns.created_day + 1 - context.columns.day > limit
    for entry in flagged(maybe, context.ranked):
        if entry.created_at is None:
            continue
        days = (context.local_date(entry.person, entry.created_at) - entry.date).days
        if days > limit:
            monday = monday_of(entry.date)
            found.setdefault((entry.person, monday), []).append((entry, days))
    return found
