"""Faults on simulated timesheets, person by person: labelled to the last line, and the same whoever else is simulated."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from tests.training.simulator import reporting_firm as world

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.faults import FaultLabel
from hourtrail_training.simulator import parameters
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.reports import Reporter, ReportInjector, ReportWriter, known_of, merge
from hourtrail_training.simulator.reports.injecting import entry_of, reported_of

WEEKS = 13


def run(
    people: int, options: SimulateOptions, shard: slice = slice(None)
) -> tuple[list[Reported], list[Reported], list[FaultLabel]]:
    firm = world.firm(people)
    known, given = known_of(firm), parameters.draw(options.seed)
    before, after, labels = [], [], []
    for employee in firm.employees[shard]:
        reporter = Reporter(firm, employee, options, given)
        injector = ReportInjector(known, employee, options)
        for number in range(WEEKS):
            week = world.true_week(employee, world.MONDAY + timedelta(days=7 * number))
            lines = reporter.week(week)
            rows, found = injector.week(week, lines)
            before += lines
            after += rows
            labels += found
    return before, after, labels


@cache
def lines_of(number: int) -> tuple[Reported, ...]:
    """What the person of that number writes in a firm of eight, faults included."""
    return tuple(run(8, world.options(WEEKS, 8), slice(number, number + 1))[1])


def test_every_touched_line_has_its_label_and_every_fault_its_twin():
    before, after, labels = run(8, world.options(WEEKS, 8))
    counts = Counter((label.type, label.benign) for label in labels)
    assert len({name for name, _ in counts}) > 6
    assert all(counts[name, True] == counts[name, False] for name, _ in counts)
    old = {line.id: line for line in before}
    labelled = {name for label in labels for name in (label.entry, label.twin)}
    touched = [line for line in after if line is not old.get(line.id)]
    assert touched
    assert {line.id for line in touched} <= labelled
    faults = {label.entry: label.type for label in labels if label.entry and not label.benign}
    by_id = {line.id: line for line in after}
    assert all(by_id[name].origin == f"fault:{kind}" for name, kind in faults.items())


def test_shards_put_together_are_the_whole():
    options = world.options(WEEKS, 6)
    whole, parts = run(6, options), [run(6, options, shard) for shard in (slice(0, 2), slice(2, 6))]
    for number in range(3):
        assert whole[number] == [row for part in parts for row in part[number]]


def test_without_faults_nothing_is_touched_and_a_held_out_build_has_one_more_type():
    quiet = replace(world.options(WEEKS, 4), faults=False)
    before, after, labels = run(4, quiet)
    assert (before, labels) == (after, [])
    hidden = run(8, replace(world.options(WEEKS, 8), fault_types="held_out"))[2]
    public = run(8, world.options(WEEKS, 8))[2]
    assert {label.type for label in hidden} - {label.type for label in public} == {"backdated"}
    with pytest.raises(InvalidInput, match="fault_types"):
        replace(quiet, fault_types="secret")


def test_a_line_survives_the_way_through_the_products_entry():
    before, _, _ = run(4, world.options(WEEKS, 4))
    for line in before[::50]:
        assert reported_of(entry_of(line), line, "") == line


def test_labels_are_written_beside_the_truth(tmp_path: Path):
    _, after, labels = run(4, world.options(WEEKS, 4))
    firm = world.firm(4)
    writer = ReportWriter(tmp_path / "shard")
    for employee in firm.employees:
        writer.lines(employee.handle, [row for row in after if row.person == employee.id])
        writer.labels(employee.handle, [row for row in labels if row.person == employee.id])
    writer.close()
    merge([tmp_path / "shard"], tmp_path, firm)
    with (tmp_path / "truth" / "faults.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert Counter((row["type"], row["benign"]) for row in written) == Counter(
        (label.type, str(label.benign).lower()) for label in labels
    )
    # What is right and wrong never stands in a file that the product reads.
    entries = (tmp_path / "time-entries.csv").read_text(encoding="utf-8")
    assert "fault" not in entries.splitlines()[0]
    assert "fault:" not in entries


def test_what_a_system_writes_by_itself_fits_in_every_line_faulty_or_not():
    after = run(8, world.options(WEEKS, 8))[1]
    assert any(line.origin == "fault:overlap" for line in after)
    for line in after:
        # A clock saves a line when it stops, and where there is none the line was typed.
        assert (line.start is not None) == (line.source == "timer")
        assert line.end is None or line.end == line.created
        # What is not billed has no rate, no write-off and no invoice.
        assert line.billable or (line.hourly_rate, line.currency, line.write_off_minutes) == ("", "", 0)
        assert line.billable or line.status != "invoiced"


def test_a_line_in_a_colleagues_name_stands_among_theirs_in_any_number_of_shards(tmp_path: Path):
    firm, written = world.firm(8), []
    for name, shards in (("one", [slice(0, 8)]), ("three", [slice(0, 1), slice(1, 5), slice(5, 8)])):
        for number, shard in enumerate(shards):
            writer = ReportWriter(tmp_path / name / str(number))
            for place in range(8)[shard]:
                writer.lines(firm.employees[place].handle, lines_of(place))
            writer.close()
        merge([tmp_path / name / str(number) for number in range(len(shards))], tmp_path / name, firm)
        written.append((tmp_path / name / "time-entries.csv").read_text(encoding="utf-8"))
    assert written[0] == written[1]
    rows = list(csv.DictReader(written[0].splitlines()))
    people = [employee.id for employee in firm.employees]
    assert any(row.person != people[place] for place in range(8) for row in lines_of(place))
    order = [(people.index(row["person"]), row["date"], row["created_at"], row["id"]) for row in rows]
    assert order == sorted(order)
