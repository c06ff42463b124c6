"""Terms as contracts write them: roll-over words, currencies, accounting periods, odd contracts."""

from datetime import date
from decimal import Decimal

import pytest

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Contract, ContractKind, Period, Rate, WorkItem
from hourtrail.domain.pricing import (
    BillingPeriod,
    HeldReason,
    OverCap,
    PricingPolicy,
    Rollover,
    currency_of,
    next_open,
    period_of,
    price,
    rollover_of,
)
from hourtrail.domain.ratecard import RateCard

MARCH = BillingPeriod(date(2026, 3, 1), date(2026, 3, 31))


def contract(kind: str, **terms) -> Contract:
    return Contract(id="K", client="acme", kind=ContractKind(kind), **{"currency": "EUR", **terms})


def entry(number: int, minutes: int, **more) -> TimeEntry:
    given = {"status": EntryStatus.APPROVED, "narrative": "work", **more}
    return TimeEntry(
        id=f"e{number}", person="ada", date=date(2026, 3, number), minutes=minutes, item=WorkItem("acme", "p"), **given
    )


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("", "none"),
        ("None", "none"),
        ("one_period", "one_period"),
        ("one period", "one_period"),
        ("One-Period ", "one_period"),
        ("ALL", "all"),
    ],
)
def test_rollover_is_read_as_people_write_it(word, rule):
    assert rollover_of(contract("retainer", rollover=word)) is Rollover(rule)


def test_an_unknown_rollover_is_an_error_that_names_contract_and_choices():
    with pytest.raises(InvalidInput, match="contract K: rollover 'forever' is none of none, one_period, all"):
        price(contract("retainer", rollover="forever", included_hours=Decimal(1)), [], period=MARCH)


def test_the_currency_of_a_contract_without_one_is_its_cards_if_that_has_one():
    euro, dollar = (Rate(contract="K", hourly_rate=Decimal(1), currency=code) for code in ("EUR", "USD"))
    bare = contract("capped", currency="")
    assert currency_of(bare, RateCard("K", (euro, euro))) == "EUR"
    assert currency_of(bare, RateCard("K", (euro, dollar))) == ""
    assert currency_of(contract("capped"), RateCard("K", (dollar,))) == "EUR"


@pytest.mark.parametrize(
    ("day", "unit", "first", "last"),
    [
        ("2026-02-15", "month", "2026-02-01", "2026-02-28"),
        ("2024-02-29", "month", "2024-02-01", "2024-02-29"),
        ("2026-12-31", "month", "2026-12-01", "2026-12-31"),
        ("2026-05-01", "quarter", "2026-04-01", "2026-06-30"),
        ("2026-12-31", "quarter", "2026-10-01", "2026-12-31"),
        ("2026-07-04", "year", "2026-01-01", "2026-12-31"),
        ("9999-12-31", "quarter", "9999-10-01", "9999-12-31"),
    ],
)
def test_billing_periods_are_calendar_periods(day, unit, first, last):
    period = period_of(date.fromisoformat(day), unit)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert date.fromisoformat(day) in period


