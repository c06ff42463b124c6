"""What cannot be cleared or approved together follows from the firm's rates and contracts, and says so."""

from datetime import date, timedelta

import pytest
from tests.flows.billing_firm import NOW, OPS, entry, fill

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict
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


def clear(firm, first, last=None, actor="kim", at=NOW):
    asked = ClearRequest(actor=actor, first=first, last=last or first, person="ada")
    return clear_rest(firm.store, firm.tenant, asked, now=at)


def test_work_that_is_cut_into_small_entries_is_worth_what_it_is_worth_together(firm_on_both):
    """Ada costs 150 an hour: two parts of 3:20 on one day and one task are the 1000 that one entry would be."""
    firm = firm_on_both
    sent = EntryStatus.SUBMITTED
    fill(
        firm,
        *(entry(name, minutes=200, status=sent) for name in ("one", "two")),
        entry("other task", minutes=200, status=sent, item=OPS),
        entry("other day", minutes=200, status=sent, date=date(2026, 3, 4)),
        entry("other person", person="ben", minutes=200, status=sent),
        entry("free", minutes=200, status=sent, billable=False),
        entry("refused", minutes=200, status=EntryStatus.REJECTED),
    )
    rule(firm, "amount = 1000")
    with firm.store.tenant(firm.tenant) as db:
        rest = the_rest(db, "kim", MONDAY, SUNDAY)
        assert set(rest.alone) == {"one", "two"}
        assert (
            rest.alone["one"]
            == "with what else ada booked on acme/portal/DEV that day it is worth 1000.00 EUR, 1000 or more"
        )
    for name in ("one", "two"):
        move_entry(firm.store, firm.tenant, name, EntryStatus.APPROVED, "kim", now=NOW)


def test_a_part_that_is_handed_in_after_the_other_was_approved_is_looked_at_alone(firm_on_both):
    firm = firm_on_both
    fill(
        firm,
        entry("one", minutes=200, status=EntryStatus.SUBMITTED),
        entry("two", minutes=200, status=EntryStatus.DRAFT),
    )
    rule(firm, "amount = 1000")
    approve = SheetRequest(person="ada", day=MONDAY, act=TimesheetAct.APPROVE, actor="kim")
    submit = SheetRequest(person="ada", day=MONDAY, act=TimesheetAct.SUBMIT, actor="ada")
    move_timesheet(firm.store, firm.tenant, approve, now=NOW)
    move_timesheet(firm.store, firm.tenant, submit, now=NOW)
    with pytest.raises(OneByOneOnly, match="two has to be looked at on its own"):
        move_timesheet(firm.store, firm.tenant, approve, now=NOW)


def week_of_four_days(firm):
    """Two hours in two entries of each day, so that every day is worth 300."""
    sent = EntryStatus.SUBMITTED
    fill(
        firm,
        *(
            entry(f"{day}-{part}", minutes=60, status=sent, date=date(2026, 3, day), narrative=f"Work {day} {part}")
            for day in range(2, 6)
            for part in "ab"
        ),
    )


@pytest.mark.parametrize("way", ["days", "week"])
def test_what_one_reviewer_approves_together_of_a_week_adds_up_over_their_acts(firm_on_both, way):
    firm = firm_on_both
    week_of_four_days(firm)
    rule(firm, "amount_a_week = 900")
    for number, day in enumerate((2, 3)):
        assert clear(firm, date(2026, 3, day), at=NOW + timedelta(minutes=number)).cleared == 2
    later = NOW + timedelta(hours=1)
    if way == "days":
        with pytest.raises(Conflict, match="2 have to be looked at one by one"):
            clear(firm, date(2026, 3, 4), at=later)
    else:
        approve = SheetRequest(person="ada", day=MONDAY, act=TimesheetAct.APPROVE, actor="kim")
        with pytest.raises(
            OneByOneOnly, match=r"with what kim approved together of ada's week before it is 1200\.00 EUR, 900 or more"
        ):
            move_timesheet(firm.store, firm.tenant, approve, now=later)
    for number, name in enumerate(("4-a", "4-b")):
        move_entry(firm.store, firm.tenant, name, EntryStatus.APPROVED, "kim", now=later + timedelta(minutes=number))
    assert clear(firm, date(2026, 3, 5), actor="vera", at=later).cleared == 2, "somebody else's looks are their own"


def test_what_was_looked_at_alone_does_not_count_as_approved_together(firm_on_both):
    firm = firm_on_both
    week_of_four_days(firm)
    rule(firm, "amount_a_week = 900")
    for number, name in enumerate(("2-a", "2-b", "3-a", "3-b")):
        move_entry(firm.store, firm.tenant, name, EntryStatus.APPROVED, "kim", now=NOW + timedelta(minutes=number))
    assert clear(firm, date(2026, 3, 4), date(2026, 3, 5), at=NOW + timedelta(hours=1)).cleared == 4
