"""The commands of the data contract, walked through as a user does."""

import csv
import io
import json
import sqlite3

import pytest
from tests.flows.firm import activity, vcalendar, vevent, write_tables

from hourtrail.flows.demo import FIRST

ADA = "ada@firm.example"
WEEK = ("--from", "2026-03-02", "--to", "2026-03-06")

SUGGESTION = {
    "id", "person", "date", "start", "end", "evidence_minutes", "suggested_minutes", "billable_minutes", "client", "project",
    "task", "billable", "narrative", "confidence", "band", "threshold", "alternatives", "evidence", "reasons", "model",
    "policy", "status", "revision",
}  # fmt: skip
DECISION = {
    "id", "suggestion", "verdict", "before", "after", "reason_code", "note", "actor", "decided_at", "shown_at", "shown",
    "propensity", "seconds", "model", "policy", "supersedes",
}  # fmt: skip


@pytest.fixture
def week(run, tmp_path):
    """Master data and a calendar, read; the suggestions of the week."""
    files = tmp_path / "files"
    files.mkdir()
    write_tables(files)
    run("ingest", *sorted(files.glob("*.csv")))
    calendar = files / "work.ics"
    events = (
        vevent("m1", "20260302T080000Z", "20260302T085000Z", "Portal checkout"),
        vevent("m2", "20260303T130000Z", "20260303T140000Z", "Incident review SUP-4"),
    )
    calendar.write_text(vcalendar(*events), encoding="utf-8", newline="")
    report = run("ingest", calendar, "--person", ADA, "--json")
    assert set(report.json) == {"read", "created", "updated", "unchanged", "withdrawn", "refused", "by_kind", "seconds"}
    assert (report.json["read"], report.json["created"], report.json["by_kind"]) == (2, 2, {"meeting": 2})
    return run("suggest", *WEEK, "--rules-only", "--json").json["suggestions"]


def test_suggestions_have_the_keys_of_the_contract(week, run):
    assert [SUGGESTION - set(row) for row in week] == [set(), set()]
    first = week[0]
    assert set(first["threshold"]) == {"band", "value", "target_precision", "basis"}
    assert set(first["alternatives"][0]) == {"client", "project", "task", "confidence"}
    assert set(first["evidence"][0]) == {"activity", "kind", "minutes", "weight", "why"}
    assert set(first["model"]) == {"name", "version", "digest"}
    told = run("suggest", *WEEK, "--rules-only", "--json").json
    assert told["suggestions"] == week
    assert {"suggestions", "withheld"} <= set(told)


def test_accept_and_trail(week, run):
    """CNF-04: one call from the entry back to the evidence."""
    told = run("decide", week[0]["id"], "accept", "--as", ADA, "--json").json
    assert set(told["decision"]) >= DECISION
    (entry,) = told["time_entries"]
    found = run("trail", entry["id"], "--json").json
    assert found["decision"] == told["decision"]
    assert found["suggestion"]["id"] == week[0]["id"]
    text = run("trail", entry["id"]).out
    for word in (ADA, "accept", "rules", "60%", week[0]["evidence"][0]["activity"]):
        assert word in text
    assert run("decide", week[0]["id"], "accept", "--as", ADA, code=2).err.startswith(
        f"hourtrail: {week[0]['id']} was decided"
    )


def test_split_edit_and_undo_by_options(week, run):
    first, second = (row["id"] for row in week)
    parts = ("--part", "30:portal:DEV", "--part", "20:internal:ADMIN")
    split = run("decide", first, "split", "--as", ADA, *parts, "--reason", "two", "--note", "x", "--json").json
    assert [row["minutes"] for row in split["time_entries"]] == [30, 20]
    assert isinstance(split["decision"]["after"], list)
    assert (split["decision"]["reason_code"], split["decision"]["note"]) == ("two", "x")
    edited = run("decide", second, "edit", "--as", ADA, "--project", "portal", "--minutes", "45", "--json").json
    assert (edited["time_entries"][0]["minutes"], edited["time_entries"][0]["task"]) == (45, "DEV")
    run("decide", second, "undo", "--as", ADA)
    assert len(run("export", "time-entries", "--json").json) == 2
    by_hand = run(
        "decide", "2026-03-04", "added_by_hand", "--as", ADA, "--project", "portal", "--minutes", "30", "--json"
    ).json
    run("decide", by_hand["decision"]["id"], "undo", "--as", ADA)
    assert len(run("export", "time-entries", "--json").json) == 2


