"""One person's activities to work blocks: pure, the same for any order of the input, and nothing vanishes silently."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from hourtrail.capture.anchors import anchored_days
from hourtrail.capture.assemble import blocks_of
from hourtrail.capture.bursts import fold
from hourtrail.capture.claim import Claim, Slot, Timeline
from hourtrail.capture.context import (
    Traces,
    contradicted,
    place_day_total,
    place_left,
    place_lost,
    place_merge,
    place_within,
    unattended,
)
from hourtrail.capture.fitted import fitted
from hourtrail.capture.grid import Days, ceil_minute, floor_minute, instant
from hourtrail.capture.habits import ENOUGH, Habits
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pause_model import Pause
from hourtrail.capture.pauses import bridged
from hourtrail.capture.presence import Presence
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.sighted import Sighted
from hourtrail.capture.spans import claims_of, resolve
from hourtrail.capture.treatment import PRODUCT, SCHEDULED, Treatment, is_private, treat
from hourtrail.capture.words import shown_title
from hourtrail.domain.activity import Activity
from hourtrail.domain.block import Withheld, WorkBlock
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import local_date, zone_named
from hourtrail.domain.spans import Span, merge

DEFAULT_SETTINGS: Final = CaptureSettings()
DEFAULT_HABITS: Final = Habits()
_TRACES: Final = (Treatment.SPAN, Treatment.WORK_POINT, Treatment.TALK_POINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """Blocks in order of time, what was seen without becoming time, and working time.

    ``working_minutes``: by local work date, the wall-clock minutes of all blocks that are not private and of the time that
    was decided before. It is the truth about working time; what is booked on projects is another total.
    """

    blocks: tuple[WorkBlock, ...]
    withheld: tuple[Withheld, ...]
    working_minutes: Mapping[date, int]


@dataclass(slots=True)
class Sorted:
    """Activities by what becomes of them, each list in order of time; why one found no block."""

    lists: dict[Treatment, list[Activity]] = field(default_factory=lambda: {kind: [] for kind in Treatment})
    reasons: dict[str, str] = field(default_factory=dict)

    def note(self, activity: Activity, reason: str) -> None:
        """Keep the reason of an activity that found no block."""
        if reason:
            self.reasons[activity.key] = reason


def capture(
    person: Person,
    activities: Sequence[Activity],
    *,
    occupied: Sequence[Span] = (),
    consumed: Collection[str] = (),
    settings: CaptureSettings = DEFAULT_SETTINGS,
    habits: Habits = DEFAULT_HABITS,
    presence: Presence | None = None,
    until: datetime | None = None,
    trace: "Trace | None" = None,
) -> Captured:
    """The work blocks of one person's live activities.

    ``presence`` says which minutes around traces were worked, up to ``until``; without it stated leads and tails are
    assumed and pauses are bridged by fixed coefficients. ``trace`` decides which claim has which time; by default ``traced``.

    ``occupied`` is time that is already decided: no block overlaps it. ``consumed`` are keys of activities that decided
    suggestions rest on: they neither add time nor are they withheld. Blocks lie on whole minutes, never overlap and never
    cross a local midnight. Every other activity is evidence of a block or withheld with a reason. Raises UnknownZone when
    the person's zone is none.
    """
    days = Days(zone_named(person.zone))
    ordered = _in_order(activity for activity in activities if activity.key not in consumed)
    by_key = {activity.key: activity for activity in ordered}
    found = _sort(ordered, settings)
    whole = merge(Span(instant(floor_minute(span.start)), instant(ceil_minute(span.end))) for span in occupied)
    decided = [(floor_minute(span.start), floor_minute(span.end)) for span in whole]
    unbridged = (trace or traced)(found, decided, settings, habits, days)
    timeline = unbridged.timeline
    if presence is not None:
        # What is decided is seen too, so that a decision moves nothing beside it.
        worked = presence.worked(sighted_of(activities, settings, habits), days)
        if until is not None:
            worked = worked.cut_to(Minutes.of([(0, floor_minute(until))]))
        timeline = fitted(timeline, unbridged.short, worked, settings, days, unseen=habits.works_unseen >= ENOUGH)
    elif settings.bridge_minutes:
        timeline = bridged(timeline, unbridged.short, settings, habits, days)
    for activity in unbridged.lost:
        found.note(activity, place_lost(activity, timeline))
    for activity in unbridged.left:
        found.note(activity, place_left(activity, timeline, settings))
    for activity in found.lists[Treatment.MERGE]:
        found.note(activity, place_merge(activity, timeline, settings))
    place_days = place_day_total(timeline, days)
    for activity in found.lists[Treatment.DAY_TOTAL]:
        found.note(activity, place_days(activity))
    return Captured(
        blocks=_blocks(person, timeline),
        withheld=_withheld(person, by_key, found.reasons),
        working_minutes=_working_minutes(timeline),
    )


def pauses_of(
    person: Person,
    activities: Sequence[Activity],
    *,
    settings: CaptureSettings = DEFAULT_SETTINGS,
    habits: Habits = DEFAULT_HABITS,
) -> list[Pause]:
    """The pauses of a person's days before any is bridged: what the pause model is asked about, and fitted on."""
    days = Days(zone_named(person.zone))
    found = traced(_sort(_in_order(activities), settings), [], settings, habits, days)
    return [pause for day in anchored_days(found.timeline, found.short, days) for pause in day.pauses()]