def test_a_period_that_runs_backwards_or_has_no_name_is_refused():
    with pytest.raises(InvalidInput, match="ends on 2026-03-01, before it begins"):
        BillingPeriod(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(InvalidInput, match="none of month, quarter, year"):
        period_of(date(2026, 3, 2), "week")


def test_the_next_open_period_is_the_earliest_that_is_not_over():
    periods = [
        Period(starts_on=date(2026, month, 1), ends_on=date(2026, month, 28), closed=month in {1, 2, 4}) for month in (5, 4, 3, 2, 1)
    ]  # fmt: skip
    found = next_open(date(2026, 1, 10), periods)
    assert found is not None
    assert found.starts_on == date(2026, 3, 1)
    assert next_open(date(2026, 6, 1), periods) is None


def test_each_objection_is_told_by_itself_with_its_owner():
    """An entry that fails several policies names them all; what master data lacks is not held against the person."""
    terms = contract("time_and_materials", starts_on=date(2026, 3, 10), narrative_required=True)
    draft = price(terms, [entry(1, 60, status=EntryStatus.DRAFT, narrative=" ")], period=MARCH)
    [held] = draft.held
    assert held.reasons == (
        HeldReason.NOT_APPROVED,
        HeldReason.OUTSIDE_CONTRACT,
        HeldReason.MISSING_NARRATIVE,
        HeldReason.MISSING_RATE,
    )
    assert [row.blame for row in held.objections] == [Blame.ENTRY, Blame.ENTRY, Blame.ENTRY, Blame.MASTER_DATA]
    assert "it is draft, not approved" in held.why
    assert draft.lines == ()


def test_nothing_unapproved_becomes_a_line():
    terms = contract("time_and_materials", blended_rate=Decimal(100))
    for status in EntryStatus:
        draft = price(terms, [entry(1, 60, status=status)], period=MARCH)
        assert bool(draft.lines) is (status is EntryStatus.APPROVED)


def test_a_firm_may_hold_the_entry_that_crosses_the_cap_instead_of_splitting_it():
    terms = contract("capped", cap_amount=Decimal(300), blended_rate=Decimal(100))
    work = [entry(2, 120), entry(3, 120), entry(4, 30)]
    split = price(terms, work, period=MARCH)
    assert [(line.entry, line.minutes) for line in split.lines] == [("e2", 120), ("e3", 60)]
    assert [(row.entry, row.minutes) for row in split.held] == [("e3", 60), ("e4", 30)]
    hold = price(terms, work, period=MARCH, policy=PricingPolicy(over_cap=OverCap.HOLD))
    assert [(line.entry, line.minutes) for line in hold.lines] == [("e2", 120)]
    assert [(row.entry, row.minutes, str(row.worth)) for row in hold.held] == [
        ("e3", 120, "200.00 EUR"),
        ("e4", 30, "50.00 EUR"),
    ]


def test_invoiced_work_uses_up_the_cap_and_comes_on_no_second_draft():
    terms = contract("capped", cap_hours=Decimal(3), blended_rate=Decimal(100))
    draft = price(terms, [entry(2, 120, status=EntryStatus.INVOICED), entry(3, 120)], period=MARCH)
    assert [(line.entry, line.minutes) for line in draft.lines] == [("e3", 60)]
    assert [(row.entry, row.reasons[0]) for row in draft.held] == [
        ("e2", HeldReason.ALREADY_INVOICED),
        ("e3", HeldReason.OVER_CAP),
    ]


def test_work_before_the_period_uses_up_the_cap():
    terms = contract("capped", cap_hours=Decimal(3), blended_rate=Decimal(100))
    draft = price(terms, [entry(2, 120), entry(20, 120)], period=BillingPeriod(date(2026, 3, 15), date(2026, 3, 31)))
    assert [(line.entry, line.minutes) for line in draft.lines] == [("e20", 60)]


@pytest.mark.parametrize(
    ("kind", "terms", "lacks"),
    [
        ("fixed_fee", {}, "no fee (budget_amount) and no schedule"),
        ("fixed_fee", {"budget_amount": Decimal(1)}, "no schedule, no period with both dates, and no budget_hours"),
        ("fixed_fee", {"budget_amount": Decimal(1), "currency": ""}, "no currency"),
        ("retainer", {}, "no fee of a period"),
        ("prepaid", {}, "no price of the block"),
    ],
)
def test_what_a_contract_lacks_is_held_and_named(kind, terms, lacks):
    draft = price(contract(kind, **terms), [], period=MARCH)
    [held] = draft.held
    assert held.reasons == (HeldReason.MISSING_TERM,)
    assert lacks in held.why
    assert held.objections[0].blame is Blame.CONTRACT


def test_minutes_agreed_at_the_decision_stand_until_something_is_written_off():
    terms = contract("time_and_materials", blended_rate=Decimal(60))
    agreed = entry(2, 50, billable_minutes=45)
    assert [line.minutes for line in price(terms, [agreed], period=MARCH).lines] == [45]
    cut = entry(2, 50, billable_minutes=45, write_off_minutes=20)
    assert [line.minutes for line in price(terms, [cut], period=MARCH).lines] == [30]
