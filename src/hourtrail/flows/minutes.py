"""Minutes by what the person booked before: the interval on each suggestion, and what a week of suggestions comes to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from hourtrail.capture.learning import LEARNED
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.ports import MinutesModel
from hourtrail.domain.suggestion import MinutesInterval, Suggestion
from hourtrail.domain.weeks import monday_of
from hourtrail.policy.minutes import BookedBefore, minute_features
from hourtrail.policy.own_minutes import PastWeek, ShownInterval, booked_factor, own_margin
from hourtrail.store import TenantStore
from hourtrail.store.shown_minutes import MinutesShown

SETTLED: Final = 0.8
"""Share of a week's suggested minutes from which on it was reported: what nobody has answered yet is not booked at nothing."""


@dataclass(slots=True)
class _Week:
    suggested: int = 0
    booked: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTotal:
    """What was suggested to a person for the days of one week (its Monday), and what such weeks were booked at.

    ``expected_booked_minutes`` is the sum times what the person books for a suggested minute; None where no week before was
    reported. The sum itself says what was worked.
    """

    person: str
    week: date
    suggested_minutes: int
    expected_booked_minutes: int | None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "week": self.week.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMinutes:
    """What the weeks before teach of one person: entries, suggestions as they were shown, and both by week."""

    before: BookedBefore
    intervals: Sequence[ShownInterval] = ()
    weeks: Sequence[PastWeek] = ()

    def week_totals(self, person: str, rows: Iterable[Suggestion]) -> Iterator[WeekTotal]:
        """Of suggestions that are not private, by week; ``rows`` in any order."""
        suggested: dict[date, int] = defaultdict(int)
        for row in rows:
            if not row.block.private:
                suggested[monday_of(row.date)] += row.block.suggested_minutes
        factor = booked_factor(self.weeks) if any(row.booked for row in self.weeks) else None
        for week, minutes in sorted(suggested.items()):
            expected = None if factor is None else round(factor * minutes)
            yield WeekTotal(person=person, week=week, suggested_minutes=minutes, expected_booked_minutes=expected)


def own_minutes(db: TenantStore, person: str, week: date, entries: Sequence[TimeEntry]) -> OwnMinutes:
    """By the ``LEARNED`` before ``week``, a Monday; ``entries`` are the person's of that time, but for rejected ones.

    What is booked this week moves no interval of this week.
    """
    before = BookedBefore.of([(row.item, row.minutes) for row in entries])
    if not entries:
        return OwnMinutes(before=before)
    return told(before, db.shown_minutes(person, week - LEARNED, week - timedelta(days=1)), entries)


def told(before: BookedBefore, shown: Iterable[MinutesShown], entries: Sequence[TimeEntry]) -> OwnMinutes:
    """The same from what was read: an interval is judged by what was booked on its suggestion, all parts together.

    A week tells what such weeks come to once ``SETTLED`` of its suggested minutes are decided or booked beside them.
    """
    booked: dict[str, int] = defaultdict(int)
    by_week: dict[date, _Week] = defaultdict(_Week)
    for entry in entries:
        week = by_week[monday_of(entry.date)]
        week.booked += entry.minutes
        if entry.suggestion:
            booked[entry.suggestion] += entry.minutes
        else:
            week.settled += entry.minutes
    intervals: list[ShownInterval] = []
    for row in shown:
        week = by_week[monday_of(row.date)]
        week.suggested += row.minutes
        week.settled += row.minutes if row.decided else 0
        interval = row.interval
        if interval is not None and interval.margin is not None and booked.get(row.id, 0) > 0:
            intervals.append(
                ShownInterval(low=interval.low, high=interval.high, margin=interval.margin, booked=booked[row.id])
            )
    weeks = [
        PastWeek(week=monday, suggested=week.suggested, booked=week.booked)
        for monday, week in sorted(by_week.items())
        if week.settled >= SETTLED * week.suggested
    ]
    return OwnMinutes(before=before, intervals=intervals, weeks=weeks)


def with_intervals(rows: Sequence[Suggestion], own: OwnMinutes, model: MinutesModel | None) -> list[Suggestion]:
    """The suggestions of one person, each with its interval; unchanged without a model. Private time gets none."""
    asked = [row for row in rows if not row.block.private]
    if model is None or not asked:
        return list(rows)
    margin = own_margin(own.intervals, share=model.share, shipped=model.margin)
    matrix = minute_features([(row.block, row.item) for row in asked], own.before)
    found = {
        row.id: MinutesInterval(low=max(0, round(low)), high=max(1, round(high)), share=model.share, margin=margin)
        for row, (low, _, high) in zip(asked, model.intervals(matrix, margin=margin).tolist(), strict=True)
    }
    return [replace(row, minutes_interval=found.get(row.id)) for row in rows]


def in_place(before: MinutesInterval | None, after: MinutesInterval | None) -> MinutesInterval | None:
    """The interval as it stands where its ends are the same: a margin alone is no news."""
    if before is None or after is None:
        return after
    return before if replace(before, margin=None) == replace(after, margin=None) else after
