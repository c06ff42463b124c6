"""The written calendars against the seats that they are of, read by the product, by a second parser and as Graph tells them."""

import json
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest
from tests.training.simulator.small_world import EMPLOYEES, FIRST, FORTNIGHTLY, MONDAYS, STANDUP, week_of
from tests.training.simulator.written_firm import TODAY, Written, write

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Response, Sensitivity, ShowAs, Status
from hourtrail.sources.icalendar import IcalendarSource
from hourtrail_training.simulator.world import Employee, Seat, instant_of
from hourtrail_training.simulator.writers.icalendar_file import as_ics, uses_outlook
from hourtrail_training.simulator.writers.meetings import tell


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("calendars"))


def _read(written: Written, employee: Employee) -> dict[str, Activity]:
    path = written.folder / "calendars" / f"{employee.handle}.ics"
    rows = list(IcalendarSource().read(path, ReadOptions(today=TODAY, person=employee.id)))
    assert not [row for row in rows if isinstance(row, Rejected)]
    return {row.external_id: row for row in rows if isinstance(row, Activity)}


def _seats(written: Written, employee: Employee) -> list[Seat]:
    return [seat for week in written.weeks if week.employee == employee for seat in week.seats]


@pytest.mark.parametrize("employee", EMPLOYEES, ids=lambda employee: employee.handle)
def test_the_product_reads_each_calendar_as_the_contract_file_tells_it(written: Written, employee: Employee) -> None:
    """Ids, instants, answers, revisions, zones: everything but what no calendar says."""
    told = {key: row for key, row in written.activities("icalendar").items() if row.person == employee.id}
    assert {key: replace(row, extra={}) for key, row in told.items()} == _read(written, employee)
    assert all(row.extra == {"simulated": "true"} for row in told.values())


@pytest.mark.parametrize("employee", EMPLOYEES, ids=lambda employee: employee.handle)
def test_every_seat_stands_in_the_calendar_at_its_instant_and_no_other(written: Written, employee: Employee) -> None:
    seats = [seat for seat in _seats(written, employee) if not seat.occurrence.deleted and not seat.occurrence.all_day]
    rows = [row for row in _read(written, employee).values() if not row.all_day]
    expected = [(instant_of(s.occurrence.start), instant_of(s.occurrence.end), s.occurrence.title) for s in seats]
    assert sorted((row.start, row.end, row.title) for row in rows) == sorted(expected)
    assert len(seats) > 15


def test_exceptions_of_a_series_are_told_as_what_they_are(written: Written) -> None:
    rows = _read(written, EMPLOYEES[0])
    ids = {day: f"{EMPLOYEES[0].id}/{STANDUP.uid}#202603{day}" for day in (16, 17, 18, 26, 27, 30, 31)}
    assert f"{ids[26]}T083000Z" not in rows  # taken out of the series
    assert rows[f"{ids[18]}T083000Z"].status is Status.CANCELLED
    assert rows[f"{ids[27]}T083000Z"].response is Response.DECLINED
    moved = rows[f"{ids[17]}T083000Z"]
    assert (moved.start.hour, moved.start.minute, moved.end and moved.end.minute) == (10, 0, 20)
    # Clocks changed in Berlin on the 29th: nine o'clock is an hour earlier in UTC.
    assert rows[f"{ids[30]}T073000Z"].response is Response.NONE
    assert rows[f"{ids[31]}T073000Z"].title == "Stand-up, short"
    fortnightly = [row.start.date() for row in rows.values() if row.series == FORTNIGHTLY.uid]
    assert [(day - FIRST).days for day in sorted(fortnightly)] == [1, 15]


def test_private_free_and_all_day_events_say_so(written: Written) -> None:
    rows = list(_read(written, EMPLOYEES[2]).values())
    assert {row.sensitivity for row in rows if row.title == "Dentist"} == {Sensitivity.PRIVATE}
    assert {row.show_as for row in rows if row.title == "Keep free"} == {ShowAs.FREE}
    away = [row for row in rows if row.title == "Out of office"]
    assert {(row.all_day, row.kind.value, row.show_as) for row in away} == {(True, "absence", ShowAs.OUT_OF_OFFICE)}
    assert away[0].start.hour == 4  # midnight in New York, summer time


def test_a_series_ends_for_a_person_who_has_no_seat_in_it(tmp_path: Path) -> None:
    """Somebody who joins the second week has the series from then on, not since it began."""
    seats = week_of(EMPLOYEES[1], MONDAYS[1]).seats
    (tmp_path / "ben.ics").write_text(
        as_ics(EMPLOYEES[1], [one for seat in seats if (one := tell(seat))], {}), newline=""
    )
    rows = list(IcalendarSource().read(tmp_path / "ben.ics", ReadOptions(today=TODAY, person=EMPLOYEES[1].id)))
    days = {row.start.date() for row in rows if isinstance(row, Activity)}
    assert min(days) >= MONDAYS[1]
    assert max(days) <= MONDAYS[2]


def test_lines_are_folded_and_a_strict_parser_reads_them(written: Written) -> None:
    outlook = {uses_outlook(employee.id) for employee in EMPLOYEES}
    assert outlook == {True, False}
    for employee in EMPLOYEES:
        data = (written.folder / "calendars" / f"{employee.handle}.ics").read_bytes()
        assert max(map(len, data.split(b"\r\n"))) <= 75
        calendar = icalendar.Calendar.from_ical(data)
        assert not calendar.errors
        assert "imulated" in str(calendar["PRODID"])
        assert bool(calendar.walk("VTIMEZONE")) is uses_outlook(employee.id)
        titles = {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
        assert "Steering; portal, phase 2" in titles or employee.handle == "chloe"


def test_graph_tells_the_same_meetings(written: Written) -> None:
    for employee in EMPLOYEES:
        body = json.loads((written.folder / "graph" / f"{employee.handle}.json").read_text())
        events = body["value"]
        assert len({event["id"] for event in events}) == len(events)
        masters = {event["id"]: event for event in events if event["type"] == "seriesMaster"}
        instances = [event for event in events if event["type"] != "seriesMaster"]
        seats = [seat for seat in _seats(written, employee) if not seat.occurrence.deleted]
        assert len(instances) == len(seats)
        for event in instances:
            assert (event["type"] == "singleInstance") is (event["seriesMasterId"] is None)
            assert event["seriesMasterId"] is None or event["seriesMasterId"] in masters
        assert sum(event["isCancelled"] for event in events) == sum(seat.occurrence.cancelled for seat in seats)
    ada = json.loads((written.folder / "graph" / "ada.json").read_text())["value"]
    moved = next(
        event for event in ada if event["type"] == "exception" and event["originalStart"] == "2026-03-17T08:30:00Z"
    )
    assert moved["start"] == {"dateTime": "2026-03-17T11:00:00.0000000", "timeZone": "W. Europe Standard Time"}
    assert [event["recurrence"]["pattern"]["interval"] for event in ada if event["recurrence"]] == [1, 2]
    assert {event["responseStatus"]["response"] for event in ada} >= {"organizer", "declined"}
    away = next(event for event in ada if event["isAllDay"])
    assert away["start"]["dateTime"] == "2026-03-20T00:00:00.0000000"
