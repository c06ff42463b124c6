"""Scores that sum to one, reasons that sum to the score, and an artefact that gives back the same scorer or says why not."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.pairs import column, labelled

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec, Scorer
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import SPEC, RulesScorer
from hourtrail.features.arrays import Floats, Ints
from hourtrail.features.rules import CEILING, LINEAR
from hourtrail.policy.bands import policy_from
from hourtrail_models import artefact, ranker
from hourtrail_models.artefact import Artefact, Manifest
from hourtrail_models.fitting import boost_here, fit_ranker
from hourtrail_models.ranker import RankerScorer, artefact_files, from_artefact, grouped_softmax

BANDS = (
    Threshold(band=Band.PREFILL, value=0.91, target_precision=0.95, basis="measured"),
    Threshold(band=Band.ASK, value=0.12, target_precision=0.90, basis="measured too"),
)
MANIFEST = Manifest(name="ranker", version="7", created=datetime(2026, 11, 21, tzinfo=UTC), spec=SPEC, encoder="e:1")


@pytest.fixture(scope="module")
def scorer() -> RankerScorer:
    rows = labelled(400, seed=1)
    fitted = fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC, boost=boost_here)
    return replace(
        fitted, power=1.0, unproven=(column("reference_own_share"),), thresholds=BANDS, trained_on=(3, 2**64 - 1)
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-3, 1.0, 1e4, 1e300]))
def test_softmax_sums_to_one_whatever_the_scale(seed: int, scale: float) -> None:
    drawn = np.random.default_rng(seed)
    group = np.repeat(np.arange(20), drawn.integers(1, 6, size=20))
    scores = drawn.uniform(-1, 1, size=len(group)) * scale
    probability = grouped_softmax(scores, group)
    assert np.allclose(np.bincount(group, probability), 1.0)
    for number in range(20):
        inside = group == number
        assert probability[inside].argmax() == scores[inside].argmax()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_order_of_the_candidates_changes_nothing(scorer: RankerScorer, seed: int) -> None:
    rows = labelled(12, seed=2)
    drawn = np.random.default_rng(seed)
    order = np.lexsort((drawn.random(len(rows.group)), rows.group))
    before = scorer.probabilities(rows.matrix, rows.group)
    assert np.allclose(scorer.probabilities(rows.matrix[order], rows.group), before[order], rtol=1e-12)


def test_a_block_does_not_depend_on_the_blocks_beside_it(scorer: RankerScorer) -> None:
    rows = labelled(30, seed=3)
    together = scorer.probabilities(rows.matrix, rows.group)
    alone = [
        scorer.probabilities(rows.matrix[rows.group == number], rows.group[rows.group == number])
        for number in np.unique(rows.group)
    ]
    assert np.allclose(together, np.concatenate(alone), rtol=1e-12)


def test_many_rows_on_two_threads_score_like_few_on_one(scorer: RankerScorer) -> None:
    rows = labelled(40, seed=4)
    times = ranker.MANY_ROWS // len(rows.group) + 1
    group = np.concatenate([rows.group + 1_000 * number for number in range(times)])
    assert len(group) >= ranker.MANY_ROWS
    many = scorer.probabilities(np.tile(rows.matrix, (times, 1)), group)
    assert np.array_equal(many, np.tile(scorer.probabilities(rows.matrix, rows.group), times))


@pytest.mark.parametrize("power", [0.6, 1.0, 1.7])
def test_a_power_keeps_the_order_and_the_artefact_keeps_the_power(scorer: RankerScorer, power: float) -> None:
    rows, other = labelled(40, seed=14), replace(scorer, power=power)
    probability = other.probabilities(rows.matrix, rows.group)
    plain = scorer.probabilities(rows.matrix, rows.group)
    assert np.allclose(np.bincount(rows.group, probability)[10:], 1.0)
    for number in np.unique(rows.group):
        inside = rows.group == number
        assert np.array_equal(np.argsort(probability[inside]), np.argsort(plain[inside]))
    assert json.loads(artefact_files(other)["calibration.json"])["power"] == power


def at_most_the_ceiling(shares: Floats, group: Ints) -> Floats:
    """What is above the ceiling, spread over the other candidates of its block."""
    return CEILING * shares + (1 - CEILING) * (1 - shares) / (np.bincount(group)[group] - 1)


def test_nothing_to_score_is_no_error(scorer: RankerScorer) -> None:
    nothing = np.zeros((0, len(SPEC.names)))
    assert scorer.probabilities(nothing, np.zeros(0, dtype=np.int64)).shape == (0,)
    assert scorer.contributions(nothing).shape == nothing.shape


def test_contributions_are_the_score_up_to_one_number(scorer: RankerScorer) -> None:
    rows = labelled(50, seed=5)
    rows.matrix[:, column("prefix_hint")] = np.random.default_rng(1).integers(0, 2, size=len(rows.matrix))
    parts = scorer.contributions(rows.matrix)
    raw = scorer.booster.predict(rows.matrix, raw_score=True) / scorer.temperature
    from_rules = LINEAR["prefix_hint"] * rows.matrix[:, column("prefix_hint")]
    constant = parts.sum(axis=1) - raw - from_rules
    assert np.ptp(constant) < 1e-9
    shares = grouped_softmax(parts.sum(axis=1), rows.group)
    bounded = at_most_the_ceiling(shares, rows.group)
    hint = rows.matrix[:, column("prefix_hint")]
    apart = np.array([np.ptp(hint[rows.group == number]) > 0 for number in rows.group])
    assert np.allclose(np.where(apart, bounded, shares), scorer.probabilities(rows.matrix, rows.group))


def test_what_the_rules_decide_is_never_surer_than_their_ceiling(scorer: RankerScorer) -> None:
    rows = labelled(50, seed=5)
    rows.matrix[:, column("prefix_hint")] = rows.chosen * 5.0
    probability = scorer.probabilities(rows.matrix, rows.group)
    assert probability.max() <= CEILING + 1e-12
    assert probability.sum() == pytest.approx(len(np.unique(rows.group)))


def test_a_hint_that_all_candidates_share_leaves_the_calibration_alone(scorer: RankerScorer) -> None:
    rows = labelled(30, seed=7)
    without = scorer.probabilities(rows.matrix, rows.group)
    rows.matrix[:, column("assigned")] = 1.0
    assert np.allclose(scorer.probabilities(rows.matrix, rows.group), without)


def test_an_untrained_hint_counts_with_the_weight_and_sign_of_the_rules(scorer: RankerScorer) -> None:
    for name in ("prefix_hint", "is_not_work"):
        matrix = np.full((2, len(SPEC.names)), np.nan)
        group = np.zeros(2, dtype=np.int64)
        unknown = scorer.probabilities(matrix, group)
        matrix[1, column(name)] = 1.0
        probability = scorer.probabilities(matrix, group)
        assert unknown == pytest.approx([0.5, 0.5])
        share = (probability - (1 - CEILING)) / (2 * CEILING - 1)
        assert np.log(share[1] / share[0]) == pytest.approx(LINEAR[name])
        assert scorer.contributions(matrix)[1, column(name)] == pytest.approx(LINEAR[name])


def test_rules_leave_a_trained_column_to_the_trees(scorer: RankerScorer) -> None:
    matrix = labelled(20, seed=6).matrix
    difference = scorer.contributions(matrix) - replace(scorer, untrained=()).contributions(matrix)
    assert not difference.any()
    assert RulesScorer().contributions(matrix)[:, column("own_decay_7d")].any()


def test_what_only_simulated_firms_have_shown_is_bounded_where_it_tells_work_apart(scorer: RankerScorer) -> None:
    signal = column("own_decay_7d")
    unproven = replace(scorer, untrained=(), unproven=(column("series_own_share"), column("billable")))
    matrix = np.full((6, len(SPEC.names)), np.nan)
    matrix[:, column("is_not_work")] = [0, 0, 1, 1, 0, 0]
    matrix[:, signal] = [0.9, 0.1, np.nan, np.nan, 0.1, 0.9]
    group = np.repeat([0, 1], 3)
    free = replace(unproven, unproven=()).probabilities(matrix, group)
    assert np.array_equal(unproven.probabilities(matrix, group), free)
    # Known of the works and not of "none of these", but the same for both works.
    matrix[[0, 1, 4, 5], column("billable")] = 1.0
    assert np.array_equal(
        unproven.probabilities(matrix, group), replace(unproven, unproven=()).probabilities(matrix, group)
    )
    matrix[0, column("series_own_share")] = 0.4
    bounded, free = (one.probabilities(matrix, group) for one in (unproven, replace(unproven, unproven=())))
    assert bounded[:3] == pytest.approx(at_most_the_ceiling(free[:3], np.zeros(3, dtype=np.int64)))
    assert np.array_equal(bounded[3:], free[3:])


@pytest.mark.parametrize("works", [1, 2, 3, 7])
@pytest.mark.parametrize("side", ["untrained", "unproven"])
def test_the_bound_holds_for_any_number_of_work_items(scorer: RankerScorer, works: int, side: str) -> None:
    hint = column("domain_hint")
    sharp = replace(scorer, temperature=1e-3, untrained=(), unproven=())
    bounded = replace(sharp, **{side: (hint,)})
    matrix = np.full((works + 1, len(SPEC.names)), np.nan)
    matrix[:, column("own_decay_7d")] = [0.9, *[0.0] * works]
    matrix[:, column("is_not_work")] = [*[0.0] * works, 1.0]
    group = np.zeros(works + 1, dtype=np.int64)
    assert sharp.probabilities(matrix, group).max() > 0.99
    matrix[:works, hint] = [1.0, *[0.0] * (works - 1)]
    probability = bounded.probabilities(matrix, group)
    assert probability.argmax() == 0
    assert probability[0] == pytest.approx(CEILING, abs=1e-3)
    assert probability.max() <= CEILING
    assert probability.sum() == pytest.approx(1.0)


def test_nothing_known_of_a_single_work_item_is_no_evidence(scorer: RankerScorer) -> None:
    unproven = replace(scorer, untrained=(), unproven=(column("domain_hint"), column("assigned")))
    matrix = np.full((2, len(SPEC.names)), np.nan)
    matrix[:, column("own_decay_7d")] = [0.9, 0.0]
    matrix[:, column("is_not_work")] = [0.0, 1.0]
    matrix[0, column("domain_hint")] = 0.0
    group = np.zeros(2, dtype=np.int64)
    assert np.array_equal(
        unproven.probabilities(matrix, group), replace(unproven, unproven=()).probabilities(matrix, group)
    )


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 2**32 - 1))
def test_untrained_columns_do_not_move_the_calibration_that_was_measured_without_them(seed: int) -> None:
    """On rows such as those of the training, the added weights are one number in each group."""
    rows = labelled(60, seed=seed)
    drawn = np.random.default_rng(seed)
    for name, values in (
        ("code_hits", [0.0]),
        ("prefix_hint", [0.0, np.nan]),
        ("assigned", [1.0]),
        ("domain_hint", [1.0, np.nan]),
    ):
        rows.matrix[:, column(name)] = drawn.choice(values, size=len(rows.matrix))
    fitted = fit_small(rows)
    with_rules = fitted.probabilities(rows.matrix, rows.group)
    assert np.allclose(with_rules, replace(fitted, untrained=()).probabilities(rows.matrix, rows.group))


def fit_small(rows) -> RankerScorer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hourtrail_models.fitting.ROUNDS", 5)
        return fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC)


def test_the_artefact_gives_back_the_same_scorer(scorer: RankerScorer, tmp_path: Path) -> None:
    written = artefact.write(tmp_path / "ranker", MANIFEST, artefact_files(scorer))
    loaded: Scorer = from_artefact(artefact.load(written.folder))
    rows = labelled(100, seed=7)
    assert np.array_equal(loaded.probabilities(rows.matrix, rows.group), scorer.probabilities(rows.matrix, rows.group))
    assert np.array_equal(loaded.contributions(rows.matrix), scorer.contributions(rows.matrix))
    assert loaded.thresholds == BANDS
    assert loaded.unproven == scorer.unproven
    assert loaded.trained_on == (3, 2**64 - 1)
    assert (loaded.spec, loaded.ref) == (SPEC, written.ref)


def test_a_band_that_was_not_earned_stays_off(scorer: RankerScorer, tmp_path: Path) -> None:
    loaded = from_artefact(artefact.write(tmp_path / "ranker", MANIFEST, artefact_files(scorer)))
    policy = policy_from(loaded.thresholds, source="ranker-7")
    assert policy.suggest is None
    assert (policy.prefill, policy.ask) == BANDS


def _calibration(**changes: object) -> bytes:
    good = {"temperature": 1.0, "untrained": [], "thresholds": []}
    return json.dumps({**good, **changes}).encode()


def _threshold(band: str, value: float) -> dict[str, object]:
    return {"band": band, "value": value, "target_precision": 0.9, "basis": "b"}


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"calibration.json": b"{"}, "Invalid JSON"),
        ({"calibration.json": b"[]"}, "Input should be an object"),
        ({"calibration.json": b"{}"}, "temperature: Field required"),
        ({"calibration.json": _calibration(temperature=0)}, "temperature"),
        ({"calibration.json": _calibration(temperature=float("nan"))}, "temperature"),
        ({"calibration.json": _calibration(untrained=["zodiac"])}, "zodiac|not in tuple"),
        ({"calibration.json": _calibration(unproven=["zodiac"])}, "zodiac|not in tuple"),
        ({"calibration.json": _calibration(thresholds=[_threshold("certain", 0.9)])}, r"thresholds\.0\.band"),
        ({"calibration.json": _calibration(thresholds=[_threshold("suggest", 1.9)])}, "descend"),
        (
            {"calibration.json": _calibration(thresholds=[_threshold("prefill", 0.5), _threshold("suggest", 0.9)])},
            "descend",
        ),
        ({"trained_on.json": b'["x"]'}, "0: Input should be a valid integer"),
        ({"ranker.txt": b"tree\n\xff"}, "decode"),
        ({"ranker.txt": b"not a model"}, "Model"),
        ({"ranker.txt": b""}, "Model|model"),
    ],
)
def test_an_artefact_that_does_not_fit_is_refused_in_one_line(
    scorer: RankerScorer, tmp_path: Path, files: dict[str, bytes], words: str
) -> None:
    written = artefact.write(tmp_path / "ranker", MANIFEST, {**artefact_files(scorer), **files})
    with pytest.raises(ModelUnavailable, match=words) as refused:
        from_artefact(written)
    assert str(written.folder) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["ranker.txt", "calibration.json", "trained_on.json"])
def test_a_missing_part_is_named(scorer: RankerScorer, tmp_path: Path, name: str) -> None:
    files = {key: content for key, content in artefact_files(scorer).items() if key != name}
    with pytest.raises(ModelUnavailable, match=f"no file {name}"):
        from_artefact(artefact.write(tmp_path / "ranker", MANIFEST, files))


@pytest.mark.parametrize("spec", [None, FeatureSpec("0", SPEC.names), FeatureSpec(SPEC.version, SPEC.names[::-1])])
def test_other_features_are_refused(scorer: RankerScorer, tmp_path: Path, spec: FeatureSpec | None) -> None:
    written: Artefact = artefact.write(tmp_path / "ranker", replace(MANIFEST, spec=spec), artefact_files(scorer))
    with pytest.raises(ModelUnavailable, match="other features"):
        from_artefact(written)


def test_trees_of_another_width_are_refused(scorer: RankerScorer, tmp_path: Path) -> None:
    import lightgbm  # noqa: PLC0415 - only here

    rows = labelled(60, seed=8)
    data = lightgbm.Dataset(rows.matrix[:, :20], label=rows.chosen.astype(int))
    narrow = lightgbm.train({"verbosity": -1, "objective": "binary"}, data, num_boost_round=1)
    files = {**artefact_files(scorer), "ranker.txt": narrow.model_to_string().encode()}
    with pytest.raises(ModelUnavailable, match="read 20 columns"):
        from_artefact(artefact.write(tmp_path / "ranker", MANIFEST, files))
