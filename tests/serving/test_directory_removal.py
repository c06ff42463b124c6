"""Taking a row out of the directory that was told by mistake: never under something that refers to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.serving.conftest import ADA
from tests.serving.psa_site import Psa, counts, psa, psa_store, refused
from tests.serving.test_directory_api import ROWS, named

from hourtrail.domain.access import Permission, Role
from hourtrail.domain.accounts import SecretKind
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.flows.billing.settings import set_billing_policy
from hourtrail.flows.directory import DIRECTORY
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.policy.billing import BillingPolicy

__all__ = ["psa", "psa_store"]


def remove(psa: Psa, kind: str, **headers: str) -> Any:
    [row] = psa.get(f"directory/{kind}")["rows"]
    return psa.http.delete(f"/v1/directory/{kind}/{row['id']}", headers=headers)


def told(answer: Any) -> dict[str, str]:
    """What refers to the row, by the problem."""
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hourtrail:problem:still-referred"), answer.text
    return {row["at"]: row["reason"] for row in answer.json()["errors"]}


def test_everything_that_was_sent_can_be_taken_back_from_the_last_to_the_first(psa: Psa) -> None:
    for kind in ROWS:
        psa.put(f"directory/{kind}", named(kind))
    for kind in reversed(ROWS):
        [row] = psa.get(f"directory/{kind}")["rows"]
        answer = remove(psa, kind)
        assert (answer.status_code, answer.json()) == (200, {"kind": kind, "id": row["id"]}), answer.text
        assert psa.get(f"directory/{kind}")["rows"] == []
        assert psa.http.delete(f"/v1/directory/{kind}/{row['id']}").status_code == 404
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        events = [row for row in db.audit_events() if row.action.text == "system:directory:delete"]
    assert [row.object_id for row in events] == list(reversed(ROWS))


def test_the_id_of_another_system_may_name_the_right_row_afterwards(psa: Psa) -> None:
    psa.put("directory/clients", {"client": "acmee", "source": "psa", "external_id": "17"})
    right = {"client": "acme", "source": "psa", "external_id": "17"}
    assert "for ever" in refused(psa.put("directory/clients", right))[0][2]
    assert remove(psa, "clients").status_code == 200
    assert counts(psa.put("directory/clients", right)) == [1, 0, 0]
    assert psa.get("directory/clients", source="psa", external_id="17")["rows"][0]["client"] == "acme"


REFERRED: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "people": (("assignments",), {"assignments": "1 of them"}),
    "clients": (("projects",), {"projects": "1 of them"}),
    "projects": (("clients", "tasks"), {"tasks": "1 of them"}),
    "contracts": (("rate-cards", "milestones"), {"rate-cards": "1 of them", "milestones": "1 of them"}),
}


@pytest.mark.parametrize("kind", REFERRED)
def test_a_row_that_another_names_stays_and_the_problem_says_what_names_it(psa: Psa, kind: str) -> None:
    others, expected = REFERRED[kind]
    for one in sorted((kind, *others), key=list(ROWS).index):
        psa.put(f"directory/{one}", ROWS[one])
    assert told(remove(psa, kind)) == expected
    assert len(psa.get(f"directory/{kind}")["rows"]) == 1


ENTRY = TimeEntry(
    id="e1", person=ADA, date=date(2026, 1, 15), minutes=60, item=WorkItem("acme", "portal", "dev"), source="psa",
    created_at=datetime(2026, 1, 15, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["people", "clients", "projects", "tasks", "assignments", "periods"])
def test_time_that_was_booked_keeps_what_it_was_booked_on(psa: Psa, kind: str) -> None:
    psa.put(f"directory/{kind}", ROWS[kind])
    with psa.store.tenant(psa.tenant) as db:
        db.put_entries([ENTRY])
    assert told(remove(psa, kind)) == {"time-entries": "1 of them"}


def test_an_assignment_that_nobody_worked_on_goes_though_they_worked_before_it(psa: Psa) -> None:
    psa.put("directory/assignments", {**ROWS["assignments"], "from": "2026-02-01"})
    with psa.store.tenant(psa.tenant) as db:
        db.put_entries([ENTRY])
    assert remove(psa, "assignments").status_code == 200


def test_prices_need_their_permission_and_where_two_people_change_them_nobody_removes_them(psa: Psa) -> None:
    psa.put("directory/contracts", ROWS["contracts"])
    scopes = (Permission.DIRECTORY_READ, Permission.DIRECTORY_WRITE)
    new = NewSecret(kind=SecretKind.API_KEY, program="hr", scopes=scopes, life=timedelta(days=1))
    weak = {"Authorization": f"Bearer {create_secret(psa.store, psa.tenant, new, 'test').secret}"}
    assert remove(psa, "contracts", **weak).status_code == 403
    psa.put("directory/rate-cards", ROWS["rate-cards"])
    set_billing_policy(psa.store, psa.tenant, BillingPolicy(version="two", rate_approval=True), "dana")
    for kind in ("rate-cards", "contracts"):
        answer = remove(psa, kind)
        assert (answer.status_code, "one person proposes" in answer.json()["detail"]) == (409, True), answer.text
    assert len(psa.get("directory/rate-cards")["rows"]) == 1


def test_a_row_that_changed_since_it_was_read_stays_and_a_retry_gets_the_same_answer(psa: Psa) -> None:
    psa.put("directory/holidays", ROWS["holidays"])
    [row] = psa.get("directory/holidays")["rows"]
    read = psa.http.get(f"/v1/directory/holidays/{row['id']}")
    psa.put("directory/holidays", {**ROWS["holidays"], "name": "Women's Day"})
    assert remove(psa, "holidays", **{"If-Match": read.headers["etag"]}).status_code == 412
    first = remove(psa, "holidays", **{"Idempotency-Key": "k"})
    again = psa.http.delete(f"/v1/directory/holidays/{row['id']}", headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())


def test_the_trail_counts_a_person_and_does_not_name_them(psa: Psa) -> None:
    psa.put("directory/people", ROWS["people"])
    assert remove(psa, "people").status_code == 200
    boss = psa.as_person(Role.AUDITOR, "audit@northlight.example")
    events = boss.get("/v1/audit", params={"action": "system:directory:delete"})
    assert ADA not in events.text


def test_every_kind_says_what_refers_to_it(psa: Psa) -> None:
    assert set(ROWS) == set(DIRECTORY), "say in store/referring.py what refers to a new kind"
