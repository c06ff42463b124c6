"""A rate on an entry that is not the contract's."""

from collections.abc import Iterator
from decimal import Decimal

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.survey import RateDeviation
from hourtrail.checks.wording import day, window
from hourtrail.checks.wrong_grade import other_grades
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import price_of, quantity

NAME = "wrong_rate"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each billed entry whose rate differs from the contract's by more than the bound.

    The price of another grade belongs to ``wrong_grade``. A rate card in another currency than its contract is one finding
    on the contract: amounts of two currencies never add up.
    """
    return report(NAME, policy, (*_cards(context), *_entries(context, policy.bound(NAME, "share"))))


def _cards(context: CheckContext) -> Iterator[Fact]:
    for contract in context.billing.contracts.values():
        priced = {row.currency for row in context.billing.rates.get(contract.id, ())}
        if others := sorted(priced - {contract.currency} if contract.currency else ()):
            yield Fact(
                subject=Subject(contract=contract.id),
                key=("card", contract.id),
                measured=" and ".join(others),
                expected=contract.currency,
                explanation=(
                    f"Contract {contract.id} is in {contract.currency}, "
                    f"but its rate card has rates in {' and '.join(others)}."
                ),
                blame=Blame.MASTER_DATA,
            )


def _entries(context: CheckContext, bound: Decimal) -> Iterator[Fact]:
    for row in context.billing.deviations:
        if row.stated is None or row.expected is None or other_grades(context, row):
            continue
        same_currency = row.stated.currency == row.expected.currency
        if same_currency and abs(row.stated.amount - row.expected.amount) <= bound * row.expected.amount:
            continue
        yield _fact(context, row, row.stated, row.expected)


def _fact(context: CheckContext, row: RateDeviation, stated: Money, expected: Money) -> Fact:
    entry = row.entry
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, row.contract.id),
        measured=f"{stated} an hour",
        expected=f"{expected} an hour",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} at {stated} an hour, "
            f"but contract {row.contract.id} has {expected}{_hint(context, row, stated)}."
        ),
        value_at_risk=difference(row, stated, expected),
    )


def difference(row: RateDeviation, stated: Money, expected: Money) -> Money:
    """What the wrong rate changes on the invoice; in another currency, the whole amount at the stated rate."""
    minutes = quantity(row.contract, row.entry)
    if stated.currency != expected.currency:
        return price_of(stated, minutes)
    return price_of(Money(abs(stated.amount - expected.amount), expected.currency), minutes)


def _hint(context: CheckContext, row: RateDeviation, stated: Money) -> str:
    """Where the stated rate comes from, if it is one that held for this work on other days."""
    for rate in context.billing.rates.get(row.contract.id, ()):
        fits = rate.person in {"", row.entry.person} and rate.grade in {"", row.grade}
        of_task = rate.task in {"", row.entry.item.task}
        if fits and of_task and Money(rate.hourly_rate, rate.currency) == stated and (rate.valid_from or rate.valid_to):
            return f"; {stated} is the rate {window(rate.valid_from, rate.valid_to)}"
    return ""
