"""Ids that survive a move, calendars that do not withdraw each other's events, windows, zones."""

from datetime import UTC, date, datetime

import pytest
from tests.sources.icalendar.samples import activities, event, own_id, read, refused, snapshots, write

from hourtrail.domain.activity import ActivityKind, Response, Status
from hourtrail.sources.icalendar import IcalendarSource

SERIES = event("s@example.com", "RRULE:FREQ=DAILY;COUNT=3")


def _ids(rows):
    return [own_id(row) for row in activities(rows)]


def _override(start, *lines):
    return event("s@example.com", "RECURRENCE-ID:20260303T090000Z", *lines, start=f"DTSTART:{start}", end=None)


def test_an_occurrence_keeps_its_id_when_it_is_moved_and_moved_again(tmp_path):
    path = tmp_path / "a.ics"
    before = _ids(read(write(path, SERIES)))
    moved = read(write(path, SERIES, _override("20260305T140000Z", "SEQUENCE:1")))
    again = read(write(path, SERIES, _override("20260306T160000Z", "SEQUENCE:2")))
    assert sorted(before) == sorted(_ids(moved)) == sorted(_ids(again))
    starts = [
        next(row.start for row in activities(rows) if row.external_id.endswith("#20260303T090000Z"))
        for rows in (moved, again)
    ]
    assert starts == [datetime(2026, 3, 5, 14, tzinfo=UTC), datetime(2026, 3, 6, 16, tzinfo=UTC)]


def test_the_same_invitation_is_one_activity_for_each_attendee(tmp_path):
    path = write(tmp_path / "a.ics", SERIES)
    anna, ben = ({row.external_id for row in activities(read(path, person=who))} for who in ("anna", "ben"))
    assert len(anna) == len(ben) == 3
    assert not anna & ben


def test_an_overrides_revision_is_newer_than_that_of_its_series(tmp_path):
    series = event("s@example.com", "RRULE:FREQ=DAILY;COUNT=3", "SEQUENCE:4")
    rows = activities(read(write(tmp_path / "a.ics", series, _override("20260305T140000Z", "SEQUENCE:1"))))
    plain, moved = (next(row for row in rows if row.start.day == day) for day in (2, 5))
    assert moved.revision > plain.revision


def test_a_later_change_of_an_event_has_a_later_revision(tmp_path):
    changes = [("SEQUENCE:9",), ("SEQUENCE:10",), ("SEQUENCE:10", "LAST-MODIFIED:20260301T000000Z")]
    revisions = [
        activities(read(write(tmp_path / "a.ics", event("a@example.com", *lines))))[0].revision for lines in changes
    ]
    assert revisions == sorted(set(revisions))


def test_an_invitation_to_one_occurrence_has_the_id_that_the_series_would_give_it(tmp_path):
    alone = _ids(read(write(tmp_path / "a.ics", _override("20260303T093000Z"))))
    assert alone == ["s@example.com#20260303T090000Z"]
    assert alone[0] in _ids(read(write(tmp_path / "b.ics", SERIES)))


def test_an_event_without_a_uid_is_found_again(tmp_path):
    path = write(tmp_path / "a.ics", event("", "SUMMARY:Nameless"), event("", "SUMMARY:Nameless, too"))
    first = _ids(read(path))
    assert len(set(first)) == 2
    assert _ids(read(path)) == first


def test_a_cancellation_sent_by_mail_cancels(tmp_path):
    (row,) = activities(read(write(tmp_path / "a.ics", event(), head=["METHOD:CANCEL"])))
    assert row.status is Status.CANCELLED


def test_the_owner_is_known_by_the_email_parameter_too(tmp_path):
    invited = event("a@example.com", "ATTENDEE;PARTSTAT=TENTATIVE;EMAIL=Anna@Example.com:urn:uuid:1")
    (row,) = activities(read(write(tmp_path / "a.ics", invited)))
    assert row.response is Response.TENTATIVE
    assert row.participants == ("anna@example.com",)


def test_tasks_journals_and_free_busy_are_no_time(tmp_path):
    other = [
        f"BEGIN:{name}\r\nUID:{name}\r\nDTSTART:20260302T090000Z\r\nEND:{name}"
        for name in ("VTODO", "VJOURNAL", "VFREEBUSY")
    ]
    rows = read(write(tmp_path / "a.ics", *other, event()))
    assert _ids(rows) == ["a@example.com"]
    assert activities(rows)[0].kind is ActivityKind.MEETING
    assert refused(rows) == []


# --- windows ---------------------------------------------------------------------------------------------------------


