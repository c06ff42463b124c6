"""The bundled model of booked minutes."""

import numpy as np
import pytest

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.policy.minutes import SPEC
from hourtrail_models.artefact import Manifest, load_bundled, write
from hourtrail_models.minutes import CALIBRATION, NAME, bundled_minutes, from_artefact


def _rows(**columns):
    matrix = np.full((len(next(iter(columns.values()))), len(SPEC.names)), np.nan)
    for name, values in columns.items():
        matrix[:, SPEC.names.index(name)] = values
    return matrix


def test_an_interval_is_in_order_and_longer_for_longer_work():
    ends = bundled_minutes().intervals(_rows(suggested_minutes=[15, 240], evidence_minutes=[10, 200], kind=[0, 0]))
    assert (np.diff(ends, axis=1) >= 0).all()
    assert (ends >= 0).all()
    assert ends[0, 2] < ends[1, 2]
    assert bundled_minutes().intervals(np.zeros((0, len(SPEC.names)))).shape == (0, 3)


def test_it_follows_whoever_books_in_hours():
    known = {
        "suggested_minutes": [50],
        "evidence_minutes": [50],
        "own_entries": [80],
        "in_hours": [1.0],
        "own_median": [60],
    }
    ((low, median, high),) = bundled_minutes().intervals(_rows(**known))
    assert median == pytest.approx(60, abs=5)
    assert low < 75
    assert high > 55


@pytest.mark.parametrize("spoilt", ["spec", "calibration"])
def test_what_does_not_fit_is_refused(tmp_path, spoilt):
    bundled = load_bundled(NAME)
    files = dict(bundled.files)
    spec = FeatureSpec(version="minutes-0", names=("x",)) if spoilt == "spec" else SPEC
    if spoilt == "calibration":
        files[CALIBRATION] = b'{"share": 2, "margin": 0}'
    manifest = Manifest(name=NAME, version="9", created=bundled.manifest.created, spec=spec)
    with pytest.raises(ModelUnavailable, match=r"other features|cannot be read"):
        from_artefact(write(tmp_path / "minutes", manifest, files))
