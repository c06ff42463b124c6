"""Somebody whose entries are whole hours far more often than their colleagues': time that was rounded, not measured."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.checks.columns import Groups
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject

NAME = "rounding_pattern"

_HOUR: Final = 60


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and month with a larger share of whole hours than the bound, and far more than the others.

    Only days with at least two entries count: a day on one thing is its working hours. Without enough colleagues' entries
    in the month there is nothing to compare with, and where everybody books whole hours it is the house's way.
    """
    return report(NAME, policy, _facts(context, policy))


@dataclass(slots=True)
class _Tally:
    entries: list[TimeEntry] = field(default_factory=list)
    whole: int = 0

    @property
    def share(self) -> Decimal:
        return Decimal(self.whole) / len(self.entries)


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    most, apart = policy.bound(NAME, "share"), policy.bound(NAME, "apart")
    fewest = policy.bound(NAME, "entries")
    months: dict[str, dict[str, _Tally]] = {}
    columns = context.columns
    days = Groups(columns.person_day, np.flatnonzero(columns.minutes > 0))
    for rows in days.members(days.sizes > 1):
        entries = [context.ranked[row] for row in rows]
        tally = months.setdefault(entries[0].date.isoformat()[:7], {}).setdefault(entries[0].person, _Tally())
        tally.entries += entries
        tally.whole += sum(entry.minutes % _HOUR == 0 for entry in entries)
    for month, people in months.items():
        number = sum(len(tally.entries) for tally in people.values())
        whole = sum(tally.whole for tally in people.values())
        for person, tally in people.items():
            others = number - len(tally.entries)
            if len(tally.entries) < fewest or others < fewest or tally.share <= most:
                continue
            usual = Decimal(whole - tally.whole) / others
            if tally.share - usual > apart:
                yield _fact(context, person, month, tally, usual)


def _fact(context: CheckContext, person: str, month: str, tally: _Tally, usual: Decimal) -> Fact:
    return Fact(
        subject=Subject(person=person, period=month),
        key=(person, month),
        measured=f"{100 * tally.share:.0f} % whole hours",
        expected=f"about {100 * usual:.0f} %, as the others",
        explanation=(
            f"{tally.whole} of {len(tally.entries)} entries of {context.name(person)} in {month} are whole hours, "
            f"{100 * tally.share:.0f} % against {100 * usual:.0f} % of the others: they look rounded, not measured."
        ),
        score=round(float(min(tally.share - usual, Decimal(1))), 4),
        comparables=tuple(sorted(entry.id for entry in tally.entries)[:20]),
    )
