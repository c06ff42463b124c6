"""``backtest capture``: how much of the real timesheet would it have found?"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from hourtrail.capture import CaptureSettings, capture
from hourtrail.capture.grid import Days, ceil_minute, floor_minute, near_minute
from hourtrail.capture.learning import clock_span
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.treatment import Treatment, treat
from hourtrail.domain.activity import Activity, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import day_bounds, zone_named
from hourtrail.domain.suggestion import Band, Suggestion
from hourtrail.flows.backtest.capture_files import CaptureFiles, CaptureInput, read_capture
from hourtrail.flows.backtest.capture_metrics import (
    Block,
    Sheet,
    block_answer,
    day_answer,
    minute_answer,
    missing_time,
    worked,
)
from hourtrail.flows.backtest.capture_replay import Capturing, replay
from hourtrail.wiring import Models

TRUTHS: Final = ("timer", "diary", "simulator", "unknown")
GAP: Final = 60
"""Minutes: the longest pause inside a session of the baseline."""
PAD: Final = 45
"""Minutes of work that the baseline assumes before the first event of a session."""

_NO_TIME: Final = frozenset({Treatment.WITHHELD, Treatment.DAY_TOTAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOptions:
    """The command's options. ``first`` and ``last`` are local days, both measured; None = the time entries' own first, last."""

    first: date | None = None
    last: date | None = None
    delay_days: float = 1.0
    zone: str = ""
    person: str = ""
    truth: str = "unknown"

    def __post_init__(self) -> None:
        if not 0 <= self.delay_days <= 365:
            raise InvalidInput("--delay is 0 to 365 days")
        if self.truth not in TRUTHS:
            raise InvalidInput(f"--truth-kind {self.truth!r} is not one of {', '.join(TRUTHS)}")
        if self.first and self.last and self.last < self.first:
            raise InvalidInput(f"--to {self.last} lies before --from {self.first}")


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """The answer in the data contract's keys, and what could not be read."""

    answer: dict[str, Any]
    refused: list[Rejected]
    refused_count: int


def backtest_capture(
    files: CaptureFiles,
    options: CaptureOptions,
    *,
    models: Models,
    today: date,
    reading: Callable[[int], None] = lambda _done: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    capturing: Capturing = capture,
) -> CaptureReport:
    """Replay the activities day by day and compare what is suggested with what was worked.

    ``capturing`` makes the blocks; another than the product's is for measuring it beside.
    Raises NothingRead and InvalidInput as ``read_capture`` does, and InvalidInput for options that cannot be meant.
    """
    began = time.monotonic()
    given = read_capture(files, today=today, zone=options.zone, person=options.person, progress=reading)
    dates = [row.date for rows in given.truth.values() for row in rows]
    first, last = options.first or min(dates), options.last or max(dates)
    if last < first:
        raise InvalidInput(
            f"nothing lies between {first} and {last}; the time entries go from {min(dates)} to {max(dates)}"
        )
    settings = CaptureSettings()
    found = replay(
        given,
        first,
        last,
        delay=timedelta(days=options.delay_days),
        models=models,
        settings=settings,
        progress=progress,
        capturing=capturing,
    )
    timelines = {name: _Timeline(given, name, first, last) for name in sorted(given.truth)}
    sheets = [timeline.sheet(_proposed(found.suggestions.get(name, ()))) for name, timeline in timelines.items()]
    fixed = [
        timeline.sheet(fixed_gap(given.activities.get(name, ()), settings)) for name, timeline in timelines.items()
    ]
    minutes, days, baseline = minute_answer(sheets), day_answer(sheets), minute_answer(fixed) | day_answer(fixed)
    answer = {
        **{key: minutes.pop(key) for key in ("minute_precision", "minute_recall", "minute_f1", "minute_f1_by_project")},
        **{key: days.pop(key) for key in ("daily_hours_mae", "total_hours_true", "total_hours_suggested")},
        "suggestions": sum(map(len, found.suggestions.values())),
        "seconds": 0.0,
        "baselines": {"fixed_gap": {key: baseline[key] for key in ("minute_f1", "daily_hours_mae")}},
        **minutes,
        **block_answer(sheets),
        **days,
        "missing_time": missing_time(sheets),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "delay_days": options.delay_days,
        "people": len(sheets),
        "people_without_time_entries": given.others,
        "person_days": sum(len(worked(sheet)) for sheet in sheets),
        "person_days_without_clock": sum(len(timeline.unplaced) for timeline in timelines.values()),
        "blocks_without_work_item": found.without_work_item,
        "truth": "simulator" if given.simulated and options.truth == "unknown" else options.truth,
        "data": "simulated" if given.simulated or options.truth == "simulator" else "not stated",
        "learned_from": "reported" if given.reported else "time-entries",
        "model": f"{models.scorer.ref.name} {models.scorer.ref.version}",
    }
    answer["seconds"] = round(time.monotonic() - began, 3)
    return CaptureReport(answer, given.refusals.refused, given.refusals.refused_count)


