"""Too much for one week: what a person booked in an ISO 8601 week, or on one date of a file kept by the week."""

from collections.abc import Iterator
from datetime import date, timedelta

from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth_of_excess
from hourtrail.checks.totals import over
from hourtrail.checks.wording import day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject

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

    def first_day(entry: TimeEntry) -> date:
        return entry.date if weekly else entry.date - timedelta(days=entry.date.weekday())

    for total in over(context, limit, first_day):
        period = total.stretch.isoformat() if weekly else f"{total.stretch:%G-W%V}"
        yield Fact(
            subject=Subject(person=total.person, period=period),
            key=(total.person, period, str(total.minutes)),
            measured=duration(total.minutes),
            expected=f"at most {duration(limit)} in a week",
            explanation=(
                f"{context.name(total.person)} booked {duration(total.minutes)} in the week of {day(total.stretch)}, "
                f"more than the limit of {duration(limit)}."
            ),
            value_at_risk=worth_of_excess(total.entries, limit),
            comparables=total.ids,
        )
