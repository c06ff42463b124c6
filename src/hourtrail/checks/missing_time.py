"""Time that was worked, or should have been, and is not booked: by the day from evidence, by the week from capacity.

Working time and project time are two totals; this is where they are held against each other.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Final, NamedTuple

from hourtrail.checks.context import CheckContext
from hourtrail.checks.evidence import Proposal, classes, unbooked
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day, duration, weekday
from hourtrail.checks.workdays import Workday
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.weeks import monday_of

NAME = "missing_time"


# Ids told with a finding; the rest can be found by its person and day.
_MOST_NAMED: Final = 20


class _Week(NamedTuple):
    monday: date
    proposals: Sequence[Proposal]
    booked: int
    expected: int
    empty_days: int


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person-day and each person-week (ISO, like ``2026-W10``) with time that is missing.

    - A day on which evidence shows more minutes than were booked, by more than the limit; the kinds of evidence are named.
      Where suggestions of that day are open, they are the comparables, and it says how much of the gap they would close.
    - A working day without any entry, where the person's weekly hours are known.
    - A week of which all working days have passed, short of the person's capacity (work days and weekly hours, less
      holidays and absences) by more than the limit, in hours.
    """
    days = context.workdays.of(int(policy.bound(NAME, "quiet_days")))
    return report(NAME, policy, chain(_days(context, policy, days), _weeks(context, policy, days)))


def _days(context: CheckContext, policy: CheckPolicy, days: Sequence[Workday]) -> Iterator[Fact]:
    limit = policy.bound(NAME, "evidence_minutes")
    for row in days:
        # On a day off nobody owes time, so evidence of that day counts only once something of it is booked.
        if row.works is False and not row.booked:
            continue
        if row.shown - row.booked > limit:
            yield _shown(context, row)
        elif row.works and row.expected and not row.booked:
            yield _empty(context, row)


def _shown(context: CheckContext, row: Workday) -> Fact:
    gap = row.shown - row.booked
    entries = context.on_day(row.person, row.day)
    traces = (context.evidence or {}).get((row.person, row.day), ())
    blocks = len(list(unbooked(traces, entries)))
    unseen = f" (not booked: {classes(traces, entries)}, in {count(blocks, 'block', 'blocks')})" if blocks else ""
    proposals = _proposals(context, row)
    return Fact(
        subject=Subject(person=row.person, date=row.day),
        key=(row.person, row.day.isoformat()),
        measured=f"{duration(row.booked)} booked, {duration(row.shown)} evidenced",
        expected=f"{duration(row.shown)} booked",
        explanation=(
            f"{context.name(row.person)} booked {duration(row.booked)} on {day(row.day)}, but evidence shows "
            f"{duration(row.shown)}: {duration(gap)} are missing"
            f"{unseen}{_closing(proposals, gap)}."
        ),
        value_at_risk=context.prices.of(row.person, gap),
        comparables=(*_ids(proposals), *sorted(entry.id for entry in entries))[:_MOST_NAMED],
    )


def _empty(context: CheckContext, row: Workday) -> Fact:
    expected = row.expected or 0
    proposals = _proposals(context, row)
    seen = f"evidence shows {duration(row.shown)}" if row.shown else "no evidence of work either"
    return Fact(
        subject=Subject(person=row.person, date=row.day),
        key=(row.person, row.day.isoformat()),
        measured=f"0 h booked, {duration(row.shown)} evidenced",
        expected=f"{duration(expected)} booked",
        explanation=(
            f"{context.name(row.person)} booked nothing on {day(row.day)}, {weekday(row.day)}, a working day of "
            f"{duration(expected)}; {seen}{_closing(proposals, expected)}."
        ),
        value_at_risk=context.prices.of(row.person, expected),
        comparables=_ids(proposals),
    )


def _proposals(context: CheckContext, row: Workday) -> Sequence[Proposal]:
    return (context.proposals or {}).get((row.person, row.day), ())


def _ids(proposals: Sequence[Proposal]) -> tuple[str, ...]:
    return tuple(one.id for one in proposals)[:_MOST_NAMED]


def _closing(proposals: Sequence[Proposal], gap: int) -> str:
    """What the open suggestions would do about the gap; they stand among the comparables."""
    if not proposals:
        return ""
    offered = sum(one.minutes for one in proposals)
    does = "would close it" if offered >= gap else f"would close {duration(offered)} of it"
    return f"; {count(len(proposals), 'open suggestion', 'open suggestions')} {does}"


def _weeks(context: CheckContext, policy: CheckPolicy, days: Sequence[Workday]) -> Iterator[Fact]:
    limit = policy.bound(NAME, "week_hours") * 60
    weeks: dict[tuple[str, date], list[Workday]] = {}
    for row in days:
        weeks.setdefault((row.person, monday_of(row.day)), []).append(row)
    for (person, monday), rows in weeks.items():
        week = _week(monday, rows, [one for row in rows for one in _proposals(context, row)])
        short = week.expected - week.booked
        if short > limit and _has_passed(context, person, monday):
            yield _short(context, person, week, short)


def _week(monday: date, rows: Sequence[Workday], proposals: Sequence[Proposal]) -> _Week:
    return _Week(
        monday,
        proposals,
        sum(row.booked for row in rows),
        sum(row.expected or 0 for row in rows),
        sum(bool(row.works and row.expected and not row.booked) for row in rows),
    )


def _has_passed(context: CheckContext, person: str, monday: date) -> bool:
    """Whether no working day of the week is still to come."""
    calendar = context.calendars.of(person)
    end = min(monday.toordinal() + 6, date.max.toordinal())
    ahead = range(context.as_of.toordinal() + 1, end + 1)
    return calendar is not None and not any(calendar.is_working_day(date.fromordinal(one)) for one in ahead)


def _short(context: CheckContext, person: str, week: _Week, short: int) -> Fact:
    period = f"{week.monday:%G-W%V}"
    empty = week.empty_days
    days = f"; {empty} working {'day has' if empty == 1 else 'days have'} no entry at all" if empty else ""
    return Fact(
        subject=Subject(person=person, period=period),
        key=(person, period),
        measured=f"{duration(week.booked)} booked, {duration(short)} short",
        expected=f"{duration(week.expected)} in that week, holidays and absences left out",
        explanation=(
            f"{context.name(person)} is {duration(short)} short in the week of {day(week.monday)}: "
            f"{duration(week.booked)} of {duration(week.expected)} are booked{days}{_closing(week.proposals, short)}."
        ),
        value_at_risk=context.prices.of(person, short),
        comparables=_ids(week.proposals),
    )
