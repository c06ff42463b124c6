"""Every kind of contract priced to the cent, against a table that was worked out by hand."""

from decimal import Decimal

import pytest
from tests.domain.pricing import examples

from hourtrail.domain.firm import ContractKind

COLUMNS = ("date", "what", "result", "minutes", "rate", "amount", "currency", "tax")


@pytest.mark.parametrize("name", examples.contracts())
def test_the_draft_is_what_was_worked_out_by_hand(name):
    expected = [tuple(row[column] for column in COLUMNS) for row in examples.expected() if row["contract"] == name]
    draft = examples.draft(name)
    got = [tuple(examples.told(row)[column] for column in COLUMNS) for row in (*draft.lines, *draft.held)]
    assert sorted(got) == sorted(expected)


@pytest.mark.parametrize("name", examples.contracts())
def test_the_totals_are_the_sums_of_the_table(name):
    sums: dict[str, Decimal] = {}
    for row in examples.expected():
        if row["contract"] == name and row["amount"] and not row["result"].startswith("held"):
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["amount"])
    assert {total.currency: total.amount for total in examples.draft(name).totals} == sums


def test_every_kind_of_contract_has_an_example():
    assert {contract.kind for contract in examples.read("contracts")} == set(ContractKind)
    assert {contract.id for contract in examples.read("contracts")} == set(examples.contracts())


def test_every_line_says_why():
    for name in examples.contracts():
        draft = examples.draft(name)
        assert all(row.why for row in (*draft.lines, *draft.held))


def test_the_page_shows_the_table():
    text = examples.PAGE.read_text(encoding="utf-8")
    assert examples.page(text) == text, "run python -m tests.domain.pricing.examples"
