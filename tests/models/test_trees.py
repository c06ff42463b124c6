"""Trees that are only asked answer to the last bit as the library that fitted them."""

import pickle

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.artefact import load_bundled
from hourtrail_models.ranker import BOOSTER
from hourtrail_models.trees import Trees

TEXT = load_bundled("ranker").content(BOOSTER).decode()


@pytest.fixture(scope="module")
def matrix() -> NDArray[np.float64]:
    drawn = np.random.default_rng(4)
    rows = drawn.normal(size=(200, Trees(TEXT).num_feature()))
    rows[drawn.random(rows.shape) < 0.3] = np.nan
    return rows


@pytest.mark.parametrize("kind", [{}, {"raw_score": True}, {"pred_contrib": True}])
def test_answers_are_those_of_the_library(matrix: NDArray[np.float64], kind: dict[str, bool]) -> None:
    trees, fitted = Trees(TEXT), lightgbm.Booster(model_str=TEXT)
    theirs = fitted.predict(matrix, num_threads=1, **kind)
    assert np.array_equal(trees.predict(matrix, **kind), theirs)
    # Columns first, single precision, every second row: what a caller may hand in.
    assert np.array_equal(trees.predict(np.asfortranarray(matrix), **kind), theirs)
    assert np.array_equal(trees.predict(np.repeat(matrix, 2, axis=0)[::2], **kind), theirs)
    assert trees.predict(matrix[:0], **kind).shape == (0, *np.shape(theirs)[1:])


def test_it_says_what_it_was_read_from() -> None:
    trees, fitted = Trees(TEXT), lightgbm.Booster(model_str=TEXT)
    assert (trees.num_feature(), trees.num_trees()) == (fitted.num_feature(), fitted.num_trees())
    assert trees.model_to_string() == TEXT


def test_a_copy_answers_alike_when_the_first_is_gone(matrix: NDArray[np.float64]) -> None:
    trees = Trees(TEXT)
    expected, sent = trees.predict(matrix), pickle.dumps(trees)
    del trees
    assert np.array_equal(pickle.loads(sent).predict(matrix), expected)


@pytest.mark.parametrize("text", ["", "no trees\n"])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ModelUnavailable, match="cannot read the trees: Model file doesn't"):
        Trees(text)


@pytest.mark.parametrize("shape", [(3, 5), (7,)])
def test_another_width_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the trees read"):
        Trees(TEXT).predict(np.zeros(shape))
