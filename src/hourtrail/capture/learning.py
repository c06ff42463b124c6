"""What confirmed entries teach about one person's habits, entry by entry, so that a replay learns as the field would."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np

from hourtrail.capture.claim import grid_span
from hourtrail.capture.context import Traces, is_invitation
from hourtrail.capture.grid import Days, near_minute
from hourtrail.capture.habits import DEFAULT_WORKED_SHARE, HALF_HOURS, Habits
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import Treatment, is_private, treat
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry

PRIOR_DAYS: Final = 5
"""The default day counts as much as this many days of entries: a working week."""

PRIOR_MEETINGS: Final = 10
"""That invitations without answer or trace are not work counts as much as this many of them."""

_TRACE: Final = (Treatment.SPAN, Treatment.WORK_POINT, Treatment.TALK_POINT)


def clock_span(entry: TimeEntry) -> tuple[int, int] | None:
    """When an entry was worked, on the minute grid; without an end its minutes follow its start. None without a start."""
    if entry.start is None:
        return None
    end = entry.end or entry.start + timedelta(minutes=entry.minutes)
    return near_minute(entry.start), near_minute(end)


def week_of(day: date) -> date:
    """The Monday of a day's week. Habits change with the week, so that an answer of today moves no suggestion of today."""
    return day - timedelta(days=day.weekday())


class HabitLearner:
    """Counts over one person's confirmed entries; ``activities`` are the person's, in any order."""

    def __init__(self, activities: Iterable[Activity], days: Days, settings: CaptureSettings) -> None:
        self._days, self._settings = days, settings
        traces = [a for a in activities if treat(a, settings)[0] in _TRACE and not is_private(a)]
        self._traces = sorted(traces, key=lambda a: (a.start, a.key))
        self._starts = [grid_span(a)[0] for a in self._traces]
        seen = Traces.of(self._traces)
        self._unseen = [a for a in self._traces if is_invitation(a) and not seen.touch(*grid_span(a))]
        self._minutes = np.zeros(HALF_HOURS)
        self._dates: set[date] = set()
        self._worked: list[tuple[int, int]] = []

    def learn(self, start: int, end: int) -> None:
        """One confirmed entry: minutes [start, end) on the grid."""
        for day, begin, finish in self._days.split(start, end):
            _, midnight, _ = self._days.of(begin)
            self._dates.add(day)
            edges = np.arange(HALF_HOURS + 1) * 30 + midnight
            self._minutes += np.clip(np.minimum(edges[1:], finish) - np.maximum(edges[:-1], begin), 0, None)
        self._worked.append((start, end))

    def habits(self) -> Habits:
        """What was learned so far, shrunk towards the defaults."""
        days = len(self._dates)
        share = (self._minutes / 30 + PRIOR_DAYS * np.array(DEFAULT_WORKED_SHARE)) / (days + PRIOR_DAYS)
        return Habits(
            worked_share=tuple(np.minimum(share, 1.0).tolist()), days=days, attends_unanswered=self._attended()
        )

    def _attended(self) -> float:
        if not self._unseen or not self._worked:
            return 0.0
        worked = sorted(self._worked)
        starts = [start for start, _ in worked]
        last = max(end for _, end in worked)
        held = asked = 0
        for meeting in self._unseen:
            start, end = grid_span(meeting)
            if start < last:
                asked += 1
                place = bisect_left(starts, end) - 1
                held += place >= 0 and 2 * (min(end, worked[place][1]) - max(start, worked[place][0])) >= end - start
        return held / (asked + PRIOR_MEETINGS)
