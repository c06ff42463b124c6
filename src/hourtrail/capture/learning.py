"""What confirmed entries teach about one person's habits, entry by entry, so that a replay learns as the field would."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np

from hourtrail.capture.claim import grid_span
from hourtrail.capture.context import Traces, is_invitation
from hourtrail.capture.grid import Days, near_minute
from hourtrail.capture.habits import DEFAULT_WORKED_SHARE, ENOUGH, HALF_HOURS, Habits
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pipeline import sighted_of
from hourtrail.capture.presence import REACH, Presence, own_threshold
from hourtrail.capture.profile import tallied
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.sighted import GROUPS, Sighted, days_around
from hourtrail.capture.treatment import Treatment, is_private, treat
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.ports import PresenceModel

PRIOR_DAYS: Final = 5
"""The default day counts as much as this many days of entries: a working week."""

PRIOR_MEETINGS: Final = 10
"""That invitations without answer or trace are not work counts as much as this many of them."""

PRIOR_PAUSES: Final = 5
"""That pauses beside a stated time are not work counts as much as this many of them."""

LEARNED: Final = timedelta(days=56)
"""How far back confirmed time is looked at: long enough for every weekday, short enough to follow a new pattern of work."""

_PAUSE: Final = (6, 120)
_TRACE: Final = (Treatment.SPAN, Treatment.WORK_POINT, Treatment.TALK_POINT)


def clock_span(entry: TimeEntry) -> tuple[int, int] | None:
    """When an entry was worked, on the minute grid; without an end its minutes follow its start. None without a start."""
    if entry.start is None:
        return None
    end = entry.end or entry.start + timedelta(minutes=entry.minutes)
    return near_minute(entry.start), near_minute(end)


class HabitLearner:
    """Counts over one person's confirmed entries; ``activities`` are the person's, in any order."""

    def __init__(self, activities: Iterable[Activity], days: Days, settings: CaptureSettings) -> None:
        self._days, self._settings, self._activities = days, settings, tuple(activities)
        self._seen: dict[float, Sighted] = {}
        traces = [a for a in self._activities if treat(a, settings)[0] in _TRACE and not is_private(a)]
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
            worked_share=tuple(np.minimum(share, 1.0).tolist()), days=days, attends_unanswered=self._attended(),
            works_unseen=self._works_unseen(),
        )  # fmt: skip

    def presence(self, model: PresenceModel, week: date) -> Presence:
        """What judges the minutes of the week that begins on ``week``, by what was learned of the ``LEARNED`` before it."""
        begin, end = self._days.begin(week - LEARNED), self._days.begin(week)
        sighted, known = self._sighted(), self._known(begin, end)
        reported = {day.isocalendar()[:2] for day in known}
        days = [day for day in sighted.days(self._days, begin, end) if day.day.isocalendar()[:2] in reported]
        profile = tallied(days, known, sighted.names, today=week, reach=REACH).profile(model.defaults)
        threshold = own_threshold(model, profile, days, sighted.names, known.values())
        return Presence(model=model, profile=profile, threshold=threshold)

    def _sighted(self) -> Sighted:
        habits = Habits(attends_unanswered=float(self._attended() >= ENOUGH))
        if habits.attends_unanswered not in self._seen:
            self._seen[habits.attends_unanswered] = sighted_of(self._activities, self._settings, habits)
        return self._seen[habits.attends_unanswered]

    def _known(self, begin: int, end: int) -> dict[date, Minutes]:
        spans = Minutes.of(self._worked).cut_to(Minutes.of([(begin, end)])).spans()
        return {day: Minutes.of(parts) for day, parts in days_around(spans, self._days).items()}

    def _works_unseen(self) -> float:
        """The share of pauses beside a stated time that were worked for at least half, shrunk towards none."""
        if not self._worked:
            return 0.0
        end = max(end for _, end in self._worked)
        begin = end - int(LEARNED / timedelta(minutes=1))
        known = self._known(begin, end)
        asked = worked = 0
        for day in self._sighted().days(self._days, begin, end):
            if day.day not in known:
                continue
            stated = (GROUPS[day.last[:-1]] == 0) | (GROUPS[day.first[1:]] == 0)
            starts, ends = day.seen.ends[:-1][stated], day.seen.starts[1:][stated]
            lengths = ends - starts
            held = known[day.day].before(ends) - known[day.day].before(starts)
            short = (lengths >= _PAUSE[0]) & (lengths <= _PAUSE[1])
            asked += int(short.sum())
            worked += int((short & (2 * held >= lengths)).sum())
        return worked / (asked + PRIOR_PAUSES)

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
