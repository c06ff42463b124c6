"""What a capture backtest reads, refuses, leaves out and says of it."""

from datetime import date

import pytest
from tests.flows.capture_case import ADA, BEN, BOOKED, REPEATED, Case, entry, meeting
from tests.flows.firm import MONDAY, RULES, TUESDAY

from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.flows.backtest import capture_files
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_a_client_that_the_entries_leave_out_is_filled_in(case):
    bare = [{**row, "client": ""} for row in BOOKED]
    assert case.measure(REPEATED, bare).answer["minute_f1_by_project"] == case.measure(REPEATED, BOOKED).answer[
        "minute_f1_by_project"
    ]  # fmt: skip


@pytest.mark.parametrize("where", ["entry", "activity", "option"])
def test_simulated_data_are_called_so(case, where):
    activities = [{**row, "simulated": True} for row in REPEATED[:2]] if where == "activity" else REPEATED[:2]
    entries = [{**row, "simulated": "true"} for row in BOOKED[:2]] if where == "entry" else BOOKED[:2]
    options = {"truth": "simulator"} if where == "option" else {}
    found = case.measure(activities, entries, **options).answer
    assert (found["data"], found["truth"]) == ("simulated", "simulator")
    assert case.measure(REPEATED[:2], BOOKED[:2], truth="timer").answer["data"] == "not stated"


def test_bad_records_are_refused_and_the_good_ones_kept(case):
    report = case.measure(
        [*REPEATED[:2], {"source": "x"}], [*BOOKED[:2], {"id": "bad", "person": ADA, "date": "yesterday"}]
    )
    assert report.refused_count == 2
    assert report.answer["minute_f1"] == 1.0


def test_whose_time_is_unknown_is_left_out_and_counted(case):
    others = [{**row, "person": BEN, "external_id": f"b{row['external_id']}"} for row in REPEATED]
    found = case.measure([*REPEATED, *others], BOOKED).answer
    assert (found["people"], found["people_without_time_entries"], found["minutes_invented"]) == (1, 1, 0)
    with pytest.raises(InvalidInput, match="nobody has both"):
        case.measure(others, BOOKED)


def test_a_calendar_is_read_as_ingest_reads_it(case):
    path = case.folder / "work.ics"
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z\r\nSUMMARY:Login\r\nEND:VEVENT"
    path.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t\r\n{event}\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    files = CaptureFiles(activities=(path,), time_entries=case.sheet(*BOOKED[:1]), tasks=case.folder / "tasks.csv")
    with pytest.raises(InvalidInput, match=r"work\.ics: .*--person"):
        backtest_capture(files, CaptureOptions(), models=RULES, today=MONDAY)
    found = backtest_capture(files, CaptureOptions(person=ADA), models=RULES, today=MONDAY).answer
    assert (found["suggestions"], found["minute_f1"]) == (1, 1.0)


def test_nothing_to_compare(case):
    with pytest.raises(NothingRead, match="no activity"):
        case.measure([], BOOKED)
    with pytest.raises(NothingRead, match="no time entry"):
        case.measure(REPEATED, [])
    nothing = case.measure(REPEATED, BOOKED, first=date(2026, 5, 1), last=date(2026, 5, 2)).answer
    assert (nothing["minute_f1"], nothing["daily_hours_mae"], nothing["total_hours_true"]) == (None, None, 0.0)
    with pytest.raises(InvalidInput, match="the time entries go from 2026-03-02 to 2026-03-06"):
        case.measure(REPEATED, BOOKED, first=date(2027, 1, 1))


@pytest.mark.parametrize(
    "options",
    [{"delay_days": -1}, {"delay_days": float("nan")}, {"delay_days": 400}, {"truth": "guess"},
     {"first": TUESDAY, "last": MONDAY}],
)  # fmt: skip
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(InvalidInput):
        CaptureOptions(**options)


def test_a_date_of_another_age_neither_hangs_nor_counts(case):
    odd = [
        meeting("far", "9999-12-31T22:00:00Z", "9999-12-31T23:00:00Z"),
        meeting("long", "2026-03-02T00:00:00Z", "2199-03-02T00:00:00Z"),
    ]
    entries = [*BOOKED[:1], entry("old", "0001-01-01T09:00:00Z", "0001-01-01T10:00:00Z")]
    report = case.measure([*REPEATED[:1], *odd], entries)
    assert (report.answer["minute_f1"], report.answer["from"], report.refused_count) == (1.0, "2026-03-02", 1)


def test_more_than_fits_in_memory_is_refused_with_advice(case, monkeypatch):
    monkeypatch.setattr(capture_files, "MOST_ACTIVITIES", 3)
    with pytest.raises(InvalidInput, match="in parts"):
        case.measure(REPEATED, BOOKED)
    monkeypatch.setattr(capture_files, "MOST_ENTRIES", 3)
    with pytest.raises(InvalidInput, match="cut it by date"):
        case.measure(REPEATED[:1], BOOKED)


def test_activities_are_read_as_they_would_be_stored(case):
    row = {**REPEATED[0], "text": "the whole agenda", "participants": ["kim@globex.example"]}
    files = case.files([row], BOOKED[:1])
    given = read_capture(files, today=MONDAY, zone="", person="", progress=print)
    assert (given.activities[ADA][0].text, given.activities[ADA][0].participants) == ("", ("@globex.example",))
