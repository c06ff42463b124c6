"""Instants, zones and local work dates: three things that are never mixed up.

An instant is an aware ``datetime`` in UTC. A zone is an IANA name that lives beside it. A work date is the local
calendar day of an instant in the person's zone.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hourtrail.domain.errors import InvalidInput, NaiveTime, UnknownZone

_RFC3339 = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?$")


def utc(value: datetime, what: str = "time") -> datetime:
    """``value`` in UTC. Raises NaiveTime when it carries no offset."""
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None or value.utcoffset() is None:
        raise NaiveTime(
            f"{what} {value.isoformat()} has no offset; write it like 2026-03-02T09:00:00+01:00, or name a zone"
        )
    return value.astimezone(UTC)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(f"unknown time zone {name!r}; use an IANA name such as Europe/Berlin") from error


def parse_instant(text: str, zone: ZoneInfo | None = None, what: str = "time") -> datetime:
    """An RFC 3339 instant in UTC.

    A text without an offset is read as wall-clock time in ``zone``; without a zone it raises NaiveTime. The wall clock's
    repeated hour is read as its first pass (fold 0); a skipped one is moved forward by the offset change.
    Raises InvalidInput when the text is no time at all.
    """
    stripped = text.strip()
    if not _RFC3339.match(stripped):
        raise InvalidInput(f"{what} {text[:60]!r} is not a time; write it like 2026-03-02T09:00:00+01:00")
    try:
        value = datetime.fromisoformat(stripped.upper().replace(" ", "T").replace(",", "."))
    except ValueError as error:
        raise InvalidInput(f"{what} {text[:60]!r} is not a time: {error}") from error
    if value.tzinfo is None:
        if zone is None:
            raise NaiveTime(
                f"{what} {text!r} has no offset; add one (2026-03-02T09:00:00+01:00) or name a zone with --zone"
            )
        value = value.replace(tzinfo=zone)
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidInput(f"{what} {text!r} lies outside the years 1 to 9999") from error


def parse_date(text: str, what: str = "date") -> date:
    """An ISO 8601 calendar day. Raises InvalidInput."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(f"{what} {text[:60]!r} is not a date; write it like 2026-03-02") from error


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with ``Z``; microseconds only where there are any."""
    return utc(value).isoformat().replace("+00:00", "Z")


def local_date(value: datetime, zone: ZoneInfo) -> date:
    """The work date of an instant: its calendar day in ``zone``."""
    return utc(value).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` begins in ``zone``.

    Where a clock change skips midnight, the day begins at its first existing minute, which is what converting the skipped
    wall time through UTC yields.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Half-open bounds [start, end) of the local days ``first`` to ``last``, both included."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
