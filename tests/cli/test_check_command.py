"""``hourtrail check`` on real timecards and on files with master data."""

import csv
from collections import Counter
from pathlib import Path

import pytest

TOCK = Path(__file__).parents[1] / "data" / "tock" / "time_entries.csv"
FINDING = {
    "id", "check", "severity", "subject", "score", "value_at_risk", "measured", "expected", "explanation", "comparables",
    "blame", "fingerprint", "status",
}  # fmt: skip


def test_the_known_faults_of_real_timecards(run, tmp_path):
    """tock: 44 rows beyond the first, 7 zero lines, 2 person-weeks over 60 h; no rule says more."""
    told = run("check", TOCK, "--grain", "week", "--scores", tmp_path / "scores.csv", "--json").json
    counts = told["summary"]["by_check"]
    assert Counter(row["check"] for row in told["findings"]) == counts
    # What is merely unusual must not flood it: under one entry in a hundred, one week in two hundred.
    assert 0 < counts.pop("unusual_entry") < 7515 // 100
    assert counts.pop("unusual_week", 0) <= 3188 // 200
    assert counts == {"duplicate_entry": 44, "zero_minutes": 7, "weekly_hours": 2}
    assert all(set(row) >= FINDING for row in told["findings"])
    assert set(told["summary"]) >= {"entries", "refused", "by_check", "value_at_risk", "seconds"}
    assert run("check", TOCK, "--json").json["findings"] == told["findings"], "auto is week here"
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["id", "score", "check"]
    assert len(rows) == told["summary"]["entries"] == 7515
    assert all(0 <= float(row["score"]) <= 1 for row in rows)


