"""All rows at once give to the last bit what LightGBM gives each, on every value that could tell them apart."""

import re
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hourtrail_models.artefact import load_bundled
from hourtrail_models.bitwise_trees import MOST_LEAVES, BitwiseTrees
from hourtrail_models.ranker import BOOSTER
from hourtrail_models.trees import MANY, Trees

SHIPPED = load_bundled("ranker").content(BOOSTER).decode()
NEARLY_ZERO = float(np.float32(1e-35))
"""Down to here LightGBM tells a value from zero."""


def awkward(text: str, rows: int, seed: int) -> NDArray[np.float64]:
    """Values at and beside the model's thresholds, zeros of both signs and nearly zeros, infinities, unknown and usual ones."""
    drawn = np.random.default_rng(seed)
    stated = [float(word) for line in re.findall(r"^threshold=(.*)$", text, re.MULTILINE) for word in line.split()]
    at = np.array([*stated, 0.0])
    beside = [np.nextafter(at, np.inf), np.nextafter(at, -np.inf)]
    small = NEARLY_ZERO * np.array([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.0001, -1.0001])
    pool = np.concatenate([at, *beside, small, [np.inf, -np.inf, 5e-324, 1e300], np.full(len(at), np.nan)])
    matrix = drawn.normal(size=(rows, Trees(text).num_feature()))
    strange = drawn.random(matrix.shape) < 0.7
    matrix[strange] = drawn.choice(pool, size=int(strange.sum()))
    return matrix


def fitted(categories: tuple[int, ...] = (), **params: Any) -> str:
    """A model of columns some of which have unknown values, some zeros, and some neither."""
    drawn = np.random.default_rng(8)
    matrix = drawn.normal(size=(3_000, 6))
    matrix[drawn.random(3_000) < 0.3, 0] = np.nan
    matrix[drawn.random(3_000) < 0.5, 1] = 0.0
    matrix[:, 2] = drawn.integers(0, 4, size=3_000)
    wanted = np.nan_to_num(matrix[:, 0], nan=2.0) * matrix[:, 1] + (matrix[:, 2] == 1) + drawn.normal(size=3_000) / 9
    data = lightgbm.Dataset(matrix, label=wanted, categorical_feature=list(categories))
    usual = {"objective": "regression", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3}
    text: str = lightgbm.train({**usual, **params}, data, num_boost_round=12).model_to_string()
    return text


def edited(text: str) -> str:
    """Without the lengths of its trees, which LightGBM trusts."""
    return re.sub(r"^tree_sizes=.*\n", "", text, flags=re.MULTILINE)


def with_thresholds_of_nearly_zero() -> str:
    """As no binning writes them, but a file may hold them."""
    at = iter([0.0, -0.0, NEARLY_ZERO / 2, -NEARLY_ZERO / 2, NEARLY_ZERO, -NEARLY_ZERO])
    text = fitted(num_leaves=2)
    for _ in range(6):
        text = re.sub(
            r"^threshold=[^ \n]+(?= *$)", lambda _: f"threshold ={next(at)!r}", text, count=1, flags=re.MULTILINE
        )
    return edited(text.replace("threshold =", "threshold="))


HELD = {
    "the shipped ranker": SHIPPED,
    "stumps": fitted(num_leaves=2),
    "uneven": fitted(num_leaves=40, min_data_in_leaf=1),
    "as many leaves as a byte counts": fitted(num_leaves=MOST_LEAVES),
    "unknown values are zeros": fitted(use_missing=False),
    "nothing to tell apart": fitted(min_data_in_leaf=2_000),
    "one tree": edited(re.sub(r"\nTree=1\n.*?\nend of trees", "\nend of trees", SHIPPED, flags=re.DOTALL)),
    "thresholds of nearly zero": with_thresholds_of_nearly_zero(),
}
NOT_HELD = {
    "zeros are unknown": fitted(zero_as_missing=True),
    "categories": fitted(categories=(2,), max_cat_to_onehot=2),
    "lines in the leaves": fitted(linear_tree=True),
    "averaged trees": fitted(boosting="rf", bagging_freq=1, bagging_fraction=0.5),
    "more leaves than a byte counts": fitted(num_leaves=MOST_LEAVES + 1, min_data_in_leaf=1),
}


@pytest.mark.parametrize("name", HELD)
def test_every_number_is_that_of_the_library(name: str) -> None:
    text = HELD[name]
    held = BitwiseTrees.read(text)
    assert held is not None
    # More than one stretch, and a last one that fills no whole word.
    matrix = awkward(text, 4_096 + 4_096 + 77, seed=5)
    theirs = lightgbm.Booster(model_str=text).predict(matrix, raw_score=True, num_threads=1)
    assert np.array_equal(held.raw(matrix), theirs)
    assert np.array_equal(held.raw(np.asfortranarray(matrix)), theirs)
    assert np.array_equal(Trees(text).predict(matrix, raw_score=True), theirs)


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_cannot_be_held_is_left_to_the_library(name: str) -> None:
    text = NOT_HELD[name]
    assert BitwiseTrees.read(text) is None
    matrix = awkward(text, 3 * MANY, seed=6)
    theirs = lightgbm.Booster(model_str=text).predict(matrix, raw_score=True, num_threads=1)
    assert np.array_equal(Trees(text).predict(matrix, raw_score=True), theirs, equal_nan=True)


def test_several_scores_a_row_are_not_held() -> None:
    drawn = np.random.default_rng(2)
    data = lightgbm.Dataset(drawn.normal(size=(300, 3)), label=drawn.integers(0, 3, size=300))
    model = lightgbm.train({"objective": "multiclass", "num_class": 3, "verbosity": -1}, data, num_boost_round=2)
    assert BitwiseTrees.read(model.model_to_string()) is None


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5_000), st.integers(0, 2**32 - 1))
def test_a_row_scores_alike_whoever_is_beside_it(rows: int, seed: int) -> None:
    held, matrix = BitwiseTrees.read(HELD["uneven"]), awkward(HELD["uneven"], 5_000, seed=7)
    assert held is not None
    some = np.random.default_rng(seed).choice(5_000, size=rows, replace=False)
    assert np.array_equal(held.raw(matrix[some]), held.raw(matrix)[some])


def test_few_and_many_rows_score_alike() -> None:
    trees, matrix = Trees(SHIPPED), awkward(SHIPPED, 4 * MANY, seed=9)
    few = [trees.predict(part, raw_score=True) for part in np.split(matrix, 16)]
    assert np.array_equal(trees.predict(matrix, raw_score=True), np.concatenate(few))


def test_what_it_sets_for_itself_ends_with_it() -> None:
    held, before = BitwiseTrees.read(HELD["stumps"]), np.getbufsize()
    assert held is not None
    held.raw(np.zeros((500, 6)))
    assert np.getbufsize() == before
