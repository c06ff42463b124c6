"""Which zone a calendar's times are in: TZID, the file's own VTIMEZONE, X-WR-TIMEZONE, or what the reader was told.

icalendar reads an unknown TZID as floating time without a word, and keeps zones that one file defines for all files that
follow. Both would move meetings by hours, so zones of a file are built here, per calendar, and every time ends up aware
or its event is refused.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event, Timezone
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.timezone import tzp
from x_wr_timezone import UTCChangingWalker

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.icalendar.faults import FieldFault
from hourtrail.sources.icalendar.framing import Frame, text_value

TIME_FIELDS = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
# A zone's rules are yearly; 3,000 lines hold two centuries of single observances.
_ZONE_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one calendar.

    ``told`` is the reader's --zone, ``stated`` the calendar's X-WR-TIMEZONE, ``custom`` what its VTIMEZONEs define.
    """

    told: ZoneInfo | None = None
    stated: tzinfo | None = None
    custom: dict[str, tzinfo] = field(default_factory=dict)

    @property
    def floating(self) -> tzinfo | None:
        """The zone of times that name none: what a person says stands above what the file says."""
        return self.told or self.stated

    @property
    def days(self) -> tzinfo:
        """The zone in which all-day events and windows begin at midnight."""
        return self.told or self.stated or ZoneInfo("UTC")

    def settle(self, event: Event) -> Event:
        """The event with every time aware; a copy where X-WR-TIMEZONE moves UTC times into the calendar's zone.

        Raises FieldFault, its message naming the way out, when a time's zone cannot be known.
        """
        for name in TIME_FIELDS:
            for value in _values(event.get(name)):
                tzid = value.params.get("TZID") if hasattr(value, "params") else None
                for single in getattr(value, "dts", (value,)):
                    single.dt = self._aware(single.dt, name, tzid)
        if self.stated is None:
            return event
        settled: Event = UTCChangingWalker(self.stated).walk_event(event)
        return settled

    def _aware(self, value: Any, name: str, tzid: str | None) -> Any:
        if isinstance(value, tuple):  # a PERIOD: its second part may be a duration
            return tuple(self._aware(part, name, tzid) for part in value)
        if not isinstance(value, datetime) or value.tzinfo is not None:
            return value
        if tzid is None:
            if self.floating is None:
                raise FieldFault(name, f"{value:%Y-%m-%d %H:%M} names no time zone; tell it with --zone Europe/Berlin")
            return value.replace(tzinfo=self.floating)
        zone = self.custom.get(_clean(tzid)) or self.told
        if zone is None:
            raise FieldFault(
                name, f"the time zone {tzid[:60]!r} is not known; tell the right one with --zone Europe/Berlin"
            )
        return value.replace(tzinfo=zone)


def iana_zone(name: str) -> tzinfo | None:
    """The zone of an IANA or Windows name, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        try:
            return tzp.timezone(name)
        except (ValueError, OSError):
            return None


def iana_name(moment: date | datetime) -> str:
    """The IANA name of a time's zone; empty for UTC (which says nothing of where a person is) and for a file's own zone."""
    key = getattr(getattr(moment, "tzinfo", None), "key", "")
    return "" if key in {"UTC", "Etc/UTC", "GMT", "Etc/GMT"} else str(key)


def custom_zones(frames: Iterable[Frame]) -> dict[str, tzinfo]:
    """The zones that VTIMEZONEs define and the IANA database does not; those that cannot be read are left out."""
    zones: dict[str, tzinfo] = {}
    for frame in frames:
        named = _named(frame)
        if named is None or iana_zone(named[0]) is not None:
            continue
        try:
            zones[_clean(named[0])] = _build(*named)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
            continue  # its events are refused one by one, each naming the zone
    return zones


def _named(frame: Frame) -> tuple[str, str] | None:
    """A VTIMEZONE's TZID and its text without it: icalendar would share a zone that has a TZID with every other file."""
    lines = frame.text.split("\r\n")
    tzid = [line for line in lines if line[:5].upper() in {"TZID:", "TZID;"}]
    if not tzid or len(lines) > _ZONE_LINES:
        return None
    return text_value(tzid[0]), "\r\n".join(line for line in lines if line not in tzid)


def _build(tzid: str, text: str) -> tzinfo:
    component = Timezone.from_ical(text)
    for part in component.subcomponents:
        for rule in _values(part.get("RRULE")):
            interval = rule.get("INTERVAL", [1])
            if [str(one).upper() for one in rule.get("FREQ", [])] != ["YEARLY"] or int(interval[0]) < 1:
                raise InvalidInput("the zone's changes do not repeat yearly")
    component.add("TZID", tzid)
    zone: tzinfo = tzp.create_timezone(component)
    zone.utcoffset(datetime(2024, 1, 1) + timedelta(days=180))  # noqa: DTZ001 - a probe: raises here, not later
    return zone


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _clean(tzid: str) -> str:
    return tzid.strip().strip("/")
