"""An entry that says billable where its task or contract says not, or the other way round."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import Billable, ContractKind
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import price_of, stated_rate

NAME = "billable_mismatch"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry whose own flag contradicts the task's; an internal contract is never billed.

    An entry without a flag, and a task on which it depends, contradict nothing.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    columns = context.columns
    said = [context.billing.billable(item) for item in columns.items]
    contradicted = (columns.billable == 1) & columns.of_items(one is Billable.NO for one in said)
    contradicted |= (columns.billable == 0) & columns.of_items(one is Billable.YES for one in said)
    for entry in flagged(contradicted, context.ranked):
        yield _fact(context, entry)


def _fact(context: CheckContext, entry: TimeEntry) -> Fact:
    contract = context.work_items.contract(entry.item)
    if contract is not None and contract.kind is ContractKind.INTERNAL:
        source = f"contract {contract.id} is internal"
    else:
        source = f"the task is {'not ' if entry.billable else ''}billable"
    flag = "billable" if entry.billable else "not billable"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, str(entry.item), flag),
        measured=flag,
        expected="not billable" if entry.billable else "billable",
        explanation=(
            f"{context.name(entry.person)} booked {duration(entry.minutes)} on {entry.item} on {day(entry.date)} "
            f"as {flag}, but {source}."
        ),
        value_at_risk=_worth(context, entry),
    )


def _worth(context: CheckContext, entry: TimeEntry) -> Money | None:
    """What the entry's minutes cost at its own rate, else at the contract's."""
    rate = stated_rate(entry)
    contract = context.work_items.contract(entry.item)
    if rate is None and contract is not None:
        grade = context.billing.grade(entry)
        rate = context.billing.hourly(contract).rate(entry.date, person=entry.person, grade=grade, task=entry.item.task)
    return None if rate is None else price_of(rate, entry.minutes)
