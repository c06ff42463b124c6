"""The control loop: thresholds, gate and breaker move on evidence, never lock, and say why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hourtrail.domain.confidence import Breaker, Controls, EventKind, Mode, Outcome
from hourtrail.domain.confidence_wire import controls_from_json, controls_to_json
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence import Settings, advance, in_force
from hourtrail.policy.confidence.bounds import headroom, lower, still_needed
from hourtrail.policy.confidence.breaker import BreakerSettings, fold
from hourtrail.policy.confidence.drift import drifts
from hourtrail.policy.confidence.temperature import at_temperature, fit, tempered
from hourtrail_models.thresholds import learn_then_test

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def threshold(band, value):
    return Threshold(band=band, value=value, target_precision=0.95, basis="shipped")


SHIPPED = BandPolicy(
    version="s",
    prefill=threshold(Band.PREFILL, 0.9),
    suggest=threshold(Band.SUGGEST, 0.6),
    ask=threshold(Band.ASK, 0.1),
    mode=Mode.SUGGEST,
)


def outcomes(count, *, right=0.98, person="ada", first=0, confidence=None, seed=1, **more):
    """Answers an hour apart; ``right`` is the chance of each, confidences spread over .9 to 1 unless given."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        top = float(rng.uniform(0.9, 0.999)) if confidence is None else confidence
        found.append(
            Outcome(
                id=f"{first + number:06d}",
                person=person if isinstance(person, str) else person[number % len(person)],
                known_at=START + (first + number) * HOUR,
                scores=(top, 1 - top),
                right=bool(rng.random() < right),
                **{"shown": False, **more},
            )
        )
    return found


def advanced(controls, fresh, proving=None, settings=None):
    now = (fresh[-1].known_at if fresh else START) + HOUR
    return advance(
        controls, fresh, proving if proving is not None else [row for row in fresh if not row.shown], now,
        shipped=SHIPPED, selector=learn_then_test, settings=settings or Settings(),
    )  # fmt: skip


TEAM = tuple(f"p{number}" for number in range(40))


def test_under_300_labels_the_shipped_threshold_stands_and_no_temperature_is_fitted():
    controls, _ = advanced(Controls(), outcomes(299, person=TEAM))
    assert in_force(controls, SHIPPED, version="v").prefill.value == 0.9
    assert "299 of the 300 labels" in controls.bands[Band.PREFILL].basis
    assert controls.temperature == 1.0


def test_enough_labels_set_a_threshold_of_ones_own_with_its_basis_and_cost():
    controls, events = advanced(Controls(), outcomes(3_000, right=0.99, person=TEAM))
    own = controls.bands[Band.PREFILL]
    assert own.value is not None
    assert own.labels == 3_000
    assert "newest 3,000 labels of your firm" in own.basis
    assert own.cost == pytest.approx(1.0 - own.coverage)  # the shipped threshold lets all of these through
    assert EventKind.THRESHOLD in [event.kind for event in events]


def test_an_unreachable_target_turns_the_band_off():
    controls, _ = advanced(Controls(), outcomes(1_500, right=0.8, person=TEAM), settings=_calm_breaker())
    assert in_force(controls, SHIPPED, version="v").prefill is None
    assert controls.bands[Band.PREFILL].basis.startswith("off: no threshold keeps")


def test_few_labels_that_do_not_speak_against_it_keep_the_shipped_threshold():
    good, _ = advanced(Controls(), outcomes(400, right=0.97, person=TEAM, seed=4), settings=_calm_breaker())
    bad, _ = advanced(Controls(), outcomes(400, right=0.8, person=TEAM), settings=_calm_breaker())
    assert good.bands[Band.PREFILL].value == 0.9
    assert bad.bands[Band.PREFILL].value is None


def _calm_breaker():
    return replace(Settings(), breaker=BreakerSettings(trip=1e9, least=0.0))


