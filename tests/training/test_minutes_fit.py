"""A fit of booked minutes on two small firms: what each of them gave, and how far off the model is, stand in its manifest."""

import re
from datetime import date
from pathlib import Path

import pytest

from hourtrail_models.artefact import load
from hourtrail_training.minutes import main
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import simulate


def _firm(folder: Path, seed: int, people: int) -> Path:
    options = SimulateOptions(seed=seed, people=people, first=date(2026, 1, 5), last=date(2026, 2, 1), faults=False)
    simulate(options, draw(seed), folder, forms=("activities", "truth"), workers=1, say=lambda _line: None)
    return folder


def test_each_firm_stands_with_its_own_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house, cottage = _firm(tmp_path / "house", 3, 3), _firm(tmp_path / "cottage", 4, 2)
    words = [tmp_path / "model", house, cottage, "--", house, "--", cottage]
    main([str(word) for word in words], standalone_mode=False)
    manifest = load(tmp_path / "model").manifest
    rows = {row.name: row.rows for row in manifest.training_data}
    assert rows.keys() == {"house", "cottage"}
    said = re.search(r"([\d,]+) rows, margin", capsys.readouterr().out)
    assert said is not None
    assert sum(rows.values()) == int(said[1].replace(",", ""))
    assert 0 < rows["cottage"] != rows["house"] > 0
    assert manifest.metrics["measured_rows"] > 0
    assert manifest.metrics["mean_error"] > 0
    assert manifest.about["measured on"] == "cottage"
