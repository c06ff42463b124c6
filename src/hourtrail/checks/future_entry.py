"""Time booked on a day that has not come yet."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject

NAME = "future_entry"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry dated more days after today (``as_of``) than the limit.

    An entry that was created on its own date, where the person is, has seen that day: east of the office it is tomorrow
    already. Kept by the week, a date may name the end of the running week.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "days") + (6 if context.grain is Grain.WEEK else 0)
    for entry in flagged(context.columns.day - context.as_of.toordinal() > float(limit), context.ranked):
        ahead = (entry.date - context.as_of).days
        if not _has_come(context, entry):
            yield Fact(
                subject=Subject(time_entry=entry.id),
                key=(entry.id, entry.date.isoformat()),
                measured=f"work on {day(entry.date)}",
                expected=f"work until {day(context.as_of)}",
                explanation=(
                    f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, "
                    f"{count(ahead, 'day', 'days')} after {day(context.as_of)}, which is today for this check."
                ),
                value_at_risk=context.worth(entry),
            )


def _has_come(context: CheckContext, entry: TimeEntry) -> bool:
    if entry.created_at is None:
        return False
    return context.local_date(entry.person, entry.created_at) >= entry.date
