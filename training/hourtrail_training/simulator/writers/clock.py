"""Minutes since 1970 as the texts that files want. The same days and zones return on every line, so they are remembered."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from hourtrail.domain.instants import zone_named
from hourtrail_training.simulator.world import EPOCH, Minute

_FIRST_DAY = date(1970, 1, 1)


@lru_cache(maxsize=8192)
def _day(number: int) -> str:
    return (_FIRST_DAY + timedelta(days=number)).isoformat()


def instant_text(minute: Minute, second: int = 0) -> str:
    """RFC 3339 in UTC: ``2026-03-16T08:30:00Z``."""
    day, rest = divmod(minute, 1440)
    return f"{_day(day)}T{rest // 60:02d}:{rest % 60:02d}:{second:02d}Z"


def basic_text(minute: Minute) -> str:
    """UTC in the basic form of iCalendar: ``20260316T083000Z``."""
    return instant_text(minute).replace("-", "").replace(":", "")


def local_time(minute: Minute, zone: str) -> datetime:
    """The wall-clock time in ``zone``, aware."""
    return (EPOCH + timedelta(minutes=minute)).astimezone(zone_named(zone))


def local_basic(minute: Minute, zone: str) -> str:
    """The wall-clock time in the basic form of iCalendar: ``20260316T093000``."""
    return f"{local_time(minute, zone):%Y%m%dT%H%M%S}"


def minute_at(day: date, minutes: int, zone: tzinfo) -> Minute:
    """The minute since 1970 at ``minutes`` after local midnight, by the wall clock."""
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return int((wall - EPOCH) // timedelta(minutes=1))


def midnight_minute(day: date, zone: str) -> Minute:
    """The minute at which a local day begins."""
    return minute_at(day, 0, zone_named(zone))