class _Timeline:
    """One person's measured days: their bounds on the grid, and what is true about them."""

    def __init__(self, given: CaptureInput, name: str, first: date, last: date) -> None:
        self.zone = zone_named(given.person(name).zone)
        self.days = Days(self.zone)
        self.first, self.last = first, last
        self.window = Minutes.of([self._bounds(first, last)])
        self.true: list[Block] = []
        self.unplaced: dict[date, int] = defaultdict(int)
        for entry in given.truth[name]:
            span = clock_span(entry)
            if span is not None:
                self.true.append(Block(*span, entry.item.at_project))
            elif entry.minutes and self._measures(entry.date):
                self.unplaced[entry.date] += entry.minutes
        self.reported = self._booked(given.booked.get(name, ())) if given.reported else None

    def sheet(self, suggested: Sequence[Block]) -> Sheet:
        """The true time beside ``suggested`` (blocks that may reach beyond the measured days)."""
        unknown = Minutes.of(self._bounds(day, day) for day in self.unplaced)
        true_days = self._minutes_of(self.true)
        for day, minutes in self.unplaced.items():
            true_days[day] = true_days.get(day, 0) + minutes
        return Sheet(
            true=self.true,
            suggested=suggested,
            measured=_without(self.window, unknown),
            true_days=true_days,
            suggested_days=self._minutes_of(suggested),
            reported_days=self.reported,
        )

    def _measures(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _bounds(self, first: date, last: date) -> tuple[int, int]:
        begin, end = day_bounds(first, last, self.zone)
        return ceil_minute(begin), ceil_minute(end)

    def _booked(self, entries: Iterable[TimeEntry]) -> Mapping[date, int]:
        booked: dict[date, int] = defaultdict(int)
        for entry in entries:
            if self._measures(entry.date):
                booked[entry.date] += entry.minutes
        return booked

    def _minutes_of(self, blocks: Sequence[Block]) -> dict[date, int]:
        """Minutes by measured local day; time that two blocks share counts once."""
        minutes: dict[date, int] = {}
        for start, end in Minutes.of((row.start, row.end) for row in blocks).cut_to(self.window).spans():
            for day, begin, finish in self.days.split(start, end):
                minutes[day] = minutes.get(day, 0) + finish - begin
        return minutes


def _without(window: Minutes, holes: Minutes) -> Minutes:
    """The minutes of ``window`` outside ``holes``."""
    edges = [edge for span in holes.spans() for edge in span]
    if not len(window):
        return window
    begin, end = int(window.starts[0]), int(window.ends[-1])
    bounds = [begin, *edges, end]
    return Minutes.of(zip(bounds[::2], bounds[1::2], strict=True))


def _proposed(suggestions: Iterable[Suggestion]) -> list[Block]:
    """What a person is offered as working time: not what is private, nor what is held back as no work."""
    return [
        Block(floor_minute(row.span.start), floor_minute(row.span.end), row.item.at_project if row.item else None)
        for row in suggestions
        if not row.block.private and not (row.band is Band.WITHHOLD and row.threshold.band is Band.SUGGEST)
    ]


def fixed_gap(activities: Iterable[Activity], settings: CaptureSettings) -> list[Block]:
    """The baseline: events at most ``GAP`` apart are one session, which began ``PAD`` before its first event.

    Events are the activities that take place at a time (docs: treatment of forms); ``activities`` are in order of start.
    """
    sessions: list[tuple[int, int]] = []
    for row in activities:
        if treat(row, settings)[0] in _NO_TIME:
            continue
        start, end = near_minute(row.start), near_minute(row.end or row.start)
        if sessions and start - sessions[-1][1] <= GAP:
            sessions[-1] = (sessions[-1][0], max(sessions[-1][1], end))
        else:
            sessions.append((start - PAD, end))
    return [Block(start, end, None) for start, end in sessions]
