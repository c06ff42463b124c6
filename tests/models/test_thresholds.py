"""A threshold is a promise; it is held against simulated truth, against MAPIE and against the printed table."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import binom

from hourtrail.domain.errors import InvalidInput
from hourtrail_models.thresholds import GRID, clopper_pearson_lower, learn_then_test


def draw(rng: np.random.Generator, n: int, *, votes: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidences of an overconfident model, whether each is right, and the true chance of that."""
    confidence = 1 / (1 + np.exp(-rng.normal(1.5, 2, n)))
    if votes:
        confidence = np.round(confidence * votes) / votes
    chance = confidence**1.1
    return confidence, rng.random(n) < chance, chance


@pytest.mark.parametrize("target", [0.9, 0.95])
@pytest.mark.parametrize("votes", [0, 10])
def test_the_promise_is_broken_no_more_often_than_delta(target: float, votes: int) -> None:
    rng = np.random.default_rng(20261121)
    everything, _, chance = draw(rng, 300_000, votes=votes)
    truth = {float(t): chance[everything >= t].mean() for t in GRID}
    runs, delta = 300, 0.1
    found = [learn_then_test(*draw(rng, 1_000, votes=votes)[:2], target=target, delta=delta) for _ in range(runs)]
    broken = sum(truth[t] < target for t in found if t is not None)
    assert sum(t is not None for t in found) > runs / 4, "a selector that never speaks would pass without merit"
    # 99.9 % of experiments with a true rate of delta stay under this count.
    assert broken <= binom.ppf(0.999, runs, delta)


@given(st.data(), st.sampled_from([0.6, 0.8, 0.9]), st.floats(0.01, 0.3))
def test_precision_on_the_calibration_answers_is_at_least_the_target(
    data: st.DataObject, target: float, delta: float
) -> None:
    n = data.draw(st.integers(0, 300))
    levels = data.draw(st.sampled_from([3, 10, 1_000_000]))
    confidence = data.draw(arrays.arrays(float, n, elements=st.integers(0, levels).map(lambda i: i / levels)))
    correct = data.draw(arrays.arrays(bool, n, elements=st.sampled_from([True, True, True, False]), fill=st.nothing()))
    threshold = learn_then_test(confidence, correct, target=target, delta=delta)
    if threshold is not None:
        shown = confidence >= threshold
        assert correct[shown].mean() >= target
        assert clopper_pearson_lower(int(correct[shown].sum()), int(shown.sum()), 1 - delta) >= target - 1e-9


@given(st.integers(0, 2**32 - 1), st.integers(0, 2_000))
def test_order_of_the_answers_does_not_matter(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    confidence, correct, _ = draw(rng, n)
    shuffled = rng.permutation(n)
    threshold = learn_then_test(confidence, correct, target=0.9)
    assert learn_then_test(confidence[shuffled], correct[shuffled], target=0.9) == threshold


def test_few_answers_and_wrong_answers_promise_nothing() -> None:
    sure = np.linspace(0.9, 0.999, 40)
    assert learn_then_test(sure, np.ones(40, dtype=bool), target=0.95) is None, "44 faultless answers prove nothing yet"
    assert learn_then_test(np.linspace(0, 1, 5_000), np.zeros(5_000, dtype=bool), target=0.5) is None
    assert learn_then_test(np.empty(0), np.empty(0, dtype=bool), target=0.9) is None


def test_forty_five_faultless_answers_prove_95_percent() -> None:
    confidence = np.linspace(0.9, 0.999, 45)
    threshold = learn_then_test(confidence, np.ones(45, dtype=bool), target=0.95)
    assert threshold is not None
    assert np.all(confidence >= threshold)


def test_an_underconfident_model_is_shown_in_full() -> None:
    rng = np.random.default_rng(1)
    threshold = learn_then_test(rng.uniform(0.2, 0.4, 2_000), rng.random(2_000) < 0.99, target=0.95)
    assert threshold is not None
    assert threshold <= 0.2


def test_votes_below_a_bad_top_are_still_found() -> None:
    # Unanimous votes come from copied entries and are often wrong; the next height is right.
    confidence = np.repeat([1.0, 0.8], [100, 2_000])
    correct = np.concatenate([np.arange(100) % 2 == 0, np.ones(2_000, dtype=bool)])
    threshold = learn_then_test(confidence, correct, target=0.95)
    assert threshold is not None
    assert 0.7 < threshold <= 0.8


@pytest.mark.parametrize(
    ("n", "errors"), [(59, 0), (93, 1), (124, 2), (153, 3), (200, 4), (300, 8), (500, 16), (1_000, 38)]
)
def test_lower_bound_agrees_with_the_audit_table(n: int, errors: int) -> None:
    assert clopper_pearson_lower(n - errors, n) >= 0.95
    assert clopper_pearson_lower(n - errors - 1, n) < 0.95


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.99))
def test_lower_bound_solves_the_binomial_equation(n: int, data: st.DataObject, confidence: float) -> None:
    k = data.draw(st.integers(0, n))
    bound = clopper_pearson_lower(k, n, confidence)
    assert 0 <= bound < (k / n if k else 1)
    if k:
        assert binom.sf(k - 1, n, bound) == pytest.approx(1 - confidence, rel=1e-6)


def test_mapie_finds_the_same_threshold() -> None:
    control = pytest.importorskip("mapie.risk_control")
    rng = np.random.default_rng(7)
    confidence, correct, _ = draw(rng, 3_000)
    ours = learn_then_test(confidence, correct, target=0.9)
    assert ours is not None
    tested = GRID[[np.sum(confidence >= t) >= 500 for t in GRID]]  # the same start: a sixth of the answers
    controller = control.BinaryClassificationController(
        lambda c: np.c_[1 - c.ravel(), c.ravel()],
        risk="precision",
        target_level=0.9,
        confidence_level=0.9,
        best_predict_param_choice="recall",
        fwer_method="fixed_sequence",
        list_predict_params=tested,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        controller.calibrate(confidence.reshape(-1, 1), correct.astype(int))
    # For a binary loss both are the exact binomial test; MAPIE 1.6 rounds n * risk up in floating point and so may count
    # one error more, which costs it at most one step of the grid here.
    steps = np.searchsorted(-GRID, [-ours, -controller.best_predict_param])
    assert 0 <= steps[0] - steps[1] <= 1


@pytest.mark.parametrize(
    ("confidence", "correct", "target", "delta"),
    [
        ([0.5, 0.5], [True], 0.9, 0.1),
        ([[0.5]], [[True]], 0.9, 0.1),
        ([float("nan")], [True], 0.9, 0.1),
        ([1.5], [True], 0.9, 0.1),
        ([0.5], [True], 1.0, 0.1),
        ([0.5], [True], 0.9, 0.0),
    ],
)
def test_impossible_input_is_refused(confidence: list, correct: list, target: float, delta: float) -> None:
    with pytest.raises(InvalidInput):
        learn_then_test(np.array(confidence), np.array(correct), target=target, delta=delta)


@pytest.mark.parametrize(("k", "n", "confidence"), [(1, 0, 0.9), (-1, 5, 0.9), (6, 5, 0.9), (1, 5, 1.0)])
def test_an_impossible_share_is_refused(k: int, n: int, confidence: float) -> None:
    with pytest.raises(InvalidInput, match="no share"):
        clopper_pearson_lower(k, n, confidence)
