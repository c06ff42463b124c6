"""What fitting promises: the newest groups set the temperature, few labels move it little, the same rows give the same model."""

from dataclasses import replace

import numpy as np
import pytest
from tests.models.pairs import NOISE, SIGNAL, best_rows, column, labelled

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import FeatureSpec
from hourtrail.features import SPEC
from hourtrail.flows.backtest.metrics import expected_calibration_error
from hourtrail_models import fitting
from hourtrail_models.fitting import (
    Scale,
    boost_here,
    fit_ranker,
    fit_scale,
    fit_temperature,
    untrained_columns,
)
from hourtrail_models.ranker import RankerScorer, grouped_softmax, sharpened


@pytest.fixture(scope="module")
def fitted() -> RankerScorer:
    rows = labelled(3_000, seed=1)
    return fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here)


def test_it_finds_the_column_that_decides(fitted: RankerScorer) -> None:
    rows = labelled(500, seed=2)
    found = best_rows(fitted.probabilities(rows.matrix, rows.group), rows.group)
    possible = best_rows(rows.truth, rows.group)
    assert rows.chosen[found].mean() > rows.chosen[possible].mean() - 0.04
    weight = np.abs(fitted.contributions(rows.matrix)).mean(axis=0)
    assert weight.argmax() == column(SIGNAL)
    assert weight[column(SIGNAL)] > 5 * weight[column(NOISE)]


