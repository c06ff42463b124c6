"""Which recurring meeting an entry stands for: by its time, or by a narrative that is the meeting's title."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from hourtrail.checks.narratives import folded, words
from hourtrail.domain.activity import Activity, ActivityKind, Response, Sensitivity, ShowAs, Status
from hourtrail.domain.entry import TimeEntry

_NEAR: Final = timedelta(minutes=5)


def is_held(activity: Activity) -> bool:
    """Whether it is a meeting or call with a time of day that takes place and takes its owner's time."""
    return (
        activity.kind in {ActivityKind.MEETING, ActivityKind.CALL}
        and activity.end is not None
        and not activity.is_point
        and not activity.all_day
        and activity.status is Status.CONFIRMED
        and activity.response is not Response.DECLINED
        and activity.show_as is not ShowAs.FREE
    )


def shared(entry: TimeEntry, start: datetime, end: datetime) -> timedelta:
    """The time that an entry with start and end shares with a span; below zero when they lie apart."""
    if entry.start is None or entry.end is None:
        return timedelta()
    return min(entry.end, end) - max(entry.start, start)


class Recurring:
    """The meetings of a series that each person had on each local date."""

    def __init__(self, activities: Iterable[Activity], local_date: Callable[[str, datetime], date]) -> None:
        self.days: dict[tuple[str, date], list[Activity]] = {}
        self._titles: dict[str, tuple[frozenset[str], str]] = {}
        for activity in activities:
            if activity.series and is_held(activity):
                try:
                    day = local_date(activity.person, activity.start)
                except OverflowError:
                    continue
                self.days.setdefault((activity.person, day), []).append(activity)

    def series(self, entry: TimeEntry) -> str:
        """The series of the meeting that the entry stands for; empty when it stands for none.

        With start and end: a meeting at the same times (to five minutes), or one with which the entry shares at least half
        of either and a word of the title. Without: the meeting whose title is the narrative. Private titles say nothing.
        """
        best, most = "", timedelta()
        for activity in self.days.get((entry.person, entry.date), ()):
            end = activity.end or activity.start
            title, whole = self._title(activity)
            if entry.start and entry.end:
                both = shared(entry, activity.start, end)
                if both <= most:
                    continue
                longest = max(entry.end - entry.start, end - activity.start)
                same = abs(entry.start - activity.start) <= _NEAR and abs(entry.end - end) <= _NEAR
                if same or (2 * both >= longest and not title.isdisjoint(words(entry.narrative))):
                    best, most = activity.series, both
            elif title and whole == folded(entry.narrative):
                return activity.series
        return best

    def _title(self, activity: Activity) -> tuple[frozenset[str], str]:
        """The words of a title, and the same as one text; nothing of a private one."""
        if activity.sensitivity is not Sensitivity.NORMAL:
            return frozenset(), ""
        if activity.title not in self._titles:
            own = words(activity.title)
            self._titles[activity.title] = frozenset(own), " ".join(own)
        return self._titles[activity.title]
