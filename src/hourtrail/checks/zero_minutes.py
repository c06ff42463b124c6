"""An entry of no time: a slip, or a line that was meant to be deleted."""

from collections.abc import Iterator
from typing import Final

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day
from hourtrail.domain.finding import Finding, Subject

NAME = "zero_minutes"

# The fact is certain, but no minute and no money hangs on it.
_HARMLESS: Final = 0.2


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry of 0 minutes."""
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    for entry in flagged(context.columns.minutes == 0, context.ranked):
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id,),
            measured="0 min",
            expected="more than 0 min",
            explanation=f"{context.name(entry.person)} booked no time at all on {entry.item} on {day(entry.date)}.",
            score=_HARMLESS,
        )