def test_export_comes_back_exactly(week, run, tmp_path):
    """CON-06: what is written is what is read, formulas and apostrophes too."""
    lines = [
        activity(f"f{n}", "ticket", "2026-03-04T09:00:00Z", title=title)
        for n, title in enumerate(["=1+1", "'=1+1", "''-x", "'plain", "@home", "+49 30", 'a;b,c"d'])
    ]
    path = tmp_path / "more.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run("ingest", path)
    before = run("export", "activities", "--json").json
    for form, name in (("csv", "out.csv"), ("jsonl", "out.jsonl")):
        run("export", "activities", "--format", form, "--out", tmp_path / name)
        report = run("ingest", tmp_path / name, "--tenant", f"copy-{form}", "--json").json
        assert (report["created"], report["refused"]) == (len(before), [])
        assert run("export", "activities", "--tenant", f"copy-{form}", "--json").json == before
    cells = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in cells for cell in row.values())


@pytest.mark.parametrize("what", ["activities", "time-entries", "suggestions", "decisions", "findings", "training-set"])
def test_every_kind_can_be_exported(week, run, what):
    """NEW-12."""
    run("decide", week[0]["id"], "accept", "--as", ADA)
    rows = run("export", what, "--json").json
    assert len(run("export", what, "--format", "jsonl").out.splitlines()) == len(rows)
    header, *lines = list(csv.reader(io.StringIO(run("export", what).out)))
    assert len(lines) == len(rows)
    # What was booked months after the work is found to be late.
    assert rows
    assert {key for row in rows for key in row} <= set(header)
    assert run("export", what, "--from", "2030-01-01", "--to", "2030-01-02", "--json").json == []


def test_the_audit_trail_names_the_row_that_was_changed(week, run, tmp_path):
    """GOV-04."""
    told = run("audit", "verify", "--json").json
    assert (told["intact"], told["breaks"]) == (True, [])
    assert "the chain holds" in run("audit", "verify").out
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        for (name,) in database.execute("select name from sqlite_master where type='trigger'").fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update audit_event set actor='someone' where sequence=2")
    database.close()
    broken = run("audit", "verify", "--json", code=1).json
    assert broken["intact"] is False
    assert 2 in [row["row"] for row in broken["breaks"]]
    assert "THE CHAIN IS BROKEN" in run("audit", "verify", code=1).out


def test_the_demonstration(run, tmp_path, monkeypatch):
    """The sample firm, computed through ingest, suggest, decide and export."""
    monkeypatch.chdir(tmp_path)
    told = run("demo", "--rules-only")
    assert ", 0 refused" in told.out
    assert f" accepted: {FIRST} " in told.out
    assert "What next:" in told.out
    entries = (tmp_path / "demo" / "time-entries.csv").read_text(encoding="utf-8").splitlines()
    assert len(entries) > 1
    line = next(row for row in told.out.splitlines() if row.lstrip().startswith("hourtrail suggest"))
    again = run(*line.split()[1:], "--rules-only", "--json").json
    assert again["suggestions"]
    assert run("demo", "--rules-only").out.replace("\n", " ").count("sug_") == told.out.count("sug_")


def test_the_demonstration_leaves_other_folders_alone(run, tmp_path):
    mine = tmp_path / "mine" / "firm"
    mine.mkdir(parents=True)
    (mine / "precious.txt").write_text("x", encoding="utf-8")
    assert "holds something else" in run("demo", "--folder", tmp_path / "mine", code=2).err
    assert (mine / "precious.txt").exists()


def test_the_command_follows_another_tenant_and_store(week, run, tmp_path):
    run("tenants", "create", "other")
    assert run("suggest", *WEEK, "--tenant", "other", "--rules-only", "--json").json["suggestions"] == []
    assert run("--tenant", "other", "suggest", *WEEK, "--rules-only", "--json").json["suggestions"] == []
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert "there is no database at" in run("export", "activities", "--store", other, "--json", code=2).err
    assert not (tmp_path / "other.sqlite").exists(), "a mistyped name makes no database"
    assert len(run("export", "activities", "--json").json) == 2
