"""How one person's confirmed time lies around their traces: counts of worked minutes, shrunk to a stated default.

Four tables of shares, each cell a share of minutes that were worked: before the first trace of a day by its kind (the lead),
after the last (the tail), in a pause by its length and the distance to the nearest trace, and inside traces by kind. With
them the half hours of each weekday, the length of a day, and how often a place (a repository, a channel) was work at all.
Shrinking is empirical Bayes: a cell of ``n`` minutes counts n : prior against the default, which is what simulated people do
on average; ``hourtrail_training.presence`` prints it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from hourtrail.capture.habits import DEFAULT_WORKED_SHARE, HALF_HOURS
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.sighted import GROUPS, KINDS, Bools, Floats, Ints, SightedDay

DISTANCES: Final = np.array([0, 8, 15, 30, 45, 60, 90, 120, 180, 240])
"""Lower bounds in minutes of the cells of a lead or a tail."""
LENGTHS: Final = np.array([0, 5, 15, 30, 60, 90, 120, 180, 240])
"""Lower bounds in minutes of the lengths of a pause."""
NEARNESS: Final = np.array([0, 10, 25, 50])
"""Lower bounds in minutes of the distance to the nearer end of a pause."""

_GROUPS: Final = int(GROUPS.max()) + 1
SHAPES: Final[Mapping[str, tuple[int, int]]] = {
    "lead": (_GROUPS, len(DISTANCES)),
    "tail": (_GROUPS, len(DISTANCES)),
    "pause": (len(LENGTHS), len(NEARNESS)),
    "inside": (1, len(KINDS) + 1),
}
PRIOR_MINUTES: Final[Mapping[str, float]] = {"lead": 60, "tail": 60, "pause": 120, "inside": 120}
"""A default cell counts as much as this many minutes of the person's own."""

PRIOR_DAYS: Final = 5.0
"""The default day counts as much as a working week."""
PRIOR_WEEKDAYS: Final = 4.0
"""A person's usual day counts as much as this many days of one weekday."""
PRIOR_PLACES: Final = 5.0
"""What a person's places are on average counts as much as this many traces of one place."""
DEFAULT_DAY: Final = 420.0
"""Minutes worked on a day with traces, where nothing is known: seven hours. An assumption."""
DEFAULT_IDLE: Final = 0.05
"""Share of days with traces and no work, where nothing is known. An assumption."""
HALF_LIFE: Final = 56.0
"""Days after which a day counts half."""

STEP: Final = 5
"""Minutes of one row: what lies closer together is judged together."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Profile:
    """Shares, 0 to 1. ``weekday`` has the shape (7, 48), ``clock`` (48,), ``tables`` those of ``SHAPES``.

    ``days`` is how many days with traces and known entries it rests on, weighed by age; ``day_minutes`` what was worked on
    such a day, ``idle`` how many of them had none. ``places`` holds the share by container, ``place`` that of any other.
    """

    clock: Floats
    weekday: Floats
    tables: Mapping[str, Floats]
    places: Mapping[str, float] = field(default_factory=dict)
    place: float = 0.9
    day_minutes: float = DEFAULT_DAY
    idle: float = DEFAULT_IDLE
    days: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Rows of one day, ``STEP`` minutes each: where they lie and what is next to them. All arrays of shape (rows,).

    ``at`` is the minute in the middle of a row. ``before`` and ``after`` are numbers of spans (-1 and the count: none).
    """

    day: SightedDay
    starts: Ints
    at: Ints
    before: Ints
    after: Ints
    is_inside: Bools
    since: Floats
    until: Floats


