"""The pause model's fit finds what was put in, and says when there is nothing to learn."""

import numpy as np
import pytest

from hourtrail.capture.pause_model import FEATURES
from hourtrail.domain.errors import InvalidInput
from hourtrail_training.pauses import fit


def test_it_finds_the_column_that_decides_and_its_sign():
    draw = np.random.default_rng(7)
    rows = draw.normal(size=(4000, len(FEATURES)))
    rows[:, 0] = 1.0
    near = FEATURES.index("near")
    worked = (draw.random(4000) < 1 / (1 + np.exp(2.0 * rows[:, near] - 1.0))).astype(float)
    found = fit([(rows, worked)])
    assert found.shape == (len(FEATURES),)
    assert found[near] == pytest.approx(-2.0, abs=0.3)
    assert found[0] == pytest.approx(1.0, abs=0.3)
    assert np.abs(np.delete(found, [0, near])).max() < 0.2


def test_nothing_to_tell_apart_is_an_error_a_person_can_read():
    with pytest.raises(InvalidInput, match="no pause"):
        fit([])
    with pytest.raises(InvalidInput, match="every pause"):
        fit([(np.ones((5, len(FEATURES))), np.ones(5))])
