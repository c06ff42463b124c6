"""Days replayed as they stood when they were over, through what ``suggest`` runs, beside time that a hand can count."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from tests.flows.capture_case import ADA, BOOKED, REPEATED, SUPPORT, WEEK, Case, entry, meeting
from tests.flows.firm import MONDAY, RULES, TUESDAY, activity

from hourtrail.domain.errors import UnknownZone
from hourtrail.features import RulesScorer
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


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
    # Suggested: the meeting 9:00-10:00, and the commits 10:30-11:40 with the pause of half an hour before their lead.
    assert found["suggestions"] == 2
    assert (found["minutes_true"], found["minutes_suggested"]) == (135, 160)
    assert (found["minutes_invented"], found["minutes_missed"]) == (25, 0)
    assert found["minute_f1"] == pytest.approx(2 * 135 / 295)
    assert found["minutes_on_wrong_project"] == 60
    assert found["blocks"]["matched"] == 2
    assert found["boundary_error_minutes"]["median"] == 7.5
    assert found["daily_hours_mae"] == pytest.approx(25 / 60)
    assert (found["total_hours_true"], found["total_hours_suggested"]) == (135 / 60, 160 / 60)
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


def test_a_measured_day_holds_its_first_and_its_last_minute(case):
    whole = (
        ("2026-03-02T00:00:00+01:00", "2026-03-02T01:00:00+01:00"),
        (
            "2026-03-02T23:00:00+01:00",
            "2026-03-03T00:00:00+01:00",
        ),
    )
    seen = [meeting(f"m{number}", *span, "Login release") for number, span in enumerate(whole)]
    booked = [entry(f"e{number}", *span) for number, span in enumerate(whole)]
    found = case.measure(seen, booked, first=MONDAY, last=MONDAY).answer
    assert (found["minutes_true"], found["minutes_suggested"], found["minute_f1"]) == (120, 120, 1.0)


def test_an_event_that_moves_later_was_still_there_on_its_day(case):
    """Its newer revision begins after the day is over, so nobody knew of it."""
    moved = meeting("m1", "2026-03-03T07:00:00Z", "2026-03-03T08:00:00Z", revision="2")
    files = case.files([{**WEEK[0], "revision": "1"}], BOOKED[:1])
    files = replace(files, activities=(*files.activities, case.jsonl(moved, name="later.jsonl")))
    found = backtest_capture(files, CaptureOptions(), models=RULES, today=MONDAY).answer
    assert (found["suggestions"], found["minute_f1"]) == (1, 1.0)


def test_private_time_is_no_suggested_work(case):
    private = meeting("p", "2026-03-02T14:00:00Z", "2026-03-02T15:00:00Z", "Dentist", sensitivity="private")
    found = case.measure([REPEATED[0], private], BOOKED[:1]).answer
    assert (found["minutes_suggested"], found["minutes_invented"], found["minute_f1"]) == (60, 0, 1.0)


@dataclass(frozen=True)
class SureThatItIsNoWork(RulesScorer):
    def probabilities(self, _matrix, group):
        """Certainty for the last candidate of each block, which is "not work"."""
        return np.append(group[1:] != group[:-1], True).astype(float)


def test_what_is_held_back_as_no_work_is_no_suggested_work(case):
    models = replace(RULES, scorer=SureThatItIsNoWork())
    files = case.files(REPEATED[:1], BOOKED[:1])
    found = backtest_capture(files, CaptureOptions(), models=models, today=MONDAY).answer
    assert (found["suggestions"], found["minutes_suggested"], found["minutes_missed"]) == (1, 0, 60)


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
