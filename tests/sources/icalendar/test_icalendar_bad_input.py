"""Broken, cut off, oversized and foreign files: each is named, none hangs, and what is good in them is read."""

import os
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.icalendar.samples import (
    DATA,
    PERSON,
    TODAY,
    activities,
    calendar,
    event,
    own_id,
    read,
    refused,
    snapshots,
    write,
)

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.errors import InvalidInput, UnknownZone
from hourtrail.sources.icalendar import IcalendarSource, Limits

GOOD = event("good@example.com", "SUMMARY:Réunion")


def _only_good(rows):
    return [own_id(row) for row in activities(rows)] == ["good@example.com"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_read_whatever_their_encoding(tmp_path, encoding):
    path = tmp_path / "a.ics"
    path.write_bytes(calendar(GOOD).encode(encoding))
    rows = read(path)
    assert [row.title for row in activities(rows)] == ["Réunion"]
    assert refused(rows) == []


def test_a_file_that_is_no_unicode_keeps_its_events_and_says_so(tmp_path):
    path = tmp_path / "a.ics"
    path.write_bytes(calendar(GOOD).encode("latin-1"))
    rows = read(path)
    assert [row.title for row in activities(rows)] == ["Réunion"]
    assert [(row.line, "not UTF-8 (byte 0xE9)" in row.reason) for row in refused(rows)] == [(7, True)]
    assert snapshots(rows) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (random.Random(1).randbytes(50_000), "no iCalendar file"),
        (b"\x00" * 5_000, "no iCalendar file"),
        (b"%PDF-1.7 \x00\x01", "no iCalendar file"),
        (b"person,date\r\nanna,2026-03-02\r\n", "no iCalendar file"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_as_a_whole(tmp_path, data, words):
    path = tmp_path / "a.ics"
    path.write_bytes(data)
    rows = read(path)
    assert [(row.file, words in row.reason) for row in refused(rows)][-1] == (str(path), True)
    assert activities(rows) == snapshots(rows) == []


def test_a_file_cut_off_inside_an_event_keeps_the_events_before(tmp_path):
    whole = calendar(GOOD, event("cut@example.com", "SUMMARY:Half"))
    path = tmp_path / "a.ics"
    path.write_bytes(whole.encode()[: whole.encode().index(b"SUMMARY:Half")])
    rows = read(path)
    assert _only_good(rows)
    assert (refused(rows)[0].line, refused(rows)[0].index) == (9, 1)
    assert "cut off" in refused(rows)[0].reason
    assert snapshots(rows) == []


def test_a_file_cut_off_between_events_withdraws_nothing(tmp_path):
    path = tmp_path / "a.ics"
    path.write_bytes(calendar(GOOD).replace("END:VCALENDAR\r\n", "").encode())
    rows = read(path)
    assert _only_good(rows)
    assert ["no END:VCALENDAR" in row.reason for row in refused(rows)] == [True]
    assert snapshots(rows) == []


@pytest.mark.parametrize(
    ("lines", "field", "words"),
    [
        (["DTSTART:soon"], "DTSTART", "'soon' cannot be read"),
        (["DTSTART:20260230T090000Z"], "DTSTART", "cannot be read"),
        (["SUMMARY:no start"], "DTSTART", "no start"),
        (["DTSTART:20260302T090000Z", "DTSTART:20260303T090000Z"], "DTSTART", "stands 2 times"),
        (["DTSTART:00010302T090000Z"], "DTSTART", "the year 1 is out of the range"),
        (["DTSTART:20260302T090000Z", "DTEND:20260301T090000Z"], "DTEND", "before it starts"),
        (["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260301"], "DTEND", "before it starts"),
        (["DTSTART:20260302T090000Z", "DURATION:-PT1H"], "DURATION", "before it starts"),
        (["DTSTART:20260302T090000Z", "DTEND:20990302T090000Z"], "DTEND", "is no meeting"),
        (["DTSTART:20260302T090000"], "DTSTART", "--zone"),
        (["DTSTART;TZID=Mars/Olympus:20260302T090000"], "DTSTART", "'Mars/Olympus' is not known"),
        (["DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;INTERVAL=0"], "RRULE", "never moves forward"),
        (["DTSTART:20260302T090000Z", "RRULE:FREQ=SECONDLY"], "RRULE", "more often"),
        (["DTSTART:20260302T090000Z", "RRULE:FREQ=MONTHLY;BYDAY=99MO"], "RRULE", "names a day"),
        (["DTSTART:20260302T090000Z", "RRULE:nonsense"], "RRULE", "FREQ=(missing)"),
    ],
)
def test_one_bad_event_is_located_and_its_neighbours_survive(tmp_path, lines, field, words):
    bad = event("bad@example.com", *lines, start=None, end=None)
    first = event("first@example.com")
    rows = read(write(tmp_path / "a.ics", first, bad, GOOD))
    assert [own_id(row) for row in activities(rows)] == ["first@example.com", "good@example.com"]
    (told,) = refused(rows)
    assert (told.line, told.index, told.field) == (8, 1, field)
    assert words in told.reason


def test_an_event_that_is_not_closed_does_not_swallow_the_next(tmp_path):
    rows = read(write(tmp_path / "a.ics", event("open@example.com").replace("END:VEVENT", "X-A:b"), GOOD))
    assert _only_good(rows)
    assert "not closed" in refused(rows)[0].reason


def test_a_refused_override_does_not_bring_its_occurrence_back_to_where_it_was(tmp_path):
    series = event("s@example.com", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("s@example.com", "RECURRENCE-ID:20260303T090000Z", end="DTEND:20260301T090000Z")
    rows = read(write(tmp_path / "a.ics", series, moved))
    assert [row.start.day for row in activities(rows)] == [2, 4]
    assert [row.field for row in refused(rows)] == ["DTEND"]


def test_overrides_survive_their_refused_series(tmp_path):
    series = event("s@example.com", "RRULE:FREQ=DAILY;INTERVAL=0")
    moved = event("s@example.com", "RECURRENCE-ID:20260303T090000Z", start="DTSTART:20260303T093000Z", end=None)
    rows = read(write(tmp_path / "a.ics", series.replace("DTSTART:20260302T090000Z", "DTSTART:soon"), moved))
    assert [own_id(row) for row in activities(rows)] == ["s@example.com#20260303T090000Z"]
    assert len(refused(rows)) == 1


def test_a_forty_hour_event_is_an_event(tmp_path):
    (row,) = activities(read(write(tmp_path / "a.ics", event("l@example.com", "DURATION:PT40H", end=None))))
    assert (row.end - row.start).total_seconds() == 40 * 3_600


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0"])
def test_a_files_own_zone_with_an_absurd_rule_is_not_used(tmp_path, rule):
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n"
        f"TZOFFSETTO:+0200\r\nRRULE:{rule}\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    rows = read(write(tmp_path / "a.ics", zone, event(start="DTSTART;TZID=Ours:20260302T090000", end=None), GOOD))
    assert _only_good(rows)
    assert "'Ours' is not known" in refused(rows)[0].reason


def test_a_zone_of_one_file_is_not_known_in_the_next(tmp_path):
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\n"
        "TZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    ours = event(start="DTSTART;TZID=Ours:20260302T090000", end=None)
    (row,) = activities(read(write(tmp_path / "a.ics", zone, ours)))
    assert row.start.hour == 4
    assert activities(read(write(tmp_path / "b.ics", ours))) == []


# --- limits ----------------------------------------------------------------------------------------------------------


def _many(count):
    return [event(f"e{number}@example.com") for number in range(count)]


@pytest.mark.parametrize(
    ("limits", "parts", "told", "words"),
    [
        (Limits(file_bytes=100), [GOOD], 0, "larger than"),
        (Limits(events=2), _many(4), 2, "only the first 2 of 4 events"),
        (Limits(occurrences=2), _many(9), 3, "stopped after 2 occurrences"),
        (Limits(seconds=-1), _many(2), 0, "2 events or series are missing"),
        (Limits(series_occurrences=3), [event("s", "RRULE:FREQ=DAILY;COUNT=9")], 3, "9 occurrences in this period"),
        (Limits(steps=3), [event("s", "RRULE:FREQ=DAILY;COUNT=9")], 0, "more than the 3"),
    ],
)
def test_what_lies_beyond_a_limit_is_said_and_nothing_is_withdrawn(tmp_path, limits, parts, told, words):
    rows = read(write(tmp_path / "a.ics", *parts), limits)
    assert len(activities(rows)) == told
    assert [words in row.reason for row in refused(rows)] == [True]
    assert snapshots(rows) == []


def test_of_too_many_occurrences_those_nearest_the_end_are_kept(tmp_path):
    rows = read(write(tmp_path / "a.ics", event("s", "RRULE:FREQ=DAILY;COUNT=9")), Limits(series_occurrences=3))
    assert [row.start.day for row in activities(rows)] == [8, 9, 10]


def test_a_pipe_is_no_file(tmp_path):
    path = tmp_path / "a.ics"
    os.mkfifo(path)
    (row,) = read(path)
    assert "no regular file" in row.reason


def test_without_a_person_the_source_asks_for_one(tmp_path):
    with pytest.raises(InvalidInput, match="needs --person"):
        IcalendarSource().read(tmp_path / "a.ics", ReadOptions(today=TODAY))


def test_an_unknown_zone_or_a_window_backwards_is_wrong_usage(tmp_path):
    with pytest.raises(UnknownZone, match="Mars"):
        read(tmp_path / "a.ics", zone="Mars")
    with pytest.raises(InvalidInput, match="lies after the last day"):
        read(tmp_path / "a.ics", first=date(2026, 3, 2), last=date(2026, 3, 1))


# --- damage of any kind ----------------------------------------------------------------------------------------------

_WHOLE = (DATA / "ics" / "bad_among_good.ics").read_bytes() + (DATA / "ics" / "this_and_future.ics").read_bytes()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(_WHOLE)), st.integers(0, len(_WHOLE)), st.binary(max_size=12))
def test_no_damage_raises_anything(tmp_path_factory, at, until, junk):
    path = tmp_path_factory.getbasetemp() / "damaged.ics"
    path.write_bytes(_WHOLE[:at] + junk + _WHOLE[max(at, until) :])
    rows = list(IcalendarSource().read(path, ReadOptions(today=TODAY, person=PERSON)))
    assert rows
    assert all(isinstance(row, (Activity, Rejected, Snapshot)) for row in rows)
