"""Confidence on a live tenant: own thresholds, the blind audit, outcomes from the log, modes that move on proof."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.flows.firm import EVENING, RULES, activity
from tests.store import samples

from hourtrail.domain.access import MissingPermission, Role
from hourtrail.domain.confidence import BandControl, Breaker, Controls, Mode
from hourtrail.domain.decision import Booking, Verdict
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import Band, SuggestionStatus, Threshold, Unshown
from hourtrail.domain.wire import suggestion_to_json
from hourtrail.flows import modes
from hourtrail.flows.confidence import read_outcomes, renew_controls
from hourtrail.flows.confidence_report import confidence_report
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.export import rows
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account
from hourtrail.flows.modes import ModeNotProven, mode_report, set_mode
from hourtrail.flows.resolve import Part
from hourtrail.flows.trail import trail
from hourtrail.policy.bands import BandPolicy
from hourtrail.store import TenantStore

ADA = "ada@firm.example"
OTHER = WorkItem("globex", "support", "")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def bound(band, value):
    return Threshold(band=band, value=value, target_precision=0.95, basis="shipped")


MODELS = replace(
    RULES,
    degraded="",
    policy=BandPolicy(
        version="bands-t",
        prefill=bound(Band.PREFILL, 0.5),
        suggest=bound(Band.SUGGEST, 0.3),
        ask=bound(Band.ASK, 0.05),
        mode=Mode.SUGGEST,
    ),
)


def meeting(key="m", hour=9, title="PORTAL-7 checkout of the portal", **more):
    return activity(
        key, "meeting", f"2026-03-03T{hour:02d}:00:00Z", end=f"2026-03-03T{hour + 1:02d}:00:00Z", title=title,
        participants=["kim@acme.example"], response="accepted", **more,
    )  # fmt: skip


def shown_of(firm, models=MODELS):
    return {row.id: row for row in firm.suggest(models=models).suggestions}


@pytest.fixture
def audits(monkeypatch):
    """Sets the share of the blind audit, which the other tests leave at none."""
    return lambda share: monkeypatch.setattr("hourtrail.flows.confidence.SHARE", share)


def test_two_tenants_with_different_thresholds_route_the_same_score_differently_and_the_log_says_why(firm_on_both):
    """CNF-05."""
    said = {}
    for tenant, value, mode in (("strict", 0.999, Mode.PREFILL), ("lenient", 0.2, Mode.PREFILL)):
        one = type(firm_on_both)(firm_on_both.store, firm_on_both.folder, tenant)
        one.tables()
        one.activities(meeting())
        control = BandControl(value=value, aim=0.97, basis=f"labels of {tenant}", labels=500)
        with one.store.tenant(tenant) as db:
            db.put_controls(
                Controls(mode=mode, model="rules", bands={Band.PREFILL: control, Band.SUGGEST: replace(control, aim=0.9)}),
                [], "system:confidence", EVENING,
            )  # fmt: skip
        row = next(iter(shown_of(one).values()))
        made = decide(one.store, tenant, Request(suggestion=row.id, verdict=Verdict.ACCEPT, actor=ADA)).decision
        with one.store.tenant(tenant, read_only=True) as db:
            (booked,) = [entry.id for entry in db.entries()]
        told = trail(one.store, tenant, booked)["suggestion"]
        assert told["routing"] == list(row.routing), "what was stored is what the trail tells"
        said[tenant] = row, made
    strict, lenient = said["strict"], said["lenient"]
    assert strict[0].confidence == lenient[0].confidence
    assert (strict[0].band, lenient[0].band) == (Band.ASK, Band.PREFILL)
    assert lenient[1].threshold == {
        "band": "prefill", "value": 0.2, "target_precision": 0.97, "basis": "labels of lenient",
    }  # fmt: skip
    assert strict[1].policy.version == lenient[1].policy.version == "bands-t+controls-1"
    sure = f"confidence {strict[0].confidence:.4f}"
    standing = "policy bands-t+controls-1, mode prefill, no gate on this person, circuit breaker on"
    assert strict[0].routing == (
        f"{sure} is below prefill at 0.999 (aim 97%; labels of strict)",
        f"{sure} is below suggest at 0.999 (aim 90%; labels of strict)",
        f"{sure} reaches ask at 0.05 (aim 95%; shipped)",
        standing,
    )
    assert lenient[0].routing == (f"{sure} reaches prefill at 0.2 (aim 97%; labels of lenient)", standing)


def test_a_tenant_starts_with_suggestions_and_never_prefills_unasked(firm):
    firm.tables()
    firm.activities(meeting())
    row = next(iter(shown_of(firm).values()))
    assert row.band is Band.SUGGEST
    assert row.threshold.basis == "shipped; the mode is suggest"


def test_a_tripped_breaker_turns_answers_into_questions_that_say_so(firm):
    firm.tables()
    firm.activities(meeting())
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(
            Controls(breaker=Breaker(tripped=True, since=EVENING, why="50 of the last 60 were right")),
            [],
            "system:x",
            EVENING,
        )
    row = next(iter(shown_of(firm).values()))
    assert row.band is Band.ASK
    assert "50 of the last 60" in row.threshold.basis
    assert row.routing[:2] == ("prefill from 0.5 on: not asked now", "suggest from 0.3 on: not asked now")
    assert row.routing[-1].endswith(
        "mode suggest, no gate on this person, circuit breaker off (50 of the last 60 were right)"
    )


def test_shadow_mode_shows_nothing_and_measures_everything(firm):
    firm.tables()
    firm.activities(meeting())
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(Controls(mode=Mode.SHADOW), [], "kim", EVENING)
    row = next(iter(shown_of(firm).values()))
    assert (row.item, row.alternatives, row.band) == (None, (), Band.WITHHOLD)
    decided(firm, row.id, Verdict.EDIT, parts=(Part(client="acme", project="portal", task="DEV"),))
    with firm.store.tenant(firm.tenant) as db:
        (outcome,) = read_outcomes(db, model="rules").rows
    assert (outcome.shown, outcome.audited, outcome.right) == (False, True, True)


def decided(firm, suggestion, verdict, **more):
    return decide(firm.store, firm.tenant, Request(suggestion=suggestion, verdict=verdict, actor=ADA, **more)).decision


def test_an_audited_answer_is_shown_to_nobody_logged_with_its_chance_and_never_drawn_again(firm_on_both, audits):
    firm = firm_on_both
    audits(1.0)
    firm.tables()
    firm.activities(meeting())
    first = firm.suggest(models=MODELS)
    (row,) = first.suggestions
    with firm.store.tenant(firm.tenant) as db:
        public = json.dumps([suggestion_to_json(row), list(rows(db, "suggestions"))], default=str)
    assert "portal" not in public.lower().replace("portal-7 checkout of the portal", "").replace("portal-7", "")
    assert row.reasons == (
        "drawn for the blind audit: say what it was, so that the accuracy of the others can be proven",
    )
    assert [held.suggestion for held in first.withheld] == [row.id]
    with pytest.raises(InvalidInput, match="unassigned"):
        decided(firm, row.id, Verdict.ACCEPT)
    audits(0.0)
    again = firm.suggest(models=MODELS)
    assert (again.created, again.updated, again.withdrawn) == (0, 0, 0), "the lot is drawn once"
    made = decided(firm, row.id, Verdict.EDIT, parts=(Part(client="acme", project="portal", task="DEV"),))
    with firm.store.tenant(firm.tenant) as db:
        stored = db.decision(made.id)
        (outcome,) = read_outcomes(db, model="rules").rows
    assert (stored.propensity, stored.unshown.audit, stored.unshown.band) == (1.0, True, Band.SUGGEST)
    assert stored.unshown.item == WorkItem("acme", "portal", "DEV")
    assert (outcome.audited, outcome.right, outcome.shown) == (True, True, False)


def test_the_lot_falls_alike_on_every_run_and_shown_answers_log_the_other_chance(firm, audits):
    firm.tables()
    firm.activities(*(meeting(f"m{hour}", hour, f"PORTAL-{hour} checkout") for hour in range(6, 18)))
    audits(0.4)
    drawn = {key: row.item is None for key, row in shown_of(firm).items()}
    assert {True, False} == set(drawn.values())
    again = firm.suggest(models=MODELS)
    assert {row.id: row.item is None for row in again.suggestions} == drawn
    assert (again.created, again.updated) == (0, 0)
    assert {row.propensity for row in again.suggestions} == {0.4, 0.6}


def test_what_was_shown_once_is_not_hidden_by_a_later_lot(firm, audits):
    firm.tables()
    firm.activities(meeting())
    before = shown_of(firm)
    audits(1.0)
    assert {key: row.item for key, row in shown_of(firm).items()} == {key: row.item for key, row in before.items()}


def logged(db, count, *, right=True, verdict=Verdict.EDIT, band=Band.PREFILL, shown=False, first=0, scores=(0.9, 0.1)):
    """Decided suggestions straight in the log, an hour apart; kept back unless ``shown``."""
    for number in range(first, first + count):
        item = None if shown else samples.ITEM
        row = samples.suggestion(
            number, confidence=scores[0], scores=scores, propensity=0.05,
            **({} if shown else {"item": None, "alternatives": (), "band": Band.WITHHOLD, "unshown": Unshown(item=item, confidence=scores[0], band=band, audit=True)}),
        )  # fmt: skip
        after = (Booking(item=samples.ITEM if right else OTHER, minutes=50, billable=True, narrative="x"),)
        db.reconcile_suggestions(create=[row], update=[], withdraw=[])
        db.append_decision(
            samples.decision(
                f"d{number}", verdict, suggestion=row.id, decided_at=samples.NINE + timedelta(hours=number),
                after=after if verdict in {Verdict.EDIT, Verdict.ACCEPT} else (), propensity=0.05,
            )
        )  # fmt: skip
        db.set_suggestion_status(row.id, SuggestionStatus.DECIDED)


def test_outcomes_say_what_was_right_and_what_proves_something(firm):
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 1, first=0)
        logged(db, 1, first=1, right=False)
        logged(db, 1, first=2, shown=True, verdict=Verdict.ACCEPT)
        logged(db, 1, first=3, shown=True, verdict=Verdict.REJECT)
        logged(db, 1, first=4, verdict=Verdict.NOT_WORK)
        logged(db, 1, first=5, verdict=Verdict.REJECT)  # what it was is not known
        logged(db, 1, first=6, shown=True, verdict=Verdict.DEFER)
        found = {row.id: (row.right, row.shown) for row in read_outcomes(db, model="rules").rows}
        assert read_outcomes(db, model="another").rows == []
    assert found == {
        "sug_0": (True, False), "sug_1": (False, False), "sug_2": (True, True), "sug_3": (False, True), "sug_4": (False, False),
    }  # fmt: skip


def test_poisoned_rows_are_named_and_left_out_and_the_old_thresholds_stay(firm):
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 3)
    before = renew_controls(firm.store, firm.tenant, MODELS, now=NOW).controls
    with firm.store.engine.begin() as connection:
        for name in ("decision_no_update",):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(
            "UPDATE decision SET body = replace(body, '\"propensity\":0.05', '\"propensity\":7')"
        )
        connection.exec_driver_sql(
            "UPDATE suggestion SET body = replace(body, '0.9,0.1', '9.5,0.1') WHERE id = 'sug_1'"
        )
    ran = renew_controls(firm.store, firm.tenant, MODELS, now=NOW)
    assert (ran.fresh, len(ran.unreadable)) == (0, 3)
    assert ran.controls.bands == before.bands


def test_an_impossible_score_or_a_stranger_is_named(firm):
    firm.tables()
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 1)  # of ann, whom the firm does not know
        assert "is no person of this firm" in read_outcomes(db, model="rules").unreadable[0]


def test_an_empty_log_changes_nothing_and_one_class_only_fits_no_temperature(firm_on_both):
    firm = firm_on_both
    assert renew_controls(firm.store, firm.tenant, MODELS, now=NOW).events == ()
    with firm.store.tenant(firm.tenant) as db:
        assert db.controls() == (Controls(), 0)
        logged(db, 5)
    first = renew_controls(firm.store, firm.tenant, MODELS, now=NOW)
    second = renew_controls(firm.store, firm.tenant, MODELS, now=NOW + timedelta(hours=1))
    assert (first.fresh, second.fresh, second.events) == (5, 0, ())
    with firm.store.tenant(firm.tenant) as db:
        assert db.controls()[1] == 1, "nothing new puts no new row"
    assert first.controls.temperature == 1.0


def test_a_mode_moves_up_on_blind_proof_alone_and_down_at_any_time(firm):
    def move(mode, actor="kim"):
        set_mode(firm.store, firm.tenant, mode, actor, MODELS, now=NOW)

    with firm.store.tenant(firm.tenant) as db:
        logged(db, 58)
    with pytest.raises(NotAllowed, match="needs a proven precision of 95%: 58 of 58 blind answers right"):
        move(Mode.PREFILL)
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 1, first=58)
    with pytest.raises(NotAllowed, match="only a named person decides"):
        move(Mode.PREFILL, "model:ranker")
    move(Mode.PREFILL)
    move(Mode.SHADOW)
    with firm.store.tenant(firm.tenant) as db:
        assert db.controls()[0].mode is Mode.SHADOW
        said = [event.why for event in db.control_events()]
        assert said[0] == "prefill to shadow by kim: moved down"
        assert said[1].startswith("suggest to prefill by kim: 59 of 59 blind answers right, which proves 95.0%")


def test_the_report_says_what_is_proven_and_what_is_missing(firm):
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 30)
        logged(db, 4, first=30, shown=True, verdict=Verdict.ACCEPT)
    report = confidence_report(firm.store, firm.tenant, MODELS, now=NOW).to_json()
    assert report["audit"] == {
        "share": 0.05, "answers": 30, "errors": 0, "lower_bound": 0.905, "promise": 0.95, "proven": False, "still_needed": 29,
        "words": "not yet proven for your firm: 30 of 30 blind answers right, which proves 90.5%; 29 more without an error"
        " would prove 95%",
    }  # fmt: skip
    assert (report["outcomes"], report["unseen_outcomes"], report["mode"]) == (34, 30, "suggest")
    assert [row["value"] for row in report["bands"]] == [0.5, 0.3, 0.05]
    json.dumps(report, allow_nan=False)


def test_moving_down_to_shadow_hides_what_was_open_and_what_was_seen_proves_nothing_afterwards(firm_on_both):
    firm = firm_on_both
    firm.tables()
    firm.activities(meeting())
    (before,) = shown_of(firm).values()
    assert before.item is not None
    set_mode(firm.store, firm.tenant, Mode.SHADOW, ADA, MODELS, now=NOW, reason="too many wrong ones")
    with firm.store.tenant(firm.tenant) as db:
        hidden = db.suggestion(before.id)
        (change,) = db.mode_changes()
    assert (hidden.item, hidden.alternatives, hidden.band) == (None, (), Band.WITHHOLD)
    assert hidden.revision == before.revision + 1, "who has the old page open is told that it changed"
    assert (change.actor, change.to, change.why) == (
        ADA, Mode.SHADOW, f"suggest to shadow by {ADA}: moved down; too many wrong ones",
    )  # fmt: skip
    (again,) = shown_of(firm).values()
    assert again.unshown is not None
    assert again.unshown.seen, "a later run does not forget that it was shown"
    decided(firm, before.id, Verdict.EDIT, parts=(Part(client="acme", project="portal", task="DEV"),))
    with firm.store.tenant(firm.tenant) as db:
        (outcome,) = read_outcomes(db, model="rules").rows
    assert (outcome.shown, outcome.audited) == (True, False)


def test_what_is_open_is_lowered_some_at_a_time_and_all_of_it(firm_on_both, monkeypatch):
    firm = firm_on_both
    read = []
    monkeypatch.setattr(modes, "AT_ONCE", 2)
    firm.tables()
    firm.activities(*(meeting(f"m{hour}", hour) for hour in range(8, 17, 2)))
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(Controls(mode=Mode.PREFILL, model="rules"), [], "kim", EVENING)
    before = shown_of(firm)
    assert [row.band for row in before.values()] == [Band.PREFILL] * 5
    whole = TenantStore.suggestions_named

    def some(db, names):
        read.append(len(names))
        return whole(db, names)

    monkeypatch.setattr(TenantStore, "suggestions_named", some)
    monkeypatch.setattr(TenantStore, "suggestions", lambda *_given, **_more: pytest.fail("all of them at once"))
    set_mode(firm.store, firm.tenant, Mode.SUGGEST, ADA, MODELS, now=NOW)
    monkeypatch.undo()
    assert read == [2, 2, 1]
    assert {(row.band, row.revision) for row in firm.open()} == {(Band.SUGGEST, 2)}


def test_moving_down_from_prefill_fills_nothing_in_from_that_moment_on(firm):
    firm.tables()
    firm.activities(meeting())
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(Controls(mode=Mode.PREFILL, model="rules"), [], "kim", EVENING)
    (before,) = shown_of(firm).values()
    assert before.band is Band.PREFILL
    set_mode(firm.store, firm.tenant, Mode.SUGGEST, ADA, MODELS, now=NOW)
    with firm.store.tenant(firm.tenant) as db:
        after = db.suggestion(before.id)
    assert (after.band, after.item) == (Band.SUGGEST, before.item)
    assert after.threshold.basis == "shipped; the mode is suggest"


def test_a_refusal_to_move_up_lists_what_is_missing_in_numbers(firm):
    with firm.store.tenant(firm.tenant) as db:
        logged(db, 30)
    with pytest.raises(ModeNotProven) as refused:
        set_mode(firm.store, firm.tenant, Mode.PREFILL, "kim", MODELS, now=NOW)
    assert "30 blind answers, at least 59 needed" in str(refused.value)
    assert "30 of 30 blind answers right, which proves 90.5% (29 more without an error would)" in str(refused.value)
    (gate,) = mode_report(firm.store, firm.tenant, MODELS).to_json()["up"]
    told = {row["name"]: (row["needed"], row["measured"], row["met"]) for row in gate["requirements"]}
    assert told == {
        "circuit_breaker_on": (1, 1, True), "band_on": (1, 1, True), "blind_answers": (59, 30, False),
        "proven_precision": (0.95, 0.905, False),
    }  # fmt: skip


def test_where_there_are_accounts_only_an_administrator_moves_the_mode(firm):
    for login, role in (("kim", Role.ADMIN), ("rev", Role.REVIEWER)):
        add_account(firm.store, firm.tenant, NewAccount(login=login, roles=(role,)), "test", passwords=Passwords())
    with pytest.raises(MissingPermission, match="this needs mode:write, which admin has; rev is reviewer"):
        set_mode(firm.store, firm.tenant, Mode.SHADOW, "rev", MODELS, now=NOW)
    set_mode(firm.store, firm.tenant, Mode.SHADOW, "kim", MODELS, now=NOW)
