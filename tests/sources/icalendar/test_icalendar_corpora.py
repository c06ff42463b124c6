"""Every .ics file of three libraries' test-suites: real exports, conformance examples, and files broken on purpose."""

import warnings
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from icalendar.timezone import tzp
from tests.sources.icalendar.samples import DATA, activities, own_id, read, refused, reversed_events, shapes, snapshots

ROOT = DATA / "ics-corpora"
FILES = sorted(ROOT.rglob("*.ics"))
WINDOW = {"first": date(1995, 1, 1), "last": date(2026, 12, 31), "zone": "UTC"}
# Nine in ten files and a small part of the reading: what needs each file once more is asked of these 325.
SMALL = [path for path in FILES if path.stat().st_size < 12_000]
# Where recurring-ical-events, given the same file, says otherwise, and why we do.
OTHERWISE = {
    "13-MoonPhase.ics": "cut off: the library reads none of it, we the 41 events before the cut",
    "Standup.ics": "an event late on the last day: the library's window is in the event's zone, ours in --zone",
    "classify.ics": "two calendars with one UID in a file: the higher SEQUENCE counts for us",
    "daily-count-exdate-recurrence-id.ics": "an override that ends before it starts: the library swaps its ends, we refuse",
    "example.ics": "a day event that ends on the day it starts: empty for the library, one day for us",
    "issue_464_invalid_rdate.ics": "a broken RDATE: the library gives the event up, we the RDATE",
    "mixed-timezone-handling.ics": "floating time: the library takes X-WR-TIMEZONE, we what the reader was told",
    "non-utc-until-ny.ics": "an UNTIL without a zone is local time for us, UTC for the library",
    "phpicalendar_sample.ics": "a daily series of 23 years: the last 5,000 occurrences are read, and that is said",
    "test_with_int_tzid.ics": "a zone with a blank before its name: floating for the library",
    "tv-show-episode.ics": "floating time: the library takes X-WR-TIMEZONE, we what the reader was told",
    "windows-quoted-tz-rrule.ics": "a zone that nobody knows is floating time for the library, --zone for us",
}
# Files in which two events claim one identity and revision: the first is kept, so order decides.
TWINS = {"example.ics", "incoming.ics", "tv-show-episode.ics"}
# Series of which nothing is left: every date is excluded, or they end before they begin.
EMPTY = {
    "lotr-updated.ics",
    "lotr.ics",
    "test_with_tz_list.ics",
}


def _parsed(path):
    """What icalendar alone makes of a file, or None."""
    tzp.use_default()  # it remembers the zones of earlier files
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            return None


@pytest.fixture(scope="module")
def readings():
    return {path: read(path, **WINDOW) for path in FILES}


def test_there_are_356_files():
    assert len(FILES) == 356


def test_whatever_is_refused_is_named_and_located(readings):
    for path, rows in readings.items():
        for row in refused(rows):
            assert row.file == str(path)
            assert len(row.reason) > 20
            if row.line is None:  # then it is the whole file, and nothing else is told
                assert rows == [row]


def test_no_file_that_icalendar_parses_is_refused_as_a_whole(readings):
    parsed = [path for path in FILES if _parsed(path) is not None]
    lost = [path.name for path in parsed if any(row.line is None for row in refused(readings[path]))]
    assert lost == []
    assert len(parsed) >= 345


def test_every_event_that_icalendar_finds_is_told_unless_something_is_refused():
    silent = set()
    for path in SMALL:
        uids = {
            str(one["UID"]).strip()
            for found in _parsed(path) or []
            for one in found.walk("VEVENT")
            if str(one.get("UID", "")).strip()
        }
        rows = read(path, zone="UTC")
        told = {row.series or own_id(row) for row in activities(rows)}
        if uids - told and not refused(rows):
            silent.add(path.name)
    assert silent == EMPTY


def test_a_snapshot_is_only_given_where_nothing_was_refused(readings):
    for rows in readings.values():
        assert not (refused(rows) and snapshots(rows))


def test_the_occurrences_equal_those_of_recurring_ical_events_or_the_difference_is_known(readings):
    compared, differing = 0, set()
    for path, rows in readings.items():
        theirs = _expanded(path)
        if theirs is None:
            continue
        compared += 1
        if sorted((row.start, row.end) for row in activities(rows)) != theirs:
            differing.add(path.name)
    assert differing == OTHERWISE.keys()
    assert compared >= 290


def _expanded(path):
    calendars = _parsed(path)
    if calendars is None:
        return None
    found = []
    try:
        for one in calendars:
            query = recurring_ical_events.of(one, skip_bad_series=True)
            found += query.between(WINDOW["first"], WINDOW["last"] + timedelta(days=1))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return sorted((_utc(one["DTSTART"].dt), _utc(one["DTEND"].dt)) for one in found)


def _utc(moment):
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def test_the_order_of_events_in_a_file_does_not_matter(readings, tmp_path):
    order_dependent = set()
    for path in SMALL:
        turned = tmp_path / path.name
        turned.write_bytes(reversed_events(path.read_bytes()))
        if shapes(read(turned, **WINDOW)) != shapes(readings[path]):
            order_dependent.add(path.name)
    assert order_dependent == TWINS


def test_a_file_is_read_the_same_whatever_was_read_before_it(readings):
    """icalendar keeps a file's own zones for the files that follow; ours must not."""
    assert {path: read(path, **WINDOW) for path in reversed(SMALL)} == {path: readings[path] for path in SMALL}
