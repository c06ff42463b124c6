"""Bands: one frozen, versioned object routes; nothing that may not be proposed ever is; a reason stands on every abstention."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.confidence import Mode
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.score import Score
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.policy.bands import DEFAULT_POLICY, BandPolicy, policy_from, route

A, B, C = WorkItem("a", "1"), WorkItem("b", "2"), WorkItem("c", "3")


def threshold(band, value):
    return Threshold(band=band, value=value, target_precision=0.95, basis="stated")


def policy(prefill, suggest, ask=0.1, version="p", mode=Mode.PREFILL):
    return BandPolicy(
        version=version,
        prefill=None if prefill is None else threshold(Band.PREFILL, prefill),
        suggest=None if suggest is None else threshold(Band.SUGGEST, suggest),
        ask=threshold(Band.ASK, ask),
        mode=mode,
    )


def scores(**by_name):
    items = {"a": A, "b": B, "c": C, "none": NOT_WORK}
    rows = [Score(item=items[name], probability=value) for name, value in by_name.items()]
    return tuple(sorted(rows, key=lambda row: -row.probability))


@st.composite
def anything_scored(draw):
    count = draw(st.integers(1, 12))
    items = [*(WorkItem(f"c{n}", "p") for n in range(count)), NOT_WORK]
    weights = draw(st.lists(st.floats(1e-6, 1), min_size=len(items), max_size=len(items)))
    rows = [Score(item=item, probability=w / sum(weights)) for item, w in zip(items, weights, strict=True)]
    return tuple(sorted(rows, key=lambda row: -row.probability))


@st.composite
def policies(draw):
    prefill, suggest, ask = sorted(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)), reverse=True)
    return policy(draw(st.sampled_from([prefill, None])), draw(st.sampled_from([suggest, None])), ask)


@given(anything_scored(), policies(), st.booleans())
def test_what_is_shown_is_work_above_its_bound_in_order(rows, bands, private):
    routed = route(rows, bands, private=private)
    shown = [row.probability for row in routed.shown]
    assert NOT_WORK not in [row.item for row in routed.shown]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) <= bands.most_asked
    assert bool(routed.withheld) == (routed.band is Band.WITHHOLD) == (not routed.shown)
    assert not (private and routed.shown)
    if routed.band in {Band.PREFILL, Band.SUGGEST}:
        assert routed.shown[0] == rows[0]
        assert shown[0] >= routed.threshold.value
    if routed.band is Band.ASK:
        assert min(shown) >= bands.ask.value


@given(anything_scored(), policies(), policies())
def test_a_stricter_policy_never_proposes_more(rows, one, other):
    """Raising every bound never moves an answer towards less asking."""
    rank = [Band.PREFILL, Band.SUGGEST, Band.ASK, Band.WITHHOLD]

    def bound(bands, name):
        row = getattr(bands, name)
        return 2.0 if row is None else row.value

    if (
        all(bound(one, name) <= bound(other, name) for name in ("prefill", "suggest", "ask"))
        and rows[0].item != NOT_WORK
    ):
        assert rank.index(route(rows, one).band) <= rank.index(route(rows, other).band)


@pytest.mark.parametrize(
    ("top", "band"),
    [(0.95, Band.PREFILL), (0.9, Band.PREFILL), (0.89, Band.SUGGEST), (0.6, Band.SUGGEST), (0.59, Band.ASK)],
)
def test_bounds_are_reached_not_passed(top, band):
    assert route(scores(a=top, b=(1 - top) * 0.9, none=(1 - top) * 0.1), policy(0.9, 0.6)).band is band


def test_two_firms_route_the_same_score_differently_and_the_log_says_why():
    """CNF-05."""
    rows = scores(a=0.8, b=0.15, none=0.05)
    strict, lenient = policy(0.95, 0.9, version="strict-1"), policy(0.75, 0.6, version="lenient-1")
    routed = {bands.version: route(rows, bands) for bands in (strict, lenient)}
    assert (routed["strict-1"].band, routed["lenient-1"].band) == (Band.ASK, Band.PREFILL)
    assert (routed["strict-1"].threshold.value, routed["lenient-1"].threshold.value) == (0.1, 0.75)
    assert (strict.ref.version, lenient.ref.version) == ("strict-1", "lenient-1")


def test_not_work_is_withheld_when_sure_and_asked_about_when_not():
    sure = route(scores(none=0.9, a=0.1), policy(None, 0.6))
    assert (sure.band, sure.withheld) == (Band.WITHHOLD, "90% sure that it is none of these work items, or no work")
    unsure = route(scores(none=0.5, a=0.3, b=0.2), policy(None, 0.6))
    assert (unsure.band, [row.item for row in unsure.shown]) == (Band.ASK, [A, B])


def test_the_shipped_policy_never_fills_in_by_itself_and_is_frozen():
    assert route(scores(a=0.999, none=0.001), DEFAULT_POLICY).band is Band.SUGGEST
    with pytest.raises(FrozenInstanceError):
        DEFAULT_POLICY.version = "mine"


def test_what_a_scorer_earned_is_suggested_only_until_a_tenant_says_otherwise():
    earned = policy_from((threshold(Band.PREFILL, 0.9), threshold(Band.SUGGEST, 0.6)), source="ranker-3")
    assert route(scores(a=0.999, none=0.001), earned).band is Band.SUGGEST
    with pytest.raises(TypeError, match="mode"):
        BandPolicy(version="p", prefill=None, suggest=None, ask=threshold(Band.ASK, 0.1))


def test_measured_thresholds_replace_the_defaults_and_the_unearned_band_is_off():
    measured = policy_from((threshold(Band.SUGGEST, 0.7),), source="ranker-3")
    assert (measured.version, measured.prefill, measured.suggest.value) == ("bands-1+ranker-3", None, 0.7)
    assert measured.ask == DEFAULT_POLICY.ask
    assert policy_from((), source="rules-1") is DEFAULT_POLICY


@pytest.mark.parametrize("bounds", [(0.5, 0.6, 0.1), (0.9, 0.6, 0.7), (1.1, 0.6, 0.1), (0.9, 0.6, -0.1)])
def test_bounds_that_do_not_descend_are_refused(bounds):
    with pytest.raises(InvalidInput, match="must descend"):
        policy(*bounds)
