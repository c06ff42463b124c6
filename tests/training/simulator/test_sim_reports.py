"""What simulated people report: remembered, rounded, copied, never inventing what they could not have written."""

import csv
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.training.simulator import reporting_firm as world

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.sources.contract_files.source import ContractFileSource
from hourtrail_training.simulator import parameters
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.reports import Reporter, ReportWriter, merge
from hourtrail_training.simulator.reports.recalling import recall
from hourtrail_training.simulator.world import Rounding

WEEKS = 26
PEOPLE = 12


def reports(
    weeks: int = WEEKS, people: int = PEOPLE, given: Parameters | None = None, **traits: float
) -> dict[str, list[Reported]]:
    options, firm = world.options(weeks, people), world.firm(people, **traits)
    given = given or parameters.draw(options.seed)
    rows: dict[str, list[Reported]] = {}
    for employee in firm.employees:
        reporter = Reporter(firm, employee, options, given)
        rows[employee.id] = [
            row
            for number in range(weeks)
            for row in reporter.week(world.true_week(employee, world.MONDAY + timedelta(days=7 * number)))
        ]
    return rows


@pytest.fixture(scope="module")
def half_year() -> dict[str, list[Reported]]:
    return reports()


def of_kind(rows: dict[str, list[Reported]], kind: Rounding) -> list[Reported]:
    people = {row.id for row in world.firm(PEOPLE).employees if row.traits.rounding is kind}
    return [row for person, lines in rows.items() if person in people for row in lines]


def test_a_firm_reports_most_of_its_time_and_not_all_of_it(half_year):
    reported = sum(row.minutes for rows in half_year.values() for row in rows)
    true = WEEKS * 5 * 480 * PEOPLE
    assert 0.75 < reported / true < 1.05


def test_ids_are_unique_and_lines_stand_in_the_order_of_days(half_year):
    rows = [row for lines in half_year.values() for row in lines]
    assert len({row.id for row in rows}) == len(rows)
    for lines in half_year.values():
        weeks = [row.date - timedelta(days=row.date.weekday()) for row in lines]
        assert weeks == sorted(weeks)


def test_everybody_rounds_in_their_own_way(half_year):
    assert all(row.minutes % 15 == 0 for row in of_kind(half_year, Rounding.BILL_UP))
    diary = of_kind(half_year, Rounding.DIARY)
    whole = sum(row.minutes % 60 == 0 for row in diary) / len(diary)
    assert 0.75 < whole < 0.97
    timer = [row for row in of_kind(half_year, Rounding.TIMER) if row.minutes >= 30]
    heaped = sum(row.minutes % 15 == 0 for row in timer) / len(timer)
    assert 0.07 < heaped < 0.6


def test_only_timers_know_the_clock_and_they_stop_after_they_start(half_year):
    timers = of_kind(half_year, Rounding.TIMER)
    clocked = [row for row in timers if row.start is not None]
    assert len(clocked) > 0.9 * len(timers)
    assert all(row.end is not None and row.end >= row.start for row in clocked)
    assert all(row.start is None for row in of_kind(half_year, Rounding.STANDARD))


def test_repeated_lines_are_as_frequent_as_in_real_logs(half_year):
    rows = [row for lines in half_year.values() for row in lines]
    repeats = len(rows) - len({(row.person, row.item, row.minutes, row.date) for row in rows})
    assert 0.015 < repeats / len(rows) < 0.065


def test_memory_fades_with_age_and_short_blocks_fade_first():
    given = parameters.draw(1)
    ages = np.array([0.0, 1.0, 3.0, 10.0])
    same = np.full(4, 20)
    kept = recall(ages, same, np.zeros(4, dtype=bool), 2.5, given)
    assert kept[0] == 1
    assert np.all(np.diff(kept) < 0)
    cued = recall(ages, same, np.ones(4, dtype=bool), 2.5, given)
    assert cued[3] >= given["recall_cue"] > kept[3]
    lengths = recall(np.full(3, 3.0), np.array([5, 20, 120]), np.zeros(3, dtype=bool), 2.5, given)
    assert np.all(np.diff(lengths) > 0)


def test_the_base_formula_is_that_of_the_paper():
    exact = parameters.draw(1, {"recall_cue": 0.3, "recall_length": 20})
    half = recall(np.array([2.5]), np.array([20]), np.array([False]), 2.5, exact)
    cued = recall(np.array([2.5]), np.array([20]), np.array([True]), 2.5, exact)
    assert half[0] == pytest.approx(0.5)
    assert cued[0] == pytest.approx(0.65)


