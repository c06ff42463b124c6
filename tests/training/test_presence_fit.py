"""The guises in which simulated people teach the model of presence, and a fit on a firm of three."""

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
from hourtrail_models.artefact import load
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


def test_a_fit_makes_an_artefact_that_answers(firm, tmp_path, capsys):
    main([str(tmp_path / "model"), str(firm)], standalone_mode=False)
    artefact = load(tmp_path / "model")
    assert artefact.digest in capsys.readouterr().out
    model = from_artefact(artefact)
    answers = model.probabilities(np.full((1, len(SPEC.names)), np.nan))
    assert 0 < answers[0] < 1


def test_nobody_is_nothing_to_learn_from():
    with pytest.raises(InvalidInput, match="nobody"):
        fit([], {})
