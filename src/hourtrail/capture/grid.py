"""Whole minutes since 1970 and local days on them: on a grid, overlap is integer arithmetic and sums are exact."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.domain.instants import local_date, midnight

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


def floor_minute(value: datetime) -> int:
    """The minute in which an instant lies."""
    return (value - _EPOCH) // _MINUTE


def ceil_minute(value: datetime) -> int:
    """The first minute that begins at or after an instant."""
    return -((_EPOCH - value) // _MINUTE)


def near_minute(value: datetime) -> int:
    """The nearest minute, half up: spans that touch still touch."""
    return (value - _EPOCH + _MINUTE / 2) // _MINUTE


def instant(minute: int) -> datetime:
    """The instant at which a minute begins."""
    return _EPOCH + minute * _MINUTE


class Days:
    """The local days of one zone. They tile time without gap, even where a clock change repeats a midnight or skips a day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._begins: dict[date, int] = {}

    def begin(self, day: date) -> int:
        """The minute at which a local day begins."""
        if day not in self._begins:
            self._begins[day] = ceil_minute(midnight(day, self._zone))
        return self._begins[day]

    def of(self, minute: int) -> tuple[date, int, int]:
        """The local day of a minute and its bounds [begin, end)."""
        day = local_date(instant(minute), self._zone)
        while self.begin(day) > minute:
            day -= _DAY
        while self.begin(day + _DAY) <= minute:
            day += _DAY
        return day, self.begin(day), self.begin(day + _DAY)

    def split(self, start: int, end: int) -> Iterator[tuple[date, int, int]]:
        """[start, end) cut at every local midnight."""
        while start < end:
            day, _, following = self.of(start)
            yield day, start, min(end, following)
            start = following
