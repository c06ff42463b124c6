"""Playing a firm through the product: a decision log of simulated people, made by the product's own flows alone."""

import csv
import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.training.simulator import reporting_firm as world

from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.export import rows
from hourtrail.store import open_store
from hourtrail.wiring import load_models, sources
from hourtrail_training.simulator import parameters
from hourtrail_training.simulator.play import PlayOptions, play
from hourtrail_training.simulator.reports import Reporter, ReportWriter, merge
from hourtrail_training.simulator.world import PersonWeek, instant_of

WEEKS = 2
UNASSIGNED = (world.SUPPORT, world.AUDIT)
PLAYED = PlayOptions(seed=7, first=world.MONDAY + timedelta(days=7), weeks=1)


def instant(minute: int) -> str:
    return f"{instant_of(minute):%Y-%m-%dT%H:%M:%SZ}"


def write(path: Path, header: str, lines: list[str]) -> None:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def evidence(week: PersonWeek) -> list[dict]:
    """The day's longest stretches as focus time, half an hour of which was really another's."""
    found = []
    for day in week.days:
        for at, stretch in enumerate(sorted(day.stretches, key=lambda row: -row.minutes)[:3]):
            key = f"{week.employee.handle}-{day.date}-{at}"
            found.append(
                {
                    "source": "simulated", "external_id": key, "kind": "focus", "person": week.employee.id,
                    "start": instant(stretch.start), "end": instant(stretch.end),
                    "title": " ".join(stretch.topic.words) if stretch.topic else "", "simulated": "true",
                }
            )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two people, two weeks, the first of them history."""
    target, firm, options = tmp_path_factory.mktemp("firm"), world.firm(2), world.options(WEEKS, 2)
    given = parameters.draw(options.seed)
    writer, activities, truth = ReportWriter(target / "shard"), [], []
    for employee in firm.employees:
        reporter = Reporter(firm, employee, options, given)
        for number in range(WEEKS):
            week = world.true_week(employee, world.MONDAY + timedelta(days=7 * number))
            writer.lines(employee.handle, reporter.week(week))
            activities += evidence(week)
            truth += [
                f"{row.start}-{employee.handle},{employee.id},{day.date},{row.minutes},{row.item.client},{row.item.project},"
                f"{row.item.task},{instant(row.start)},{instant(row.end)},{str(row.billable).lower()},B"
                for day in week.days
                for row in day.stretches
            ]
    writer.close()
    merge([target / "shard"], target, firm)
    activities.sort(key=lambda row: (row["start"], row["external_id"]))
    (target / "activities.jsonl").write_text("".join(json.dumps(row) + "\n" for row in activities), encoding="utf-8")
    columns = "id,person,date,minutes,client,project,task,start,end,billable,billing_code"
    write(target / "truth" / "time-entries.csv", columns, truth)
    write(target / "people.csv", "person,name,zone", [f"{e.id},{e.handle},{e.person.zone}" for e in firm.employees])
    write(
        target / "tasks.csv", "client,project,task,name,billable,contract",
        [f"{i.client},{i.project},{i.task},{w.task.name},{w.task.billable.value},{w.task.contract}"
         for i, w in firm.works.items()],
    )  # fmt: skip
    # Some true work is assigned to nobody, so that it cannot be booked.
    write(
        target / "assignments.csv", "person,client,project,task,from",
        [f"{a.person},{a.item.client},{a.item.project},{a.item.task},2025-01-01" for a in firm.assignments
         if a.item not in UNASSIGNED],
    )  # fmt: skip
    write(
        target / "contracts.csv", "contract,client,kind", [f"{c.id},{c.client},{c.kind.value}" for c in firm.contracts]
    )
    return target


def played(folder: Path, url: str):
    with open_store(url) as store:
        given = parameters.draw(7, {"added_by_hand": 0.6, "reject_share": 0.1})
        result = play(
            store, "house", folder, PLAYED, given, models=load_models(rules_only=True), sources=sources()
        )  # fmt: skip
        with store.tenant("house") as db:
            decisions = list(rows(db, "decisions"))
            entries = list(rows(db, "time-entries"))
            suggestions = list(rows(db, "suggestions"))
    return result, decisions, entries, suggestions


@pytest.fixture(scope="module")
def once(folder, tmp_path_factory):
    return played(folder, f"sqlite:///{tmp_path_factory.mktemp('store') / 'one.db'}")


def test_people_answer_their_own_suggestions_and_say_that_it_is_simulated(once):
    result, decisions, _, suggestions = once
    assert result.suggestions == len(suggestions) > 10
    assert len(decisions) == sum(result.verdicts.values())
    assert result.ignored > 0
    assert result.verdicts["accept"] > 0
    owners = {row["id"]: row["person"] for row in suggestions}
    for row in decisions:
        assert row["note"].startswith("simulated")
        assert row["suggestion"] is None or not row["suggestion"] or owners[row["suggestion"]] == row["actor"]


def test_every_answer_tells_how_long_it_took_and_comes_after_the_week(once):
    _, decisions, _, suggestions = once
    days = {row["id"]: row["date"] for row in suggestions}
    answered = [row for row in decisions if row["suggestion"]]
    assert all(row["seconds"] > 0 for row in answered)
    assert all(row["decided_at"][:10] > days[row["suggestion"]] for row in answered)


def test_what_nobody_may_book_is_refused_by_the_product_and_then_by_the_person(once):
    result, decisions, entries, _ = once
    refused = [row for row in decisions if row["reason_code"] == "not_bookable"]
    assert len(refused) <= result.unbookable
    assert result.unbookable > 0
    assert not [
        row
        for row in entries
        if row["source"] == "hourtrail" and row["project"] in {item.project for item in UNASSIGNED}
    ]


def test_history_is_read_and_nothing_of_the_future_is_known(once, folder):
    _, _, entries, suggestions = once
    imported = {row["id"] for row in entries if row["source"] != "hourtrail"}
    with (folder / "time-entries.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file) if row["created_at"] < str(PLAYED.first)}
    assert imported == known
    assert known
    assert all(row["date"] >= str(PLAYED.first) for row in suggestions)


def test_playing_again_elsewhere_from_packed_activities_says_the_same(once, folder, tmp_path):
    packed = tmp_path / "packed"
    shutil.copytree(folder, packed)
    activities = packed / "activities.jsonl"
    (packed / "activities.jsonl.gz").write_bytes(gzip.compress(activities.read_bytes(), mtime=0))
    activities.unlink()
    again = played(packed, f"sqlite:///{tmp_path / 'two.db'}")
    assert again[0] == once[0]
    key = ("suggestion", "verdict", "actor", "decided_at")
    assert [[row[name] for name in key] for row in again[1]] == [[row[name] for name in key] for row in once[1]]


def test_what_people_correct_is_true_far_more_often_than_by_chance(once, folder):
    _, decisions, _, suggestions = once
    with (folder / "truth" / "time-entries.csv").open(encoding="utf-8", newline="") as file:
        true = {
            (row["person"], row["date"], row["client"], row["project"], row["task"]) for row in csv.DictReader(file)
        }
    days = {row["id"]: (row["person"], row["date"]) for row in suggestions}
    corrected = [row for row in decisions if row["verdict"] == "edit"]
    hits = [
        (*days[row["suggestion"]], row["after"]["client"], row["after"]["project"], row["after"]["task"]) in true
        for row in corrected
    ]
    assert len(hits) > 1
    assert sum(hits) >= 0.8 * len(hits)


def test_a_folder_without_a_firm_and_odd_weeks_are_refused(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'x.db'}") as store, pytest.raises(InvalidInput, match="no simulated firm"):
        play(
            store, "house", tmp_path, PLAYED, parameters.draw(1), models=load_models(rules_only=True), sources=sources()
        )
    with pytest.raises(InvalidInput, match="Monday"):
        PlayOptions(seed=1, first=world.MONDAY + timedelta(days=1), weeks=1)
