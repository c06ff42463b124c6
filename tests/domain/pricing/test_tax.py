"""Which tax holds on a day, and what is wrong when none does; the amounts are in the worked examples."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract, ContractKind, TaxRate, TaxTreatment
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import (
    BillingPeriod,
    DraftLine,
    HeldReason,
    LineKind,
    Objection,
    TaxRules,
    gross_totals,
    price,
    tax_of,
    tax_totals,
)

DAY = date(2026, 3, 2)


def contract(**changes) -> Contract:
    values = {
        "id": "C",
        "client": "acme",
        "kind": ContractKind.RETAINER,
        "currency": "EUR",
        "budget_amount": Decimal(1000),
    }
    return Contract(**{**values, "entity": "north", "tax_code": "S", **changes})


def rate(percent: str, since: str = "2020-01-01", **changes) -> TaxRate:
    values = {
        "tax_code": "S",
        "rate": Decimal(percent) / 100,
        "valid_from": date.fromisoformat(since),
        "entity": "north",
    }
    return TaxRate(**{**values, **changes})


def ruling(*rates, day=DAY, **changes):
    found = TaxRules(contract(**changes), rates).on(day)
    return found.reason if isinstance(found, Objection) else found and found.rate * 100


@pytest.mark.parametrize(
    ("rates", "changes", "expected"),
    [
        ([], {}, None),
        ([], {"tax_code": ""}, None),
        ([rate("19", entity="south")], {"tax_code": ""}, None),
        ([rate("19")], {}, 19),
        ([rate("19", entity="")], {}, 19),
        ([rate("7", entity=""), rate("19")], {}, 19),
        ([rate("16", "2026-03-02"), rate("19")], {}, 16),
        ([rate("16", "2026-03-03"), rate("19")], {}, 19),
        ([rate("16", valid_to=DAY)], {}, 16),
        ([rate("16", valid_to=date(2026, 3, 1))], {}, HeldReason.TAX_RULE),
        ([rate("19")], {"tax_code": ""}, HeldReason.MISSING_TAX_CODE),
        ([rate("19", entity="")], {"tax_code": "", "entity": ""}, HeldReason.MISSING_TAX_CODE),
        ([rate("19")], {"tax_code": "s"}, HeldReason.TAX_RULE),
        ([rate("19")], {"entity": "nroth"}, HeldReason.TAX_RULE),
    ],
    ids=[
        "no rates at all", "nobody asks for a code", "another entity's tax", "the entity's own", "every entity's",
        "own beats every", "from the first day", "not before it", "to the last day", "not after it", "no code",
        "no code, no entity", "a code nobody knows", "an entity nobody knows",
    ],
)  # fmt: skip
def test_the_rate_of_the_day_or_what_is_wrong(rates, changes, expected):
    assert ruling(*rates, **changes) == expected
    assert ruling(*reversed(rates), **changes) == expected


def test_who_charges_nothing_has_no_rate_and_says_so():
    with pytest.raises(InvalidInput, match=r"tax code S: exempt charges nothing, so its rate is 0"):
        rate("19", treatment=TaxTreatment.EXEMPT)
    net = Money(Decimal(100), "EUR")
    said = [tax_of(rate("0", treatment=kind), net).note for kind in TaxTreatment]
    assert said == ["", "Reverse charge", "Exempt"]
    assert tax_of(rate("0", treatment=TaxTreatment.EXEMPT, note="Art. 132"), net).note == "Art. 132"


def test_what_is_held_for_its_tax_keeps_its_worth_and_its_owner():
    period = BillingPeriod(date(2026, 3, 1), date(2026, 3, 31))
    made = price(contract(starts_on=DAY, tax_code=""), [], period=period, taxes=[rate("19")])
    [held] = made.held
    assert (made.lines, str(held.worth)) == ((), "1000.00 EUR")
    assert [(row.reason, row.blame) for row in held.objections] == [(HeldReason.MISSING_TAX_CODE, "master_data")]


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["0", "7", "14.975", "19"])), max_size=20),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_net_and_tax_of_all_rates_come_to_the_gross(amounts, currency):
    lines = []
    for cents, percent in amounts:
        net = Money(Decimal(cents) / 100, currency).to_cents()
        tax = tax_of(rate(percent, tax_code=f"T{percent}"), net)
        lines.append(DraftLine(kind=LineKind.TIME, contract="C", date=DAY, why="", amount=net, tax=tax))
    together = sum((row.net.amount + row.tax.amount for row in tax_totals(lines)), Decimal(0))
    assert sum((money.amount for money in gross_totals(lines)), Decimal(0)) == together
    for line in lines:
        assert abs(line.tax.amount.amount - line.amount.amount * line.tax.rate) <= Decimal("0.5")
        assert line.tax.amount == line.tax.amount.to_cents()