def grid_of(day: SightedDay, reach: int) -> Grid:
    """Rows from ``reach`` minutes before the first trace to as many after the last, inside the day."""
    seen = day.seen
    count = len(seen)
    low = max(0, (int(seen.starts[0]) - day.begin - reach) // STEP)
    high = min(-(-(day.over - day.begin) // STEP), -(-(int(seen.ends[-1]) - day.begin + reach) // STEP))
    starts = day.begin + np.arange(low, high, dtype=np.int64) * STEP
    at = starts + STEP // 2
    before = np.searchsorted(seen.starts, at, side="right") - 1
    begun = np.maximum(before, 0)
    is_inside = (before >= 0) & (at < seen.ends[begun])
    after = np.where(is_inside, before, before + 1)
    since = np.where(before >= 0, at - seen.ends[begun] + 0.5, np.nan)
    until = np.where(after < count, seen.starts[np.minimum(after, count - 1)] - at - 0.5, np.nan)
    return Grid(
        day, starts, at, before, after, is_inside, np.where(is_inside, 0.0, since), np.where(is_inside, 0.0, until)
    )


def cells(grid: Grid) -> dict[str, tuple[Ints, Ints]]:
    """For each table, the rows that one of its cells speaks for, and the number of that cell."""
    day, count = grid.day, len(grid.day.seen)
    lead = np.flatnonzero(grid.before < 0)
    tail = np.flatnonzero((grid.after >= count) & ~grid.is_inside)
    pause = np.flatnonzero((grid.before >= 0) & (grid.after < count) & ~grid.is_inside)
    inside = np.flatnonzero(grid.is_inside)
    width = len(DISTANCES)
    length = grid.since[pause] + grid.until[pause]
    near = np.minimum(grid.since[pause], grid.until[pause])
    return {
        "lead": (lead, GROUPS[day.first[0]] * width + _cell(DISTANCES, grid.until[lead])),
        "tail": (tail, GROUPS[day.last[-1]] * width + _cell(DISTANCES, grid.since[tail])),
        "pause": (pause, _cell(LENGTHS, length) * len(NEARNESS) + _cell(NEARNESS, near)),
        "inside": (inside, day.first[grid.before[inside]]),
    }


def _cell(bounds: Ints, values: Floats) -> Ints:
    return np.maximum(np.searchsorted(bounds, values, side="right") - 1, 0)


@dataclass(slots=True, eq=False)
class Tally:
    """Weighed counts over days: minutes seen and worked by cell, by half hour, and by place."""

    asked: dict[str, Floats] = field(default_factory=lambda: {name: np.zeros(a * b) for name, (a, b) in SHAPES.items()})
    worked: dict[str, Floats] = field(
        default_factory=lambda: {name: np.zeros(a * b) for name, (a, b) in SHAPES.items()}
    )
    half_hours: Floats = field(default_factory=lambda: np.zeros((7, HALF_HOURS)))
    weekdays: Floats = field(default_factory=lambda: np.zeros(7))
    minutes: float = 0.0
    idle: float = 0.0
    places: dict[str, list[float]] = field(default_factory=dict)

    def add(self, grid: Grid, worked: Minutes, names: Sequence[str], weight: float) -> None:
        """One day. ``worked`` holds the confirmed minutes of that day, ``names`` the containers by their code."""
        day = grid.day
        share = (worked.before(grid.starts + STEP) - worked.before(grid.starts)).astype(np.float64)
        for name, (rows, cell) in cells(grid).items():
            size = len(self.asked[name])
            self.asked[name] += weight * STEP * np.bincount(cell, minlength=size)
            self.worked[name] += weight * np.bincount(cell, weights=share[rows], minlength=size)
        edges = day.begin + np.arange(HALF_HOURS + 1, dtype=np.int64) * 30
        counted = worked.before(edges)
        weekday = day.day.weekday()
        self.half_hours[weekday] += weight * np.diff(counted) / 30
        self.weekdays[weekday] += weight
        self.minutes += weight * worked.total
        self.idle += weight * (worked.total == 0)
        covered = worked.before(day.seen.starts + 1) - worked.before(day.seen.starts)
        for code, is_work in zip(day.first_place.tolist(), covered.tolist(), strict=True):
            if code:
                counts = self.places.setdefault(names[code], [0.0, 0.0])
                counts[0] += weight
                counts[1] += weight * is_work

    def profile(self, defaults: Mapping[str, Floats]) -> Profile:
        """What was counted, shrunk towards the defaults."""
        days = float(self.weekdays.sum())
        usual = np.array(DEFAULT_WORKED_SHARE)
        clock = (self.half_hours.sum(axis=0) + PRIOR_DAYS * usual) / (days + PRIOR_DAYS)
        weekday = (self.half_hours + PRIOR_WEEKDAYS * clock) / (self.weekdays[:, None] + PRIOR_WEEKDAYS)
        tables = {
            name: (self.worked[name] + PRIOR_MINUTES[name] * defaults[name]) / (self.asked[name] + PRIOR_MINUTES[name])
            for name in SHAPES
        }
        traces, work = (sum(counts[part] for counts in self.places.values()) for part in (0, 1))
        place = (work + PRIOR_PLACES * 0.9) / (traces + PRIOR_PLACES)
        return Profile(
            clock=clock, weekday=weekday, tables=tables, place=place,
            places={name: (hit + PRIOR_PLACES * place) / (n + PRIOR_PLACES) for name, (n, hit) in self.places.items()},
            day_minutes=(self.minutes + PRIOR_DAYS * DEFAULT_DAY) / (days + PRIOR_DAYS),
            idle=(self.idle + PRIOR_DAYS * DEFAULT_IDLE) / (days + PRIOR_DAYS), days=days,
        )  # fmt: skip


def tallied(
    days: Iterable[SightedDay], worked: Mapping[date, Minutes], names: Sequence[str], *, today: date, reach: int
) -> Tally:
    """Counts over the days of ``days`` that somebody reported on: those of a week with any confirmed minute.

    A week without a single entry is one that was not reported; it says nothing about work.
    """
    weeks = {day.isocalendar()[:2] for day in worked}
    tally = Tally()
    nothing = Minutes.of(())
    for day in days:
        if day.day.isocalendar()[:2] in weeks:
            weight = 0.5 ** ((today - day.day).days / HALF_LIFE)
            tally.add(grid_of(day, reach), worked.get(day.day, nothing), names, weight)
    return tally
