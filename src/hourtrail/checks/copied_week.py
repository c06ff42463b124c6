"""A week that repeats the week before, line by line: copied, and probably never looked at again.

Much of an honest week repeats. What does so by itself is taken out before the rest is judged: entries that stand for a
recurring meeting, lines that return on three days of the same week (a stand-up, a project that fills every day), and lines
without words in whole half hours (a plan by which somebody works).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, TypeAlias

import numpy as np

from hourtrail.checks.columns import Groups
from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import folded
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.weeks import monday_of

NAME = "copied_week"

# Equal lines show equal work or a copy, and cannot say which: a suspicion, not a fact.
_SCORE: Final = 0.8
_DAILY: Final = 3
_PLAIN_MINUTES: Final = 30
_MOST_NAMED: Final = 20
# A line of the week as a number: minutes are at most those of a month (domain.entry).
_MOST_MINUTES: Final = 1440 * 31

_Form: TypeAlias = tuple[WorkItem, int, str]
_Line: TypeAlias = tuple[int, str, WorkItem, int, str]


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and ISO week that equals the week before in every line, meetings left out.

    A line is weekday, local start, work item, minutes and narrative. Only more such lines than the limit are told.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "lines")
    for rows, before in _alike(context, float(limit)):
        own, last = _own(context, rows), _own(context, before)
        if _lines(context, own) != _lines(context, last):
            continue
        telling = _telling(own)
        if len(telling) > limit:
            first = context.ranked[rows[0]].date
            monday = monday_of(first)
            yield _fact(context, context.ranked[rows[0]].person, monday, len(rows), telling)


def _alike(context: CheckContext, limit: float) -> Iterator[tuple[list[int], list[int]]]:
    """The weeks with more entries than the limit that have the days and minutes of the week before, as rows of both.

    Held against each other are sums over the week, of a number for weekday and minutes and of its square, meetings left
    out: weeks that differ in them differ in their lines.
    """
    columns = context.columns
    weeks = Groups(columns.person_week, np.flatnonzero(context.distinct & (columns.minutes > 0)))
    rows = [weeks.of(place)[0] for place in range(len(weeks.sizes))]
    monday = (columns.day - columns.weekday)[rows]
    width = int(monday.max(initial=0)) + 8
    # The numbers of the groups ascend by person and Monday.
    key = columns.person[rows] * width + monday
    before = np.searchsorted(key, key - 7)
    found = key[np.minimum(before, len(key) - 1)] == key - 7 if len(key) else np.zeros(0, np.bool_)
    own = np.ones(len(context.ranked), np.int64)
    own[list(context.series)] = 0
    line = own * (columns.weekday * (_MOST_MINUTES + 1) + columns.minutes)
    for sums in (weeks.sizes, weeks.sums(own), weeks.sums(line), weeks.sums(line * line)):
        last = sums[np.where(found, before, 0)] if len(sums) else sums
        found &= (np.minimum(sums, last) > limit) if sums is weeks.sizes else sums == last
    for place in np.flatnonzero(found).tolist():
        yield weeks.of(place), weeks.of(int(before[place]))


def _own(context: CheckContext, rows: Sequence[int]) -> list[TimeEntry]:
    return [context.ranked[row] for row in rows if row not in context.series]


def _lines(context: CheckContext, entries: Sequence[TimeEntry]) -> Counter[_Line]:
    return Counter(
        (
            entry.date.weekday(),
            f"{entry.start.astimezone(context.zone(entry.person)):%H:%M}" if entry.start else "",
            *_form(entry),
        )
        for entry in entries
    )


def _form(entry: TimeEntry) -> _Form:
    return (entry.item, entry.minutes, folded(entry.narrative))


def _telling(entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """The entries that do not repeat by themselves."""
    days: dict[_Form, set[date]] = {}
    for entry in entries:
        days.setdefault(_form(entry), set()).add(entry.date)
    return [
        entry
        for entry in entries
        if len(days[_form(entry)]) < _DAILY and (entry.narrative.strip() or entry.minutes % _PLAIN_MINUTES)
    ]


def _fact(context: CheckContext, person: str, monday: date, entries: int, telling: Sequence[TimeEntry]) -> Fact:
    period = f"{monday:%G-W%V}"
    rest = entries - len(telling)
    routine = f" ({count(rest, 'more repeats', 'more repeat')} as meetings and daily routine do)" if rest else ""
    return Fact(
        subject=Subject(person=person, period=period),
        key=(person, period),
        measured=f"{count(len(telling), 'entry repeats', 'entries repeat')} the week before",
        expected="a week with entries of its own",
        explanation=(
            f"{context.name(person)} booked the week of {day(monday)} exactly like the week before: "
            f"{count(len(telling), 'entry has', 'entries have')} the same weekdays, work items, minutes and "
            f"narratives{routine}."
        ),
        score=_SCORE,
        value_at_risk=_value(context, telling),
        comparables=tuple(entry.id for entry in sorted(telling, key=lambda row: (row.date, row.id)))[:_MOST_NAMED],
    )


def _value(context: CheckContext, entries: Sequence[TimeEntry]) -> Money | None:
    """What the entries cost together; None without rates, or in several currencies."""
    priced = [money for entry in entries if (money := context.worth(entry))]
    if len({money.currency for money in priced}) != 1:
        return None
    total = priced[0]
    for money in priced[1:]:
        total += money
    return total