def test_thresholds_are_renewed_once_a_week():
    first, _ = advanced(Controls(), outcomes(400, person=TEAM))
    soon, _ = advanced(first, outcomes(24, person=TEAM, first=400))
    later, _ = advanced(first, outcomes(200, person=TEAM, first=400))
    assert soon.renewed_at == first.renewed_at
    assert later.renewed_at > first.renewed_at


def test_labels_of_shown_answers_set_no_threshold():
    controls, _ = advanced(Controls(), outcomes(3_000, right=1.0, person=TEAM, shown=True))
    assert controls.bands[Band.PREFILL].labels == 0


def test_one_person_whom_the_model_serves_badly_gets_suggestions_only_and_is_freed_again():
    ada = outcomes(3, right=0.0, person="ada")
    controls, events = advanced(Controls(mode=Mode.PREFILL), ada)
    policy = in_force(controls, SHIPPED, version="v")
    assert controls.limited == {"ada"}
    assert (policy.of("ada").prefill, policy.of("ben").prefill.value) == (None, 0.9)
    assert "suggestions only for this person" in policy.of("ada").suggest.basis
    assert [event.subject for event in events if event.kind is EventKind.PERSON_LIMITED] == ["ada"]
    # Hidden answers are still scored, so the gate can open.
    freed, events = advanced(controls, outcomes(200, right=1.0, person="ada", first=3))
    assert freed.limited == frozenset()
    assert EventKind.PERSON_FREED in [event.kind for event in events]


def broken_firm():
    """A calm firm in which a quarter of the answers go wrong from one hour to the next."""
    calm = outcomes(2_000, right=0.985, person=TEAM)
    bad = outcomes(300, right=0.75, person=TEAM, first=2_000, seed=2)
    controls, _ = advanced(Controls(mode=Mode.PREFILL), calm)
    return calm, bad, *advanced(controls, bad, calm + bad)


def test_a_break_trips_the_breaker_within_fifty_answers_and_gives_people_back_their_gates():
    _, bad, controls, events = broken_firm()
    trip = next(event for event in events if event.kind is EventKind.BREAKER_TRIPPED)
    assert (trip.at - bad[0].known_at) / HOUR < 50
    policy = in_force(controls, SHIPPED, version="v")
    assert policy.stopped
    assert (policy.of("p1").prefill, policy.of("p1").suggest) == (None, None)
    assert "circuit breaker" in policy.of("p1").ask.basis
    assert len(controls.limited) <= 3, "the errors were the firm's, not those people's"


def test_the_breaker_resets_on_unseen_labels_alone_and_thresholds_forget_the_outage():
    calm, bad, controls, _ = broken_firm()
    well = outcomes(400, right=0.985, person=TEAM, first=2_300, seed=5)
    agreed = [replace(row, shown=True, right=True) for row in well]
    still_off, _ = advanced(controls, agreed, calm + bad)
    assert still_off.breaker.tripped
    on, events = advanced(controls, well, calm + bad + well)
    assert not on.breaker.tripped
    assert EventKind.BREAKER_RESET in [event.kind for event in events]
    last = outcomes(200, right=0.985, person=TEAM, first=2_900, seed=6)
    renewed, _ = advanced(on, last, calm + bad + well + last)
    assert renewed.bands[Band.PREFILL].value is not None
    # 300 labels of the break stay out of the window.
    assert renewed.bands[Band.PREFILL].labels <= 2_000 + 60 + 400 + 200


def test_a_change_that_came_to_stay_does_not_lock_the_breaker_for_ever():
    """High answers stay at .90, which never looks calm; but the very highest keep the promise, and the labels prove it."""
    _, _, controls, _ = broken_firm()
    rng = np.random.default_rng(4)
    new = []
    for number in range(1_500):
        top = float(rng.uniform(0.9, 0.999))
        chance = 0.998 if top > 0.96 else 0.65
        new.append(
            Outcome(
                id=f"n{number:05d}", person=TEAM[number % 40], known_at=START + (2_300 + number) * HOUR,
                scores=(top, 1 - top), right=bool(rng.random() < chance), shown=False,
            )
        )  # fmt: skip
    for day in range(0, 1_500, 24):
        controls, _ = advanced(controls, new[day : day + 24], new[: day + 24])
        if not controls.breaker.tripped:
            break
    assert not controls.breaker.tripped
    assert controls.bands[Band.PREFILL].value > 0.9


