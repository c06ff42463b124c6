"""Time on the right work at the wrong time: before the task opens, outside the contract, outside the person's assignment.

A task that has closed belongs to ``closed_task``; work without any assignment belongs to ``not_assigned``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, window
from hourtrail.checks.work_items import WorkItems, days_outside
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Assignment

NAME = "outside_dates"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry, naming every window that its date misses."""
    return report(NAME, policy, _facts(context))


@dataclass(frozen=True, slots=True)
class _Window:
    what: str
    first: date | None
    last: date | None
    blame: Blame = Blame.ENTRY

    def __str__(self) -> str:
        return f"{self.what} {window(self.first, self.last)}"


def _facts(context: CheckContext) -> Iterator[Fact]:
    for entry in _in_question(context):
        missed = list(_missed(context.work_items, entry))
        if missed:
            yield Fact(
                subject=Subject(time_entry=entry.id),
                key=(entry.id, str(entry.item), entry.date.isoformat()),
                measured=day(entry.date),
                expected="; ".join(map(str, missed)),
                explanation=(
                    f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, "
                    f"but {' and '.join(f'{one.what} runs {window(one.first, one.last)}' for one in missed)}."
                ),
                blame=missed[0].blame,
                value_at_risk=context.worth(entry),
            )


def _in_question(context: CheckContext) -> Iterator[TimeEntry]:
    """The entries dated outside of a stretch of days on which nothing of their work item can be missed."""
    columns = context.columns
    safe = [_safe_days(context.work_items, entry) for entry in map(context.ranked.__getitem__, columns.pairs)]
    first, last = np.array(safe, np.int64).reshape(-1, 2)[columns.person_item].T
    return flagged((columns.day < first) | (columns.day > last), context.ranked)


def _safe_days(items: WorkItems, entry: TimeEntry) -> tuple[int, int]:
    """The ordinals of the first and the last day on which every task, the contract and one assignment take bookings."""
    contract = items.contract(entry.item)
    rows = sorted(items.assignments(entry.person, entry.item), key=_length, reverse=True)
    # Within the longest assignment nothing is missed; outside of it another may be in force, which is looked at then.
    starts = [
        *(task.opens_on for task in items.tasks(entry.item)),
        contract.starts_on if contract else None,
        *(row.starts_on for row in rows[:1]),
    ]
    ends = [contract.ends_on if contract else None, *(row.ends_on for row in rows[:1])]
    return (
        max((day.toordinal() for day in starts if day), default=0),
        min((day.toordinal() for day in ends if day), default=date.max.toordinal()),
    )


def _length(row: Assignment) -> int:
    return (row.ends_on or date.max).toordinal() - (row.starts_on or date.min).toordinal()


def _missed(items: WorkItems, entry: TimeEntry) -> Iterator[_Window]:
    tasks = items.tasks(entry.item)
    openings = [task.opens_on for task in tasks if task.opens_on and entry.date < task.opens_on]
    if openings and len(openings) == len(tasks):
        yield _Window("the task", min(openings), None)
    contract = items.contract(entry.item)
    if contract and days_outside(entry.date, contract.starts_on, contract.ends_on):
        yield _Window(f"contract {contract.id}", contract.starts_on, contract.ends_on, Blame.CONTRACT)
    rows = items.assignments(entry.person, entry.item)
    if rows and all(days_outside(entry.date, row.starts_on, row.ends_on) for row in rows):
        near = min(rows, key=lambda row: (days_outside(entry.date, row.starts_on, row.ends_on), str(row.item)))
        yield _Window("the assignment", near.starts_on, near.ends_on)
