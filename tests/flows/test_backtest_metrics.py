"""Metrics against values worked out by hand."""

import numpy as np
import pytest

from hourtrail.flows.backtest import metrics
from hourtrail.flows.backtest.metrics import Ranked


def ranked(rank, truth=None, top=None, none_top=None, unseen=None):
    count = len(rank)
    return Ranked(
        rank=np.array(rank, dtype=np.int64),
        truth=np.array([0.5] * count if truth is None else truth),
        top=np.array([0.5] * count if top is None else top),
        none_top=np.array([False] * count if none_top is None else none_top, dtype=bool),
        unseen=np.array([False] * count if unseen is None else unseen, dtype=bool),
    )


def test_ranks_become_shares_and_the_mean_reciprocal():
    rows = ranked([1, 2, 4, 0], truth=[0.5, 0.25, 0.1, 0.0])
    found = metrics.summary(rows, at_switch=np.array([False, True, True, False]), people=np.array([0, 0, 1, 1]))
    assert (found["top1"], found["top3"], found["top1_at_switch"]) == (0.25, 0.5, 0.0)
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 4 + 0) / 4)
    assert found["log_loss"] == pytest.approx(-(np.log(0.5) + np.log(0.25) + np.log(0.1) + np.log(1e-6)) / 4)


def test_none_of_these_is_reported_apart_and_never_as_top1():
    rows = ranked([0, 0, 1, 2], none_top=[True, False, False, True], unseen=[True, True, False, False])
    found = metrics.summary(rows, at_switch=np.zeros(4, dtype=bool), people=np.zeros(4, dtype=int))
    assert (found["none_precision"], found["none_recall"], found["unseen_share"]) == (0.5, 0.5, 0.5)
    assert (found["top1"], found["top1_at_switch"]) == (0.25, None)


@pytest.mark.parametrize(
    ("confidence", "correct", "expected"),
    [
        ([0.95, 0.95], [True, True], 0.05),
        ([0.9, 0.5], [False, True], (0.9 + 0.5) / 2),
        # One bin (0.6 to 0.667): mean confidence 0.63, accuracy 0.5.
        ([0.62, 0.64], [True, False], 0.13),
        ([1.0], [True], 0.0),
        ([0.0, 1.0], [False, True], 0.0),
    ],
)
def test_expected_calibration_error(confidence, correct, expected):
    assert metrics.expected_calibration_error(np.array(confidence), np.array(correct)) == pytest.approx(expected)


def test_nothing_measured_is_none_not_zero():
    nothing = ranked([])
    found = metrics.summary(nothing, at_switch=np.zeros(0, dtype=bool), people=np.zeros(0, dtype=int))
    assert {key: value for key, value in found.items() if value is not None} == {"interval": {"top1": None}}


def test_the_interval_resamples_people_not_rows():
    """Ten rows of one person say as little as one: two people, all right or all wrong, leave everything open."""
    right = np.array([True] * 10 + [False] * 10)
    assert metrics.clustered_interval(right, np.repeat([0, 1], 10)) == [0.0, 1.0]
    low, high = metrics.clustered_interval(right, np.arange(20))
    assert 0.2 < low < 0.5 < high < 0.8
    assert metrics.clustered_interval(right, np.zeros(20, dtype=int)) == [0.5, 0.5]
