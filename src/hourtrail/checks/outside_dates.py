"""Time on the right work at the wrong time: before the task opens, outside the contract, outside the person's assignment.

A task that has closed belongs to ``closed_task``; work without any assignment belongs to ``not_assigned``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
from hourtrail.checks.wording import day, window
from hourtrail.checks.work_items import WorkItems, days_outside
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject

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
    for entry in context.ranked:
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
                value_at_risk=worth(entry),
            )


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
