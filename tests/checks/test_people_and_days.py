"""Work days, absences, clocks and calendars of people: what is a fault for one of them and an honest day for another."""

from datetime import date, timedelta

import pytest
from tests.checks.people_pairs import clients
from tests.checks.people_tables import activities, holidays, people
from tests.checks.tables import assignments, entries, found

from hourtrail.checks import Grain
from hourtrail.checks.calendars import Absences, all_days
from hourtrail.checks.policy import load
from hourtrail.domain.activity import Sensitivity
from hourtrail.domain.firm import Task, WorkItem
from hourtrail.domain.instants import zone_named


def about(findings):
    return [(row.check, row.subject.time_entry or row.subject.period or row.subject.date) for row in findings]


@pytest.mark.parametrize(
    ("start", "end", "zone", "days"),
    [
        # Midnights of the person's own zone, of UTC on either side of it, and of a zone that nobody named.
        ("2026-03-01T23:00:00Z", "2026-03-03T23:00:00Z", "Europe/Berlin", [2, 3]),
        ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "America/Los_Angeles", [2]),
        ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "Pacific/Auckland", [2]),
        ("2026-03-01T15:00:00Z", "2026-03-02T15:00:00Z", "Europe/Berlin", [2]),
        ("2026-03-02T00:00:00Z", "", "UTC", [2]),
        # Berlin's 29 March 2026 has 23 hours.
        ("2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z", "Europe/Berlin", [28, 29]),
    ],
)
def test_whole_days_are_read_in_the_zone_they_were_written_in(start, end, zone, days):
    [absence] = activities(f"kind | start | end\nabsence | {start} | {end}")
    assert [day.day for day in all_days(absence, zone_named(zone))] == days


def test_an_absence_of_centuries_is_a_slip_and_takes_no_day():
    table = (
        "kind | start | end\nabsence | 1926-03-02 | 2926-03-02\nabsence | 1926-03-02T08:00:00Z | 2926-03-02T08:00:00Z"
    )
    assert not Absences(activities(table), lambda _: zone_named("UTC"))


def test_an_absence_as_long_as_the_days_work_takes_the_day():
    booked = "id | date | minutes\ne1 | 2026-03-02 | 60"
    four_hours = activities("kind | start | end\nabsence | 2026-03-02T08:00:00Z | 2026-03-02T12:00:00Z")
    half_days = people("person | hours\nada | 20")
    full_days = people("person | hours\nada | 40")
    assert len(found(booked, "on_absence", activities=four_hours, people=half_days)) == 1
    assert found(booked, "on_absence", activities=four_hours, people=full_days) == []


@pytest.mark.parametrize(
    ("kind", "start", "show_as", "speaks"),
    [
        ("meeting", "2026-03-02", "oof", True),
        ("meeting", "2026-03-02", "busy", False),
        ("travel", "2026-03-02", "oof", False),
        ("meeting", "2026-03-02T09:00:00Z", "oof", False),
        ("absence", "2026-03-02T14:30:00Z", "busy", True),
    ],
)
def test_what_counts_as_an_absence(kind, start, show_as, speaks):
    away = activities(f"kind | start | show_as\n{kind} | {start} | {show_as}")
    assert bool(found("id | date | minutes\ne1 | 2026-03-02 | 60", "on_absence", activities=away)) is speaks


def test_leave_that_is_booked_is_known_by_its_work_item_and_its_title_is_never_told():
    leave = "\n".join(f"l{day} | 2026-03-0{day} | 480 | Own/Office/X9 | no" for day in (2, 3, 4))
    table = f"id | date | minutes | item | billable\n{leave}\ne1 | 2026-03-05 | 60 | ACME/Portal/Build | yes"
    away = activities("kind | start | end | title\nabsence | 2026-03-02 | 2026-03-06 | Clinic")
    [finding] = found(table, "on_absence", activities=away)
    assert finding.subject.time_entry == "e1"
    assert "Clinic" not in str(finding)


def test_a_private_absence_excuses_nothing_by_its_title():
    [absence] = activities("kind | start | title\nabsence | 2026-03-02 | Portal of the soul")
    hidden = type(absence)(**{**fields(absence), "sensitivity": Sensitivity.PRIVATE})
    booked = "id | date | minutes | narrative\ne1 | 2026-03-02 | 60 | soul"
    assert found(booked, "on_absence", activities=[absence]) == []
    assert len(found(booked, "on_absence", activities=[hidden])) == 1


