"""Expenses, payments, invoices and other systems' ids over HTTP: told anew they are corrected, and nothing is overwritten."""

from pathlib import Path
from typing import Any

import pytest
from tests.flows.billing_firm import bill, entry, fill, post_it
from tests.flows.firm import Firm
from tests.serving.psa_site import Psa, counts, psa, psa_store, refused

from hourtrail.domain.access import Role

__all__ = ["psa", "psa_store"]

EXPENSE = {
    "source": "psa", "external_id": "e/1", "person": "ada", "date": "2026-03-02", "client": "acme", "project": "portal",
    "amount": "48.50", "currency": "EUR", "billable": True, "narrative": "Train", "receipt": "R-1", "revision": "1",
}  # fmt: skip


@pytest.fixture
def billed(psa: Psa, tmp_path: Path) -> tuple[Psa, str, str]:
    """A firm with a posted draft of 450.00 EUR and an open one."""
    firm = Firm(psa.store, tmp_path)
    firm.tenant = psa.tenant
    fill(firm, *(entry(f"e{number}") for number in range(3)))
    posted = bill(firm)
    post_it(firm, posted)
    waiting = bill(firm, "C-MS")
    assert posted.draft
    assert waiting.draft
    return psa, posted.draft.id, waiting.draft.id


def payment(draft: str, amount: str = "100.00", **more: Any) -> dict[str, Any]:
    return {
        "source": "erp", "external_id": "p1", "draft": draft, "amount": amount, "currency": "EUR",
        "received_on": "2026-04-20", **more,
    }  # fmt: skip


def test_an_expense_is_corrected_by_telling_it_anew(billed: tuple[Psa, str, str]) -> None:
    psa, _, _ = billed
    assert counts(psa.put("records/expenses", EXPENSE)) == [1, 0, 0]
    assert counts(psa.put("records/expenses", EXPENSE)) == [0, 0, 1]
    assert counts(psa.put("records/expenses", {**EXPENSE, "amount": "50", "revision": "2"})) == [0, 1, 0]
    assert counts(psa.put("records/expenses", {**EXPENSE, "amount": "1", "revision": "1"})) == [0, 0, 1], "older"
    [row] = psa.get("records/expenses")["rows"]
    assert (row["amount"], row["told"], row["receipt"]) == ("50", 2, "R-1")
    assert psa.get("records/expenses", source="psa", external_id="e/1")["rows"] == [row]
    one = psa.get(f"records/expenses/{row['id']}")
    assert [before["amount"] for before in one["before"]] == ["48.50"]
    assert counts(psa.put("records/expenses", one)) == [0, 0, 1], "what was read may be sent back"


def test_an_expense_on_unknown_work_or_of_nobody_is_refused_with_the_nearest(billed: tuple[Psa, str, str]) -> None:
    psa, _, _ = billed
    report = psa.put(
        "records/expenses",
        {**EXPENSE, "external_id": "1", "project": "portl"},
        {**EXPENSE, "external_id": "2", "person": "adda"},
        {**EXPENSE, "external_id": "3", "amount": "much"},
        {**EXPENSE, "external_id": "4"},
        {**EXPENSE, "external_id": "5", "currency": "euro"},
    )
    assert counts(report) == [1, 0, 0]
    found = refused(report)
    assert [(index, field) for index, field, _ in found] == [
        (0, "project"),
        (1, "person"),
        (2, "amount"),
        (4, "currency"),
    ]
    assert "no work item acme/portl; did you mean acme/portal" in found[0][2]
    assert found[1][2] == "there is no person 'adda'; did you mean ada?"


