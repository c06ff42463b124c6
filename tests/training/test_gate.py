"""The gate says each reason, and lets nothing through that is worse, miscalibrated, slow, or much worse for somebody."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from hourtrail_training.answers import Answers
from hourtrail_training.evaluation import calibration_error, chance_calibration_error, coverage_curve, difference
from hourtrail_training.gate import Bounds, Contest, Independent, favour, judge, race

ROWS = 400


def answers(right, confidence):
    right = np.asarray(right, dtype=np.bool_)
    confidence = np.broadcast_to(np.asarray(confidence, dtype=np.float64), right.shape)
    return Answers(confidence, right, np.zeros_like(right), np.where(right, confidence, 0.1), np.where(right, 0, 1))


def independent(ours, theirs, confidence=None):
    """Labels that no suggestion led to, of eight people."""
    ours, theirs = np.asarray(ours, dtype=np.bool_), np.asarray(theirs, dtype=np.bool_)
    sure = (ours.mean() if len(ours) else 0.5) if confidence is None else confidence
    return Independent(candidate=answers(ours, sure), champion=answers(theirs, 0.5), people=np.arange(len(ours)) % 8)


NONE = independent([], [])


def contest(**changes):
    """A candidate that is right in 80 %, and says so; a champion in 70 %; the last label in 50 %."""
    drawn = np.random.default_rng(1)
    place = drawn.permutation(ROWS) / ROWS
    values = {
        "candidate": answers(place < 0.8, 0.8),
        "champion": answers(place < 0.7, 0.7),
        "last_label": place < 0.5,
        "weight": np.ones(ROWS),
        "people": drawn.integers(20, size=ROWS),
        "independent": NONE,
        "slices": {"kind:meeting": np.arange(ROWS) < 200},
        "champion_name": "ranker 1",
        "seconds": (1.0, 1.0),
    }
    return Contest(**{**values, **changes})


def failed(verdict):
    return [row.test for row in verdict.reasons if not row.passed]


def test_a_better_calibrated_fast_model_passes_and_every_reason_is_said():
    verdict = judge(contest())
    assert verdict.passed
    assert [row.test for row in verdict.reasons] == [
        "rows", "better than champion", "better than last label", "calibrated", "fast", "slice kind:meeting",
    ]  # fmt: skip
    assert "top-1 0.800 against 0.700 of ranker 1: +0.100" in verdict.lines()[1]
    assert verdict.as_json()["reasons"][0] == {
        "test": "rows", "passed": True,
        "words": "400 labelled rows that neither model was fitted on, at least 50 are needed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"champion": contest().candidate}, ["better than champion"]),
        ({"last_label": np.ones(ROWS, dtype=np.bool_)}, ["better than last label"]),
        ({"candidate": answers(contest().candidate.right, 0.99)}, ["calibrated"]),
        ({"seconds": (3.1, 1.0)}, ["fast"]),
    ],
)
def test_each_failure_is_named(changes, reasons):
    assert failed(judge(contest(**changes))) == reasons


def test_a_slice_that_loses_beyond_its_bound_is_named_and_a_small_one_only_told():
    base = contest()
    right = base.candidate.right.copy()
    group = np.zeros(ROWS, dtype=np.bool_)
    group[np.flatnonzero(base.champion.right)[:40]] = True
    right[group] = False
    worse = contest(candidate=answers(right, right.mean()), slices={"kind:call": group})
    assert failed(judge(worse, Bounds(ece=0.2))) == ["better than champion", "slice kind:call"]
    few = np.zeros(ROWS, dtype=np.bool_)
    few[np.flatnonzero(group)[:10]] = True
    verdict = judge(contest(candidate=answers(right, right.mean()), slices={"kind:call": few}), Bounds(ece=0.2))
    assert "too few to judge" in verdict.lines()[-1]
    assert failed(verdict) == ["better than champion"]


def test_a_slice_that_chance_explains_is_not_held_against_a_model():
    """Some people gain, some lose: five points less are no loss that anybody could show."""
    base = contest()
    group = np.zeros(ROWS, dtype=np.bool_)
    group[:40] = True
    right, shown = base.candidate.right.copy(), base.champion.right.copy()
    people = np.arange(ROWS) % 20
    right[:40], shown[:40] = people[:40] < 9, people[:40] >= 9
    noisy = contest(candidate=answers(right, right.mean()), champion=answers(shown, 0.7), people=people)
    verdict = judge(
        Contest(**{name: getattr(noisy, name) for name in noisy.__slots__} | {"slices": {"kind:call": group}})
    )
    assert "slice kind:call" not in failed(verdict)
    assert "-0.100" in verdict.lines()[-1]


def test_labels_that_no_suggestion_led_to_decide_where_there_are_enough():
    """People accept what they are shown: on all rows the champion wins, on the independent ones it loses."""
    right, shown = np.arange(ROWS) % 2 == 0, np.arange(ROWS) % 10 != 0
    both = {"candidate": answers(right, right.mean()), "champion": answers(shown, 0.8), "slices": {}}
    assert "better than champion" in failed(judge(contest(**both)))
    blind = independent(np.arange(80) % 5 != 0, np.arange(80) % 2 == 0)
    verdict = judge(contest(**both, independent=blind))
    assert "better than champion" not in failed(verdict)
    assert "on the 80 labels that no suggestion led to" in verdict.lines()[1]


def test_those_labels_decide_about_calibration_too():
    """People agree with what is shown: by their agreement a model looks less sure than right, and is not."""
    agreed = contest(candidate=answers(contest().candidate.right, 0.6), slices={})
    assert failed(judge(agreed)) == ["calibrated"]
    honest = independent(np.arange(100) % 5 < 3, np.arange(100) % 5 < 1, 0.6)
    assert failed(judge(contest(candidate=agreed.candidate, slices={}, independent=honest))) == []
    boastful = independent(np.arange(100) % 5 < 3, np.arange(100) % 5 < 1, 0.99)
    verdict = judge(contest(slices={}, independent=boastful))
    assert failed(verdict) == ["calibrated"]
    assert "labels that no suggestion led to" in verdict.lines()[3]


def test_what_acceptance_favours_the_champion_by_is_allowed_for_in_a_slice():
    """On all rows the models are even, on independent labels ours is 20 points better: 6 points less in a slice are no loss."""
    right = np.arange(ROWS) % 10 < 8
    ours = right.copy()
    ours[np.flatnonzero(right)[:6]] = False
    ours[np.flatnonzero(~right)[:6]] = True
    group = np.zeros(ROWS, dtype=np.bool_)
    group[np.flatnonzero(right)[:100]] = True
    values = {"candidate": answers(ours, ours.mean()), "champion": answers(right, 0.8), "slices": {"kind:call": group}}
    assert "slice kind:call" in failed(judge(contest(**values)))
    blind = independent(np.arange(100) % 10 < 8, np.arange(100) % 10 < 6)
    verdict = judge(contest(**values, independent=blind))
    assert failed(verdict) == []
    assert "+0.200 allowed for" in verdict.lines()[-1]
    assert (
        favour(contest(**values, independent=independent(blind.champion.right, blind.candidate.right)), Bounds()) == 0
    )


def test_too_few_rows_are_refused():
    empty = np.zeros(0, dtype=np.bool_)
    nothing = contest(
        candidate=answers(empty, 0.5), champion=answers(empty, 0.5), last_label=empty, weight=np.zeros(0),
        people=np.zeros(0, dtype=np.int64), slices={},
    )  # fmt: skip
    assert failed(judge(nothing)) == ["rows"]


def test_weights_move_every_measure():
    base = contest()
    weight = np.where(base.candidate.right & ~base.champion.right, 0.0, 1.0)
    assert "better than champion" in failed(judge(contest(weight=weight)))
    assert difference(base.candidate.right, base.champion.right, weight, base.people).value == 0


def test_chance_alone_explains_a_calibration_error_of_few_rows():
    confidence = np.linspace(0.3, 0.99, 60)
    few, many = confidence, np.repeat(confidence, 50)
    assert chance_calibration_error(few, np.ones(len(few))) > 3 * chance_calibration_error(many, np.ones(len(many)))
    assert calibration_error(np.array([0.9, 0.9]), np.array([True, False]), np.array([1.0, 0.0])) == pytest.approx(0.1)


def test_the_coverage_curve_falls_from_the_most_certain_answer():
    curve = coverage_curve(answers([True, True, False, False], [0.9, 0.8, 0.7, 0.6]), np.ones(4))
    assert curve == [(0.25, 1.0), (0.5, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5)]


def test_a_model_is_not_called_slow_for_what_it_waited():
    """Other work on the machine takes turns with ours: that is no fault of the model."""

    def model(loops, wait):
        def probabilities(_matrix, _query):
            time.sleep(wait)
            return sum(number * number for number in range(loops))

        return SimpleNamespace(probabilities=probabilities)

    rows = SimpleNamespace(matrix=None, query=None)
    waiting, working = race(model(20_000, 0.02), model(20_000, 0.0), rows)
    assert waiting < 3 * working
    heavy, light = race(model(200_000, 0.0), model(20_000, 0.0), rows)
    assert heavy > 3 * light