def fields(row) -> dict:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def test_lateness_is_counted_where_the_person_is():
    # 06:30 UTC is still the 9th in Los Angeles.
    booked = "id | date | minutes | created\ne1 | 2026-03-02 | 60 | 2026-03-10T06:30:00Z"
    west = people("person | zone\nada | America/Los_Angeles")
    assert [row.subject.period for row in found(booked, "late_entry")] == ["2026-W10"]
    assert found(booked, "late_entry", people=west) == []


def test_by_the_week_a_date_may_name_the_end_of_the_running_week():
    booked = entries("id | date | minutes\ne1 | 2026-03-08 | 60\ne2 | 2026-03-09 | 60")
    given = {"as_of": date(2026, 3, 2), "grain": Grain.WEEK}
    assert about(found(booked, "future_entry", **given)) == [("future_entry", "e2")]


def test_the_policy_may_ask_for_narratives_everywhere():
    rules = load('version = "1"\n[checks.thin_narrative]\ncharacters_elsewhere = 5')
    table = "id | date | minutes | narrative\ne1 | 2026-03-02 | 60 | Call\ne2 | 2026-03-02 | 50 | Calls"
    assert about(found(table, "thin_narrative", policy=rules)) == [("thin_narrative", "e1")]
    assert found(table, "thin_narrative") == []


def test_a_keyword_that_many_clients_use_is_an_everyday_word():
    third = Task(item=WorkItem("Initech", "Core", "Run"))
    table = """
        id | date       | minutes | item              | narrative
        e1 | 2026-03-02 | 60      | ACME/Portal/Build | Ingestion repaired
        e2 | 2026-03-02 | 60      | Initech/Core/Run  | Ingestion repaired
    """
    alone = table.replace("Initech/Core/Run ", "Globex/Lake/Load ")
    assert found(table, "foreign_client_named", tasks=[*clients(), third]) == []
    assert about(found(alone, "foreign_client_named", tasks=[*clients(), third])) == [("foreign_client_named", "e1")]


def test_a_part_timers_week_is_measured_by_their_own_days_and_the_firms_holidays():
    staff = people("person | hours | workdays | calendar\nada | 24 | 1-3 | DE\nbob | 24 | 1-3 | DE")
    free = holidays("calendar | date\nDE | 2026-03-03\nUS | 2026-03-02")
    table = """
        id | person | date       | minutes
        e1 | ada    | 2026-03-02 | 480
        e2 | ada    | 2026-03-04 | 480
        e3 | bob    | 2026-03-02 | 480
        e4 | bob    | 2026-03-04 | 360
    """
    # Wednesday is the last working day of that week, so the week is over for both.
    findings = found(table, "missing_time", people=staff, holidays=free, as_of=date(2026, 3, 4))
    assert [(row.subject.person, row.subject.period, row.measured) for row in findings] == [
        ("bob", "2026-W10", "14 h booked, 2 h short")
    ]


def test_half_a_day_of_leave_shortens_the_week():
    staff = people("person | hours\nada | 40")
    away = activities("kind | start | end\nabsence | 2026-03-06T12:00:00Z | 2026-03-06T18:00:00Z")
    table = "id | date | minutes\n" + "\n".join(f"e{day} | 2026-03-0{day} | 480" for day in (2, 3, 4, 5))
    [day, week] = found(table, "missing_time", people=staff, activities=away, as_of=date(2026, 3, 8))
    assert (day.subject.date, day.expected) == (date(2026, 3, 6), "2 h booked")
    assert week.measured == "32 h booked, 2 h short"


def test_a_week_that_still_runs_is_not_short_yet():
    staff = people("person | hours\nada | 40")
    table = "id | date | minutes\ne1 | 2026-03-02 | 480\ne2 | 2026-03-03 | 480\ne4 | 2026-03-05 | 480"
    open_week = found(table, "missing_time", people=staff, as_of=date(2026, 3, 5))
    assert about(open_week) == [("missing_time", date(2026, 3, 4))]
    over = found(table, "missing_time", people=staff, as_of=date(2026, 3, 6))
    assert about(over)[-1] == ("missing_time", "2026-W10")


