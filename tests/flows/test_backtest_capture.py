"""Days replayed as they stood when they were over, through what ``suggest`` runs, beside time that a hand can count."""

import csv
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.flows.firm import MONDAY, RULES, TUESDAY, activity, write_tables

from hourtrail.capture import CaptureSettings
from hourtrail.domain.errors import InvalidInput, NothingRead, UnknownZone
from hourtrail.flows.backtest import capture_files
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture
from hourtrail.flows.backtest.capture_replay import replay

ADA, BEN = "ada@firm.example", "ben@firm.example"
PORTAL, SUPPORT = ("acme", "portal", "DEV"), ("globex", "support", "")
COLUMNS = ("id", "person", "date", "minutes", "client", "project", "task", "start", "end", "narrative", "status")


def meeting(key, start, end, title="Login review", *, person=ADA, **more):
    return activity(key, "meeting", start, person=person, end=end, title=title, response="accepted", **more)


def entry(key, start, end, item=PORTAL, *, person=ADA, day="", **more):
    """A row of the timesheet; without ``start`` it has only the minutes in ``end``."""
    minutes = end if not start else int((at(end) - at(start)).total_seconds() // 60)
    row = {"id": key, "person": person, "date": day or start[:10], "minutes": minutes, "start": start or ""}
    return {**row, "end": end if start else "", **dict(zip(("client", "project", "task"), item, strict=True)), **more}


def at(text):
    return datetime.fromisoformat(text)


class Case:
    def __init__(self, folder):
        self.folder = write_tables(folder, "people", "tasks", "assignments")

    def jsonl(self, *lines, name="activities.jsonl"):
        path = self.folder / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return path

    def sheet(self, *rows, name="timesheet.csv"):
        path = self.folder / name
        columns = list(dict.fromkeys((*COLUMNS, *(column for row in rows for column in row))))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def files(self, activities, entries, *, master=True, reported=None):
        tables = {name: self.folder / f"{name}.csv" for name in ("people", "tasks", "assignments")} if master else {}
        return CaptureFiles(
            activities=(self.jsonl(*activities),),
            time_entries=self.sheet(*entries),
            reported=None if reported is None else self.sheet(*reported, name="reported.csv"),
            **tables,
        )

    def measure(self, activities, entries, *, master=True, reported=None, **options):
        files = self.files(activities, entries, master=master, reported=reported)
        return backtest_capture(files, CaptureOptions(**options), models=RULES, today=date(2026, 6, 1))

    def suggested(self, activities, entries, first, last, *, master=True, delay=1.0):
        given = read_capture(
            self.files(activities, entries, master=master), today=date(2026, 6, 1), zone="", person="", progress=print
        )
        found = replay(
            given, first, last, delay=timedelta(days=delay), models=RULES, settings=CaptureSettings(),
            progress=lambda _done, _all: None,
        )  # fmt: skip
        return {
            person: [(row.span, row.item, row.band, row.confidence) for row in rows]
            for person, rows in found.suggestions.items()
        }


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


WEEK = [
    meeting("m1", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
    activity("c1", "commit", "2026-03-02T11:00:00Z", title="Fix login redirect", reference="PORTAL-3"),
    activity("c2", "commit", "2026-03-02T11:40:00Z", title="Checkout totals", reference="PORTAL-4"),
    meeting("m2", "2026-03-03T09:00:00Z", "2026-03-03T09:30:00Z", "Support incident", participants=["kim@globex.example"]),
    activity("c3", "commit", "2026-03-03T13:00:00Z", title="Hotfix of the incident", reference="SUP-9"),
]  # fmt: skip


def test_it_proposes_what_suggest_proposes(case, firm):
    """The same spans, work items, bands and confidences for the same evidence, asked when the day is over."""
    firm.tables("people", "tasks", "assignments")
    firm.activities(*WEEK)
    evening = datetime(2026, 3, 3, 23, tzinfo=UTC)  # midnight in Berlin
    asked = [firm.suggest(person=ADA, first=day, last=day, now=evening) for day in (MONDAY, TUESDAY)]
    expected = [(row.span, row.item, row.band, row.confidence) for result in asked for row in result.suggestions]
    assert len(expected) >= 4
    late = [entry("e1", "2026-03-05T09:00:00Z", "2026-03-05T10:00:00Z")]
    assert case.suggested(WEEK, late, MONDAY, TUESDAY) == {ADA: expected}


def test_a_day_counted_by_hand(case):
    entries = [
        entry("e1", "2026-03-02T09:00:00Z", "2026-03-02T10:15:00Z"),
        entry("e2", "2026-03-02T10:40:00Z", "2026-03-02T11:40:00Z", SUPPORT),
    ]
    found = case.measure(WEEK[:3], entries).answer
    # Suggested: the meeting 9:00-10:00, and the commits with a lead of 30 minutes 10:30-11:40.
    assert found["suggestions"] == 2
    assert (found["minutes_true"], found["minutes_suggested"]) == (135, 130)
    assert (found["minutes_invented"], found["minutes_missed"]) == (10, 15)
    assert found["minute_f1"] == pytest.approx(2 * 120 / 265)
    assert found["minutes_on_wrong_project"] == 60
    assert found["blocks"]["matched"] == 2
    assert found["boundary_error_minutes"]["median"] == 5.0
    assert found["daily_hours_mae"] == pytest.approx(5 / 60)
    assert (found["total_hours_true"], found["total_hours_suggested"]) == (135 / 60, 130 / 60)
    # One session, 9:00 to 11:40, that begins 45 minutes early: 205 minutes, of which 135 were worked.
    assert found["baselines"]["fixed_gap"] == {
        "minute_f1": pytest.approx(2 * 135 / (205 + 135)),
        "daily_hours_mae": pytest.approx(70 / 60),
    }


def test_a_pause_of_more_than_an_hour_ends_the_session_of_the_baseline(case):
    def commits(*times):
        return [activity(f"c{time}", "commit", f"2026-03-02T{time}:00Z") for time in times]

    truth = [entry("e1", "2026-03-02T08:15:00Z", "2026-03-02T10:00:00Z")]
    assert case.measure(commits("09:00", "10:00"), truth).answer["baselines"]["fixed_gap"]["minute_f1"] == 1.0
    # 8:15-9:00 and 9:16-10:01.
    split = case.measure(commits("09:00", "10:01"), truth).answer["baselines"]["fixed_gap"]
    assert split["minute_f1"] == pytest.approx(2 * 89 / (90 + 105))
    declined = {**meeting("m", "2026-03-02T14:00:00Z", "2026-03-02T15:00:00Z"), "response": "declined"}
    with_declined = case.measure([*commits("09:00", "10:00"), declined], truth).answer
    assert with_declined["baselines"]["fixed_gap"]["minute_f1"] == 1.0


REPEATED = [
    meeting(f"m{day}", f"2026-03-{day:02}T09:00:00Z", f"2026-03-{day:02}T10:00:00Z", "Weekly sync", series="weekly")
    for day in range(2, 7)
]
BOOKED = [
    entry(f"e{day}", f"2026-03-{day:02}T09:00:00Z", f"2026-03-{day:02}T10:00:00Z", SUPPORT, narrative="call")
    for day in range(2, 7)
]


def test_what_was_booked_teaches_the_series_of_its_meeting(case):
    first = date(2026, 3, 4)
    confident = case.suggested(REPEATED, BOOKED, first, first)[ADA][0]
    fresh = case.suggested(REPEATED, BOOKED[2:], first, first)[ADA][0]
    assert confident[1].project == "support"
    # The narrative "call" says nothing about it, the series of the meetings that were confirmed does.
    assert confident[3] > fresh[3] + 0.2 or fresh[1].project != "support"


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.0, 3.0])
def test_the_future_and_the_day_itself_change_nothing(case, delay):
    """Leakage guard: what is suggested for a day is the same whatever is booked on it and after it."""
    days = [date(2026, 3, day) for day in range(2, 7)]
    for number, day in enumerate(days):
        whole = case.suggested(REPEATED, BOOKED, day, day, delay=delay)
        other = [{**row, "project": "portal", "client": "acme", "task": "DEV"} for row in BOOKED[number:]]
        cut = case.suggested(REPEATED[: number + 1], [*BOOKED[:number], *other], day, day, delay=delay)
        assert whole == cut


