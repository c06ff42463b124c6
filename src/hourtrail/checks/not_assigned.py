"""Time on work that the person was never assigned to."""

from collections.abc import Iterator

from rapidfuzz import fuzz

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
from hourtrail.checks.wording import day, window
from hourtrail.checks.work_items import days_outside
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Assignment

NAME = "not_assigned"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry on a known work item that no assignment of the person reaches on any day.

    An assignment at another time belongs to ``outside_dates``, an unknown code to ``unknown_work_item``.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    items = context.work_items
    for entry in context.ranked:
        if items.assignments(entry.person, entry.item):
            continue
        if context.tasks is not None and not items.known(entry.item):
            continue
        yield _fact(context, entry, _nearest(items.assignments_of(entry.person), entry))


def _nearest(rows: tuple[Assignment, ...], entry: TimeEntry) -> Assignment | None:
    """The assignment that was most likely meant: same project first, then in force that day, then the most similar code."""

    def distance(row: Assignment) -> tuple[bool, int, float, str]:
        return (
            row.item.at_project != entry.item.at_project,
            days_outside(entry.date, row.starts_on, row.ends_on),
            -fuzz.ratio(str(row.item), str(entry.item)),
            str(row.item),
        )

    return min(rows, key=distance, default=None)


def _fact(context: CheckContext, entry: TimeEntry, nearest: Assignment | None) -> Fact:
    near = (
        f"; the nearest assignment is {nearest.item} {window(nearest.starts_on, nearest.ends_on)}"
        if nearest
        else "; the assignments do not mention this person at all"
    )
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item)),
        measured=str(entry.item),
        expected=str(nearest.item) if nearest else "an assignment",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} without being assigned to it{near}."
        ),
        # Somebody who is missing from the list altogether was forgotten there.
        blame=Blame.ENTRY if nearest else Blame.MASTER_DATA,
        value_at_risk=worth(entry),
    )
