"""A person's session gap: the valley between the short and the long pauses between their traces.

The logs of the pauses are taken for a mixture of two normal distributions, fitted by expectation and maximisation; the gap is
where their density is lowest between the two means. As models.md F: bounds of 15 to 120 minutes, an hour where there are too few
pauses or no valley.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.capture import Captured, CaptureSettings, Habits, Presence, capture
from hourtrail.capture.grid import near_minute
from hourtrail.capture.learning import LEARNED
from hourtrail.capture.treatment import Treatment, treat
from hourtrail.domain.activity import Activity
from hourtrail.domain.firm import Person
from hourtrail.domain.weeks import monday_of

LOWEST, HIGHEST, USUAL = 15, 120, 60
FEWEST: Final = 100
"""Pauses below which the usual gap stands."""
LONGEST: Final = 720
"""Minutes: what is longer lies between two days."""

_TRACES: Final = frozenset({Treatment.SPAN, Treatment.WORK_POINT, Treatment.TALK_POINT})
_ROUNDS: Final = 200
_SETTLED: Final = 1e-4

Floats = NDArray[np.float64]


def pauses(activities: Sequence[Activity], settings: CaptureSettings) -> list[int]:
    """Minutes between each trace and the next, of activities in order of time."""
    found: list[int] = []
    reached: int | None = None
    for row in activities:
        if treat(row, settings)[0] not in _TRACES:
            continue
        start, end = near_minute(row.start), near_minute(row.end or row.start)
        if reached is not None and 0 < start - reached <= LONGEST:
            found.append(start - reached)
        reached = end if reached is None else max(reached, end)
    return found


def valley(minutes: Sequence[int]) -> int:
    """The gap that pauses tell, in minutes."""
    if len(minutes) < FEWEST:
        return USUAL
    logs = np.log(np.asarray(minutes, dtype=np.float64))
    mean, spread, weight = _mixture(logs)
    between = np.linspace(mean[0], mean[1], 200)
    density = (weight * np.exp(-0.5 * ((between[:, None] - mean) / spread) ** 2) / spread).sum(axis=1)
    lowest = int(np.argmin(density))
    if lowest in {0, len(between) - 1}:
        return USUAL
    return int(np.clip(round(float(np.exp(between[lowest]))), LOWEST, HIGHEST))


def _mixture(logs: Floats) -> tuple[Floats, Floats, Floats]:
    """Means in order, standard deviations and weights of two components."""
    mean, spread, weight = np.quantile(logs, [0.25, 0.9]), np.full(2, logs.std() / 2 + 0.1), np.array([0.7, 0.3])
    for _ in range(_ROUNDS):
        density = weight * np.exp(-0.5 * ((logs[:, None] - mean) / spread) ** 2) / spread
        share = density / np.maximum(density.sum(axis=1, keepdims=True), 1e-300)
        total = np.maximum(share.sum(axis=0), 1e-9)
        before, mean = mean, (share * logs[:, None]).sum(axis=0) / total
        spread = np.sqrt((share * (logs[:, None] - mean) ** 2).sum(axis=0) / total) + 0.05
        weight = total / len(logs)
        if np.abs(mean - before).max() < _SETTLED:
            break
    order = np.argsort(mean)
    return mean[order], spread[order], weight[order]


class GapByMixture:
    """The product's capture with each person's own gap of the week, by the traces of the eight weeks before."""

    def __init__(self, activities: Mapping[str, Sequence[Activity]]) -> None:
        self._activities = activities
        self.gaps: dict[tuple[str, date], int] = {}

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
        if activities:
            settings = replace(settings, gap_minutes=self._gap(person.id, activities[0].start, settings))
        return capture(person, activities, settings=settings, habits=habits, presence=presence)

    def _gap(self, person: str, asked: datetime, settings: CaptureSettings) -> int:
        week = monday_of(asked.date())
        if (person, week) not in self.gaps:
            past = [
                row
                for row in self._activities.get(person, ())
                if asked - LEARNED - timedelta(days=7) < row.start < asked
            ]
            self.gaps[person, week] = valley(pauses(past, settings))
        return self.gaps[person, week]
