"""``hourtrail check`` with people, holidays and activities: what they add, and what is wrong in them."""

import json

import pytest


@pytest.fixture
def firm(tmp_path):
    """Ada and Bob with a Monday each; Zed, whom nobody knows; an activity file of Ada's."""

    def write(name: str, text: str):
        (tmp_path / name).write_text(text.strip() + "\n", encoding="utf-8")
        return tmp_path / name

    seen = [
        {"source": "cal", "external_id": "1", "kind": "meeting", "person": "ada", "title": "Merger of Initech",
         "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T14:00:00Z"},
        {"source": "cal", "external_id": "2", "kind": "absence", "person": "bob", "all_day": True, "title": "Clinic",
         "start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"},
    ]  # fmt: skip
    return {
        "entries": write(
            "entries.csv",
            """
id,person,date,minutes,client,project,narrative
T1,ada,2026-03-02,180,acme,portal,"Build
and test"
T2,zed,2026-03-02,60,acme,portal,Build
T3,bob,2026-03-02,60,acme,portal,Build
T4,ada,2026-03-06,480,acme,portal,Build
T5,zed,2026-03-06,0,acme,portal,Build
""",
        ),
        "people": write(
            "people.csv",
            "person,name,zone,weekly_hours,calendar\nada,Ada,Europe/Berlin,40,DE\nbob,Bob,Europe/Berlin,40,DE",
        ),
        "holidays": write("holidays.csv", "calendar,date,name\nDE,2026-03-06,Founding day"),
        "activities": write("seen.jsonl", "\n".join(json.dumps(row) for row in seen)),
    }


def given(firm, *names):
    return [part for name in names for part in (f"--{name}", firm[name])]


def test_what_each_file_adds(run, firm):
    def told(*names, code=0):
        answer = run("check", firm["entries"], *given(firm, *names), "--json", code=code).json
        return {(row["check"], *row["subject"].values()) for row in answer["findings"]}

    alone = told()
    assert alone == {("zero_minutes", "T5")}
    seen = told("activities") - alone
    assert seen == {("missing_time", "ada", "2026-03-02"), ("on_absence", "T3")}
    everything = told("people", "holidays", "activities", code=3) - alone
    assert {("weekend_or_holiday", "T4"), ("on_absence", "T3"), ("missing_time", "ada", "2026-W10")} <= everything
    assert ("missing_time", "bob", "2026-03-02") not in everything, "Bob was away"
    assert ("missing_time", "ada", "2026-03-06") not in everything, "a holiday is no working day"


def test_nothing_of_an_activity_is_told(run, firm):
    text = run("check", firm["entries"], *given(firm, "activities"), "--json").out
    assert "3 h booked, 6 h evidenced" in text
    assert "Initech" not in text
    assert "Clinic" not in text


def test_the_missing_days_of_everybody_are_one_call(run, firm):
    firm["people"].write_text("person,weekly_hours\nada,40\nbob,40\nzed,40\n", encoding="utf-8")
    command = ["check", firm["entries"], *given(firm, "people"), "--only", "missing_time", "--as-of", "2026-03-04"]
    rows = run(*command, "--json").json["findings"]
    assert [(row["subject"]["person"], row["subject"]["date"]) for row in rows] == [
        (who, f"2026-03-0{day}") for who in ("ada", "bob", "zed") for day in (3, 4)
    ]


def test_somebody_unknown_is_one_located_error_and_their_rows_are_checked(run, firm):
    told = run("check", firm["entries"], *given(firm, "people"), "--json", code=3).json
    assert [(row["line"], row["field"]) for row in told["refused"]] == [(4, "person")]
    assert "there is no person 'zed'" in told["refused"][0]["reason"]
    assert "2 entries, from this one on, were checked" in told["refused"][0]["reason"]
    assert told["summary"]["entries"] == 5
    assert told["summary"]["by_check"]["zero_minutes"] == 1


def test_a_wrong_zone_is_one_located_error_at_its_row(run, firm):
    firm["people"].write_text("person,zone\nada,UTC\nbob,Mars/Base\nzed,UTC\n", encoding="utf-8")
    told = run("check", firm["entries"], *given(firm, "people", "holidays"), "--json", code=3).json
    [problem] = told["refused"]
    assert problem["file"].endswith("people.csv")
    assert (problem["line"], problem["field"]) == (3, "zone")
    assert {row["check"] for row in told["findings"]} == {"zero_minutes"}


def test_checks_that_lack_their_files_are_named(run, firm):
    silent = run("check", firm["entries"], "--json").json["skipped"]
    assert silent["weekend_or_holiday"] == "no people given"
    assert silent["no_evidence"] == "no activities given"
    by_week = run("check", firm["entries"], *given(firm, "activities"), "--grain", "week", "--json").json
    assert by_week["skipped"]["on_absence"] == "the entries are kept by the week"
    assert [row["check"] for row in by_week["findings"]] == ["zero_minutes"]


def test_a_team_is_listed_as_a_sum_and_its_people_are_not(run, firm, tmp_path):
    staff = [f"p{number}" for number in range(5)]
    days = [f"2026-03-{day:02}" for day in range(2, 28) if day % 7 not in (0, 1)]
    firm["people"].write_text("person,team\n" + "".join(f"{who},Red\n" for who in staff), encoding="utf-8")
    rows = [f"{who}{on},{who},{on},300,acme,portal" for who in staff for on in days]
    firm["entries"].write_text("id,person,date,minutes,client,project\n" + "\n".join(rows), encoding="utf-8")
    seen = [
        {"source": "cal", "external_id": f"{who}{on}", "kind": "meeting", "person": who,
         "start": f"{on}T08:00:00Z", "end": f"{on}T14:00:00Z"}
        for who in staff
        for on in days
    ]  # fmt: skip
    firm["activities"].write_text("\n".join(json.dumps(row) for row in seen), encoding="utf-8")
    command = ["check", firm["entries"], *given(firm, "people", "activities"), "--only", "missing_time"]
    told = run(*command, "--json").json
    assert told["findings"] == [], "an hour a day is within the limit of a day"
    [team] = told["summary"]["under_reporting"]
    assert team == {
        "team": "Red", "first_week": "2026-W10", "last_week": "2026-W13", "weeks": 4, "people": 5,
        "booked_minutes": 100 * 300, "evidence_minutes": 100 * 360,
    }  # fmt: skip
    assert "team Red booked 500 h of 600 h evidenced in the 4 weeks 2026-W10 to 2026-W13" in run(*command).out
