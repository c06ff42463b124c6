"""Automatic submission: off by default, ordered by two people, stopped by one; and it can do nothing but submit (CNF-02, GOV-16)."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import entry_points

import pytest
from tests.flows.autopost_firm import NOW, TERMS, confirmed, ordered, prefilling
from tests.flows.billing_firm import OPS

from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.access import MissingPermission, Role
from hourtrail.domain.confidence import Breaker, Controls, Gate, Mode
from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.firm import Contract, ContractKind, Period
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import Band
from hourtrail.flows import autopost
from hourtrail.flows.autopost import auto_post_to_json, enable_order, propose_order, run_auto_post, stop_auto_post
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.policy.review import load as load_review

DAY = timedelta(days=1)


def ran(firm, now=NOW):
    return run_auto_post(firm.store, firm.tenant, now=now)


def statuses(firm):
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        return {row.id: row.status.value for row in db.entries()}


def actions(firm):
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        return [(event.action.text, event.actor, event.object_id, payload) for event, payload in db.audit_trail()]


def test_it_is_off_until_two_people_have_ordered_it(firm_on_both):
    firm = prefilling(firm_on_both)
    confirmed(firm)
    assert ran(firm).why_off == "off by default: nobody has ordered it"
    made = propose_order(firm.store, firm.tenant, TERMS, "kim", "less clicking", now=NOW)
    assert ran(firm).why_off == "off by default: nobody has ordered it", "a proposal submits nothing"
    with pytest.raises(NotAllowed, match="somebody else has to enable it"):
        enable_order(firm.store, firm.tenant, made.id, " KIM ", "me again", now=NOW)
    enable_order(firm.store, firm.tenant, made.id, "vera", "agreed", now=NOW)
    assert statuses(firm) == {"te_0": "draft"}
    assert ran(firm).to_json() == {"order": made.id, "looked": 1, "submitted": 1, "left": {}, "why_off": None}
    assert statuses(firm) == {"te_0": "submitted"}
    assert ran(firm).looked == 0, "the job can be run again"


def test_every_use_stands_in_the_trail_with_the_order_and_the_people_behind_it(firm_on_both):
    firm = prefilling(firm_on_both)
    confirmed(firm)
    order = ordered(firm)
    ran(firm)
    told = actions(firm)
    assert [row[0] for row in told if "auto_post" in row[0]] == [
        "person:auto_post:proposed", "person:auto_post:enabled", "system:time_entry:auto_posted",
    ]  # fmt: skip
    (moved,) = [row for row in told if row[0] == "person:time_entry:submitted"]
    assert (moved[1], moved[3]["note"]) == ("vera", f"auto-post order {order.id}")
    (carried,) = [row for row in told if row[0] == "system:word:carried"]
    assert carried[1] == "system:auto_post"
    (used,) = [row for row in told if row[0] == "system:time_entry:auto_posted"]
    assert used[3] == {"order": order.id, "policy": "1", "enabled_by": "vera", "decision": "dec_0", "minutes": 60}
    with firm.store.tenant(firm.tenant) as db:
        assert db.verify_audit()[1] == []


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"band": Band.SUGGEST}, "was_not_prefilled"),
        ({"verdict": Verdict.EDIT}, "not_accepted_by_its_owner"),
        ({"actor": "kim"}, "not_accepted_by_its_owner"),
        ({"booked": {"minutes": 45}}, "changed_since_it_was_confirmed"),
        ({"entry": {"minutes": 45}}, "changed_since_it_was_confirmed"),
        ({"booked": {"item": OPS}}, "changed_since_it_was_confirmed"),
        ({"entry": {"status": EntryStatus.REJECTED}}, None),
    ],
)
def test_what_was_not_prefilled_and_confirmed_unchanged_is_left_to_its_owner(firm, made, why):
    prefilling(firm)
    confirmed(firm, **made)
    ordered(firm)
    found = ran(firm)
    assert (found.submitted, dict(found.left)) == ((), {why: 1} if why else {})


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (replace(TERMS, most=Money(Decimal("149.99"), "EUR")), "over_the_amount"),
        (replace(TERMS, most=Money(Decimal(150), "EUR")), None),
        (replace(TERMS, most=Money(Decimal(900), "USD")), "other_currency"),
        (replace(TERMS, most_minutes=59), "over_the_minutes"),
        (replace(TERMS, most_minutes=60), None),
    ],
)
def test_the_bounds_of_the_order_hold_to_the_cent_and_the_minute(firm, terms, why):
    prefilling(firm)
    confirmed(firm)
    ordered(firm, terms)
    assert dict(ran(firm).left) == ({why: 1} if why else {})


def test_an_entry_with_an_open_finding_is_left_and_the_next_one_is_not(firm):
    prefilling(firm)
    confirmed(firm)
    confirmed(firm, 1, entry={"date": date(2026, 2, 26)})
    ordered(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True)])
    found = ran(firm)
    assert (found.submitted, dict(found.left)) == (("te_1",), {"open_finding": 1})


def test_regulated_work_is_left(firm):
    prefilling(firm)
    confirmed(firm)
    ordered(firm)
    tm = Contract(id="C-TM", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", regulated=True)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([tm])
    assert dict(ran(firm).left) == {"regulated_contract": 1}


@pytest.mark.parametrize(
    ("controls", "why"),
    [
        (Controls(mode=Mode.SUGGEST), "mode_is_not_prefill"),
        (Controls(mode=Mode.PREFILL, breaker=Breaker(tripped=True, since=NOW, why="x")), "circuit_breaker_is_off"),
        (Controls(mode=Mode.PREFILL, gates={"ada": Gate(limited=True)}), "owner_gets_suggestions_only"),
    ],
)
def test_what_makes_answers_unsure_stops_their_submission_too(firm, controls, why):
    prefilling(firm)
    confirmed(firm)
    ordered(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.put_controls(controls, [], "kim", NOW)
    assert dict(ran(firm).left) == {why: 1}


def test_an_order_ends_on_its_last_day_and_a_stop_ends_proposals_too(firm_on_both):
    firm = prefilling(firm_on_both)
    order = ordered(firm)
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        said = db.auto_post()
    assert said.in_force(NOW.replace(month=3, day=31)) == order
    assert said.why_off(NOW.replace(month=4, day=1)) == f"the order {order.id} ended on 2026-03-31"
    waiting = propose_order(firm.store, firm.tenant, TERMS, "kim", "again", now=NOW)
    stopped = stop_auto_post(firm.store, firm.tenant, "ada", "wrong client", now=NOW)
    told = auto_post_to_json(stopped, NOW)
    assert (told["enabled"], told["proposals"], told["log"][0]["order"]) == (False, [], order.id)
    assert told["why_off"] == "stopped by ada at 2026-03-03 20:00 UTC: wrong client"
    with pytest.raises(Conflict, match="stopped since it was proposed"):
        enable_order(firm.store, firm.tenant, waiting.id, "vera", "go", now=NOW)
    with pytest.raises(NotFound, match="no auto-post order"):
        enable_order(firm.store, firm.tenant, "apo_x", "vera", "go", now=NOW)
    assert stop_auto_post(firm.store, firm.tenant, "ada", "to be sure", now=NOW).last_stop.order == ""


@pytest.mark.parametrize("last_day", [NOW.date() - DAY, NOW.date() + timedelta(days=181)])
def test_an_order_is_not_over_and_not_for_ever(firm, last_day):
    with pytest.raises(InvalidInput, match="name a day from 2026-03-03 to 2026-08-30"):
        propose_order(firm.store, firm.tenant, replace(TERMS, last_day=last_day), "kim", "why", now=NOW)


@pytest.mark.parametrize("who", ["model:ranker", "service:x", "system:auto_post", " "])
def test_no_machine_orders_or_stops(firm, who):
    with pytest.raises(NotAllowed):
        propose_order(firm.store, firm.tenant, TERMS, who, "why", now=NOW)
    with pytest.raises(NotAllowed):
        stop_auto_post(firm.store, firm.tenant, who, "why", now=NOW)


def test_where_there_are_accounts_administrators_order_and_reviewers_may_stop(firm):
    prefilling(firm)
    for login, role in (("kim", Role.ADMIN), ("vera", Role.REVIEWER), ("ada", Role.CONSULTANT)):
        add_account(firm.store, firm.tenant, NewAccount(login=login, roles=(role,)), "test", passwords=Passwords())
    made = propose_order(firm.store, firm.tenant, TERMS, "kim", "why", now=NOW)
    with pytest.raises(MissingPermission, match="auto_post:order, which admin has; vera is reviewer"):
        enable_order(firm.store, firm.tenant, made.id, "vera", "why", now=NOW)
    with pytest.raises(MissingPermission, match="ada is consultant"):
        stop_auto_post(firm.store, firm.tenant, "ada", "why", now=NOW)
    stop_auto_post(firm.store, firm.tenant, "vera", "why", now=NOW)


def test_a_stop_between_two_entries_leaves_the_second(firm_on_both, monkeypatch):
    firm = prefilling(firm_on_both)
    for number in range(3):
        confirmed(firm, number)
    ordered(firm)
    submit = autopost._submit

    def stopped_after_the_first(*given):
        done = submit(*given)
        stop_auto_post(firm.store, firm.tenant, "ada", "stop", now=NOW)
        return done

    monkeypatch.setattr(autopost, "_submit", stopped_after_the_first)
    found = ran(firm)
    assert len(found.submitted) == 1
    assert found.why_off.startswith("stopped by ada")
    assert sorted(statuses(firm).values()) == ["draft", "draft", "submitted"]


def test_a_stop_in_another_process_ends_a_running_job_at_its_next_entry(url, firm_on_both):
    """Nothing is submitted behind the stored stop, although the job runs in a process that nobody told."""
    firm = prefilling(firm_on_both)
    many = 150
    for number in range(many):
        confirmed(firm, number)
    # So much of the same in one day would be left, each as a twin of the others.
    off = "\n".join(f"[checks.{name}]\nenabled = false" for name in CHECKS)
    policy = load_review(f'version = "none"\ncheck_policy = """\nversion = "none"\n{off}\n"""')
    set_review_policy(firm.store, firm.tenant, policy, "vera", now=NOW)
    ordered(firm)
    script = (
        "import sys, time; from datetime import datetime; from hourtrail.store import open_store; from hourtrail.flows import"
        " autopost\nsubmit = autopost._submit\n"
        # Slow enough for somebody to stop it, on any machine.
        "autopost._submit = lambda *said: (time.sleep(0.02), submit(*said))[1]\n"
        "with open_store(sys.argv[1]) as store:\n"
        " print(len(autopost.run_auto_post(store, sys.argv[2], now=datetime.fromisoformat(sys.argv[3])).submitted))"
    )
    job = subprocess.Popen(
        [sys.executable, "-c", script, url, firm.tenant, NOW.isoformat()], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    while job.poll() is None and "submitted" not in statuses(firm).values():
        pass
    stop_auto_post(firm.store, firm.tenant, "ada", "stop", now=NOW)
    at_the_stop = list(statuses(firm).values()).count("submitted")
    out, _ = job.communicate(timeout=120)
    assert job.returncode == 0
    after = list(statuses(firm).values()).count("submitted")
    assert after == at_the_stop == int(out)
    assert 0 < after < many
    told = [action for action, *_ in actions(firm)]
    assert "system:time_entry:auto_posted" not in told[told.index("person:auto_post:stopped") :]


def test_the_job_is_registered(firm):
    (job,) = entry_points(group="hourtrail.jobs", name="auto_post")
    assert job.load()(firm.store, firm.tenant, NOW) == {"looked": 0, "submitted": 0, "left": 0}