def test_a_longer_delay_hides_more(case):
    last = date(2026, 3, 6)
    sure = {delay: case.suggested(REPEATED, BOOKED, last, last, delay=delay)[ADA][0][3] for delay in (0, 1, 4, 30)}
    assert sure[0] == sure[1] >= sure[4] >= sure[30]
    assert sure[1] > sure[30]


def test_days_scored_together_are_as_if_alone(case):
    days = [date(2026, 3, day) for day in range(2, 7)]
    alone = [row for day in days for row in case.suggested(REPEATED, BOOKED, day, day)[ADA]]
    assert case.suggested(REPEATED, BOOKED, days[0], days[-1])[ADA] == alone


def test_without_master_data_the_work_items_are_what_was_booked_so_far(case):
    first = case.measure(REPEATED[:1], BOOKED[:1], master=False).answer
    assert (first["suggestions"], first["blocks_without_work_item"]) == (0, 1)
    assert (first["minute_precision"], first["minute_recall"]) == (None, 0.0)
    later = case.measure(REPEATED, BOOKED, master=False, first=date(2026, 3, 4)).answer
    assert (later["suggestions"], later["minute_f1"], later["minute_f1_labelled"]) == (3, 1.0, 1.0)
    assert (later["from"], later["to"], later["total_hours_true"]) == ("2026-03-04", "2026-03-06", 3.0)


