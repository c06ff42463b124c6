"""Accuracy on everything from answers to some of it: the plain share is too high, the weighted one is not."""

import numpy as np
import pytest
from scipy.special import expit

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.off_policy import estimate


def logged(rows=20_000, seed=4):
    """A model of true accuracy .78 whose surer answers are shown more often, as bands do; people come 100 rows each."""
    drawn = np.random.default_rng(seed)
    confidence = expit(drawn.normal(1.7, 1.5, size=rows))
    right = drawn.random(rows) < confidence
    propensity = np.clip(confidence**3, 0.05, 1.0)
    shown = drawn.random(rows) < propensity
    return right, propensity, shown, np.arange(rows) // 100


def test_the_weighted_estimate_finds_the_truth_that_the_plain_one_misses():
    right, propensity, shown, people = logged()
    truth = right.mean()
    found = estimate(right[shown].astype(float), propensity[shown], people[shown])
    assert found.naive.value > truth + 0.05
    assert found.naive.low > truth
    assert found.snips.value == pytest.approx(truth, abs=0.01)
    assert found.snips.low < truth < found.snips.high
    assert found.snips.effective < 0.8 * found.snips.rows == 0.8 * shown.sum()
    assert found.naive.effective == pytest.approx(shown.sum())


def test_another_policy_is_judged_from_the_same_log():
    """A policy that shows every answer of the odd rows and none of the even ones."""
    right, propensity, shown, people = logged(seed=6)
    target = (np.arange(len(right)) % 2).astype(float)
    found = estimate(right[shown].astype(float), propensity[shown], people[shown], target=target[shown])
    assert found.snips.value == pytest.approx(right[target == 1].mean(), abs=0.015)


def test_equal_propensities_change_nothing():
    right = np.array([1.0, 0.0, 1.0, 1.0])
    found = estimate(right, np.full(4, 0.25), np.arange(4))
    assert found.naive == found.snips
    assert found.snips.value == 0.75


@pytest.mark.parametrize(
    ("reward", "propensity", "target", "words"),
    [
        ([], [], None, "no answered suggestion"),
        ([1.0], [0.0], None, "no probability above 0"),
        ([1.0], [float("nan")], None, "no probability above 0"),
        ([1.0], [0.5], [0.0], "shows none of the logged answers"),
    ],
)
def test_what_cannot_be_estimated_is_said(reward, propensity, target, words):
    with pytest.raises(InvalidInput, match=words):
        estimate(
            np.array(reward), np.array(propensity), np.arange(len(reward)),
            target=None if target is None else np.array(target),
        )  # fmt: skip
