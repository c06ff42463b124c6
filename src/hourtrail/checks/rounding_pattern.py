"""Somebody whose entries are whole hours far more often than their colleagues': time that was rounded, not measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.checks.columns import Groups, together
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


@dataclass(frozen=True, slots=True)
class _Tally:
    """One person's month; ``place`` is that of its entries among the groups."""

    person: str
    place: int
    entries: int
    whole: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.whole) / self.entries


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    most, apart = policy.bound(NAME, "share"), policy.bound(NAME, "apart")
    fewest = policy.bound(NAME, "entries")
    columns = context.columns
    days = Groups(columns.person_day, np.flatnonzero(columns.minutes > 0))
    rows = np.array([row for some in days.members(days.sizes > 1) for row in some], np.int64)
    groups = Groups(together(columns.month, columns.person), rows)
    whole = groups.sums((columns.minutes % _HOUR == 0).astype(np.int64)).tolist()
    months: dict[int, list[_Tally]] = {}
    for place, (count, hours) in enumerate(zip(groups.sizes.tolist(), whole, strict=True)):
        first = groups.of(place)[0]
        tally = _Tally(columns.people[int(columns.person[first])], place, count, hours)
        months.setdefault(int(columns.month[first]), []).append(tally)
    for people in months.values():
        number = sum(tally.entries for tally in people)
        hours = sum(tally.whole for tally in people)
        for tally in people:
            others = number - tally.entries
            if tally.entries < fewest or others < fewest or tally.share <= most:
                continue
            usual = Decimal(hours - tally.whole) / others
            if tally.share - usual > apart:
                yield _fact(context, tally, usual, [context.ranked[row] for row in groups.of(tally.place)])


def _fact(context: CheckContext, tally: _Tally, usual: Decimal, entries: Sequence[TimeEntry]) -> Fact:
    person, month = tally.person, entries[0].date.isoformat()[:7]
    return Fact(
        subject=Subject(person=person, period=month),
        key=(person, month),
        measured=f"{100 * tally.share:.0f} % whole hours",
        expected=f"about {100 * usual:.0f} %, as the others",
        explanation=(
            f"{tally.whole} of {tally.entries} entries of {context.name(person)} in {month} are whole hours, "
            f"{100 * tally.share:.0f} % against {100 * usual:.0f} % of the others: they look rounded, not measured."
        ),
        score=round(float(min(tally.share - usual, Decimal(1))), 4),
        comparables=tuple(sorted(entry.id for entry in entries)[:20]),
    )
