"""A disputed entry, a missing approval and noncompliant billing: each reaches the right view, queue and owner, end to end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.flows.billing_firm import NOW, entry, fill

from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.entry import EntryStatus
from hourtrail.flows.billing.disputes import DisputeRequest, dispute
from hourtrail.flows.billing.watch import watch
from hourtrail.flows.queue import Filter, review_queue
from hourtrail.flows.stored_checks import check_stored
from hourtrail.policy.review import ROUTES

TODAY = date(2026, 4, 2)


def test_each_exception_is_found_by_what_it_is_and_goes_to_its_owner(firm_on_both):
    firm = firm_on_both
    fill(
        firm,
        entry("billed"), entry("priced"), entry("waits", status=EntryStatus.SUBMITTED),
        entry("sent_back"), entry("dear", hourly_rate=Decimal(180), currency="EUR"),
        policy='client_facts = ["currency", "billing_contact"]',
    )  # fmt: skip
    with firm.store.tenant(firm.tenant) as db:
        db.move_entry("sent_back", EntryStatus.DRAFT, "ada", NOW)
        db.move_entry("sent_back", EntryStatus.SUBMITTED, "ada", NOW)
        db.move_entry("sent_back", EntryStatus.REJECTED, "kim", NOW, "Not on this project")
    for name, reason in (("billed", DisputeReason.WRONG_HOURS), ("priced", DisputeReason.WRONG_RATE)):
        said = DisputeRequest(target=name, reason=reason, raised_by="Lee of acme", actor="fin")
        dispute(firm.store, firm.tenant, said, now=NOW + timedelta(minutes=len(name)))
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW)
    watch(firm.store, firm.tenant, now=NOW)

    def shown(route: str) -> set[tuple[str, str, str, str]]:
        rows = review_queue(firm.store, firm.tenant, TODAY, Filter(route=route)).items
        return {
            (row.finding.check, row.finding.subject.time_entry, row.place.queue, row.place.owner)
            for row in rows
            if row.finding.check not in {"budget_forecast", "milestone_mismatch"}
        }

    assert shown("disputes") == {
        ("disputed_entry", "sent_back", "disputes", "kim"),
        ("disputed_line", "billed", "approvals", "kim"),
        ("disputed_line", "priced", "master data", "data owner"),
    }
    assert shown("approvals") == {("missing_approval", "waits", "approvals", "kim")}
    assert shown("billing") == {
        ("wrong_rate", "dear", "billing", "finance"),
        ("incomplete_client", "", "master data", "data owner"),
    }
    everything = review_queue(firm.store, firm.tenant, TODAY).items
    assert len(everything) > sum(len(shown(route)) for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_holds_checks_that_exist(route):
    elsewhere = {
        "disputed_entry",
        "disputed_line",
        "disputed_client",
        "missing_approval",
        "incomplete_client",
        "billing_shift",
    }
    assert set(ROUTES[route]) <= set(CHECKS) | elsewhere
