"""The review page's choice of queues: those of the policy, and what is disputed, not approved or wrongly billed in any of them."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from tests.flows.billing_firm import NOW, entry, fill
from tests.flows.firm import Firm

from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.entry import EntryStatus
from hourtrail.flows.billing.disputes import DisputeRequest, dispute
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import open_store
from hourtrail_serving.pages.review_view import review_view

TODAY = date(2026, 4, 2)


def test_a_route_shows_its_exceptions_from_every_queue(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'firm.sqlite'}") as store:
        _shows(Firm(store, tmp_path))


def _shows(firm: Firm) -> None:
    fill(
        firm, entry("billed"), entry("waits", status=EntryStatus.SUBMITTED),
        entry("dear", hourly_rate=Decimal(180), currency="EUR"),
    )  # fmt: skip
    said = DisputeRequest(target="billed", reason=DisputeReason.WRONG_HOURS, raised_by="Lee", actor="fin")
    dispute(firm.store, firm.tenant, said, now=NOW)
    check_stored(firm.store, firm.tenant, today=TODAY, now=NOW + timedelta(minutes=1))

    def shown(queue: str):
        return review_view(firm.store, firm.tenant, "kim", TODAY, queue=queue, first=None, last=None)

    def about(queue: str) -> set[tuple[str, str]]:
        lines = shown(queue).lines
        return {(line.item.finding.check, line.item.finding.subject.time_entry) for line in lines}

    assert about("route: disputes") == {("disputed_line", "billed")}
    assert about("route: approvals") == {("missing_approval", "waits")}
    assert ("wrong_rate", "dear") in about("route: billing")
    assert {("disputed_line", "billed"), ("missing_approval", "waits")} <= about("approvals"), "one queue holds both"
    assert shown("").queues[-3:] == ("route: disputes", "route: approvals", "route: billing")
