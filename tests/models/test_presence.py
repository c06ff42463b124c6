"""The bundled model of presence: what it is checked for, and how it answers."""

import json

import numpy as np
import pytest

from hourtrail.capture.presence import SPEC
from hourtrail.capture.profile import SHAPES
from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail_models.artefact import Manifest, load, load_bundled, write
from hourtrail_models.presence import BOOSTER, DEFAULTS, NAME, bundled_presence, from_artefact


def test_the_bundled_model_reads_the_features_of_this_version_and_says_what_it_learned_from():
    model = bundled_presence()
    assert model.spec == SPEC
    assert {name: len(row) for name, row in model.defaults.items()} == {name: a * b for name, (a, b) in SHAPES.items()}
    manifest = load_bundled(NAME).manifest
    assert "simulated" in manifest.about["data"]
    assert manifest.training_data


def test_probabilities_are_shares_and_a_trace_is_likelier_work_than_the_night():
    matrix = np.full((2, len(SPEC.names)), np.nan)
    column = SPEC.names.index
    matrix[:, column("habit")] = matrix[:, column("habit_weekday")] = 2.0, -4.0
    matrix[:, column("clock")] = 600, 180
    matrix[:, column("since")] = matrix[:, column("until")] = matrix[:, column("near")] = 5, 200
    day, night = bundled_presence().probabilities(matrix)
    assert 0 < night < 0.2 < 0.5 < day < 1
    assert len(bundled_presence().probabilities(np.zeros((0, len(SPEC.names))))) == 0


def _made(folder, *, spec=SPEC, tables=None):
    bundled = load_bundled(NAME)
    files = dict(bundled.files)
    if tables is not None:
        files[DEFAULTS] = json.dumps({"threshold": 0.4, "tables": tables}).encode()
    manifest = Manifest(name=NAME, version="9", created=bundled.manifest.created, spec=spec)
    return write(folder, manifest, files)


def test_an_artefact_for_other_features_or_with_other_tables_is_refused(tmp_path):
    with pytest.raises(ModelUnavailable, match="other features"):
        from_artefact(_made(tmp_path / "a", spec=FeatureSpec(version="presence-0", names=("x",))))
    with pytest.raises(ModelUnavailable, match="other columns or tables"):
        from_artefact(_made(tmp_path / "b", tables={"lead": [0.5]}))
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        from_artefact(_made(tmp_path / "c", tables={"lead": [1.5]}))


def test_an_altered_file_is_refused(tmp_path):
    folder = _made(tmp_path / "a").folder
    (folder / BOOSTER).write_bytes(b"tree")
    with pytest.raises(ModelUnavailable, match="altered"):
        load(folder)
