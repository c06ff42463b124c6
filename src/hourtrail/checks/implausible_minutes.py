"""An entry longer than anybody works at a stretch: often hours typed as minutes, or a timer left running."""

from collections.abc import Iterator

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject

NAME = "implausible_minutes"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry of more than the limit; what lies over the limit is at risk."""
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "hours") * 60
    for entry in context.ranked:
        if entry.minutes > limit:
            yield Fact(
                subject=Subject(time_entry=entry.id),
                key=(entry.id, str(entry.minutes)),
                measured=duration(entry.minutes),
                expected=f"at most {duration(limit)} in one entry",
                explanation=(
                    f"{context.name(entry.person)} booked {duration(entry.minutes)} on {entry.item} on {day(entry.date)} "
                    f"in one entry, more than the limit of {duration(limit)}."
                ),
                value_at_risk=worth(entry, entry.minutes - limit),
            )
