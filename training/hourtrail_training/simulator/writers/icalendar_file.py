"""One person's calendar as an .ics file (RFC 5545): series with exceptions, single events, private and free ones, days off.

Half of the people use Outlook: their files carry VTIMEZONE and X-MICROSOFT-CDO-BUSYSTATUS, the others a bare IANA TZID and
TRANSP. The lines are written here because making each event an object first costs more than its text; zones, of which there are a
handful, come from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from icalendar import Timezone

from hourtrail_training.simulator.world import Employee, Minute, Occurrence, Series
from hourtrail_training.simulator.writers.clock import basic_text, local_basic, local_time
from hourtrail_training.simulator.writers.meetings import Told, differs
from hourtrail_training.simulator.writers.recurrence import OwnSeries, own_series

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BUSY: Final = {"busy": "BUSY", "free": "FREE", "oof": "OOF", "elsewhere": "WORKINGELSEWHERE"}
_ANSWER: Final = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "none": "NEEDS-ACTION"}
_WIDTH: Final = 75
"""Octets of a line, RFC 5545 section 3.1; longer ones are folded."""


def uses_outlook(person: str) -> bool:
    """Whether the person's calendar comes out of Outlook; every other one does not."""
    return blake2b(person.encode(), digest_size=1).digest()[0] % 2 == 0


def as_ics(employee: Employee, told: Sequence[Told], names: Mapping[str, str]) -> str:
    """The file's text. ``names`` are display names of addresses; an address without one is told bare."""
    outlook = uses_outlook(employee.id)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hourtrail//Simulated firm//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escape(employee.id)}",
        f"X-WR-RELCALID:{_escape(employee.id)}",
        f"X-WR-TIMEZONE:{employee.person.zone}",
        "X-WR-CALDESC:Simulated: nobody met anybody here.",
    ]
    if outlook and told:
        lines += _zones(told)
    groups: dict[str, list[Told]] = {}
    for one in told:
        groups.setdefault(one.occurrence.uid, []).append(one)
    form = _Form(employee.id, names, outlook=outlook)
    for seats in groups.values():
        if seats[0].occurrence.series is None:
            lines += form.single(seats[0])
        else:
            lines += form.series(own_series(seats))
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


class _Form:
    """Writes events for one owner."""

    def __init__(self, owner: str, names: Mapping[str, str], *, outlook: bool) -> None:
        self._owner = owner
        self._names = names
        self._outlook = outlook

    def single(self, told: Told) -> Iterator[str]:
        """An event that does not repeat."""
        occurrence = told.occurrence
        yield from self._begin(occurrence.uid, occurrence.sequence, occurrence.created, occurrence.changed)
        yield from self._when(occurrence)
        yield from self._what(told, occurrence)

    def series(self, own: OwnSeries) -> Iterator[str]:
        """The series, and an event for each occurrence that differs from it."""
        series, zone = own.series, own.series.zone
        yield from self._begin(series.uid, 0, series.created, series.created)
        yield from _span(own.first, own.first + series.minutes, zone)
        days = ",".join(_DAYS[number - 1] for number in series.weekdays)
        yield f"RRULE:FREQ=WEEKLY;INTERVAL={series.every_weeks};BYDAY={days};UNTIL={basic_text(own.last)}"
        for start in own.missing:
            yield f"EXDATE;TZID={zone}:{local_basic(start, zone)}"
        yield from self._properties(series, "busy")
        people = tuple(dict.fromkeys((series.organiser, *series.attendees, self._owner)))
        yield from self._people(people if len(people) > 1 else (), "accepted")
        yield "END:VEVENT"
        for told in own.seats:
            if differs(told):
                yield from self._override(told)

    def _override(self, told: Told) -> Iterator[str]:
        occurrence = told.occurrence
        yield from self._begin(occurrence.uid, occurrence.sequence, occurrence.created, occurrence.changed)
        yield f"RECURRENCE-ID;TZID={occurrence.zone}:{local_basic(occurrence.planned_start, occurrence.zone)}"
        yield from self._when(occurrence)
        yield from self._what(told, occurrence)

    @staticmethod
    def _begin(uid: str, sequence: int, created: Minute, changed: Minute) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        yield f"UID:{uid}"
        yield f"DTSTAMP:{basic_text(changed or created)}"
        yield f"CREATED:{basic_text(created)}"
        yield f"LAST-MODIFIED:{basic_text(changed or created)}"
        yield f"SEQUENCE:{sequence}"

    @staticmethod
    def _when(occurrence: Occurrence) -> Iterator[str]:
        if occurrence.all_day:
            for name, at in (("DTSTART", occurrence.start), ("DTEND", occurrence.end)):
                yield f"{name};VALUE=DATE:{local_time(at, occurrence.zone):%Y%m%d}"
        else:
            yield from _span(occurrence.start, occurrence.end, occurrence.zone)

    def _what(self, told: Told, occurrence: Occurrence) -> Iterator[str]:
        yield from self._properties(occurrence, occurrence.show_as)
        if occurrence.cancelled:
            yield "STATUS:CANCELLED"
        yield from self._people(told.people, told.response)
        yield "END:VEVENT"

    def _properties(self, event: Series | Occurrence, show_as: str) -> Iterator[str]:
        yield f"SUMMARY:{_escape(event.title)}"
        if event.private:
            yield "CLASS:PRIVATE"
        # Out of office has no word in RFC 5545, so every program writes Outlook's.
        if self._outlook or show_as in {"oof", "elsewhere"}:
            yield f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY[show_as]}"
        yield f"TRANSP:{'TRANSPARENT' if show_as == 'free' else 'OPAQUE'}"
        if event.online:
            yield "LOCATION:Online"

    def _people(self, people: Sequence[str], response: str) -> Iterator[str]:
        if not people:
            return
        organiser = people[0]
        yield f"ORGANIZER{self._named(organiser)}:mailto:{organiser}"
        for person in people:
            answer = response if person == self._owner else "accepted" if person == organiser else "none"
            yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={_ANSWER[answer]}{self._named(person)}:mailto:{person}"

    def _named(self, person: str) -> str:
        name = self._names.get(person, "").replace('"', "'")
        return f';CN="{name}"' if name else ""


def _span(start: Minute, end: Minute, zone: str) -> Iterator[str]:
    yield f"DTSTART;TZID={zone}:{local_basic(start, zone)}"
    yield f"DTEND;TZID={zone}:{local_basic(end, zone)}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, none cut inside a character."""
    if line.isascii():
        yield line[:_WIDTH]
        for start in range(_WIDTH, len(line), _WIDTH - 1):
            yield f" {line[start : start + _WIDTH - 1]}"
        return
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _WIDTH:
            yield part
            part, size = " ", 1
        part += character
        size += width
    yield part


def _zones(told: Sequence[Told]) -> list[str]:
    zones = sorted(
        {one.occurrence.zone for one in told} | {one.occurrence.series.zone for one in told if one.occurrence.series}
    )
    starts = [one.occurrence.planned_start for one in told]
    first, last = (local_time(at, "UTC").date() for at in (min(starts), max(starts)))
    return [line for zone in zones for line in _zone(zone, first.replace(month=1, day=1), date(last.year + 1, 1, 1))]


@lru_cache(maxsize=64)
def _zone(name: str, first: date, last: date) -> tuple[str, ...]:
    component = Timezone.from_tzid(name, first_date=first, last_date=last + timedelta(days=1))
    return tuple(component.to_ical().decode().splitlines())
