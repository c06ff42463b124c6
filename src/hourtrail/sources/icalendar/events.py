"""From a component's text to an event whose times can be trusted, or the reason why not."""

import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Event, vBroken, vDDDTypes
from icalendar.error import GloballyUniqueTZIDGuessed

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.identity import stable_id
from hourtrail.sources.icalendar.faults import FieldFault
from hourtrail.sources.icalendar.framing import Frame
from hourtrail.sources.icalendar.zones import Zones

_YEARS = range(1500, 2500)
_LONGEST = timedelta(days=5 * 366)
_SINGLE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """An event that has a start, an end not before it, and a zone for each time.

    ``faults`` are the parts that had to be left out (an EXDATE that is no date), the event being good without them.
    """

    component: Event
    frame: Frame
    uid: str
    faults: tuple[FieldFault, ...] = field(default=())

    @property
    def is_override(self) -> bool:
        """Whether it replaces one occurrence of a series."""
        return "RECURRENCE-ID" in self.component

    @property
    def is_series(self) -> bool:
        """Whether it repeats."""
        return "RRULE" in self.component or "RDATE" in self.component

    @property
    def revision(self) -> str:
        """SEQUENCE and LAST-MODIFIED (DTSTAMP when that is missing); sorts by age. Empty when the event states neither."""
        sequence = one(self.component, "SEQUENCE")
        stamp = _stamp(one(self.component, "LAST-MODIFIED")) or _stamp(one(self.component, "DTSTAMP"))
        if sequence is None and not stamp:
            return ""
        return f"{sequence if isinstance(sequence, int) else 0:06d}/{stamp}"


def one(component: Event, name: str) -> Any:
    """A property that should stand once: the first when it is repeated, None when it is absent or unreadable."""
    value = component.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    return None if isinstance(value, vBroken) else value


def moment_of(component: Event, name: str) -> Any:
    """The date, time or length that a checked property holds; None when it is absent."""
    return getattr(component.get(name), "dt", None)


def identity(frame: Frame) -> str:
    """The event's UID. One without is named after its times and title, so that it is found again while they stay."""
    if frame.uid:
        return frame.uid
    telling = ("DTSTART", "DTEND", "DURATION", "RRULE", "SUMMARY")
    return stable_id("nouid", sorted(line for line in frame.text.split("\r\n") if line.upper().startswith(telling)))


def check_event(frame: Frame, zones: Zones) -> CheckedEvent:
    """Read one VEVENT. Raises FieldFault or InvalidInput with a reason for people."""
    event = _parse(frame)
    for name in _SINGLE:
        _require_readable(event, name)
    if "DTSTART" not in event:
        raise FieldFault("DTSTART", "the event has no start")
    _require_readable(event, "RRULE")
    faults = tuple(_without_broken(event, "EXDATE")) + tuple(_without_broken(event, "RDATE"))
    _require_moments(event)
    event = zones.settle(event)
    _check_span(event)
    return CheckedEvent(event, frame, identity(frame), faults)


def replaced_start(frame: Frame, zones: Zones) -> date | datetime | None:
    """Which occurrence a refused override was to replace: the series must not tell that one as if it had not been moved."""
    if "RECURRENCE-ID" not in frame.text.upper():
        return None
    try:
        event = _parse(frame)
        _require_readable(event, "RECURRENCE-ID")
        bare = Event()
        bare["RECURRENCE-ID"] = event["RECURRENCE-ID"]
        moment = moment_of(zones.settle(bare), "RECURRENCE-ID")
    except (InvalidInput, KeyError):
        return None
    return moment if isinstance(moment, date) else None


def _parse(frame: Frame) -> Event:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        try:
            event = Event.from_ical(frame.text)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
            raise InvalidInput(f"the event cannot be read: {str(error)[:200]}") from error
    if not isinstance(event, Event):
        raise InvalidInput("the event cannot be read")
    return event


def _require_readable(event: Event, name: str) -> None:
    value = event.get(name)
    if isinstance(value, list) and name in _SINGLE:
        raise FieldFault(name, f"{name} stands {len(value)} times, so it is not known which one counts")
    for single in value if isinstance(value, list) else [value]:
        if isinstance(single, vBroken):
            raise FieldFault(name, f"{str(single)[:60]!r} cannot be read as {name}")


def _without_broken(event: Event, name: str) -> list[FieldFault]:
    """Take the unreadable values of a list property out of the event."""
    value = event.get(name)
    values = value if isinstance(value, list) else [value]
    broken = [single for single in values if isinstance(single, vBroken)]
    if broken:
        kept = [single for single in values if not isinstance(single, vBroken)]
        del event[name]
        if kept:
            event[name] = kept
    return [FieldFault(name, f"{str(single)[:60]!r} cannot be read as {name} and was left out") for single in broken]


def _require_moments(event: Event) -> None:
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        value = event.get(name)
        if value is None:
            continue
        moment = getattr(value, "dt", None)
        if not isinstance(moment, date):
            raise FieldFault(name, f"{name} is no date or time")
        if moment.year not in _YEARS:
            raise FieldFault(name, f"the year {moment.year} is out of the range {_YEARS.start} to {_YEARS.stop - 1}")
    duration = event.get("DURATION")
    if duration is not None and not isinstance(getattr(duration, "dt", None), timedelta):
        raise FieldFault("DURATION", "DURATION is no length of time")


def _check_span(event: Event) -> None:
    start, end = moment_of(event, "DTSTART"), moment_of(event, "DTEND")
    if end is None:
        length = moment_of(event, "DURATION") or timedelta()
        if length < timedelta():
            raise FieldFault("DURATION", "the event lasts less than no time, so it ends before it starts")
    else:
        if type(end) is type(start) is date and end == start:
            # A day event that ends on the day it starts: many exporters mean that day, RFC 5545 would make it empty.
            del event["DTEND"]
            return
        start, end = _comparable(start, end)
        length = end - start
        if length < timedelta():
            raise FieldFault(
                "DTEND", f"the event ends ({end:%Y-%m-%d %H:%M} UTC) before it starts ({start:%Y-%m-%d %H:%M} UTC)"
            )
    if length > _LONGEST:
        raise FieldFault("DTEND", f"the event lasts {length.days:,} days; more than {_LONGEST.days:,} is no meeting")


def _comparable(start: date, end: date) -> tuple[datetime, datetime]:
    """Both as instants; a day stands for its midnight in the other's zone."""
    zone = getattr(start, "tzinfo", None) or getattr(end, "tzinfo", None) or UTC
    first, second = (
        moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=zone)
        for moment in (start, end)
    )
    return first.astimezone(UTC), second.astimezone(UTC)


def _stamp(value: Any) -> str:
    moment = value.dt if isinstance(value, vDDDTypes) else None
    if not isinstance(moment, datetime):
        return ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}"