def test_payments_show_on_their_draft_and_leave_what_is_open(billed: tuple[Psa, str, str]) -> None:
    psa, posted, waiting = billed
    before = psa.get(f"drafts/{posted}")
    assert (before["paid"], before["open"]) == ([], [{"amount": "450.00", "currency": "EUR"}])
    number = {"kind": "invoices", "id": posted, "source": "erp", "external_id": "INV-17"}
    assert counts(psa.put("external-ids", number)) == [1, 0, 0]
    report = psa.put(
        "records/payments",
        payment("INV-17"),
        payment(posted, "-20.00", external_id="p2"),
        payment(waiting, external_id="p3"),
        payment(posted[:-1], external_id="p4"),
        payment(posted, external_id="p5", currency="USD"),
    )
    assert counts(report) == [2, 0, 0]
    assert [(index, field) for index, field, _ in refused(report)] == [(2, "draft"), (3, "draft"), (4, "currency")]
    assert "is open, and only a posted draft is paid" in refused(report)[0][2]
    assert f"did you mean {posted}?" in refused(report)[1][2]
    draft = psa.get(f"drafts/{posted}")
    assert (draft["paid"], draft["open"]) == (
        [{"amount": "80.00", "currency": "EUR"}],
        [{"amount": "370.00", "currency": "EUR"}],
    )
    assert [row["external_id"] for row in draft["payments"]] == ["p1", "p2"]
    psa.put("records/payments", payment(posted, "0"))
    assert psa.get(f"drafts/{posted}")["open"] == [{"amount": "470.00", "currency": "EUR"}], "taken back"
    [invoice] = psa.get("invoices")["invoices"]
    assert (invoice["id"], invoice["status"], invoice["references"]) == (
        posted, "posted", [{"source": "erp", "external_id": "INV-17"}],
    )  # fmt: skip
    assert psa.get("invoices", source="erp", external_id="INV-17")["invoices"] == [invoice]
    assert psa.get("invoices", source="erp", external_id="INV-18")["invoices"] == []
    assert psa.get("invoices", client="initech")["invoices"] == []


def test_an_id_of_another_system_stands_for_one_record_for_ever(billed: tuple[Psa, str, str]) -> None:
    psa, posted, waiting = billed
    entries = [{"kind": "time-entries", "id": f"e{n}", "source": "psa", "external_id": str(n)} for n in range(2)]
    assert counts(psa.put("external-ids", *entries)) == [2, 0, 0]
    assert counts(psa.put("external-ids", *entries)) == [0, 0, 2]
    report = psa.put(
        "external-ids",
        {**entries[0], "id": "e2"},
        {**entries[0], "external_id": "9"},
        {**entries[0], "id": "nothing", "external_id": "10"},
        {"kind": "invoices", "id": waiting, "source": "erp", "external_id": "INV-1"},
        {**entries[0], "source": "erp", "external_id": "T-1"},
    )
    assert counts(report) == [1, 0, 0]
    assert [(index, field) for index, field, _ in refused(report)] == [
        (0, "external_id"), (1, "external_id"), (2, "id"), (3, "id"),
    ]  # fmt: skip
    assert [row["id"] for row in psa.get("time-entries", source="psa", external_id="0")["time_entries"]] == ["e0"]
    assert psa.get("time-entries", source="psa", external_id="7") == {"time_entries": [], "next_cursor": None}
    assert psa.http.get("/v1/time-entries", params={"external_id": "0"}).status_code == 422
    stranger = psa.as_person(Role.CONSULTANT, "eve@northlight.example")
    mine = stranger.get("/v1/time-entries", params={"source": "psa", "external_id": "0"})
    assert mine.json()["time_entries"] == [], "an id of another system leads to nobody else's time"
    found = psa.get("external-ids", kind="time-entries", source="psa", external_id="0")["external_ids"]
    assert found == [entries[0]]
    called = psa.get("external-ids", kind="time-entries", id="e0")["external_ids"]
    assert [(row["source"], row["external_id"]) for row in called] == [("erp", "T-1"), ("psa", "0")]
    for params in ({"kind": "time-entries"}, {"kind": "time-entries", "id": "e0", "source": "x", "external_id": "y"}):
        assert psa.http.get("/v1/external-ids", params=params).status_code == 422
    assert posted


def test_pages_and_foreign_ids(billed: tuple[Psa, str, str]) -> None:
    psa, _, _ = billed
    psa.put("records/expenses", *({**EXPENSE, "external_id": f"x{number}"} for number in range(5)))
    first = psa.get("records/expenses", limit=3)
    second = psa.get("records/expenses", limit=3, cursor=first["next_cursor"])
    assert [row["external_id"] for row in (*first["rows"], *second["rows"])] == [f"x{number}" for number in range(5)]
    assert second["next_cursor"] is None
    for path in ("records/expenses/x", "records/expenses/~WyJhIl0", "records/expenses/~WyJhIiwiYiJd", "records/rates"):
        assert psa.http.get(f"/v1/{path}").status_code in {404, 422}, path
    for cursor in ("WyJhIl0=", first["next_cursor"][:-4], "x"):
        assert psa.http.get("/v1/invoices", params={"cursor": cursor}).status_code == 422
    assert psa.as_person(Role.ADMIN).put("/v1/records/expenses", json={"rows": [EXPENSE]}).status_code == 403
    assert psa.as_person(Role.FINANCE, "fin").put("/v1/records/payments", json={"rows": [EXPENSE]}).status_code == 403
