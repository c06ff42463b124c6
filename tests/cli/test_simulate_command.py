"""``hourtrail simulate`` as its users meet it."""

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"
SMALL = (
    "--people",
    "4",
    "--from",
    "2026-03-02",
    "--to",
    "2026-03-22",
    "--seed",
    "3",
    "--workers",
    "1",
    "--form",
    "calendars",
)


@pytest.fixture
def firm(run, tmp_path):
    told = run("simulate", "firm", tmp_path / "firm", *SMALL)
    assert "a simulated firm of 4 people, 3 weeks" in told.out
    assert "3 of 3 weeks" in told.err
    return tmp_path / "firm"


def test_the_product_reads_what_was_simulated(firm, run):
    """Every table and calendar is taken without a refusal."""
    for table in sorted(firm.glob("*.csv")):
        report = run("ingest", table, "--json").json
        assert report["refused"] == [], table.name
        assert report["created"] > 0, table.name
    with (firm / "people.csv").open(encoding="utf-8", newline="") as stream:
        people = [row["person"] for row in csv.DictReader(stream)]
    for person in people:
        calendar = firm / "calendars" / f"{person.partition('@')[0]}.ics"
        report = run("ingest", calendar, "--person", person, "--json").json
        assert (report["refused"], report["created"] > 0) == ([], True)
    week = run("suggest", "--from", "2026-03-16", "--to", "2026-03-20", "--rules-only", "--json").json
    assert {row["person"] for row in week["suggestions"]} <= set(people)
    assert len(week["suggestions"]) > 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--people", "0"), "people 0: a firm has 1 to"),
        (("--seed", "-1"), "seed -1"),
        (("--zone", "Mars/Olympus"), "unknown time zone 'Mars/Olympus'"),
        (("--from", "1700-01-01", "--to", "1700-02-01"), "daylight saving rules are known for"),
        (("--to", "2020-01-01"), "lies before the first day"),
        (("--set", "charm=1"), "there is no parameter 'charm'"),
        (("--set", "stay"), "write it like stay=0.6"),
        (("--traces", "magic"), "'magic' is not one of"),
        (("--people", "many"), "'many' is not a valid integer"),
    ],
)
def test_what_cannot_be_simulated_is_one_sentence(run, tmp_path, arguments, sentence):
    told = run("simulate", "firm", tmp_path / "none", *arguments, code=2)
    assert sentence in told.err
    assert not (tmp_path / "none").exists()


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("x", encoding="utf-8")
    assert "did not write" in run("simulate", "firm", tmp_path / "mine", *SMALL, code=2).err
    assert (tmp_path / "mine" / "precious.txt").exists()


def test_every_parameter_says_where_it_comes_from(run):
    rows = run("simulate", "parameters", "--json").json
    assert len(rows) > 50
    assert all(row["swept"] == (not row["source"]) for row in rows)
    assert all(row["low"] <= row["high"] and row["about"] for row in rows)
    told = run("simulate", "parameters").out
    assert "no source: swept over its whole width" in told


def test_realism_names_what_can_be_told_apart(firm, run):
    real = ("--timecards", DATA / "tock" / "time_entries.csv", "--meetings", DATA / "finos-calendar" / "calendar.ics")
    found = run("simulate", "realism", firm, *real, "--json").json
    assert found["data"] == "simulated"
    rows = {row["name"]: row for row in found["marginals"]}
    assert {"hours a card", "projects a card", "meeting length"} <= set(rows)
    assert all(0.5 <= row["auc"] <= 1 for row in rows.values() if row["auc"] is not None)
    told = run("simulate", "realism", firm, *real).out
    apart = [name for name, row in rows.items() if row["distinguishable"]]
    assert f"told apart (AUC above 0.75): {', '.join(apart) or 'none'}" in told


def test_realism_needs_real_files_and_a_simulated_firm(firm, run, tmp_path):
    assert "at least one real file" in run("simulate", "realism", firm, code=2).err
    (tmp_path / "empty").mkdir()
    told = run("simulate", "realism", tmp_path / "empty", "--timecards", DATA / "tock" / "time_entries.csv", code=2)
    assert "simulate firm" in told.err
    told = run("simulate", "realism", firm, "--meetings", DATA / "tock" / "time_entries.csv", code=2)
    assert "meeting" in told.err or "activities" in told.err


def test_simulated_people_leave_a_decision_log(firm, run):
    done = run("simulate", "play", firm, "--from", "2026-03-16", "--weeks", "1", "--rules-only", "--json").json
    assert done["data"] == "simulated"
    decisions = run("export", "decisions", "--json").json
    assert len(decisions) == sum(done["verdicts"].values()) > 10
    assert all("simulated" in row["note"] for row in decisions)
    assert run("audit", "verify", "--json").json["intact"] is True
    assert "no finished simulated firm" in run("simulate", "play", DATA, "--from", "2026-03-16", code=2).err
    assert "Monday" in run("simulate", "play", firm, "--from", "2026-03-17", code=2).err


def test_a_sweep_says_whether_the_conclusion_holds(run):
    small = ("--values", "2", "--seeds", "1", "--people", "2", "--weeks", "3", "--parameter", "decline_share")
    found = run("simulate", "sweep", *small, "--json").json
    assert [point["value"] for point in found["points"]] == pytest.approx([0.03, 0.25])
    gains = [point["minute_f1"] - point["fixed_gap_f1"] for point in found["points"]]
    assert [point["gain"] for point in found["points"]] == pytest.approx(gains)
    assert found["ahead_everywhere"] == {"decline_share": all(gain > 0 for gain in gains)}
    assert "no parameter 'charm'" in run("simulate", "sweep", "--parameter", "charm", code=2).err
