"""Time that still has to be posted, dated in an accounting period that takes no more postings."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from hourtrail.checks.columns import flagged
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, window
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import Period
from hourtrail.domain.pricing import is_closed, next_open

NAME = "closed_period"

# What was approved or invoiced was posted while the period was open, as far as the entry can tell.
_TO_POST: Final = frozenset({EntryStatus.DRAFT, EntryStatus.SUBMITTED})


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each draft or submitted entry dated in a closed period, with the next open period."""
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    periods = context.periods or ()
    following: dict[date, Period | None] = {}
    to_post = context.ranked.has("status", _TO_POST.__contains__)
    for entry in flagged(to_post & context.ranked.has("date", lambda on: is_closed(on, periods)), context.ranked):
        if entry.date not in following:
            following[entry.date] = next_open(entry.date, periods)
        offer = following[entry.date]
        target = window(offer.starts_on, offer.ends_on) if offer else ""
        yield Fact(
            subject=Subject(time_entry=entry.id),
            key=(entry.id, entry.date.isoformat()),
            measured=day(entry.date),
            expected=f"the next open period, {target}" if offer else "an open period",
            explanation=(
                f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, in a period that is closed; "
                + (f"the next open one runs {target}." if offer else "no open period follows.")
            ),
            value_at_risk=context.worth(entry),
        )
