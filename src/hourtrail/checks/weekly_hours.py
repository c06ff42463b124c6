"""Too much for one week: what a person booked in an ISO 8601 week, or on one date of a file kept by the week."""

from collections.abc import Iterator

from hourtrail.checks.columns import Groups
from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.totals import over
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.weeks import monday_of

NAME = "weekly_hours"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and week with more booked minutes than the limit.

    By the day, a period is the ISO week of the work date, named like ``2026-W10``. By the week, each date in the file is
    a period of its own, named by that date and never regrouped.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "hours") * 60
    weekly = context.grain is Grain.WEEK
    columns = context.columns
    weeks = columns.by_day if weekly else Groups(columns.person_week, columns.all_rows)
    for total in over(context, limit, weeks):
        first = total.day if weekly else monday_of(total.day)
        period = first.isoformat() if weekly else f"{first:%G-W%V}"
        yield Fact(
            subject=Subject(person=total.person, period=period),
            key=(total.person, period),
            measured=duration(total.minutes),
            expected=f"at most {duration(limit)} in a week",
            explanation=(
                f"{context.name(total.person)} booked {duration(total.minutes)} in the week of {day(first)}, "
                f"more than the limit of {duration(limit)}."
            ),
            value_at_risk=context.worth_of_excess(total.entries, limit),
            comparables=total.ids,
        )
