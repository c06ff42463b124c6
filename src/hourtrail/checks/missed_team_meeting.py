"""A meeting that everybody else booked: this person attended or accepted it, and has no time for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Final, TypeAlias

from hourtrail.checks.context import CheckContext
from hourtrail.checks.narratives import folded
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.recurring import is_held, shared
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import clock, day, duration
from hourtrail.domain.activity import Activity, Response, Sensitivity
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.identity import stable_id
from hourtrail.domain.spans import whole_minutes

NAME = "missed_team_meeting"

# Entries without times may hold the meeting unseen, so their owner is suspected less.
_UNTIMED_SCORE: Final = 0.6
_MOST_NAMED: Final = 20
_LONGEST: Final = timedelta(hours=16)

_Key: TypeAlias = tuple[datetime, datetime, str]


@dataclass(slots=True)
class _Meeting:
    start: datetime
    end: datetime
    title: str
    members: dict[str, Activity] = field(default_factory=dict)


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each person and meeting that enough of the others booked, and this person did not.

    Copies of one meeting in several calendars have the same times and title. The person must have accepted it (where no
    calendar of the meeting holds an answer, being invited is enough) and must not have been away. Anything that the person
    booked over its time, on its work item that day, or under its title, is taken for the meeting. The title is never told.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    people = set(context.columns.people) | {person.id for person in context.people or ()}
    fewest = int(policy.bound(NAME, "people"))
    share = float(policy.bound(NAME, "share"))
    for key, meeting in _meetings(context, people).items():
        if len(meeting.members) <= fewest:
            continue
        booked = {person: entry for person in meeting.members if (entry := _booking(context, meeting, person))}
        items = {entry.item for entry in booked.values()}
        answered = any(copy.response is not Response.NONE for copy in meeting.members.values())
        for person, copy in sorted(meeting.members.items()):
            # Without the person themselves: "everybody else".
            if person in booked or len(booked) < fewest or len(booked) < share * (len(meeting.members) - 1):
                continue
            expected = copy.response is Response.ACCEPTED or (not answered and copy.response is Response.NONE)
            if expected and not _accounted_for(context, meeting, person, items):
                yield _fact(context, key, meeting, person, list(booked.values()))


def _meetings(context: CheckContext, people: set[str]) -> dict[_Key, _Meeting]:
    meetings: dict[_Key, _Meeting] = {}
    for copy in context.activities or ():
        if copy.person not in people or not is_held(copy) or copy.response is Response.TENTATIVE:
            continue
        end = copy.end or copy.start
        title = folded(copy.title)
        if not title or copy.sensitivity is not Sensitivity.NORMAL or end - copy.start > _LONGEST:
            continue
        key = (copy.start, end, title)
        meetings.setdefault(key, _Meeting(copy.start, end, title)).members.setdefault(copy.person, copy)
    return meetings


def _day(context: CheckContext, meeting: _Meeting, person: str) -> date | None:
    try:
        return context.local_date(person, meeting.start)
    except OverflowError:
        return None


def _on_day(context: CheckContext, meeting: _Meeting, person: str) -> Sequence[TimeEntry]:
    on = _day(context, meeting, person)
    return context.on_day(person, on) if on else ()


def _is_named(meeting: _Meeting, entry: TimeEntry) -> bool:
    return bool(entry.narrative) and meeting.title in folded(entry.narrative)


def _booking(context: CheckContext, meeting: _Meeting, person: str) -> TimeEntry | None:
    """The entry by which the person booked the meeting: over at least half of its time, or under its title."""
    half = (meeting.end - meeting.start) / 2
    for entry in _on_day(context, meeting, person):
        timed = entry.start is not None and entry.end is not None
        if shared(entry, meeting.start, meeting.end) >= half if timed else _is_named(meeting, entry):
            return entry
    return None


def _accounted_for(context: CheckContext, meeting: _Meeting, person: str, items: set[WorkItem]) -> bool:
    """Whether something that the person did that day may stand for the meeting, or they were away."""
    on = _day(context, meeting, person)
    if on is None or on > context.as_of:
        return True
    away = context.absences
    if away.all_of(person, on, context.calendars.minutes(person, on)):
        return True
    if any(span.start < meeting.end and meeting.start < span.end for span in away.spans(person, on)):
        return True
    return any(
        _is_named(meeting, entry)
        or shared(entry, meeting.start, meeting.end) > timedelta()
        or (entry.start is None and entry.item in items)
        for entry in _on_day(context, meeting, person)
    )


def _fact(context: CheckContext, key: _Key, meeting: _Meeting, person: str, entries: Sequence[TimeEntry]) -> Fact:
    minutes = whole_minutes(meeting.end - meeting.start)
    on = context.local_date(person, meeting.start)
    by_item: dict[WorkItem, int] = {}
    for entry in entries:
        by_item[entry.item] = by_item.get(entry.item, 0) + 1
    item = min(by_item, key=lambda one: (-by_item[one], one))
    at = clock(meeting.start, meeting.end, context.zone(person))
    priced = [money for entry in entries if (money := context.worth(entry, minutes))]
    own = context.prices.of(person, minutes)
    other = median_low(sorted(money.amount for money in priced)) if len({m.currency for m in priced}) == 1 else None
    return Fact(
        subject=Subject(person=person, date=on),
        key=(person, stable_id("meeting", (key[0].isoformat(), key[1].isoformat(), key[2]))),
        measured=f"0 min booked, {len(entries)} others booked it",
        expected=f"{duration(minutes)} on {item}",
        explanation=(
            f"{context.name(person)} has no time for a meeting on {day(on)} from {at}, although {len(entries)} of the "
            f"{len(meeting.members) - 1} others in it booked it, mostly on {item}."
        ),
        score=_UNTIMED_SCORE if any(row.start is None for row in _on_day(context, meeting, person)) else 1.0,
        value_at_risk=own or next((money for money in priced if money.amount == other), None),
        comparables=tuple(sorted(entry.id for entry in entries)[:_MOST_NAMED]),
    )
