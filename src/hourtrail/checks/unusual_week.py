"""A whole week that stands out among the person's own: its total, or where its hours went."""

from collections.abc import Iterator

import numpy as np

from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.unusual_entry import NAME as UNUSUAL_ENTRY
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.unusual import UnusualWeek

NAME = "unusual_week"

# From this score of its own on, one entry explains the week and the week is not told again.
_EXPLAINED_FROM = 0.5


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person's week that scores above the limit, up to a share of all of them.

    A week that a single unusual entry explains, or that exceeds the weekly limit, is told there and not here.
    """
    model = context.habits.model if context.habits else None
    return report(NAME, policy, _facts(context, policy), model=model)


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    if context.habits is None:
        return
    limit, share = float(policy.bound(NAME, "score")), float(policy.bound(NAME, "share"))
    weekly = context.grain is Grain.WEEK
    weeks = len(np.unique(context.columns.person_day if weekly else context.columns.person_week))
    explained = set()
    if policy.enabled(UNUSUAL_ENTRY):
        explained = {row.entry for row in context.habits.entries if row.score > _EXPLAINED_FROM}
    over = policy.bound("weekly_hours", "hours") * 60 if policy.enabled("weekly_hours") else None
    told = [
        row
        for row in context.habits.weeks
        if row.score > limit and explained.isdisjoint(row.entries) and (over is None or row.minutes <= over)
    ]
    for row in told[: int(share * weeks + 0.999)]:
        yield _fact(context, row, weekly=weekly)


def _fact(context: CheckContext, row: UnusualWeek, *, weekly: bool) -> Fact:
    period = row.first_day.isoformat() if weekly else f"{row.first_day:%G-W%V}"
    # What did not move between projects needs no word.
    moved = row.moved_share > row.usual_moved_share + 0.1
    elsewhere = f", {row.moved_share:.0%} of it on other projects than in the weeks around it" if moved else ""
    usually = f" ({row.usual_moved_share:.0%})" if moved else ""
    return Fact(
        subject=Subject(person=row.person, period=period),
        key=(row.person, period),
        measured=f"{duration(row.minutes)}{elsewhere}",
        expected=f"about {duration(row.usual_minutes)}{usually}",
        explanation=(
            f"{context.name(row.person)} booked {duration(row.minutes)} in the week of {day(row.first_day)}{elsewhere}; "
            f"{duration(row.usual_minutes)}{usually} are usual for them."
        ),
        score=row.score,
        comparables=row.entries[:20],
    )
