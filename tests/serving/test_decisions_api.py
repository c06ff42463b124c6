"""A person's word over HTTP, on both databases: logged once, never twice, never by a machine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.audit import AuditEvent

SERVICES = ("model:ranker@1", "service:nightly", "system:x", "Model:Ranker", "")


def test_an_acceptance_books_what_was_suggested_and_can_be_undone(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    shown_at = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    response = shared.decide(row, revision=row["revision"], shown_at=shown_at)
    assert response.status_code == 201
    decision, (entry,) = response.json()["decision"], response.json()["time_entries"]
    assert (entry["minutes"], entry["project"], entry["decision"]) == (
        row["suggested_minutes"],
        row["project"],
        decision["id"],
    )
    assert decision["seconds"] >= 5
    assert decision["shown"] == row["alternatives"]
    assert shared.get(f"/v1/decisions/{decision['id']}") == decision
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "decided"

    undone = shared.decide(row, "undo")
    assert undone.status_code == 201
    assert undone.json()["decision"]["supersedes"] == decision["id"]
    assert shared.http.get(f"/v1/time-entries/{entry['id']}").status_code == 404
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "open"
    assert shared.get(f"/v1/decisions/{decision['id']}") == decision, "what was said stays said"


def test_an_edit_and_a_split_book_what_the_person_says(shared: Site) -> None:
    first, second = shared.open_suggestions()[:2]
    edited = shared.decide(first, "edit", minutes=7, narrative="Checked by hand", reason_code="shorter").json()
    assert [(row["minutes"], row["narrative"]) for row in edited["time_entries"]] == [(7, "Checked by hand")]
    parts = [{"minutes": 5, "project": second["project"], "task": second["task"]}] * 2
    split = shared.decide(second, "split", parts=parts).json()
    assert [row["minutes"] for row in split["time_entries"]] == [5, 5]
    assert len(split["decision"]["after"]) == 2


def test_of_many_who_decide_at_once_one_wins_and_the_others_are_told(shared: Site) -> None:
    row = shared.open_suggestions(BEN)[0]
    before = len(shared.entries())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shared.decide(row), range(8)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [409] * 7
    assert all(
        "decided" in answer.json()["detail"] or "same moment" in answer.json()["detail"]
        for answer in answers
        if answer.status_code == 409
    )
    assert len(shared.entries()) == before + 1


def test_a_retry_with_the_same_key_is_done_once(shared: Site) -> None:
    body = {
        "suggestion": "2026-03-02",
        "verdict": "added_by_hand",
        "actor": DANA,
        "project": "internal",
        "client": "northlight",
        "task": "ADMIN",
        "minutes": 15,
    }
    headers = {"Idempotency-Key": f"key-{shared.url}"}
    before = len(shared.entries())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shared.http.post("/v1/decisions", json=body, headers=headers), range(4)))
    # A retry that comes while the first is being worked on is told so; none is done a second time.
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = shared.http.post("/v1/decisions", json=body, headers=headers)
    assert again.status_code == 201
    assert again.json() == next(answer.json() for answer in answers if answer.status_code == 201)
    assert len(shared.entries()) == before + 1
    other = shared.http.post("/v1/decisions", json={**body, "minutes": 30}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "urn:hourtrail:problem:key-reused")


def test_an_error_does_not_use_the_key_up(shared: Site) -> None:
    headers = {"Idempotency-Key": f"mended-{shared.url}"}
    body = {
        "suggestion": "2026-03-03",
        "verdict": "added_by_hand",
        "actor": DANA,
        "project": "internal",
        "client": "northlight",
        "task": "ADMIN",
    }
    assert shared.http.post("/v1/decisions", json=body, headers=headers).status_code == 422
    assert shared.http.post("/v1/decisions", json={**body, "minutes": 15}, headers=headers).status_code == 201


@pytest.mark.parametrize("actor", SERVICES)
def test_no_machine_decides(shared: Site, actor: str) -> None:
    row = shared.open_suggestions(BEN)[0]
    before = len(shared.entries())
    response = shared.decide(row, actor=actor)
    assert response.status_code == (403 if actor else 422)
    assert len(shared.entries()) == before
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "open"


def test_a_stranger_does_not_decide(shared: Site) -> None:
    response = shared.decide(shared.open_suggestions()[0], actor="ada@northlight.exampel")
    assert response.status_code == 403
    assert ADA in response.json()["detail"], "the nearest person is named"


def test_what_changed_since_it_was_shown_is_not_accepted(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    response = shared.decide(row, revision=row["revision"] + 1)
    assert response.status_code == 409
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "open"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"verdict": "approve"}, "verdict"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": "30"}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"shown_at": "2026-03-02T09:00:00"}, "shown_at"),
        ({"shown_at": "2199-01-01T00:00:00Z"}, "future"),
        ({"parts": [{"minutes": 5}] * 51}, "parts"),
        ({"parts": [{"minutes": 5}], "minutes": 5}, "not both"),
        ({"projct": "portal"}, "projct"),
    ],
)  # fmt: skip
def test_a_bad_body_is_explained(standing: Site, change: dict[str, Any], word: str) -> None:
    response = standing.decide(standing.open_suggestions()[0], **{"verdict": "edit", **change})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert word in response.text
    assert "Traceback" not in response.text


def test_an_entry_goes_its_legal_way_only(shared: Site) -> None:
    (entry,) = shared.decide(shared.open_suggestions(BEN)[0]).json()["time_entries"]
    path = f"/v1/time-entries/{entry['id']}/status"

    def move(status: str, actor: str) -> int:
        for role in (Role.CONSULTANT, Role.APPROVER):
            client = shared.person(actor, role)
        return client.post(path, json={"status": status}).status_code

    def carried(status: str, actor: str) -> int:
        return shared.http.post(path, json={"status": status, "actor": actor}).status_code

    assert move("approved", DANA) == 404, "a draft is its author's business"
    assert [carried("submitted", actor) for actor in SERVICES[:3]] == [403] * 3
    assert carried("submitted", "nobody@northlight.example") == 403
    assert carried("submitted", BEN) == 200
    assert move("approved", BEN) == 403, "nobody approves their own time"
    assert carried("approved", DANA) == 403, "no program approves, whoever's word it says it carries"
    assert shared.get(f"/v1/time-entries/{entry['id']}")["status"] == "submitted"
    assert move("approved", DANA) == 200
    assert move("rejected", DANA) == 409
    assert move("invoiced", DANA) == 422, "invoicing is not a person's click"
    assert move("draft", BEN) == 200, "recall"
    steps = shared.get(f"/v1/time-entries/{entry['id']}/trail")["approvals"]
    assert [(step["from"], step["to"], step["actor"]) for step in steps] == [
        ("draft", "submitted", BEN), ("submitted", "approved", DANA), ("approved", "draft", BEN),
    ]  # fmt: skip


def test_one_call_tells_everything_behind_an_entry(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    answer = shared.decide(row).json()
    trail = shared.get(f"/v1/time-entries/{answer['time_entries'][0]['id']}/trail")
    assert trail["decision"] == answer["decision"]
    assert trail["decision"]["actor"] == ADA
    assert [
        {name: piece[name] for name in shown} for piece, shown in zip(trail["evidence"], row["evidence"], strict=True)
    ] == row["evidence"]
    assert {piece["since"] for piece in trail["evidence"]} == {"unchanged"}
    assert trail["suggestion"]["model"] == row["model"]
    assert trail["suggestion"]["confidence"] == row["confidence"]
    assert trail["suggestion"]["threshold"] == row["threshold"]
    assert (trail["corrected"], trail["findings"] is None, trail["billing"]) == (
        [],
        False,
        {"lines": [], "disputes": []},
    )
    mine = shared.person(ADA, Role.CONSULTANT).get(f"/v1/time-entries/{answer['time_entries'][0]['id']}/trail").json()
    assert (mine["findings"], mine["billing"]) == (None, None), "findings and prices are not everybody's"
    assert mine["evidence"] == trail["evidence"]
    with shared.store.tenant(TENANT, read_only=True) as db:
        events: list[AuditEvent] = list(db.audit_events())
        assert db.verify_audit() == (len(events), [])
    said, carried = (event for event in events if event.object_id == answer["decision"]["id"])
    assert said.actor == ADA
    assert (carried.action.text, carried.actor.partition(":")[0]) == ("program:word:carried", "program")