@pytest.fixture
def entries(tmp_path):
    path = tmp_path / "entries.csv"
    rows = [
        "id,person,date,minutes,client,project,task,start,end",
        "T1,ada,2026-03-02,60,acme,portal,DEV,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z",
        "T2,ada,2026-03-02,60,acme,portal,OLD,2026-03-02T09:30:00Z,2026-03-02T10:30:00Z",
        "T3,ada,2026-03-02,60,acme,nowhere,,,",
        "T4,ada,2026-03-03,900,acme,portal,DEV,,",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("client,project,task,status\nacme,portal,DEV,open\nacme,portal,OLD,closed\n", encoding="utf-8")
    return path


def found(answer):
    return sorted(row["check"] for row in answer.json["findings"])


def test_checks_run_where_they_have_what_they_need_and_say_where_not(run, entries, tasks):
    alone = run("check", entries, "--json")
    assert found(alone) == ["daily_hours", "overlap"]
    assert set(alone.json["skipped"]) >= {"closed_task", "not_assigned", "outside_dates", "unknown_work_item"}
    assert "not checked: closed_task: no tasks given" in run("check", entries).err
    with_tasks = run("check", entries, "--tasks", tasks, "--json")
    assert found(with_tasks) == ["closed_task", "daily_hours", "overlap", "unknown_work_item"]
    assert "not_assigned" in with_tasks.json["skipped"]
    assert not {"closed_task", "outside_dates", "unknown_work_item"} & set(with_tasks.json["skipped"])
    text = run("check", entries, "--tasks", tasks).out
    assert "4 entries checked (a row is a day)" in text
    assert "closed_task" in text


def test_only_some_checks_and_a_policy_of_ones_own(run, entries, tasks, tmp_path):
    assert found(run("check", entries, "--tasks", tasks, "--only", "overlap,closed_task", "--json")) == [
        "closed_task",
        "overlap",
    ]
    assert "there is no check named" in run("check", entries, "--only", "overlap,nope", code=2).err
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "mine"\n[checks.daily_hours]\nhours = 15\n', encoding="utf-8")
    answer = run("check", entries, "--policy", policy, "--json")
    assert found(answer) == ["overlap"]
    for text, words in (
        ("= broken", "not TOML"),
        ('version = "x"\n[checks.nope]\n', "there is no such check"),
        ("\xff", ""),
    ):
        policy.write_bytes(text.encode("latin-1"))
        told = run("check", entries, "--policy", policy, code=2)
        assert words in told.err
        assert "policy.toml" in told.err


def test_refused_rows_are_counted_and_the_rest_is_checked(run, entries):
    with entries.open("a", encoding="utf-8") as stream:
        stream.write("T5,ada,yesterday,60,acme,portal,,,\n")
    told = run("check", entries, "--json", code=3)
    assert told.json["summary"]["refused"] == 1
    assert told.json["summary"]["entries"] == 4
    assert found(told) == ["daily_hours", "overlap"]
    assert "entries.csv:6: date" in run("check", entries, code=3).err


def test_a_bad_rate_is_told_by_line_and_the_rest_is_checked(run, entries, tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("contract,hourly_rate,currency\nC,much,EUR\n", encoding="utf-8")
    assert "rates.csv:2" in run("check", entries, "--rate-cards", path, code=3).err


@pytest.fixture
def terms(tmp_path):
    """A firm with a cap, rates by grade, closed months and milestones, as five files."""
    files = {
        "contracts": "contract,client,kind,project,currency,cap_hours,rollover\n"
        "C1,acme,capped,portal,EUR,3,\nC2,acme,milestone,shop,EUR,,\n",
        "rate-cards": "contract,hourly_rate,currency,grade\nC1,100,EUR,senior\nC1,80,EUR,junior\n",
        "people": "person,grade\nada,senior\nbob,junior\ncy,trainee\n",
        "periods": "from,to,status\n2026-02-01,2026-02-28,closed\n2026-03-01,2026-03-31,open\n",
        "milestones": "contract,milestone,due_on,accepted_on,amount\nC2,M1,2026-02-02,,500\n",
    }
    options = []
    for name, text in files.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        options += [f"--{name}", path]
    return options


@pytest.fixture
def priced(tmp_path):
    path = tmp_path / "priced.csv"
    rows = [
        "id,person,date,minutes,client,project,narrative,hourly_rate,currency,status,write_off_minutes",
        "P1,ada,2026-03-02,120,acme,portal,build,100,EUR,approved,",
        "P2,ada,2026-03-03,90,acme,portal,test,100,EUR,approved,",
        "P3,bob,2026-03-04,30,acme,portal,help,100,EUR,approved,",
        "P4,ada,2026-03-05,30,acme,portal,plan,95,EUR,approved,",
        "P5,cy,2026-03-06,30,acme,portal,look,,,approved,",
        "P6,ada,2026-02-27,60,acme,shop,late,,,draft,",
        "P7,ada,2026-03-09,60,acme,shop,call,,,approved,45",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_money_and_master_data_are_checked_from_files_alone(run, priced, terms):
    told = run("check", priced, *terms, "--json").json
    assert {(row["check"], *row["subject"].values()) for row in told["findings"]} == {
        ("over_cap", "P2"),
        ("over_cap", "P3"),
        ("over_cap", "P4"),
        ("over_cap", "P5"),
        ("wrong_grade", "P3"),
        ("wrong_rate", "P4"),
        ("missing_rate", "P5"),
        ("closed_period", "P6"),
        ("excessive_write_off", "P7"),
        ("milestone_mismatch", "C2"),
    }
    risk = {(row["check"], *row["subject"].values()): row["value_at_risk"] for row in told["findings"]}
    assert risk["over_cap", "P2"] == {"amount": "50.00", "currency": "EUR"}
    assert risk["wrong_grade", "P3"] == {"amount": "10.00", "currency": "EUR"}
    assert risk["wrong_rate", "P4"] == {"amount": "2.50", "currency": "EUR"}
    [closed] = [row for row in told["findings"] if row["check"] == "closed_period"]
    assert closed["expected"] == "the next open period, from 1 March 2026 to 31 March 2026"


def test_a_rollover_that_nobody_knows_is_told_once_and_the_rest_is_checked(run, priced, terms):
    path = terms[1]
    path.write_text(path.read_text(encoding="utf-8") + "C3,acme,retainer,run,EUR,,sometimes\n", encoding="utf-8")
    told = run("check", priced, *terms, "--json", code=3).json
    [refused] = told["refused"]
    assert refused["field"] == "rollover"
    assert "contract C3: rollover 'sometimes' is none of none, one_period, all" in refused["reason"]
    assert told["summary"]["by_check"]["over_cap"] == 4
