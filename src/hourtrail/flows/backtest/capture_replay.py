"""Run the person's days through capture, features, scores and policy, each as it would have stood when the day was over."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from hourtrail.capture import Captured, CaptureSettings, HabitLearner, Habits, Presence, capture
from hourtrail.capture.grid import Days
from hourtrail.capture.learning import clock_span
from hourtrail.domain.activity import Activity
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import day_bounds, local_date, midnight, zone_named
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.ports import PresenceModel
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.backtest.capture_files import CaptureInput
from hourtrail.flows.backtest.capture_learning import confirmations, known_at
from hourtrail.flows.proposals import propose_all
from hourtrail.flows.scoring import Scoring
from hourtrail.flows.suggest import MARGIN
from hourtrail.flows.vectors import VectorMemory
from hourtrail.wiring import Models

BATCH: Final = 64
"""Blocks scored in one matrix, each as of its own instant: fewer cost more calls, more cost memory (0.5 kB a work item)."""


_Known: TypeAlias = tuple[datetime, tuple[int, int]]


class Capturing(Protocol):
    """What turns a person's activities into blocks: ``hourtrail.capture.capture``, or what is measured beside it."""

    def __call__(
        self,
        person: Person,
        activities: Sequence[Activity],
        *,
        settings: CaptureSettings,
        habits: Habits,
        presence: Presence | None,
    ) -> Captured:
        """As ``hourtrail.capture.capture`` does."""
        ...


@dataclass(frozen=True, slots=True)
class _Day:
    """The blocks of one person's local day, asked about at ``asked_at``: the instant at which that day is over."""

    asked_at: datetime
    blocks: tuple[WorkBlock, ...]


@dataclass(slots=True)
class Replayed:
    """What was proposed for the measured days, by person; ``without_work_item`` counts blocks with nothing to book them on."""

    suggestions: dict[str, list[Suggestion]] = field(default_factory=dict)
    without_work_item: int = 0


def replay(
    given: CaptureInput,
    first: date,
    last: date,
    *,
    delay: timedelta,
    models: Models,
    settings: CaptureSettings,
    progress: Callable[[int, int], None],
    capturing: Capturing = capture,
) -> Replayed:
    """Propose for every measured person-day with activities; what lies before ``first`` is only history.

    ``progress`` is told person-days done and in all. The confirmations of the whole time are laid out once: the features
    read only those known by the instant asked about, which is what makes one pass over all days honest.
    """
    days, learned = _captured(given, first, last, delay, settings, model=models.presence, capturing=capturing)
    cache = VectorMemory()
    scoring = Scoring.of(given.master, learned, models, cache=cache)
    found = Replayed()
    days.sort(key=lambda day: day.asked_at)
    done = 0
    for batch in _batches(days):
        blocks = [block for day in batch for block in day.blocks]
        instants = [day.asked_at for day in batch for _ in day.blocks]
        proposals = propose_all(
            blocks, master=given.master, scoring=scoring, as_of=instants, cache=cache, explained=False
        )
        for row in proposals.suggestions:
            found.suggestions.setdefault(row.person, []).append(row)
        found.without_work_item += len(blocks) - len(proposals.suggestions)
        done += len(batch)
        progress(done, len(days))
    return found


def _batches(days: Iterable[_Day]) -> Iterator[list[_Day]]:
    """Days in the order given, as many together as fill a matrix."""
    batch: list[_Day] = []
    blocks = 0
    for day in days:
        batch.append(day)
        blocks += len(day.blocks)
        if blocks >= BATCH:
            yield batch
            batch, blocks = [], 0
    if batch:
        yield batch


def _captured(
    given: CaptureInput,
    first: date,
    last: date,
    delay: timedelta,
    settings: CaptureSettings,
    *,
    model: PresenceModel | None,
    capturing: Capturing,
) -> tuple[list[_Day], list[Confirmation]]:
    """The measured days with their blocks, and everything that anybody booked, beside the evidence of its time."""
    days: list[_Day] = []
    learned: list[Confirmation] = []
    for name in sorted({*given.truth, *given.booked}):
        person, booked = given.person(name), given.booked.get(name, [])
        # What happened before the first entry can teach nothing.
        begin = min([first, *(entry.date for entry in booked)])
        blocks: list[WorkBlock] = []
        known = _known_spans(booked, zone_named(person.zone), delay)
        seen = given.activities.get(name, ())
        for day, asked_at, found in _days_of(
            person, seen, known, (begin, last), settings, model=model, capturing=capturing
        ):
            blocks += found
            if day >= first and found:
                days.append(_Day(asked_at, found))
        learned.extend(confirmations(person, booked, blocks, delay))
    return days, learned


def _known_spans(entries: Iterable[TimeEntry], zone: ZoneInfo, delay: timedelta) -> list[_Known]:
    """When each entry with a clock time becomes known, and its minutes; in order of that instant."""
    spans = ((known_at(entry, zone, delay), clock_span(entry)) for entry in entries)
    return sorted((at, span) for at, span in spans if span is not None)


def _days_of(
    person: Person,
    activities: Sequence[Activity],
    known: Sequence[_Known],
    measured: tuple[date, date],
    settings: CaptureSettings,
    *,
    model: PresenceModel | None,
    capturing: Capturing,
) -> Iterator[tuple[date, datetime, tuple[WorkBlock, ...]]]:
    """Each local day that an activity touches, when it is over, and its blocks by what had begun by then.

    Habits are those of the entries known when the day's week began, as in ``suggest``.
    """
    zone = zone_named(person.zone)
    starts = [row.start for row in activities]
    longest = timedelta(hours=settings.max_block_hours)
    touched: set[date] = set()
    for row in activities:
        touched.add(local_date(row.start, zone))
        if row.end is not None and row.end - row.start <= longest:
            touched.add(local_date(row.end, zone))
    learner = HabitLearner(activities, Days(zone), settings)
    habits, presence = Habits(), None
    learned, asked = 0, date.min
    for day in sorted(one for one in touched if measured[0] <= one <= measured[1]):
        begin, over = day_bounds(day, day, zone)
        if monday_of(day) != asked:
            asked = monday_of(day)
            while learned < len(known) and known[learned][0] <= midnight(asked, zone):
                learner.learn(*known[learned][1])
                learned += 1
            habits = learner.habits()
            presence = None if model is None else learner.presence(model, asked)
        seen = activities[bisect_left(starts, begin - MARGIN) : bisect_left(starts, over)]
        captured = capturing(person, seen, settings=settings, habits=habits, presence=presence)
        yield day, over, tuple(block for block in captured.blocks if block.date == day)
