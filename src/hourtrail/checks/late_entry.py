"""Time that was written down long after the work: remembered, not recorded."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day
from hourtrail.domain.finding import Finding, Subject

NAME = "late_entry"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry created more days after its work date than the limit, counted where the person is.

    An entry that does not say when it was created is never late.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "days")
    # No zone is more than a day ahead of UTC.
    maybe = context.columns.created_day + 1 - context.columns.day > float(limit)
    for entry in flagged(maybe, context.ranked):
        if entry.created_at is None:
            continue
        created = context.local_date(entry.person, entry.created_at)
        late = (created - entry.date).days
        if late > limit:
            yield Fact(
                subject=Subject(time_entry=entry.id),
                key=(entry.id, entry.date.isoformat()),
                measured=f"created {count(late, 'day', 'days')} after the work",
                expected=f"created at most {count(int(limit), 'day', 'days')} after the work",
                explanation=(
                    f"{context.name(entry.person)} booked {entry.item} of {day(entry.date)} only on {day(created)}, "
                    f"{count(late, 'day', 'days')} later; the limit is {count(int(limit), 'day', 'days')}."
                ),
                value_at_risk=context.worth(entry),
            )
