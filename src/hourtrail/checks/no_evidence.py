"""Booked hours that nothing shows, of somebody whose hours usually leave traces.

What is told are sums: how many hours were booked, and how many of them sources show. Nothing of an activity is told.
"""

from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import Final, NamedTuple

from hourtrail.checks.context import CheckContext
from hourtrail.checks.evidence import likely_minutes
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Blame, Finding, Subject

NAME = "no_evidence"

_MOST_NAMED: Final = 20
# A source is taken to have failed when this many people who usually leave traces left none at all on one day.
_OUTAGE_PEOPLE: Final = 3


class _Day(NamedTuple):
    person: str
    day: date
    booked: int
    seen: int


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person-day whose evidence falls short of the person's own usual share by more than the limit.

    The usual share is the median of evidenced to booked minutes over the days between the person's first and last trace,
    at least ``days`` of them; below ``usual_share`` the person's work leaves few traces, and nothing is said.
    Where several people with such habits left nothing at all that day, the source is to blame.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "hours") * 60
    fewest = int(policy.bound(NAME, "days"))
    least = float(policy.bound(NAME, "usual_share"))
    usual: dict[str, float] = {}
    days: list[_Day] = []
    for person, own in _days(context).items():
        share = median(min(1.0, row.seen / row.booked) for row in own)
        if sum(row.seen > 0 for row in own) >= fewest and share >= least:
            usual[person] = share
            days += own
    silent: dict[date, int] = {}
    for row in days:
        silent[row.day] = silent.get(row.day, 0) + (row.seen == 0)
    seen_by_anybody = {row.day for row in days if row.seen}
    for row in days:
        expected = usual[row.person] * row.booked
        if expected - row.seen > limit:
            outage = silent[row.day] >= _OUTAGE_PEOPLE and row.day not in seen_by_anybody
            yield _fact(context, row, round(expected), outage=outage)


def _days(context: CheckContext) -> dict[str, list[_Day]]:
    """The booked days of each person between their first and their last trace."""
    evidence = context.evidence or {}
    window: dict[str, tuple[date, date]] = {}
    for person, on in evidence:
        first, last = window.get(person, (on, on))
        window[person] = (min(first, on), max(last, on))
    days: dict[str, list[_Day]] = {}
    columns = context.columns
    sums = columns.by_day.sums(columns.minutes).tolist()
    for number, ordinal, booked in zip(*columns.person_and_day, sums, strict=True):
        person = columns.people[number]
        first, last = window.get(person, (date.max, date.min))
        if booked and first.toordinal() <= ordinal <= last.toordinal():
            on = date.fromordinal(ordinal)
            days.setdefault(person, []).append(_Day(person, on, booked, likely_minutes(evidence.get((person, on), ()))))
    return days


def _fact(context: CheckContext, row: _Day, expected: int, *, outage: bool) -> Fact:
    entries = context.on_day(row.person, row.day)
    why = "; others left none that day either, so a source may have failed" if outage else ""
    return Fact(
        subject=Subject(person=row.person, date=row.day),
        key=(row.person, row.day.isoformat()),
        measured=_coverage(row.booked, row.seen),
        expected=f"about {duration(expected)} evidenced, as is usual for this person",
        explanation=(
            f"{context.name(row.person)} has {_coverage(row.booked, row.seen)} on {day(row.day)}; "
            f"about {duration(expected)} would be usual for this person{why}."
        ),
        blame=Blame.SOURCE if outage else Blame.ENTRY,
        value_at_risk=context.worth_of_excess(entries, row.seen),
        comparables=tuple(entry.id for entry in sorted(entries, key=lambda one: (-one.minutes, one.id)))[:_MOST_NAMED],
    )


def _coverage(booked: int, seen: int) -> str:
    """``6 h booked, 2 h evidenced``."""
    return f"{duration(booked)} booked, {duration(min(booked, seen))} evidenced"
