"""What cannot be cleared or approved together follows from the firm's rates and contracts, and says so."""

from datetime import date

import pytest
from tests.flows.billing_firm import NOW, entry, fill

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.timesheet import TimesheetAct
from hourtrail.flows.bulk import OneByOneOnly, entries_alone
from hourtrail.flows.clearing import ClearRequest, clear_rest, the_rest
from hourtrail.flows.entries import move_entry
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.flows.timesheets import SheetRequest, move_timesheet
from hourtrail.policy.review import load

MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)


def rule(firm, text):
    policy = load(f'version = "t"\naudit_least = 0\n[one_by_one]\n{text}')
    set_review_policy(firm.store, firm.tenant, policy, "vera", now=NOW)


def test_what_is_worth_much_is_left_until_somebody_looks_at_it_alone(firm_on_both):
    firm = firm_on_both
    sent = EntryStatus.SUBMITTED
    fill(
        firm,
        entry("long", minutes=400, status=sent),
        entry("short", status=sent),
        entry("free", minutes=400, billable=False, status=sent),
    )
    rule(firm, "amount = 1000")
    with firm.store.tenant(firm.tenant) as db:
        rows = list(db.entries())
        assert list(entries_alone(db, rows)) == ["long"]
        assert "1000.00 EUR, 1000 or more" in entries_alone(db, rows)["long"]
        rest = the_rest(db, "kim", MONDAY, SUNDAY)
        assert ({row.id for row in rest.clean}, list(rest.alone), rest.entries) == ({"short", "free"}, ["long"], 3)
    approve = SheetRequest(person="ada", day=MONDAY, act=TimesheetAct.APPROVE, actor="kim")
    with pytest.raises(OneByOneOnly, match="long has to be looked at on its own"):
        move_timesheet(firm.store, firm.tenant, approve, now=NOW)
    cleared = clear_rest(firm.store, firm.tenant, ClearRequest(actor="kim", first=MONDAY, last=SUNDAY), now=NOW)
    assert (cleared.cleared, cleared.flagged) == (2, 1)
    assert (
        move_entry(firm.store, firm.tenant, "long", EntryStatus.APPROVED, "kim", now=NOW).status is EntryStatus.APPROVED
    )


def test_without_a_rule_nothing_is_read_and_nothing_is_kept_back(firm):
    fill(firm, entry("long", minutes=1440))
    with firm.store.tenant(firm.tenant) as db:
        assert entries_alone(db, list(db.entries())) == {}
    rule(firm, "regulated = true")
    with firm.store.tenant(firm.tenant) as db:
        assert entries_alone(db, list(db.entries())) == {}, "its contract is not regulated"