def test_people_times_days_still_missing_are_one_call():
    staff = people("person | hours\nada | 40\nbob | 40\nnew | 40")
    table = """
        id | person | date       | minutes
        e1 | ada    | 2026-03-02 | 480
        e2 | ada    | 2026-03-04 | 480
        e3 | bob    | 2026-03-02 | 480
    """
    findings = found(table, "missing_time", people=staff, as_of=date(2026, 3, 4))
    assert [(row.subject.person, row.subject.date.day) for row in findings] == [
        ("ada", 3), ("bob", 3), ("bob", 4), ("new", 2), ("new", 3), ("new", 4),
    ]  # fmt: skip


def test_a_long_silence_is_no_employment_except_for_the_latest_month():
    staff = people("person | hours\nada | 40\nbob | 40")
    table = """
        id | person | date       | minutes
        e1 | ada    | 2025-01-06 | 480
        e2 | bob    | 2026-03-02 | 480
    """
    findings = found(table, "missing_time", people=staff, as_of=date(2026, 3, 2))
    days = [row.subject.date for row in findings if row.subject.date]
    earliest = date(2026, 3, 2) - timedelta(days=30)
    assert {row.subject.person for row in findings} == {"ada", "bob"}
    assert min(days) >= earliest
    assert len(days) == len(set(days)) + len(set(days)) - 1, (
        "both were silent in the latest month, bob not on its last day"
    )


def test_without_hours_or_people_only_evidence_speaks():
    seen = activities("kind | start | end\nmeeting | 2026-03-02T08:00:00Z | 2026-03-02T10:00:00Z")
    table = "id | date | minutes\ne1 | 2026-03-02 | 59\ne2 | 2026-03-05 | 480"
    alone = found(table, "missing_time", activities=seen)
    assert [row.measured for row in alone] == ["59 min booked, 2 h evidenced"]
    assert found(table, "missing_time", people=people("person | hours\nada |")) == []
    assert found(table.replace("59", "60"), "missing_time", activities=seen) == []


def test_dates_at_the_ends_of_the_calendar_hold_nothing_up():
    staff = people("person | hours | zone\nada | 40 | Pacific/Auckland")
    table = "id | date | minutes\ne1 | 0001-01-01 | 480\ne2 | 9999-12-31 | 480"
    findings = found(table, people=staff, as_of=date(9999, 12, 31), holidays=[], activities=[])
    assert len([row for row in findings if row.check == "missing_time"]) < 60
    assert found(table, "missing_time", people=staff, as_of=date(1, 1, 1)) == []


def test_before_the_first_and_after_the_last_assignment_nobody_owes_time():
    staff = people("person | hours\nada | 40\nnew | 40\nold | 40")
    dated = assignments("""
        person | item        | from       | to
        ada    | ACME/Portal |            |
        new    | ACME/Portal | 2026-03-04 |
        old    | ACME/Portal |            | 2026-03-02
    """)
    table = """
        id | person | date       | minutes
        e1 | ada    | 2026-03-02 | 480
        e2 | ada    | 2026-03-03 | 480
        e3 | ada    | 2026-03-04 | 480
    """
    findings = found(table, "missing_time", people=staff, assignments=dated, as_of=date(2026, 3, 4))
    assert [(row.subject.person, row.subject.date.day) for row in findings] == [("new", 4), ("old", 2)]


def test_a_keyword_to_which_a_client_returns_is_their_word_too():
    rows = "\n".join(f"e{n} | 2026-03-0{n} | 60 | ACME/Portal/Build | Ingestion part {n}" for n in (1, 2, 3))
    table = f"id | date | minutes | item | narrative\n{rows}"
    assert found(table, "foreign_client_named", tasks=clients()) == []
    assert len(found(table.rsplit("\n", 1)[0], "foreign_client_named", tasks=clients())) == 2


def test_a_late_week_is_one_finding_with_its_lines_and_hours_and_no_money():
    table = "id | person | date | minutes | rate | created\n" + "\n".join(
        f"{who}{n} | {who} | 2026-03-0{n} | 60 | 100 | 2026-03-{20 + n}T08:00:00Z"
        for who in ("ada", "bob")
        for n in (2, 3, 4)
    )
    late = found(table, "late_entry")
    assert [(row.subject.person, row.measured, row.value_at_risk) for row in late] == [
        (who, "3 entries (3 h) created up to 20 days after the work", None) for who in ("ada", "bob")
    ]
    assert late[0].comparables == ("ada2", "ada3", "ada4")
