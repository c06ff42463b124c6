"""Under dual control a file is no way around two people either: cards and contracts that stand keep their prices."""

import pytest
from tests.flows.firm import MONDAY

from hourtrail.flows.billing.settings import set_billing_policy
from hourtrail.policy.billing import BillingPolicy

CONTRACTS = """contract,client,kind,currency,blended_rate,overage_rate,cap_amount
C-1,acme,time_and_materials,EUR,,,
C-2,acme,retainer,EUR,100,120,
C-3,acme,time_and_materials,,,,
C-4,acme,retainer,,90,,
"""
CARDS = """contract,hourly_rate,currency,valid_from
C-1,150,EUR,2026-01-01
"""
POLICY = BillingPolicy(version="two", rate_approval=True)


def write(firm, name, text):
    (firm.folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return firm.ingest(firm.folder / f"{name}.csv")


@pytest.fixture
def priced(firm_on_both):
    """A firm whose contracts and cards were told once, and whose rates change by two people since."""
    set_billing_policy(firm_on_both.store, firm_on_both.tenant, POLICY, "fin")
    for name, text in (("contracts", CONTRACTS), ("rate-cards", CARDS)):
        assert write(firm_on_both, name, text).refused_count == 0
    return firm_on_both


def stands(firm):
    with firm.store.tenant(firm.tenant, read_only=True) as db:
        master = db.master()
    return {row.id: row for row in master.contracts}, master.rates


@pytest.mark.parametrize(
    ("was", "now", "member"),
    [
        ("C-1,acme,time_and_materials,EUR", "C-1,acme,time_and_materials,USD", "currency"),
        ("C-1,acme,time_and_materials,EUR", "C-1,acme,time_and_materials,", "currency"),
        ("C-1,acme,time_and_materials,EUR", "C-1,acme,fixed_fee,EUR", "kind"),
        ("C-2,acme,retainer,EUR,100", "C-2,acme,retainer,EUR,170", "blended_rate"),
        ("C-2,acme,retainer,EUR,100,120", "C-2,acme,retainer,EUR,100,", "overage_rate"),
        ("C-4,acme,retainer,,90", "C-4,acme,retainer,USD,90", "currency"),
    ],
)
def test_a_contract_in_a_file_keeps_what_its_work_is_priced_by(priced, was, now, member):
    before = stands(priced)
    assert was in CONTRACTS
    report = write(priced, "contracts", CONTRACTS.replace(was, now))
    assert (report.refused_count, [row.reason.partition(":")[0] for row in report.refused]) == (1, [member])
    assert stands(priced) == before


def test_what_prices_nothing_may_be_told_anew(priced):
    report = write(
        priced,
        "contracts",
        CONTRACTS.replace("C-3,acme,time_and_materials,", "C-3,acme,time_and_materials,GBP").replace(
            ",120,", ",120,5000"
        ),
    )
    assert report.refused_count == 0
    contracts, _ = stands(priced)
    assert (contracts["C-3"].currency, contracts["C-2"].cap_amount) == ("GBP", 5000), "no price was stated without it"


def test_a_row_of_a_card_in_a_file_changes_nothing(priced):
    before = stands(priced)
    for changed in (CARDS.replace("150", "170"), CARDS.replace("EUR", "USD"), CARDS + f"C-1,170,EUR,{MONDAY}\n"):
        report = write(priced, "rate-cards", changed)
        assert (report.refused_count, report.refused[0].reason.partition(":")[0]) == (1, "hourly_rate")
        assert stands(priced) == before
