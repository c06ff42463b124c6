"""Time on a code that the task list does not hold."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.nearest_code import NearestCodes
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import WorkItem

NAME = "unknown_work_item"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry on an unknown work item, with the nearest code that is open that day as what was expected.

    A whole project that is missing while several people (the policy's bound) book on it is a gap in the task list, so
    master data is to blame.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    items = context.work_items
    columns = context.columns
    unknown = list(flagged(columns.of_items(not items.known(item) for item in columns.items), context.ranked))
    people: dict[WorkItem, set[str]] = {}
    for entry in unknown:
        if not items.project_known(entry.item):
            people.setdefault(entry.item.at_project, set()).add(entry.person)
    nearest = NearestCodes((entry.item for entry in unknown), context.tasks or ())
    many = policy.bound(NAME, "people")
    for entry in unknown:
        by = len(people.get(entry.item.at_project, ()))
        yield _fact(context, entry, nearest.open_on(entry.item, entry.date), by if by >= many else 0)


def _fact(context: CheckContext, entry: TimeEntry, nearest: str, people: int) -> Fact:
    hint = f"; the nearest known code is {nearest}" if nearest else ""
    gap = f"; {people} people book on this project, so it may be missing from the list" if people else ""
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item)),
        measured=str(entry.item),
        expected=nearest or "a work item of the task list",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, "
            f"which the task list does not hold{hint}{gap}."
        ),
        blame=Blame.MASTER_DATA if people else Blame.ENTRY,
        value_at_risk=context.worth(entry),
    )