def test_agreement_with_a_shown_answer_never_resets_but_its_correction_counts():
    tripped = Breaker(tripped=True, since=START, why="x", evidence=5.0)
    settings = BreakerSettings()
    assert fold(tripped, settings, right=True, proof=False, at=START) == tripped
    assert fold(tripped, settings, right=False, proof=False, at=START).evidence < 5.0
    assert fold(tripped, settings, right=True, proof=True, at=START).evidence > 5.0


def test_two_folds_of_the_same_outcomes_end_alike_whether_by_night_or_at_once():
    calm, bad, _, _ = broken_firm()
    rows = calm[-300:] + bad
    settings = replace(Settings(), renew_days=10_000)
    at_once, _ = advanced(Controls(renewed_at=START), rows, settings=settings)
    by_night = Controls(renewed_at=START)
    for begin in range(0, len(rows), 24):
        by_night, _ = advanced(by_night, rows[begin : begin + 24], settings=settings)
    assert by_night == at_once


def test_controls_survive_the_store():
    _, _, controls, _ = broken_firm()
    assert controls_from_json(controls_to_json(controls)) == controls


@pytest.mark.parametrize(("shown", "aim"), [(100, 0.976), (300, 0.967), (1_000, 0.960)])
def test_headroom_agrees_with_the_printed_numbers(shown, aim):
    assert headroom(0.95, shown) == pytest.approx(aim, abs=0.0006)
    reached = headroom(0.95, shown)
    assert reached - 1.645 * (reached * (1 - reached) / shown) ** 0.5 == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("right", "shown", "needed"), [(0, 0, 59), (58, 58, 1), (59, 59, 0), (91, 92, 1), (199, 200, 0)]
)
def test_what_the_audit_still_needs(right, shown, needed):
    assert still_needed(right, shown, 0.95) == needed
    assert lower(right + needed, shown + needed) >= 0.95


def test_a_temperature_cools_overconfidence_and_is_shrunk():
    rows = outcomes(1_000, right=0.7, confidence=0.95)
    found = fit(rows)
    local = 1 + (found - 1) * 1_500 / 1_000
    assert local > found > 1
    assert tempered((0.95, 0.05), found) < 0.95
    assert (fit(rows[:299]), fit(outcomes(500, right=1.0))) == (1.0, 1.0)


def test_tempered_rows_sum_to_one_and_keep_their_order():
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(20), 7)
    rows = rng.dirichlet(np.ones(7), 20).ravel()
    changed = at_temperature(rows, group, 1.7)
    assert np.allclose(np.add.reduceat(changed, np.arange(0, 140, 7)), 1)
    assert (np.argsort(changed.reshape(20, 7)) == np.argsort(rows.reshape(20, 7))).all()
    assert changed[0] == pytest.approx(tempered((rows[0], *rows[1:7]), 1.7))


def test_drift_is_told_when_people_stop_accepting():
    before = outcomes(1_500, right=0.95, shown=True, accepted=True)
    late = outcomes(500, right=0.6, shown=True, accepted=False, first=1_500)
    by_name = {row.name: row for row in drifts(before + late, late[-1].known_at, temperature=1.0)}
    assert by_name["acceptance"].alarm.startswith("acceptance went from 100.0% to")
    assert by_name["override"].alarm
    assert not by_name["calibration"].alarm
    quiet = {row.name: row.alarm for row in drifts(before, before[-1].known_at, temperature=1.0)}
    assert set(quiet.values()) == {""}


@pytest.mark.parametrize(
    "bad", [{"scores": (float("nan"),)}, {"scores": (1.2,)}, {"scores": ()}, {"propensity": 0.0}, {"person": ""}]
)
def test_an_impossible_outcome_is_refused(bad):
    with pytest.raises(InvalidInput):
        replace(outcomes(1)[0], **bad)
