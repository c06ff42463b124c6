"""Parsing and expanding a large calendar, against icalendar + recurring-ical-events alone in the same run."""

import time
from datetime import date, datetime, timedelta

import icalendar
import recurring_ical_events

from hourtrail.domain.activity import Activity, ReadOptions
from hourtrail.sources.icalendar import IcalendarSource

PEOPLE = ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com", "ORGANIZER:mailto:ben@example.com")


def _event(uid, start, zone, *lines):
    mark, tail = (f";TZID={zone}", "") if zone else ("", "Z")
    end = start + timedelta(minutes=30)
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}@example.com",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART{mark}:{start:%Y%m%dT%H%M%S}{tail}",
        f"DTEND{mark}:{end:%Y%m%dT%H%M%S}{tail}",
        f"SUMMARY:Meeting {uid}",
        *PEOPLE,
        *lines,
        "END:VEVENT",
    ]


def _large_calendar(path):
    """1,000 weekly series over a year and 3,000 single events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hourtrail//bench//EN"]
    for number in range(1_000):
        start = datetime(2026, 1, 5, 8 + number % 9) + timedelta(days=number % 5)
        lines += _event(f"series{number}", start, "Europe/Berlin", "RRULE:FREQ=WEEKLY")
    for number in range(3_000):
        lines += _event(f"single{number}", datetime(2026, 1, 1, 8) + timedelta(hours=number * 2.9), "")
    path.write_bytes("\r\n".join([*lines, "END:VCALENDAR", ""]).encode())


def test_a_large_calendar_is_read_within_1_3_of_the_libraries_alone(tmp_path):
    path = tmp_path / "large.ics"
    _large_calendar(path)
    options = ReadOptions(
        today=date(2026, 12, 1), person="anna@example.com", first=date(2026, 1, 1), last=date(2026, 12, 31)
    )

    def libraries():
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        return len(recurring_ical_events.of(calendar).between(datetime(2026, 1, 1), datetime(2027, 1, 1)))

    def ours():
        return sum(isinstance(row, Activity) for row in IcalendarSource().read(path, options))

    spent = {libraries: [], ours: []}
    counts = {}
    for work in (libraries, ours, libraries, ours):
        began = time.perf_counter()
        counts[work] = work()
        spent[work].append(time.perf_counter() - began)
    ratio = min(spent[ours]) / min(spent[libraries])
    print(f"\nicalendar source / libraries alone: {ratio:.2f} ({counts[ours]:,} occurrences)")  # noqa: T201 - its purpose
    assert counts[ours] == counts[libraries]
    assert ratio <= 1.3
