"""Too much of an entry written off."""

from collections.abc import Iterator

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject

NAME = "excessive_write_off"


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry with more written off than the bounded share of it; a few minutes are never too much.

    More written off than worked is always a finding. What is not billed anyway has nothing to write off.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    share, few = policy.bound(NAME, "share"), policy.bound(NAME, "minutes")
    columns = context.columns
    for entry in flagged((columns.write_off > 0) & (columns.billable != 0), context.ranked):
        off = entry.write_off_minutes
        if off <= entry.minutes and (off <= few or off <= share * entry.minutes):
            continue
        part = f"{100 * off / entry.minutes:.0f} %" if entry.minutes else "all"
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id,),
            measured=f"{duration(off)} written off",
            expected=f"at most {100 * share:.0f} % of {duration(entry.minutes)}",
            explanation=(
                f"{duration(off)} of the {duration(entry.minutes)} that {context.name(entry.person)} booked on "
                f"{entry.item} on {day(entry.date)} are written off, {part} of the entry."
            ),
            value_at_risk=context.worth(entry, min(off, entry.minutes)),
        )
