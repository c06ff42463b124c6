"""One simulated person in many guises: fewer sources, commits alone, other ways to keep a timesheet, other hours.

The simulator's people work office hours and their true time is known to the minute. Real timesheets are rounded, or one line
a day, or hold a part of somebody's work; real people work at night. The guises make such people out of the simulated ones, so
that a model learns to lean on a person's own confirmed time and not on what simulated people have in common.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from zlib import crc32

import numpy as np

from hourtrail.capture.grid import Days
from hourtrail.capture.learning import clock_span
from hourtrail.capture.minutes import Minutes
from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.instants import local_date, zone_named
from hourtrail.flows.backtest.capture_files import CaptureInput

Spans = Sequence[tuple[int, int]]
Seen = Callable[[str], bool]

_TALK: Final = frozenset({"slack", "mail"})
_WINDOWS_AND_TICKETS: Final = frozenset({"activitywatch", "jira", "redmine"})
VIEWS: Final[Mapping[str, Seen]] = {
    "all sources": lambda _: True,
    "no windows or tickets": lambda source: source not in _WINDOWS_AND_TICKETS,
    "no windows, mail or chat": lambda source: source not in _TALK and source != "activitywatch",
    "commits alone": lambda source: source == "git",
}
"""What a firm may see, by the name of the source."""

FEWEST: Final = 20
"""Somebody with fewer activities teaches nothing."""

_POINTS: Final = frozenset({
    ActivityKind.COMMIT, ActivityKind.DOCUMENT, ActivityKind.TICKET, ActivityKind.MESSAGE, ActivityKind.EMAIL,
    ActivityKind.REVIEW,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One person's activities in order of time, and the true minutes as somebody keeps them."""

    name: str
    zone: str
    activities: Sequence[Activity]
    spans: Spans

    @property
    def days(self) -> Days:
        """The local days of the person's zone."""
        return Days(zone_named(self.zone))


def workers(given: CaptureInput, seen: Seen, kept: str = "as it was") -> Iterator[Worker]:
    """Everybody with enough activities in a view; ``kept`` is one of ``TIMESHEETS``."""
    for name in sorted(set(given.activities) & set(given.truth)):
        rows = [row for row in given.activities[name] if seen(row.source)]
        zone = given.person(name).zone
        spans = TIMESHEETS[kept](name, given.truth[name], Days(zone_named(zone)))
        if len(rows) >= FEWEST and spans:
            yield Worker(name=name, zone=zone, activities=rows, spans=spans)


def busy(given: CaptureInput) -> CaptureInput:
    """The firm as developers who leave nothing but commits, and more of them: points of any kind, thinned to a fifth or so."""

    def commits(name: str, rows: Sequence[Activity]) -> list[Activity]:
        share = 10 + 3 * (crc32(name.encode()) % 10)  # per cent; some commit often, some seldom
        return [
            replace(row, kind=ActivityKind.COMMIT, source="git", reference="", container=_repository(row))
            for row in rows
            if row.is_point and not row.all_day and row.kind in _POINTS and crc32(row.key.encode()) % 100 < share
        ]

    return replace(given, activities={name: commits(name, rows) for name, rows in given.activities.items()})


def at_odd_hours(worker: Worker) -> Worker:
    """The same person, every day moved by some hours: an hour later on average, two and a half either way."""
    dice = np.random.default_rng(crc32(worker.name.encode()))
    zone, days = zone_named(worker.zone), worker.days
    moved: dict[date, int] = {}

    def by(day: date) -> int:
        return moved.setdefault(day, int(np.clip(dice.normal(60, 150), -300, 360)))

    rows = [_moved(row, timedelta(minutes=by(local_date(row.start, zone)))) for row in worker.activities]
    spans = [(start + by(days.of(start)[0]), end + by(days.of(start)[0])) for start, end in worker.spans]
    return replace(
        worker, activities=sorted(rows, key=lambda row: (row.start, row.key)), spans=Minutes.of(spans).spans()
    )


def _moved(row: Activity, by: timedelta) -> Activity:
    return replace(row, start=row.start + by, end=None if row.end is None else row.end + by)


def _repository(row: Activity) -> str:
    return f"r{crc32((row.container or row.title[:3]).encode()) % 4}"


def _as_it_was(_name: str, entries: Sequence[TimeEntry], _days: Days) -> Spans:
    return sorted(span for entry in entries if (span := clock_span(entry)) is not None)


def _in_hours(name: str, entries: Sequence[TimeEntry], days: Days) -> Spans:
    """Both ends to the full hour, an hour at least."""
    rounded: list[tuple[int, int]] = []
    for start, end in Minutes.of((start, end + 10) for start, end in _as_it_was(name, entries, days)).spans():
        begin = round(start / 60) * 60
        rounded.append((begin, max(begin + 60, round((end - 10) / 60) * 60)))
    return Minutes.of(rounded).spans()


def _whole_days(name: str, entries: Sequence[TimeEntry], days: Days) -> Spans:
    """One line a day from its first minute, as long as its work in sum, to the half hour."""
    by_day: dict[int, list[tuple[int, int]]] = {}
    for start, end in _as_it_was(name, entries, days):
        by_day.setdefault(days.of(start)[1], []).append((start, end))
    lines: list[tuple[int, int]] = []
    for midnight, parts in sorted(by_day.items()):
        begin = midnight + round((min(start for start, _ in parts) - midnight) / 30) * 30
        lines.append((begin, begin + round(sum(end - start for start, end in parts) / 30) * 30))
    return Minutes.of(lines).spans()


def _in_part(name: str, entries: Sequence[TimeEntry], days: Days) -> Spans:
    """Only some projects, those that make two fifths of the time or a little more: a freelancer's sheet for some clients."""
    minutes: dict[str, int] = {}
    for entry in entries:
        minutes[entry.item.project] = minutes.get(entry.item.project, 0) + entry.minutes
    kept: set[str] = set()
    reached, enough = 0, 0.4 * sum(minutes.values())
    for project in sorted(minutes, key=lambda project: crc32((name + project).encode())):
        if reached < enough:
            kept.add(project)
            reached += minutes[project]
    spans = _as_it_was(name, [entry for entry in entries if entry.item.project in kept], days)
    return Minutes.of((start, end + 5) for start, end in spans).spans()


TIMESHEETS: Final[Mapping[str, Callable[[str, Sequence[TimeEntry], Days], Spans]]] = {
    "as it was": _as_it_was,
    "in hours": _in_hours,
    "whole days": _whole_days,
    "in part": _in_part,
}
"""How somebody keeps the true time."""
