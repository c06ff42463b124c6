"""Billed time that nothing prices."""

from collections.abc import Iterator

import numpy as np

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.survey import RateDeviation
from hourtrail.checks.wording import day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import WorkItem

NAME = "missing_rate"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each billed entry without a rate: its contract has none for it that day, or is not known at all.

    Rates of a contract that the contracts do not hold are one finding on that contract.
    """
    return report(NAME, policy, (*_unpriced(context), *_unknown_contracts(context), *_cards(context)))


def _unpriced(context: CheckContext) -> Iterator[Fact]:
    if context.rates is None:
        return
    for row in context.billing.deviations:
        if row.expected is None:
            who = f"grade {row.grade}" if row.grade else f"{context.name(row.entry.person)}, whose grade is not known"
            yield _fact(
                context,
                row.entry,
                row.contract.id,
                expected=f"a rate of contract {row.contract.id} for {who}",
                why=f"but contract {row.contract.id} has no rate for {who} that day{_nearest(context, row)}",
            )


def _nearest(context: CheckContext, row: RateDeviation) -> str:
    """The nearest thing that the rate card does hold."""
    rates = context.billing.rates.get(row.contract.id, [])
    if not rates:
        return "; its rate card is empty"
    fitting = [rate for rate in rates if rate.grade in {"", row.grade} and rate.person in {"", row.entry.person}]
    ended = [rate.valid_to for rate in fitting if rate.valid_to and rate.valid_to < row.entry.date]
    if ended:
        return f"; the last one ended on {day(max(ended))}"
    begin = [rate.valid_from for rate in fitting if rate.valid_from and rate.valid_from > row.entry.date]
    if begin:
        return f"; the first one begins on {day(min(begin))}"
    grades = sorted({rate.grade for rate in rates if rate.grade})
    return f"; it has rates for {', '.join(grades[:10])}" if grades else ""


def _unknown_contracts(context: CheckContext) -> Iterator[Fact]:
    if context.contracts is None:
        return
    columns = context.columns
    unknown = [_unknown(context, item) for item in columns.items]
    for row in np.flatnonzero(columns.of_items(map(bool, unknown))).tolist():
        entry = context.ranked[row]
        if context.billing.billed(entry):
            contract = unknown[int(columns.item[row])]
            yield _fact(
                context,
                entry,
                contract,
                expected=f"contract {contract}",
                why=f"whose task names contract {contract}, which the contracts do not hold, so nothing prices it",
            )


def _unknown(context: CheckContext, item: WorkItem) -> str:
    """The contracts that the item's tasks name and the contracts do not hold; empty where another one is found, or none is named."""
    items = context.work_items
    if items.contract(item) is not None:
        return ""
    return " or ".join(sorted({task.contract for task in items.tasks(item)} - {"", *context.billing.contracts}))


def _cards(context: CheckContext) -> Iterator[Fact]:
    if context.contracts is None:
        return
    for contract in sorted(set(context.billing.rates) - set(context.billing.contracts)):
        yield Fact(
            subject=Subject(contract=contract),
            key=("card", contract),
            measured=f"a rate card of contract {contract}",
            expected="a contract in the contracts file",
            explanation=f"The rate cards price contract {contract}, which the contracts do not hold.",
            blame=Blame.MASTER_DATA,
        )


def _fact(context: CheckContext, entry: TimeEntry, contract: str, *, expected: str, why: str) -> Fact:
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, contract),
        measured="no rate",
        expected=expected,
        explanation=f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, {why}.",
        blame=Blame.MASTER_DATA,
        value_at_risk=context.worth(entry),
    )
