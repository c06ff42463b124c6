"""A week that repeats the week before, line by line: copied, and probably never looked at again.

Much of an honest week repeats. What does so by itself is taken out before the rest is judged: entries that stand for a
recurring meeting, lines that return on three days of the same week (a stand-up, a project that fills every day), and lines
without words in whole half hours (a plan by which somebody works).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, TypeAlias

from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import folded
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
from hourtrail.checks.wording import count, day
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money

NAME = "copied_week"

# Equal lines show equal work or a copy, and cannot say which: a suspicion, not a fact.
_SCORE: Final = 0.8
_DAILY: Final = 3
_PLAIN_MINUTES: Final = 30
_MOST_NAMED: Final = 20

_Form: TypeAlias = tuple[WorkItem, int, str]
_Line: TypeAlias = tuple[int, str, WorkItem, int, str]


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and ISO week that equals the week before in every line, meetings left out.

    A line is weekday, local start, work item, minutes and narrative. Only more such lines than the limit are told.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    limit = policy.bound(NAME, "lines")
    weeks: dict[tuple[str, int], list[TimeEntry]] = {}
    for entry in context.distinct:
        if entry.minutes:
            # The week by the number of its Monday: the first week of the calendar has no date a week before.
            monday = entry.date.toordinal() - entry.date.weekday()
            weeks.setdefault((entry.person, monday), []).append(entry)
    for (person, monday), entries in weeks.items():
        before = weeks.get((person, monday - 7), [])
        if min(len(entries), len(before)) <= limit:
            continue
        own, last = _own(context, entries), _own(context, before)
        # Most weeks differ in their minutes already, which costs less to see than their lines.
        if _minutes(own) != _minutes(last) or _lines(context, own) != _lines(context, last):
            continue
        telling = _telling(own)
        if len(telling) > limit:
            yield _fact(context, person, date.fromordinal(monday), entries, telling)


def _own(context: CheckContext, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    return [entry for entry in entries if not context.recurring.series(entry)]


def _minutes(entries: Sequence[TimeEntry]) -> list[tuple[int, int]]:
    return sorted((entry.date.weekday(), entry.minutes) for entry in entries)


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


def _fact(
    context: CheckContext, person: str, monday: date, entries: Sequence[TimeEntry], telling: Sequence[TimeEntry]
) -> Fact:
    period = f"{monday:%G-W%V}"
    rest = len(entries) - len(telling)
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
        value_at_risk=_value(telling),
        comparables=tuple(entry.id for entry in sorted(telling, key=lambda row: (row.date, row.id)))[:_MOST_NAMED],
    )


def _value(entries: Sequence[TimeEntry]) -> Money | None:
    """What the entries cost together; None without rates, or in several currencies."""
    priced = [money for entry in entries if (money := worth(entry))]
    if len({money.currency for money in priced}) != 1:
        return None
    total = priced[0]
    for money in priced[1:]:
        total += money
    return total
