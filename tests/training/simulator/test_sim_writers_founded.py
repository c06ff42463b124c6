"""A drawn firm instead of the hand-made one: zones, renames and twins, and still the product reads what was simulated."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.training.simulator.written_firm import TODAY, read_all

from hourtrail.domain.activity import Activity, ReadOptions, Rejected
from hourtrail.sources.icalendar import IcalendarSource
from hourtrail.sources.tickets import TicketSource
from hourtrail_training.simulator import meetings, writers
from hourtrail_training.simulator.founding import found
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.traces import Tracer
from hourtrail_training.simulator.working import Worker
from hourtrail_training.simulator.world import Doing, Firm, PersonWeek

# Clocks change in New York on 8 March and in Europe on 29 March 2026: three weeks in which their distance differs.
OPTIONS = SimulateOptions(seed=5, people=8, first=date(2026, 3, 2), last=date(2026, 4, 5), traces="renewal")
PARAMETERS = draw(OPTIONS.seed)


def _weeks(firm: Firm) -> Iterator[PersonWeek]:
    plan = meetings.plan(firm, OPTIONS, PARAMETERS)
    tracer = Tracer(firm, OPTIONS, PARAMETERS)
    people = [employee.id for employee in firm.employees]
    for number in range((OPTIONS.last - OPTIONS.first).days // 7 + 1):
        monday = OPTIONS.first + timedelta(days=7 * number)
        seats = meetings.seats_of_week(firm, plan, OPTIONS, PARAMETERS, monday, people)
        for employee in firm.employees:
            yield tracer.leave(Worker(firm, employee, OPTIONS, PARAMETERS).week(monday, seats[employee.id]))


@pytest.fixture(scope="module")
def firm() -> Firm:
    return found(OPTIONS, PARAMETERS)


@pytest.fixture(scope="module")
def folder(firm: Firm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("founded")
    opened = writers.open_all(root / "shard", firm)
    for week in _weeks(firm):
        for writer in opened:
            writer.week(week)
    for writer in opened:
        writer.close()
    writers.merge_all([root / "shard"], root / "firm", firm)
    return root / "firm"


def test_calendars_of_all_zones_are_read_as_they_were_simulated(firm: Firm, folder: Path) -> None:
    told = {row.external_id: row for row in read_all(folder / "activities.jsonl") if row.source == "icalendar"}
    read: dict[str, Activity] = {}
    for employee in firm.employees:
        path = folder / "calendars" / f"{employee.handle}.ics"
        rows = list(IcalendarSource().read(path, ReadOptions(today=TODAY, person=employee.id)))
        assert not [row for row in rows if isinstance(row, Rejected)]
        read |= {row.external_id: row for row in rows if isinstance(row, Activity)}
    assert read == {key: replace(row, extra={}) for key, row in told.items()}
    assert len({row.zone for row in read.values()}) > 2
    assert len(read) > 300


def test_no_two_tickets_of_a_tracker_share_a_name(folder: Path) -> None:
    told = Counter(
        (row.source, row.external_id)
        for row in read_all(folder / "activities.jsonl")
        if row.source in {"jira", "github", "redmine"}
    )
    assert told
    assert max(told.values()) == 1
    for path in sorted((folder / "tickets").glob("*.json")):
        rows = list(TicketSource().read(path, ReadOptions(today=TODAY, zone="Europe/Berlin")))
        assert not [row for row in rows if isinstance(row, Rejected)]  # "is listed twice" would stand here


def test_traces_follow_the_true_work_of_a_drawn_firm(firm: Firm) -> None:
    for week in _weeks(firm):
        spans = [(part.start, part.end) for part in week.stretches if part.doing is not Doing.UNSEEN]
        for trace in week.traces:
            if trace.verb != "meeting":
                assert any(start <= trace.at < end for start, end in spans)
            assert trace.item in firm.works or trace.verb == "meeting"
