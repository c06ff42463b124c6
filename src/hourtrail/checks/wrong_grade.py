"""Time at the price of a grade that the person does not have."""

from collections.abc import Iterator, Mapping

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.survey import RateDeviation
from hourtrail.checks.wording import day
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import price_of, quantity

NAME = "wrong_grade"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry that states another grade than the person's, or bears another grade's rate.

    An entry states a grade in a column ``grade``, which the file may have.
    """
    return report(NAME, policy, (*_stated_grades(context), *_priced(context)))


def other_grades(context: CheckContext, row: RateDeviation) -> tuple[str, ...]:
    """The grades whose price the entry bears, where the person's own grade is known and has another."""
    if row.stated is None or row.expected is None or not row.grade:
        return ()
    rates = context.billing.hourly(row.contract)
    if rates.blended:
        return ()
    return rates.grades_at(row.stated, row.entry.date, task=row.entry.item.task)


def _said(extra: Mapping[str, str]) -> str:
    return extra.get("grade", "").strip()


def _stated_grades(context: CheckContext) -> Iterator[Fact]:
    for entry in flagged(context.ranked.has("extra", lambda extra: bool(_said(extra))), context.ranked):
        said, grade = _said(entry.extra), context.billing.grade(entry)
        if grade and said.casefold() != grade.casefold():
            yield Fact(
                subject=Subject(time_entry=entry.id),
                key=(entry.id,),
                measured=said,
                expected=grade,
                explanation=(
                    f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} as {said}, "
                    f"but works there as {grade}."
                ),
                value_at_risk=context.worth(entry),
            )


def _priced(context: CheckContext) -> Iterator[Fact]:
    for row in context.billing.deviations:
        grades = other_grades(context, row)
        if not grades or row.stated is None or row.expected is None or _said(row.entry.extra):
            continue
        entry = row.entry
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id,),
            measured=f"{row.stated} an hour, the rate of {' or '.join(grades)}",
            expected=f"{row.expected} an hour, the rate of {row.grade}",
            explanation=(
                f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} at {row.stated} an hour, "
                f"which contract {row.contract.id} has for {' or '.join(grades)}; "
                f"as {row.grade} it is {row.expected}."
            ),
            value_at_risk=price_of(
                Money(abs(row.stated.amount - row.expected.amount), row.expected.currency),
                quantity(row.contract, entry),
            ),
        )
