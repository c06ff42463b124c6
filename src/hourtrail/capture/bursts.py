"""Point events folded into sessions, and sessions into one claim for each thread of work.

A session lies in one free stretch of one local day and ends at the first pause longer than the gap. Inside it, events follow
threads: the ticket project of the reference, else the repository (or board, channel, folder) with whatever ticket project
was named there in the same session, else the people written to. A commit, review or document takes the pause before it, for
that is when it was made; a ticket update or a message takes no more than its lead. A turn to another thread that is shorter
than the minimum block is no turn: its events join the thread around it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hourtrail.capture.claim import Claim, Slot, Timeline
from hourtrail.capture.grid import Days, ceil_minute, floor_minute
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import PRODUCT, is_private, rank
from hourtrail.domain.activity import Activity, ActivityKind

_PRIVATE: Final = "\0private"  # no container is called that
_TICKET: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-[0-9]+")


@dataclass(slots=True)
class _Run:
    """Events of one thread in a row, and the minutes that they claim."""

    thread: str
    events: list[Activity]
    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Folded:
    """Slots won by bursts, and the bursts for which there was no room."""

    slots: list[Slot]
    left: list[Activity]


def fold(events: Sequence[Activity], timeline: Timeline, settings: CaptureSettings, days: Days) -> Folded:
    """Claims for point events (in order of time, none of them inside a slot of ``timeline``)."""
    slots: list[Slot] = []
    left: list[Activity] = []
    for stretch, session in _sessions(events, timeline, settings, days):
        reached = slots[-1].end if slots else stretch.start
        room = _Stretch(max(stretch.start, reached), stretch.end)
        for run in _settled(_runs(session, room, settings), settings):
            if run.minutes < settings.minimum_block_minutes:
                left.extend(run.events)
                continue
            day, _, _ = days.of(run.start)
            slots.append(Slot(run.start, run.end, day, _claim(run, settings)))
    return Folded(slots, left)


def ticket_project(reference: str) -> str:
    """``PROJ`` of ``PROJ-12``; empty for anything else."""
    match = _TICKET.fullmatch(reference.strip())
    return match[1].upper() if match else ""


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int


def _sessions(
    events: Iterable[Activity], timeline: Timeline, settings: CaptureSettings, days: Days
) -> Iterator[tuple[_Stretch, list[Activity]]]:
    session: list[Activity] = []
    stretch = _Stretch(0, 0)
    last = 0
    for event in events:
        minute = floor_minute(event.start)
        if not (stretch.start <= minute < stretch.end and minute - last <= settings.gap_minutes):
            if session:
                yield stretch, session
            session = []
            _, begin, end = days.of(minute)
            before, after = timeline.room(minute)
            stretch = _Stretch(max(begin, before), min(end, after))
        session.append(event)
        last = minute
    if session:
        yield stretch, session


def _runs(session: Sequence[Activity], room: _Stretch, settings: CaptureSettings) -> Iterator[_Run]:
    """The session cut where the thread changes; neighbours touch or leave a pause, and never overlap."""
    projects = _projects_of(session)
    run: _Run | None = None
    for event in session:
        # A burst before this one may end after this event began only by its tail: what it holds is not claimed twice.
        moment = max(room.start, min(ceil_minute(event.start), room.end))
        thread = _thread(event, projects)
        if run is not None and run.thread == thread:
            run.events.append(event)
            run.end = moment
            continue
        reached = room.start if run is None else run.end
        lead = moment - settings.lead(event.kind)
        start = max(reached, lead) if run is None or event.kind not in PRODUCT else reached
        if run is not None:
            run.end = min(start, run.end + settings.tail(run.events[-1].kind))
            yield run
        run = _Run(thread, [event], start, moment)
    if run is not None:
        run.end = min(room.end, run.end + settings.tail(run.events[-1].kind))
        yield run


def _settled(runs: Iterable[_Run], settings: CaptureSettings) -> list[_Run]:
    """Runs without turns that are too short to be one. A pause beside a short run stays a pause."""
    shortest = settings.minimum_block_minutes
    settled: list[_Run] = []
    for run in runs:
        last = settled[-1] if settled else None
        if last is None or not (
            last.thread == run.thread or (min(last.minutes, run.minutes) < shortest >= run.start - last.end)
        ):
            settled.append(run)
            continue
        if last.minutes < shortest <= run.minutes:
            last.thread = run.thread
        last.events.extend(run.events)
        last.end = run.end
    return settled


def _projects_of(session: Iterable[Activity]) -> dict[str, str]:
    """The ticket project most often named in each container of a session; of equals, the first by name."""
    named: dict[str, Counter[str]] = {}
    for event in session:
        if event.container and (project := ticket_project(event.reference)):
            named.setdefault(event.container, Counter())[project] += 1
    return {
        container: min(counts, key=lambda project: (-counts[project], project)) for container, counts in named.items()
    }


def _thread(event: Activity, projects: dict[str, str]) -> str:
    if is_private(event):
        return _PRIVATE
    if project := ticket_project(event.reference):
        return project
    if event.kind is ActivityKind.EMAIL and event.participants:
        return " ".join(sorted({address.rpartition("@")[2].lower() for address in event.participants}))
    return projects.get(event.container) or event.container or event.reference or event.source


def _claim(run: _Run, settings: CaptureSettings) -> Claim:
    open_events = [event for event in run.events if not is_private(event)]
    anchor = (open_events or run.events)[0]
    return Claim(
        anchor=anchor, members=tuple(run.events), start=run.start, end=run.end,
        rank=min(rank(event) for event in run.events), minimum=settings.minimum_block_minutes,
        thread="" if run.thread == _PRIVATE else run.thread,
    )  # fmt: skip
