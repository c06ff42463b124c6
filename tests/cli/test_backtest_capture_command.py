"""``hourtrail backtest capture``: the keys of the contract, what people read, exit codes."""

import json

import pytest

REQUIRED = {
    "minute_precision", "minute_recall", "minute_f1", "minute_f1_by_project", "daily_hours_mae", "total_hours_true",
    "total_hours_suggested", "suggestions", "seconds", "baselines",
}  # fmt: skip
HEADER = "id,person,date,minutes,client,project,start,end,narrative\n"


@pytest.fixture
def files(tmp_path):
    lines, rows = [], []
    for day in range(2, 7):
        start, end = f"2026-03-0{day}T09:00:00Z", f"2026-03-0{day}T10:00:00Z"
        lines.append({
            "source": "cal", "external_id": f"m{day}", "kind": "meeting", "person": "ada", "start": start, "end": end,
            "title": "Weekly sync", "series": "s", "response": "accepted",
        })  # fmt: skip
        rows.append(f"e{day},ada,2026-03-0{day},60,acme,portal,{start},{end},sync\n")
    activities, entries = tmp_path / "activities.jsonl", tmp_path / "timesheet.csv"
    activities.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    entries.write_text(HEADER + "".join(rows), encoding="utf-8")
    return activities, entries


def arguments(files, *more):
    activities, entries = files
    return ("backtest", "capture", "--activities", activities, "--time-entries", entries, "--rules-only", *more)


def test_the_keys_of_the_contract(run, files):
    told = run(*arguments(files, "--from", "2026-03-04", "--json"))
    assert set(told.json) >= REQUIRED
    assert set(told.json["baselines"]["fixed_gap"]) == {"minute_f1", "daily_hours_mae"}
    assert (told.json["minute_f1"], told.json["suggestions"], told.json["total_hours_true"]) == (1.0, 3, 3.0)
    assert (told.json["data"], told.json["truth"], told.json["model"]) == ("not stated", "unknown", "rules 1")
    assert "NaN" not in told.out
    assert told.err == ""


def test_what_people_read(run, files, tmp_path):
    told = run(*arguments(files, "--from", "2026-03-04", "--truth-kind", "timer"))
    assert "truth: timer; 3 person-days of 1 person" in told.out
    assert "3 of 3 found by 3" in told.out
    assert "missing time" not in told.out
    assert "simulated" not in told.out.casefold()
    reported = tmp_path / "reported.csv"
    lines = files[1].read_text(encoding="utf-8").splitlines(keepends=True)
    reported.write_text("".join(lines[:4]), encoding="utf-8")
    told = run(*arguments(files, "--from", "2026-03-04", "--truth-kind", "simulator", "--reported", reported))
    assert told.out.startswith("SIMULATED data")
    assert "missing time: 2 of 2 short days named (recall 1.000), 0 named falsely" in told.out


def test_refused_records_are_exit_code_3_and_named(run, files):
    with files[1].open("a", encoding="utf-8") as stream:
        stream.write("bad,ada,yesterday,60,acme,portal,,,\n")
    told = run(*arguments(files, "--json"), code=3)
    assert told.json["total_hours_true"] == 5.0
    assert "yesterday" in told.err


def test_hours_without_a_clock_are_told_and_null(run, files):
    files[1].write_text(HEADER + "e1,ada,2026-03-03,60,acme,portal,,,sync\n", encoding="utf-8")
    told = run(*arguments(files, "--json"))
    assert (told.json["minute_f1"], told.json["daily_hours_mae"]) == (None, 1.0)
    assert "count for hours only" in run(*arguments(files)).out


@pytest.mark.parametrize(
    "more", [("--from", "2026-03-05", "--to", "2026-03-04"), ("--delay", "-1"), ("--zone", "Mars")]
)
def test_wrong_usage_is_exit_code_2(run, files, more):
    assert run(*arguments(files, *more), code=2).err


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a,b\n1,2\n"])
def test_a_file_that_cannot_be_read_is_exit_code_2(run, files, which, content):
    files[which].write_bytes(content)
    assert files[which].name in run(*arguments(files), code=2).err