def sighted_of(activities: Sequence[Activity], settings: CaptureSettings, habits: Habits) -> Sighted:
    """What takes time of a person's activities and is not private: the traces that a model of presence sees."""
    found = _sort(_in_order(activities), settings)
    points = (*found.lists[Treatment.WORK_POINT], *found.lists[Treatment.TALK_POINT])
    return Sighted(row for row in (*attended(found, habits), *points) if not is_private(row))


def _in_order(activities: Iterable[Activity]) -> list[Activity]:
    """By time, whatever the order given; of two rows with one key the newer revision counts."""
    newest = {a.key: a for a in sorted(activities, key=lambda a: (a.revision, a.start, a.end or a.start, a.title))}
    return sorted(newest.values(), key=lambda a: (a.start, a.key))


def _sort(ordered: Iterable[Activity], settings: CaptureSettings) -> Sorted:
    found = Sorted()
    for activity in ordered:
        treatment, reason = treat(activity, settings)
        found.lists[treatment].append(activity)
        if treatment is Treatment.WITHHELD:
            found.reasons[activity.key] = reason
    return found


@dataclass(frozen=True, slots=True)
class Traced:
    """What left traces, before any pause is bridged: slots, spans that won no time, and events that got none."""

    timeline: Timeline
    lost: Sequence[Activity]
    left: Sequence[Activity]

    @property
    def short(self) -> list[Activity]:
        """Traces without time of their own that no other block holds."""
        return [a for a in (*self.lost, *self.left) if a.kind not in SCHEDULED and not is_private(a)]


def traced(
    found: Sorted, decided: list[tuple[int, int]], settings: CaptureSettings, habits: Habits, days: Days
) -> Traced:
    """Who has which minute by the stated precedence: spans first, then bursts of work, then of talk, in what is left."""
    claims = claims_of(attended(found, habits), settings)
    resolved = resolve(claims, decided, settings, days)
    timeline = Timeline(resolved.slots)
    left: list[Activity] = []
    for kind in (Treatment.WORK_POINT, Treatment.TALK_POINT):
        free: list[Activity] = []
        for activity in found.lists[kind]:
            if timeline.at(floor_minute(activity.start)) is None:
                free.append(activity)
            else:
                found.note(activity, place_within(activity, timeline))
        folded = fold(free, timeline, settings, days)
        timeline = timeline.with_slots(folded.slots)
        left.extend(folded.left)
    return Traced(timeline, [activity for claim in resolved.lost for activity in claim.members], left)


Trace: TypeAlias = Callable[[Sorted, list[tuple[int, int]], CaptureSettings, Habits, Days], Traced]
"""Sorted activities, decided time, settings, habits and the days of the zone to slots."""


def attended(found: Sorted, habits: Habits) -> list[Activity]:
    """The spans that count as time; why the others do not is noted."""
    products = [floor_minute(a.start) for a in found.lists[Treatment.WORK_POINT] if a.kind in PRODUCT]
    traces = Traces.of(a for kind in _TRACES for a in found.lists[kind])
    spans: list[Activity] = []
    for activity in found.lists[Treatment.SPAN]:
        reason = contradicted(activity, products) or unattended(activity, traces, habits)
        found.note(activity, reason)
        if not reason:
            spans.append(activity)
    return spans


def _blocks(person: Person, timeline: Timeline) -> tuple[WorkBlock, ...]:
    won: dict[int, tuple[Claim, list[Slot]]] = {}
    for slot in timeline.slots:
        if slot.claim is not None:
            won.setdefault(id(slot.claim), (slot.claim, []))[1].append(slot)
    blocks = [block for claim, slots in won.values() for block in blocks_of(person, claim, slots)]
    return tuple(sorted(blocks, key=lambda block: block.span))


def _withheld(person: Person, by_key: Mapping[str, Activity], reasons: Mapping[str, str]) -> tuple[Withheld, ...]:
    zone = zone_named(person.zone)
    rows: list[tuple[Activity, Withheld]] = []
    for key, reason in reasons.items():
        activity = by_key[key]
        try:
            day: date | None = local_date(activity.start, zone)
        except OverflowError:  # the first and the last day of the calendar have no local date everywhere
            day = None
        row = Withheld(block=key, reason=reason, person=person.id, date=day, title=shown_title(activity))
        rows.append((activity, row))
    return tuple(row for _, row in sorted(rows, key=lambda pair: (pair[0].start, pair[0].key)))


def _working_minutes(timeline: Timeline) -> Mapping[date, int]:
    minutes: dict[date, int] = {}
    for slot in timeline.slots:
        if slot.claim is None or not slot.claim.private:
            minutes[slot.day] = minutes.get(slot.day, 0) + slot.end - slot.start
    return MappingProxyType(minutes)
