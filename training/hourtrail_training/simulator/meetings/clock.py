"""Wall-clock times that suit people in several zones, and their instants."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hourtrail.domain.instants import zone_named
from hourtrail_training.simulator.world import Minute, instant_of, minute_of

OPENS: Final = 8 * 60
CLOSES: Final = 18 * 60 + 30
"""Nobody is invited to a meeting outside these local minutes, so that one meeting has one local date for everybody."""


def at(day: date, minute: int, zone: str) -> Minute:
    """The instant of a wall-clock minute of a local day; a time that a clock change skips moves forward."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_named(zone))
    return minute_of((midnight + timedelta(minutes=minute)).astimezone(UTC))


def local_day(minute: Minute, zone: str) -> date:
    """The local day of an instant."""
    return instant_of(minute).astimezone(zone_named(zone)).date()


def suits(zones: Iterable[str], zone: str, minute: int, minutes: int, days: Iterable[date]) -> set[str]:
    """Those ``zones`` in which a meeting at ``minute`` of ``zone`` lies in office hours, on every one of ``days``."""
    rows = [(day, at(day, minute, zone)) for day in days]
    return {other for other in set(zones) if all(_in_office_hours(start, minutes, day, other) for day, start in rows)}


def _in_office_hours(start: Minute, minutes: int, day: date, zone: str) -> bool:
    local = instant_of(start).astimezone(zone_named(zone))
    first = local.hour * 60 + local.minute
    return local.date() == day and first >= OPENS and first + minutes <= CLOSES
