"""Two legal entities draft with their own taxes on both databases; a bad tax rule holds a line, and stops a posting."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.flows.billing_firm import APRIL, DEV, MASTER, NOW, OPS, bill, entry, fill, post_it, reasons

from hourtrail.domain.errors import Conflict
from hourtrail.domain.firm import Contract, TaxRate, TaxTreatment
from hourtrail.flows.billing.closing import Wanted, drafts
from hourtrail.flows.billing.watch import watch
from hourtrail.flows.billing.wire import drafted_to_json, shown_to_json

CONTRACTS = {row.id: row for row in MASTER if isinstance(row, Contract)}
NORTH = replace(CONTRACTS["C-TM"], entity="north", tax_code="N19")
SOUTH = replace(CONTRACTS["C-CAP"], entity="south", tax_code="S-RC")
N19 = TaxRate(tax_code="N19", rate=Decimal("0.19"), valid_from=date(2021, 1, 1), entity="north")
S_RC = TaxRate(
    tax_code="S-RC", rate=Decimal(0), valid_from=date(2021, 1, 1), entity="south", treatment=TaxTreatment.REVERSE_CHARGE
)


def told(made) -> dict:
    body = drafted_to_json(made)
    return {
        "entity": body["draft"]["entity"],
        "net": [row["amount"] for row in body["totals"]],
        "tax": [(row["code"], row["rate"], row["tax"]["amount"], row["note"]) for row in body["taxes"]],
        "gross": [row["amount"] for row in body["gross"]],
        "lines": [line["tax"]["amount"]["amount"] for line in body["lines"]],
    }


def test_each_entity_charges_its_own_tax_and_the_draft_keeps_it(firm_on_both):
    firm = firm_on_both
    fill(firm, NORTH, SOUTH, N19, S_RC, entry("one", minutes=50), entry("two", minutes=50), entry("far", item=OPS))
    north, south = bill(firm), bill(firm, "C-CAP")
    assert told(north) == {
        "entity": "north", "net": ["250.00"], "tax": [("N19", "0.19", "47.50", "")], "gross": ["297.50"],
        "lines": ["23.75", "23.75"],
    }  # fmt: skip
    assert told(south)["tax"] == [("S-RC", "0", "0.00", "Reverse charge")]
    assert told(south)["gross"] == told(south)["net"] == ["100.00"]
    post_it(firm, north)
    [kept] = drafts(firm.store, firm.tenant, Wanted(draft=north.draft.id))
    body = shown_to_json(kept)
    assert (body["lines"], body["taxes"], body["gross"]) == tuple(
        drafted_to_json(north)[name] for name in ("lines", "taxes", "gross")
    )
    assert [row["tax"]["amount"]["amount"] for row in body["shown"]] == ["23.75", "23.75"]


def test_a_missing_or_unknown_tax_code_holds_the_line_and_names_the_data_owner(firm):
    fill(
        firm,
        replace(NORTH, tax_code=""),
        replace(SOUTH, tax_code="S-19"),
        N19,
        S_RC,
        entry("one"),
        entry("far", item=OPS),
    )
    made = bill(firm)
    assert (made.draft, reasons(made)) == (None, {"one": {("tax", "missing_tax_code")}})
    [held] = made.held
    [objection] = held.objections
    assert (str(held.worth), objection.place.owner) == ("150.00 EUR", "data owner")
    assert reasons(bill(firm, "C-CAP")) == {"far": {("tax", "tax_rule")}}
    watch(firm.store, firm.tenant, now=NOW)
    with firm.store.tenant(firm.tenant) as db:
        early = [row.finding for row in db.raised(checks=["incomplete_client"])]
    assert [(row.subject.contract, row.measured) for row in early] == [("C-TM", "no tax_code")]


def test_a_rate_that_changed_since_stops_the_posting_before_anything_is_handed_over(firm):
    fill(firm, NORTH, N19, entry("old"), entry("new", date=date(2026, 4, 1)))
    march, april = bill(firm), bill(firm, period=APRIL)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([TaxRate(tax_code="N19", rate=Decimal("0.21"), valid_from=date(2026, 4, 1), entity="north")])
    with pytest.raises(Conflict, match=r"entry new: it was drafted with N19 19 %: 28\.50 EUR, .* N19 21 %: 31\.50 EUR"):
        post_it(firm, april)
    post_it(firm, march)
    with firm.store.tenant(firm.tenant) as db:
        assert (db.entry("old").status, db.entry("new").status) == ("invoiced", "approved")
        db.put_master([replace(NORTH, tax_code="")])
    with pytest.raises(Conflict, match="contract C-TM names no tax code"):
        post_it(firm, april)


def test_a_firm_without_tax_rates_drafts_net_as_before(firm):
    fill(firm, NORTH, entry("one", item=DEV))
    body = drafted_to_json(bill(firm))
    assert (body["taxes"], body["gross"], body["lines"][0]["tax"]) == ([], [], None)


def test_a_draft_of_another_entity_is_not_posted(firm):
    fill(firm, NORTH, replace(N19, entity=""), entry("one"))
    made = bill(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([replace(NORTH, entity="south")])
    with pytest.raises(
        Conflict, match="drafted for entity north, and contract C-TM is entity south's now: draft it again"
    ):
        post_it(firm, made)


def test_a_change_of_words_alone_is_told_as_one(firm):
    fill(firm, NORTH, N19, entry("one"))
    made = bill(firm)
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([replace(N19, note="VAT")])
    with pytest.raises(
        Conflict, match=r"N19 19 %: 28\.50 EUR and the note '', and the tax rates say .* 'VAT': draft it again"
    ):
        post_it(firm, made)


def test_lines_of_two_treatments_of_one_code_are_shown_apart(firm):
    exempt = replace(S_RC, treatment=TaxTreatment.EXEMPT, valid_from=date(2026, 3, 10))
    fill(
        firm, SOUTH, S_RC, exempt, entry("early", item=OPS), entry("late", item=OPS, date=date(2026, 3, 12)),
        policy='[formats.globex]\ngroup_by = ["project"]',
    )  # fmt: skip
    assert [row.tax.note for row in bill(firm, "C-CAP").shown] == ["Reverse charge", "Exempt"]
