"""Too much for one day: the project time that a person booked on one local work date."""

from collections.abc import Iterator

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.totals import over
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject

NAME = "daily_hours"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and date with more booked minutes than the limit.

    Booked minutes are project time: two entries that overlap count twice here, unlike working time.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "hours") * 60
    for total in over(context, limit, context.columns.by_day):
        yield Fact(
            subject=Subject(person=total.person, date=total.day),
            key=(total.person, total.day.isoformat()),
            measured=duration(total.minutes),
            expected=f"at most {duration(limit)} in a day",
            explanation=(
                f"{context.name(total.person)} booked {duration(total.minutes)} on {day(total.day)}, "
                f"more than the limit of {duration(limit)}."
            ),
            value_at_risk=context.worth_of_excess(total.entries, limit),
            comparables=total.ids,
        )
