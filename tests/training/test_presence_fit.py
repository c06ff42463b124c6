"""The guises in which simulated people teach the model of presence, and a fit on a firm of three."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.capture.builders import activity

from hourtrail.capture.grid import Days
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.presence import SPEC
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail_models.artefact import load, load_bundled
from hourtrail_models.presence import from_artefact
from hourtrail_training.pauses import read
from hourtrail_training.presence.__main__ import main
from hourtrail_training.presence.fit import fit
from hourtrail_training.presence.people import TIMESHEETS, VIEWS, Worker, at_odd_hours, busy, workers
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import simulate


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("firms") / "house"
    options = SimulateOptions(seed=3, people=3, first=date(2026, 1, 5), last=date(2026, 1, 25), faults=False)
    simulate(options, draw(3), folder, forms=("activities", "truth"), workers=1, say=lambda _line: None)
    return folder


def test_a_timesheet_in_another_form_holds_about_the_same_time_or_the_part_that_it_says(firm):
    given = read(firm)
    for worker in workers(given, VIEWS["all sources"]):
        true = Minutes.of(worker.spans).total
        days = Days(zone_named(worker.zone))
        kept = {
            name: Minutes.of(form(worker.name, given.truth[worker.name], days)) for name, form in TIMESHEETS.items()
        }
        assert all(start % 60 == end % 60 == 0 for start, end in kept["in hours"].spans())
        assert kept["whole days"].total == pytest.approx(true, rel=0.05)
        assert 0.3 * true < kept["in part"].total < true
        assert len(kept["whole days"]) <= len({day for start, _ in worker.spans for day in [days.of(start)[0]]})


def test_a_busy_developer_leaves_commits_and_nothing_else(firm):
    given = read(firm)
    crowded = busy(given)
    for name, rows in crowded.activities.items():
        assert {row.kind.value for row in rows} <= {"commit"}
        assert 0 < len(rows) < len(given.activities[name])


def test_at_odd_hours_traces_and_work_move_together():
    rows = [activity("a", "commit", "09:00"), activity("b", "commit", "10:00", day="2026-03-03")]
    start = int(rows[0].start.timestamp()) // 60
    worker = Worker(name="ada", zone="Europe/Berlin", activities=rows, spans=[(start - 30, start)])
    moved = at_odd_hours(worker)
    by = moved.activities[0].start - rows[0].start
    assert by
    assert moved.spans == [(start - 30 + by.total_seconds() // 60, start + by.total_seconds() // 60)]
    assert moved.activities[1].start - rows[1].start != by, "another day, another shift"


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """A smaller one, that ends earlier."""
    folder = tmp_path_factory.mktemp("others") / "cottage"
    options = SimulateOptions(seed=4, people=2, first=date(2026, 1, 5), last=date(2026, 1, 18), faults=False)
    simulate(options, draw(4), folder, forms=("activities", "truth"), workers=1, say=lambda _line: None)
    return folder


def test_a_fit_makes_an_artefact_that_answers_and_says_of_each_firm_what_it_gave(firm, other, tmp_path, capsys):
    main([str(tmp_path / "model"), str(firm), str(other), "--", str(other)], standalone_mode=False)
    artefact = load(tmp_path / "model")
    house, cottage = artefact.manifest.training_data
    assert (house.name, cottage.name) == ("house", "cottage")
    assert 0 < cottage.rows < house.rows
    assert cottage.ends < house.ends <= date(2026, 1, 26)
    said = re.search(r"([\d,]+) rows", capsys.readouterr().out)
    assert said is not None
    assert int(said[1].replace(",", "")) == house.rows + cottage.rows, "each its own, not the sum for each"
    metrics = artefact.manifest.metrics
    assert 0 < metrics["cross_entropy"] < metrics["cross_entropy_of_one_for_all"]
    assert metrics["measured_rows"] > 0


def test_each_bundled_model_says_of_each_firm_what_it_gave_and_how_good_it_is():
    for name in ("presence", "minutes"):
        manifest = load_bundled(name).manifest
        rows = [row.rows for row in manifest.training_data]
        assert len(set(rows)) > 1, name
        assert manifest.metrics["measured_rows"] > 1_000, name


def test_a_fit_makes_an_artefact_that_answers(firm, tmp_path, capsys):
    main([str(tmp_path / "model"), str(firm), "--", str(firm)], standalone_mode=False)
    artefact = load(tmp_path / "model")
    assert artefact.digest in capsys.readouterr().out
    model = from_artefact(artefact)
    answers = model.probabilities(np.full((1, len(SPEC.names)), np.nan))
    assert 0 < answers[0] < 1


def test_nobody_is_nothing_to_learn_from():
    with pytest.raises(InvalidInput, match="nobody"):
        fit([], {})
