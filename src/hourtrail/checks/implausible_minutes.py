"""An entry longer than anybody works at a stretch: often hours typed as minutes, or a timer left running."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject

NAME = "implausible_minutes"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry of more than the limit; what lies over the limit is at risk."""
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "hours") * 60
    for entry in flagged(context.columns.minutes > float(limit), context.ranked):
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id,),
            measured=duration(entry.minutes),
            expected=f"at most {duration(limit)} in one entry",
            explanation=(
                f"{context.name(entry.person)} booked {duration(entry.minutes)} on {entry.item} on {day(entry.date)} "
                f"in one entry, more than the limit of {duration(limit)}."
            ),
            value_at_risk=context.worth(entry, entry.minutes - limit),
        )