def test_a_client_that_the_entries_leave_out_is_filled_in(case):
    bare = [{**row, "client": ""} for row in BOOKED]
    assert case.measure(REPEATED, bare).answer["minute_f1_by_project"] == case.measure(REPEATED, BOOKED).answer[
        "minute_f1_by_project"
    ]  # fmt: skip


def test_entries_without_a_clock_time_count_for_hours_only(case):
    untimed = [entry("e1", "", 120, day="2026-03-02"), *BOOKED[1:2]]
    found = case.measure(REPEATED[:2], untimed).answer
    assert found["person_days_without_clock"] == 1
    # Only Tuesday is measured by the minute; Monday's two hours stand against one suggested.
    assert (found["minutes_true"], found["minutes_suggested"], found["minute_f1"]) == (60, 60, 1.0)
    assert found["daily_hours_mae"] == pytest.approx(0.5)
    assert found["total_hours_true"] == 3.0
    alone = case.measure(REPEATED[:1], untimed[:1]).answer
    assert (alone["minute_f1"], alone["baselines"]["fixed_gap"]["minute_f1"], alone["daily_hours_mae"]) == (
        None,
        None,
        1.0,
    )


def test_entries_that_overlap_are_one_worked_minute_and_rejected_ones_none(case):
    entries = [
        entry("e1", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
        entry("e2", "2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z", SUPPORT),
        entry("e3", "2026-03-02T12:00:00Z", "2026-03-02T15:00:00Z", status="rejected"),
    ]
    found = case.measure(WEEK[:1], entries).answer
    assert (found["minutes_true"], found["total_hours_true"], found["minute_f1"]) == (60, 1.0, 1.0)


def test_local_days_across_midnight_and_a_clock_change(case):
    """Berlin, 2026-03-29: the night from 0:00 to 4:00 has three hours, and belongs to two days when it begins at 23:00."""
    night = ("2026-03-28T23:00:00+01:00", "2026-03-29T04:00:00+02:00")
    found = case.measure([meeting("m1", *night, "Login release")], [entry("e1", *night)]).answer
    assert (found["minutes_true"], found["minute_f1"], found["daily_hours_mae"]) == (60, 1.0, 0.0)
    both = case.measure([meeting("m1", *night, "Login release")], [entry("e1", *night)], last=date(2026, 3, 29)).answer
    assert (both["minutes_true"], both["minute_f1"], both["person_days"]) == (240, 1.0, 2)


def test_the_people_file_says_the_zone_and_the_option_stands_in_for_it(case):
    late = ("2026-03-02T23:30:00Z", "2026-03-02T23:50:00Z")  # already the 3rd in Berlin, the 2nd in London
    rows = [meeting("m1", *late)], [entry("e1", *late), *BOOKED[4:]]
    options = {"first": MONDAY, "last": MONDAY}
    assert case.measure(*rows, **options).answer["minutes_true"] == 0
    assert case.measure(*rows, master=False, **options).answer["minutes_true"] == 20
    assert case.measure(*rows, master=False, zone="Europe/Berlin", **options).answer["minutes_true"] == 0
    with pytest.raises(UnknownZone):
        case.measure(*rows, zone="Mars/Olympus")


def test_missing_time_is_named_where_the_evidence_says_so(case):
    truth = [
        *(entry(f"a{d}", f"2026-03-0{d}T09:00:00Z", f"2026-03-0{d}T10:00:00Z") for d in (2, 3, 4)),
        entry("b2", "2026-03-02T14:00:00Z", "2026-03-02T16:00:00Z"),  # unseen work
    ]
    seen = [*REPEATED[:3], meeting("x", "2026-03-04T12:00:00Z", "2026-03-04T13:00:00Z", "Lunch talk")]
    # Monday: the hour and the unseen two are missing, and the hour is evidence. Tuesday: all of it is reported.
    # Wednesday: the talk was no work, so the day is named falsely.
    reported = [truth[1], truth[2]]
    found = case.measure(seen, truth, reported=reported).answer
    assert {key: found["missing_time"][key] for key in ("short_days", "named_days", "found_days", "false_days")} == {
        "short_days": 1, "named_days": 2, "found_days": 1, "false_days": 1,
    }  # fmt: skip
    assert found["learned_from"] == "reported"
    assert case.measure(seen, truth).answer["missing_time"] is None


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