def test_confidence_is_true_on_rows_that_it_never_saw(fitted: RankerScorer) -> None:
    rows = labelled(3_000, seed=3)
    probability = fitted.probabilities(rows.matrix, rows.group)
    best = best_rows(probability, rows.group)
    error = expected_calibration_error(probability[best], rows.chosen[best])
    assert error is not None
    assert error < 0.04
    assert np.corrcoef(probability, rows.truth)[0, 1] > 0.95


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is tested does not depend on how many there are."""
    monkeypatch.setattr(fitting, "ROUNDS", 40)


@pytest.mark.usefixtures("few_trees")
def test_same_rows_give_the_same_bytes_on_two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fitting.PARAMETERS, "num_threads", 2)
    rows = labelled(200, seed=4)
    first, second = (fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here) for _ in range(2))
    assert first.booster.model_to_string() == second.booster.model_to_string()
    assert (first.temperature, first.ref) == (second.temperature, second.ref)


@pytest.mark.usefixtures("few_trees")
def test_other_labels_give_another_digest() -> None:
    rows, other = labelled(200, seed=4), labelled(200, seed=5)
    first = fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC)
    second = fit_ranker(other.matrix, other.group, other.chosen, SPEC)
    assert first.ref.digest != second.ref.digest


@pytest.mark.usefixtures("few_trees")
def test_the_newest_fifth_sets_the_temperature_and_no_group_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = labelled(100, seed=6)
    seen: dict[str, np.ndarray] = {}

    def spy(raw: np.ndarray, group: np.ndarray, chosen: np.ndarray, shipped: Scale) -> float:
        seen.update(raw=raw, group=group, chosen=chosen)
        return fit_temperature(raw, group, chosen, shipped)

    monkeypatch.setattr(fitting, "fit_temperature", spy)
    fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here)
    newest = np.unique(rows.group)[80:]
    assert np.array_equal(seen["group"], rows.group[np.isin(rows.group, newest)])
    assert len(seen["raw"]) == len(seen["group"])
    assert seen["chosen"].sum() == 20


@pytest.mark.usefixtures("few_trees")
def test_labels_that_stopped_being_predictable_make_it_humble() -> None:
    rows = labelled(1_500, seed=7, strength=25.0)
    lost = rows.chosen.copy()
    newest = rows.group >= 10 + 1_200
    random = labelled(1_500, seed=7, strength=0.0)
    lost[newest] = random.chosen[newest]
    assert np.array_equal(rows.group, random.group)
    steady = fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here)
    broken = fit_ranker(rows.matrix, rows.group, lost, SPEC, boost=boost_here)
    assert broken.temperature > 2 * steady.temperature


def test_temperature_is_found_where_there_are_labels_and_shrunk_to_the_shipped_one_where_there_are_few() -> None:
    for groups, tolerance in ((4_000, 0.25), (100, 1.5)):
        rows = labelled(groups, seed=8)
        temperature = fit_temperature(3.0 * np.log(rows.truth), rows.group, rows.chosen, Scale(temperature=0.5))
        own = (temperature * (groups + fitting.SHRINK) - 0.5 * fitting.SHRINK) / groups
        assert own == pytest.approx(3.0, abs=tolerance)
    assert 0.5 < temperature < 1.35  # a hundred labels move it by less than a third of the way


def test_temperature_is_the_shipped_one_without_labels_and_ignores_groups_without_one() -> None:
    rows, shipped = labelled(300, seed=9), Scale(temperature=0.7)
    raw = np.log(rows.truth)
    assert fit_temperature(raw, rows.group, np.zeros(len(raw), dtype=np.bool_), shipped) == 0.7
    half = rows.group < np.median(rows.group)
    kept = fit_temperature(raw[half], rows.group[half], rows.chosen[half], shipped)
    wild = np.where(half, raw, 1e6 * raw)
    assert fit_temperature(wild, rows.group, rows.chosen & half, shipped) == pytest.approx(kept)


def test_a_refit_keeps_the_shipped_power_and_shrinks_to_the_shipped_temperature(monkeypatch) -> None:
    monkeypatch.setattr(fitting, "ROUNDS", 20)
    rows = labelled(60, seed=12)
    found = []
    start = fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here)
    for temperature in (0.4, 4.0):
        shipped = replace(start, temperature=temperature, power=0.8)
        monkeypatch.setattr(fitting, "_shipped", lambda shipped=shipped: shipped)
        found.append(fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here))
    assert found[0].power == found[1].power == 0.8
    assert found[0].temperature < 2.0 < 3.5 < found[1].temperature  # twelve labels against five hundred


@pytest.mark.usefixtures("few_trees")
def test_without_a_way_to_grow_it_goes_on_from_the_shipped_ranker_and_says_what_that_saw(monkeypatch) -> None:
    seen = labelled(400, seed=14)
    shipped = fit_ranker(seen.matrix, seen.group, seen.chosen, SPEC, boost=boost_here)
    never_seen, seen_now = shipped.untrained[0], column(SIGNAL)
    shipped = replace(shipped, trained_on=(5, 6), untrained=shipped.untrained[1:], unproven=(never_seen, seen_now))
    monkeypatch.setattr(fitting, "_shipped", lambda: shipped)
    monkeypatch.setattr(fitting, "MORE_ROUNDS", 7)
    rows = labelled(100, seed=15)
    further = fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC)
    assert further.booster.num_trees() == shipped.booster.num_trees() + 7
    assert further.trained_on == (5, 6)
    assert set(further.untrained) <= set(shipped.untrained)
    assert further.unproven == (never_seen,)  # what the firm's own labels have shown is measured on them
    monkeypatch.setattr(fitting, "_shipped", lambda: None)
    assert fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC).booster.num_trees() == fitting.ROUNDS


def test_scale_and_power_are_found_again() -> None:
    rows = labelled(6_000, seed=13)
    odds = np.log(rows.truth)
    # Raw scores whose distance to the best one was distorted: the power undoes it.
    starts = np.flatnonzero(np.append(True, rows.group[1:] != rows.group[:-1]))
    best = np.repeat(np.maximum.reduceat(odds, starts), np.diff(np.append(starts, len(odds))))
    raw = -np.power(best - odds, 1 / 0.7)
    scale = fit_scale(raw, rows.group, rows.chosen)
    assert scale.power == pytest.approx(0.7, abs=0.12)
    assert scale.temperature == pytest.approx(1.0, abs=0.15)
    probability = grouped_softmax(sharpened(raw, rows.group, scale.temperature, scale.power), rows.group)
    top = best_rows(probability, rows.group)
    error = expected_calibration_error(probability[top], rows.chosen[top])
    assert error is not None
    assert error < 0.02


@pytest.mark.parametrize(
    ("values", "untrained"),
    [
        ([np.nan, np.nan, np.nan], True),
        ([0.0, 0.0, 0.0], True),
        ([1.0, 1.0, 1.0], True),
        ([0.0, np.nan, 0.0], True),
        ([1.0, np.nan, 1.0], False),
        ([0.0, 1.0, 0.0], False),
        ([0.0, np.nan, 1.0], False),
    ],
)
def test_a_column_is_untrained_when_no_tree_could_learn_from_it(values: list[float], untrained: bool) -> None:
    assert (untrained_columns(np.array(values)[:, None]) == (0,)) is untrained


def test_rules_speak_for_untrained_columns_only(fitted: RankerScorer) -> None:
    assert column("prefix_hint") in fitted.untrained
    assert column(SIGNAL) not in fitted.untrained
    assert column(NOISE) not in fitted.untrained


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: (rows.matrix[:, 1:], rows.group, rows.chosen, SPEC), "shape"),
        (lambda rows: (rows.matrix, rows.group, rows.chosen[1:], SPEC), "shape"),
        (lambda rows: (rows.matrix, rows.group[::-1], rows.chosen, SPEC), "time order"),
        (lambda rows: (rows.matrix[:40], rows.group[:40], rows.chosen[:40], SPEC), "too few"),
        (lambda rows: (rows.matrix[:0], rows.group[:0], rows.chosen[:0], SPEC), "too few"),
        (lambda rows: (rows.matrix, rows.group, rows.chosen, FeatureSpec("0", SPEC.names)), "not 0"),
    ],
)
def test_rows_that_do_not_fit_are_refused_in_words(change, words) -> None:
    with pytest.raises(InvalidInput, match=words):
        fit_ranker(*change(labelled(60, seed=10)))