def test_a_window_holds_both_its_days_in_the_zone_that_was_told(tmp_path):
    day = event("early@example.com", start="DTSTART:20260301T225959Z", end="DTEND:20260301T230000Z")
    inside = event("in@example.com", start="DTSTART:20260301T230000Z", end="DTEND:20260301T233000Z")
    late = event("late@example.com", start="DTSTART:20260302T225900Z", end="DTEND:20260302T235900Z")
    after = event("after@example.com", start="DTSTART:20260302T230000Z", end="DTEND:20260302T233000Z")
    point = event("point@example.com", start="DTSTART:20260301T230000Z", end=None)
    whole = event("day@example.com", start="DTSTART;VALUE=DATE:20260302", end=None)
    path = write(tmp_path / "a.ics", day, inside, late, after, point, whole)
    rows = read(path, zone="Europe/Berlin", first=date(2026, 3, 2), last=date(2026, 3, 2))
    assert _ids(rows) == ["in@example.com", "late@example.com", "point@example.com", "day@example.com"]
    (told,) = snapshots(rows)
    assert (told.start, told.end) == (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC))


def test_an_endless_series_is_told_up_to_30_days_after_today(tmp_path):
    rows = read(write(tmp_path / "a.ics", event("s@example.com", "RRULE:FREQ=DAILY")))
    assert activities(rows)[0].start.date() == date(2026, 3, 2)
    assert activities(rows)[-1].start.date() == date(2026, 4, 30)
    assert snapshots(rows)[0].end == datetime(2026, 5, 1, tzinfo=UTC)


def test_an_occurrence_moved_into_the_window_is_told(tmp_path):
    path = write(tmp_path / "a.ics", SERIES, _override("20260320T090000Z"))
    rows = read(path, first=date(2026, 3, 20), last=date(2026, 3, 20))
    assert _ids(rows) == ["s@example.com#20260303T090000Z"]


# --- folders and containers ------------------------------------------------------------------------------------------


def test_two_calendars_of_one_name_are_two_containers(tmp_path):
    for name in ("work", "home"):
        write(tmp_path / "c" / f"{name}.ics", event(f"{name}@example.com"), head=["X-WR-CALNAME:Calendar"])
    rows = read(tmp_path / "c")
    assert sorted(row.container for row in snapshots(rows)) == ["Calendar (home)", "Calendar (work)"]
    assert {own_id(row): row.container for row in activities(rows)} == {
        "home@example.com": "Calendar (home)",
        "work@example.com": "Calendar (work)",
    }


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (["X-WR-CALNAME:Anna", "X-WR-RELCALID:4711"], {"a", "b"}),
        (["X-WR-CALNAME:Anna"], {"basic", "basic (1)", "basic (12)"}),
        ([], {"basic", "basic (2)"}),
    ],
)
def test_the_same_calendar_downloaded_again_is_the_same_container(tmp_path, head, names):
    told = {
        one.container
        for name in names
        for one in snapshots(read(write(tmp_path / f"{name}.ics", event("x"), event("y"), head=head)))
    }
    assert len(told) == 1


def test_a_folder_with_one_event_a_file_is_one_calendar(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "anna" / f"{name}.ics", event(f"{name}@example.com"))
    rows = read(tmp_path / "anna")
    assert [one.container for one in snapshots(rows)] == ["anna"]
    assert {row.container for row in activities(rows)} == {"anna"}


def test_an_event_that_stands_in_two_calendars_of_a_folder_is_told_once(tmp_path):
    for name in ("mine", "team"):
        write(tmp_path / "c" / f"{name}.ics", event("both@example.com"), head=[f"X-WR-CALNAME:{name}"])
    rows = read(tmp_path / "c")
    assert _ids(rows) == ["both@example.com"]
    assert refused(rows) == []


def test_one_refused_event_in_a_folder_keeps_everything_from_being_withdrawn(tmp_path):
    write(tmp_path / "c" / "a.ics", event("good@example.com"))
    write(tmp_path / "c" / "deep" / "b.ics", event("bad@example.com", start="DTSTART:soon"))
    rows = read(tmp_path / "c")
    assert _ids(rows) == ["good@example.com"]
    assert snapshots(rows) == []


def test_what_the_source_recognises(tmp_path):
    recognises = IcalendarSource().recognises
    assert recognises(write(tmp_path / "a.ICS", event()))
    assert recognises(write(tmp_path / "export.txt", event()))
    assert not recognises(tmp_path / "absent.ics")
    (tmp_path / "notes.txt").write_text("no calendar")
    assert not recognises(tmp_path / "notes.txt")
    write(tmp_path / "calendars" / "deep" / "a.ics", event())
    assert recognises(tmp_path / "calendars")
    (tmp_path / "empty").mkdir()
    assert not recognises(tmp_path / "empty")


@pytest.mark.parametrize("other", ["tickets.json", "entries.csv", ".git/HEAD", "deep/policy.toml"])
def test_a_mixed_folder_or_a_repository_is_not_ours(tmp_path, other):
    write(tmp_path / "a.ics", event())
    (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / other).write_text("x")
    assert not IcalendarSource().recognises(tmp_path)


@pytest.mark.parametrize("person", ["anna@example.com", "anna", "Anna Berg", "ANNA@example.com"])
def test_the_owners_answer_is_found_by_address_local_part_or_name(tmp_path, person):
    attendee = 'ATTENDEE;CN="Anna Berg";PARTSTAT=DECLINED:mailto:anna@example.com'
    rows = activities(read(write(tmp_path / "a.ics", event("a@example.com", attendee)), person=person))
    assert [row.response for row in rows] == [Response.DECLINED]