def test_careless_people_fill_their_days_and_diligent_ones_do_not():
    careless = [row for rows in reports(8, 8, diligence=0.02).values() for row in rows]
    diligent = [row for rows in reports(8, 8, diligence=0.98).values() for row in rows]
    fillers = [Counter(row.origin for row in rows)["filler"] / len(rows) for rows in (careless, diligent)]
    assert fillers[0] > 5 * fillers[1]


def test_a_copied_week_repeats_the_one_before():
    given = parameters.draw(3, {"copied_week": 0.03})
    always = Parameters({**given, "copied_week": 1.0, "forgotten_week": 0.0, "look_alike": 0.0, "billable_slip": 0.0,
                         "closed_booking": 0.0, "twin_mix_up": 0.0})  # fmt: skip
    rows = [row for lines in reports(3, 4, always).values() for row in lines]
    copied = [row for row in rows if row.origin == "copied"]
    written = {(row.person, row.date, row.item, row.minutes, row.narrative) for row in rows}
    assert copied
    for row in copied:
        assert (row.person, row.date - timedelta(days=7), row.item, row.minutes, row.narrative) in written


def test_a_forgotten_week_leaves_nothing():
    given = Parameters({**parameters.draw(3), "forgotten_week": 2.0})
    assert not any(reports(3, 4, given).values())


def test_rates_are_those_in_force_on_the_day(half_year):
    billed = [row for rows in half_year.values() for row in rows if row.hourly_rate and row.item == world.CHECKOUT]
    before = {row.hourly_rate for row in billed if row.date <= world.MONDAY + timedelta(days=8)}
    after = {row.hourly_rate for row in billed if row.date > world.MONDAY + timedelta(days=8)}
    assert (before, after) == ({"100"}, {"105"})


def test_closed_tasks_are_booked_now_and_then(half_year):
    rows = [row for lines in half_year.values() for row in lines]
    closed = sum(row.item == world.OLD for row in rows) / len(rows)
    assert 0.001 < closed < 0.05


def test_the_older_a_line_the_further_it_has_come(half_year):
    by_status = defaultdict(list)
    for rows in half_year.values():
        for row in rows:
            by_status[row.status].append(row.date.toordinal())
    mean = {status: sum(days) / len(days) for status, days in by_status.items()}
    assert mean["invoiced"] < mean["approved"] < mean["draft"]
    assert all(row.billable for rows in half_year.values() for row in rows if row.status == "invoiced")


def test_the_same_seed_writes_the_same_lines_and_no_line_knows_of_other_people():
    assert reports(3, 4) == reports(3, 4)
    larger, smaller = reports(3, 6), reports(3, 4)
    assert {person: larger[person] for person in smaller} == smaller


def test_the_files_are_read_by_the_product_and_the_truth_stands_apart(tmp_path: Path):
    rows, firm = reports(3, 4), world.firm(4)
    for name, employees in (("one", firm.employees[:2]), ("two", firm.employees[2:])):
        writer = ReportWriter(tmp_path / name)
        for employee in employees:
            writer.lines(employee.handle, rows[employee.id])
        writer.close()
    merge([tmp_path / "one", tmp_path / "two"], tmp_path / "firm", firm)
    merged = (tmp_path / "firm" / "time-entries.csv").read_bytes()
    whole = ReportWriter(tmp_path / "whole")
    for employee in firm.employees:
        whole.lines(employee.handle, rows[employee.id])
    whole.close()
    merge([tmp_path / "whole"], tmp_path / "again", firm)
    assert merged == (tmp_path / "again" / "time-entries.csv").read_bytes()
    options = ReadOptions(today=world.options(3).last, person="", zone="", first=None, last=None)
    read = list(ContractFileSource().read(tmp_path / "firm" / "time-entries.csv", options))
    entries = [row for row in read if isinstance(row, TimeEntry)]
    assert not [row for row in read if isinstance(row, Rejected)]
    written = [
        row
        for employee in firm.employees
        for row in sorted(rows[employee.id], key=lambda line: (line.date, line.created, line.id))
    ]
    assert [(row.id, row.minutes, row.item) for row in entries] == [(row.id, row.minutes, row.item) for row in written]
    assert all(row.extra["simulated"] == "true" for row in entries)
    assert {row.hourly_rate for row in entries if row.item == world.AUDIT and row.billable} <= {
        Decimal(150),
        Decimal(155),
    }
    with (tmp_path / "firm" / "truth" / "reports.csv").open(encoding="utf-8", newline="") as lines:
        truth = {row["entry"]: row for row in csv.DictReader(lines)}
    assert truth.keys() == {row.id for row in written}
    assert all(truth[row.id]["origin"] == row.origin for row in written)
    assert b"origin" not in merged
    assert b"true_minutes" not in merged
