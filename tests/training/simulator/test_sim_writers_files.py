"""The contract's files, the truth beside them, and the promise that neither shards nor the order of weeks show."""

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from tests.training.simulator.small_world import EMPLOYEES, FIRM, WORKS
from tests.training.simulator.written_firm import TODAY, Written, bytes_of, read_all, write

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import NOT_WORK
from hourtrail.domain.ports import Record
from hourtrail.flows.backtest.benchmark import read_benchmark
from hourtrail.sources.contract_files import ContractFileSource
from hourtrail_training.simulator.world import Channel, Doing, instant_of
from hourtrail_training.simulator.writers import spool

CONTRACTS = Path(__file__).parents[3] / "data" / "contracts"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("files"))


def _records(path: Path) -> list[Record]:
    rows = list(ContractFileSource().read(path, ReadOptions(today=TODAY)))
    assert not [row for row in rows if isinstance(row, Rejected)]
    return [replace(row, extra={key: value for key, value in row.extra.items() if key != "simulated"}) for row in rows]  # type: ignore[type-var, union-attr]


@pytest.mark.parametrize(
    ("word", "records"),
    [
        ("people", [employee.person for employee in EMPLOYEES]),
        ("tasks", [WORKS[item].task for item in sorted(WORKS)]),
        ("assignments", list(FIRM.assignments)),
        ("contracts", list(FIRM.contracts)),
        ("rate-cards", list(FIRM.rates)),
        ("holidays", list(FIRM.holidays)),
        ("periods", list(FIRM.periods)),
        ("milestones", list(FIRM.milestones)),
    ],
)
def test_master_data_comes_back_as_it_was(written: Written, word: str, records: list[Record]) -> None:
    assert _records(written.folder / f"{word}.csv") == records


def test_files_are_the_same_however_the_people_are_divided_and_in_whichever_order_they_come(
    written: Written, tmp_path: Path
) -> None:
    one = write(tmp_path / "one", (EMPLOYEES,))
    three = write(tmp_path / "three", ((EMPLOYEES[2],), (EMPLOYEES[0],), (EMPLOYEES[1],)), by_person=True)
    files = bytes_of(written.folder)
    assert bytes_of(one.folder) == files
    assert bytes_of(three.folder) == files
    assert {path.partition("/")[0] for path in files if "/" in path} == {
        "activitywatch", "calendars", "graph", "repositories", "tickets", "transcripts", "truth",
    }  # fmt: skip


def test_files_are_the_same_however_often_the_buffer_is_full(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "BUFFER", 500)
    assert bytes_of(write(tmp_path).folder) == bytes_of(written.folder)


def test_nothing_recognisable_is_written(written: Written) -> None:
    """Every address and every host that anybody could write to ends in a name that nobody can own."""
    for path, content in bytes_of(written.folder).items():
        for found in re.findall(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", content):
            assert found.endswith(b".example"), (path, found)


def test_activities_fulfil_their_schema_and_stand_in_time_order_for_each_person(written: Written) -> None:
    schema = json.loads((CONTRACTS / "activities.schema.json").read_text())
    lines = [json.loads(line) for line in (written.folder / "activities.jsonl").read_text().splitlines()]
    validator = jsonschema.Draft202012Validator(schema)
    for line in lines:
        assert not list(validator.iter_errors(line))
        assert line["simulated"] is True
    places = [([employee.id for employee in EMPLOYEES].index(line["person"]), line["start"]) for line in lines]
    assert places == sorted(places)
    assert len({(line["source"], line["external_id"]) for line in lines}) == len(lines)


def test_every_trace_is_an_activity_at_its_instant(written: Written) -> None:
    rows = read_all(written.folder / "activities.jsonl")
    for channel, source in (
        (Channel.CHAT, "slack"),
        (Channel.MAIL, "mail"),
        (Channel.DOCUMENT, "document"),
        (Channel.WINDOW, "activitywatch"),
        (Channel.CALL, "teams"),
    ):
        told = {row.external_id: (row.start.replace(second=0), row.title) for row in rows if row.source == source}
        assert told == {trace.id: (instant_of(trace.at), trace.title) for trace in written.traces(channel)}
        assert told


def test_labels_are_what_the_mapping_backtest_reads_and_never_stand_in_the_evidence(written: Written) -> None:
    benchmark, refused = read_benchmark(
        written.folder / "truth" / "labels.jsonl", ReadOptions(today=TODAY), delay_days=1
    )
    assert not refused
    rows = read_all(written.folder / "activities.jsonl")
    assert {row.key for row in rows} == set(benchmark.keys)
    assert all(row.label is None for row in rows)
    truth = {trace.id: trace.item for week in written.weeks for trace in week.traces}
    for row, item in zip(benchmark.activities, benchmark.items, strict=True):
        if row.source in {"slack", "mail", "document", "activitywatch", "teams"}:
            assert item == truth[row.external_id]
        if row.title in {"Dentist", "Out of office"}:
            assert item == NOT_WORK
    measured = {
        row.title
        for row, eligible in zip(benchmark.activities, benchmark.eligible, strict=True)
        if eligible and row.source == "icalendar"
    }
    assert measured == {"Stand-up", "Refund form, walk-through", "Steering; portal, phase 2"}


def test_the_true_timesheet_holds_every_worked_minute_once(written: Written) -> None:
    entries = _records(written.folder / "truth" / "time-entries.csv")
    booked: Counter[tuple[object, ...]] = Counter()
    for entry in entries:
        assert isinstance(entry, TimeEntry)
        assert entry.start is not None
        assert entry.end is not None
        assert (entry.end - entry.start).total_seconds() == 60 * entry.minutes
        booked[entry.person, entry.date, entry.item, entry.extra["billing_code"]] += entry.minutes
    worked: Counter[tuple[object, ...]] = Counter()
    for week in written.weeks:
        for day in week.days:
            for part in day.stretches:
                worked[part.person, day.date, part.item, part.billing_code] += part.minutes
    assert booked == worked
    # Two stretches of one item without a gap between them are one line.
    assert len(entries) < sum(len(week.stretches) for week in written.weeks)


def test_attendance_and_days_tell_what_no_tool_knows(written: Written) -> None:
    with (written.folder / "truth" / "attendance.csv").open(newline="") as lines:
        attendance = list(csv.DictReader(lines))
    seats = [seat for week in written.weeks for seat in week.seats]
    assert len(attendance) == len(seats)
    there = {(row["person"], row["uid"], datetime.fromisoformat(row["start"])) for row in attendance if row["joined"]}
    assert there == {(s.person, s.occurrence.uid, instant_of(s.occurrence.start)) for s in seats if s.attended}
    with (written.folder / "truth" / "days.csv").open(newline="") as lines:
        days = list(csv.DictReader(lines))
    assert len(days) == 3 * 3 * 7
    assert [row["absence"] for row in days].count("leave") == 2
    unseen = sum(part.minutes for week in written.weeks for part in week.stretches if part.doing is Doing.UNSEEN)
    assert sum(int(row["unseen_minutes"]) for row in days) == unseen > 0
