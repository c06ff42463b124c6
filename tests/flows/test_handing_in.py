"""Nothing unchecked is handed in, whichever process wrote it and whichever way it goes (issue 6)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.flows.autopost_firm import NOW, confirmed, ordered, prefilling
from tests.flows.billing_firm import DEV, MASTER

from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.firm import Period
from hourtrail.domain.timesheet import TimesheetAct
from hourtrail.flows import handing_in
from hourtrail.flows.autopost import run_auto_post
from hourtrail.flows.decide import Request, decide
from hourtrail.flows.entries import move_entry
from hourtrail.flows.handing_in import TRIES
from hourtrail.flows.resolve import Part
from hourtrail.flows.timesheets import Blocked, SheetRequest, move_timesheet
from hourtrail.store import open_store

MONDAY = date(2026, 3, 2)
CLOSED = Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True)
SUBMIT = SheetRequest(person="ada", day=MONDAY, act=TimesheetAct.SUBMIT, actor="ada")


def book(store, day=MONDAY, number=0):
    """An entry by hand, as another process writes it: its checks wait there."""
    part = Part(client=DEV.client, project=DEV.project, task=DEV.task, minutes=30)
    asked = Request(
        suggestion=day.isoformat(),
        verdict=Verdict.ADDED_BY_HAND,
        actor="ada",
        parts=(part,),
        narrative=f"Work {number}",
    )
    [entry] = decide(store, "firm", asked, now=NOW + timedelta(seconds=number)).entries
    return entry


def statuses(store):
    with store.tenant("firm", read_only=True) as db:
        return {row.status for row in db.entries()}


@pytest.fixture
def firm_that_closed(firm_on_both):
    """A firm whose March takes no more postings."""
    with firm_on_both.store.tenant("firm") as db:
        db.put_master([*(row for row in MASTER if not isinstance(row, Period)), CLOSED])
    return firm_on_both


def test_a_week_that_another_process_wrote_is_checked_before_it_is_handed_in(firm_that_closed):
    with open_store(firm_that_closed.store.engine.url.render_as_string(hide_password=False)) as other:
        entry = book(other)
    with pytest.raises(Blocked, match="in a period that is closed") as stopped:
        move_timesheet(firm_that_closed.store, "firm", SUBMIT, now=NOW)
    with firm_that_closed.store.tenant("firm", read_only=True) as db:
        assert db.raised_finding(stopped.value.findings[0].id), "stored, so that a reviewer can answer it"
    with pytest.raises(Blocked):
        move_entry(firm_that_closed.store, "firm", entry.id, EntryStatus.SUBMITTED, "ada", now=NOW)
    assert statuses(firm_that_closed.store) == {EntryStatus.DRAFT}


@pytest.mark.parametrize("rounds", [1, TRIES])
def test_what_is_written_between_the_checks_and_the_step_is_checked_too(firm_on_both, monkeypatch, rounds):
    firm = firm_on_both
    with firm.store.tenant("firm") as db:
        db.put_master(
            [
                *(row for row in MASTER if not isinstance(row, Period)),
                replace(CLOSED, starts_on=MONDAY + timedelta(days=1)),
            ]
        )
    book(firm.store)
    check, done = handing_in.check_written, []

    def checking(*given, **more):
        found = check(*given, **more)
        if len(done) < rounds:
            done.append(book(firm.store, MONDAY + timedelta(days=1), len(done) + 1))
        return found

    monkeypatch.setattr(handing_in, "check_written", checking)
    with pytest.raises(Blocked, match="3 March"):
        move_timesheet(firm.store, "firm", SUBMIT, now=NOW)
    assert len(done) == rounds
    assert statuses(firm.store) == {EntryStatus.DRAFT}


def test_an_order_of_automatic_submission_leaves_what_its_checks_find(firm_on_both):
    firm = prefilling(firm_on_both)
    confirmed(firm)
    ordered(firm)
    with firm.store.tenant("firm") as db:
        db.put_master([CLOSED])
    ran = run_auto_post(firm.store, "firm", now=NOW)
    assert (ran.submitted, dict(ran.left)) == ((), {"open_finding": 1})


def test_an_order_checks_what_is_written_while_it_runs_and_submits_the_rest(firm_on_both, monkeypatch):
    firm = prefilling(firm_on_both)
    confirmed(firm)
    confirmed(firm, 1)
    ordered(firm)
    check, done = handing_in.check_written, []

    def checking(*given, **more):
        found = check(*given, **more)
        if not done:
            done.append(True)
            with firm.store.tenant("firm") as db:
                db.put_master([CLOSED])
                db.record(actor="fin", action="person:master:ingested", object_id="periods", payload={}, at=NOW)
        return found

    monkeypatch.setattr(handing_in, "check_written", checking)
    assert dict(run_auto_post(firm.store, "firm", now=NOW).left) == {"open_finding": 2}
