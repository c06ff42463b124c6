"""The trail over HTTP: an auditor reads it, takes it away, and finds offline what somebody altered (GOV-03, GOV-04, GOV-15, NEW-20)."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.serving.conftest import ADA, DANA, TENANT, Site

from hourtrail.cli import hourtrail
from hourtrail.domain.access import Role
from hourtrail.flows.audit import check_proof, seal_trail, verify_file
from hourtrail.policy.audit_logging import AuditLogging, audit_logging
from hourtrail.store import Store

AUDITOR = "auditor@northlight.example"


def decided(site: Site) -> dict[str, Any]:
    row = site.open_suggestions(ADA)[0]
    answer = site.decide(row, note="private words of ada")
    assert answer.status_code == 201, answer.text
    return answer.json()["decision"]


def test_an_auditors_export_is_checked_offline_and_names_the_row_that_was_tampered_with(
    site: Site, tmp_path: Path
) -> None:
    made = decided(site)
    seal_trail(site.store, TENANT)
    answer = site.person(AUDITOR, Role.AUDITOR).get("/v1/audit/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["cache-control"] == "no-store"
    assert 'filename="audit-northlight-' in answer.headers["content-disposition"]
    file = tmp_path / "trail.jsonl"
    file.write_bytes(answer.content)
    found = verify_file(file)
    assert (list(found.breaks), found.tenant) == ([], TENANT)
    assert found.seal is not None
    lines = answer.text.splitlines()
    last = json.loads(lines[-1])
    assert (last["action"], last["actor"]) == ("person:audit_trail:exported", AUDITOR)
    # One altered row; offline, without the database.
    place = next(
        number for number, line in enumerate(lines) if made["id"] in line and '"person:suggestion:accept"' in line
    )
    event = json.loads(lines[place])
    event["payload"]["actor"] = "eve"
    altered = [*lines[:place], json.dumps(event), *lines[place + 1 :]]
    file.write_text("\n".join(altered) + "\n", encoding="utf-8")
    reasons = [row.reason for row in verify_file(file).breaks]
    assert reasons == [f"the payload of row {event['sequence']} was changed after it was written"]
    # One removed row.
    file.write_text("\n".join([*lines[:place], *lines[place + 1 :]]) + "\n", encoding="utf-8")
    assert f"row {event['sequence']} of the audit trail is missing" in [row.reason for row in verify_file(file).breaks]


def test_the_command_checks_what_http_gave(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    file.write_bytes(site.person(AUDITOR, Role.AUDITOR).get("/v1/audit/export").content)
    assert hourtrail.main(["audit", "verify", str(file), "--json"], standalone_mode=False) == 0


def test_a_list_of_events_is_read_page_by_page_and_tells_no_words(site: Site) -> None:
    decided(site)
    auditor = site.person(AUDITOR, Role.AUDITOR)
    pages, cursor = [], None
    while True:
        asked = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = auditor.get("/v1/audit", params=asked).json()
        pages.append(page["events"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    events = [row for page in pages for row in page]
    assert [row["sequence"] for row in events] == list(range(1, len(events) + 1))
    assert all(len(page) == 7 for page in pages[:-1])
    said = json.dumps(events)
    assert "private words" not in said
    with site.store.tenant(TENANT, read_only=True) as db:
        titles = {row.block.title for row in db.suggestions()} | {row.title for row in db.activities()}
        narratives = {row.narrative for row in db.entries()}
    # A title may be one common word; what has a blank cannot stand in an event by chance.
    assert not [words for words in titles | narratives if " " in words and words in said]
    (accepted,) = [
        row for row in events if row["action"] == "person:suggestion:accept" and row["payload"]["verdict"] == "accept"
    ][-1:]
    assert accepted["payload"]["threshold"]["band"]
    assert accepted["payload"]["model"] == {
        "name": "rules",
        "version": "1",
        "digest": accepted["payload"]["model"]["digest"],
    }
    assert accepted["payload"]["withheld"] > 0


def test_a_list_is_narrowed_by_actor_subject_action_and_time(standing: Site) -> None:
    auditor = standing.person(AUDITOR, Role.AUDITOR)

    def asked(**params: Any) -> list[dict[str, Any]]:
        answer = auditor.get("/v1/audit", params={"limit": 500, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()["events"]

    whole = asked()
    accepted = asked(action="person:suggestion:accept")
    assert accepted == [row for row in whole if row["action"] == "person:suggestion:accept"] != []
    assert asked(action="person:suggestion:") == [
        row for row in whole if row["action"].startswith("person:suggestion:")
    ]
    assert asked(action="person:suggestion") == [], "a beginning ends with a colon"
    one = accepted[0]
    assert asked(subject=one["object_id"]) == [row for row in whole if row["object_id"] == one["object_id"]]
    assert asked(actor=one["actor"]) == [row for row in whole if row["actor"] == one["actor"]]
    assert asked(**{"from": one["at"], "to": one["at"]}) == []
    day = one["at"][:10]
    assert one in asked(**{"from": day, "to": day})
    assert asked(to="1999-01-01") == []


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"cursor": "x"}, {"from": "yesterday"}, {"limit": "501"}, {"actor": "a\0b"}]
)
def test_a_list_that_is_asked_for_wrongly_is_a_problem(standing: Site, params: dict[str, str]) -> None:
    answer = standing.person(AUDITOR, Role.AUDITOR).get("/v1/audit", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_auditors_take_the_trail_away_and_consultants_read_none_of_it(standing: Site) -> None:
    for who, role, read, export in (
        (ADA, Role.CONSULTANT, 403, 403), (DANA, Role.ADMIN, 200, 403), (AUDITOR, Role.AUDITOR, 200, 200),
    ):  # fmt: skip
        client = standing.person(who, role)
        assert client.get("/v1/audit/roots").status_code == read
        assert client.get("/v1/audit", params={"limit": 1}).status_code == read
        assert client.get("/v1/audit/export").status_code == export
    assert standing.http.get("/v1/audit", params={"limit": 1}).status_code == 200, "a program with the scope"
    assert standing.http.get("/v1/audit/export").status_code == 403


def test_a_proof_leads_to_a_noted_root_and_tells_no_payload_to_who_may_not_have_it(site: Site) -> None:
    decided(site)
    admin, auditor = site.person(DANA, Role.ADMIN), site.person(AUDITOR, Role.AUDITOR)
    assert admin.get("/v1/audit/3/proof").status_code == 404, "nothing is sealed yet"
    head = seal_trail(site.store, TENANT)
    assert head is not None
    roots = admin.get("/v1/audit/roots").json()
    assert (roots["roots"][0]["root"], roots["roots"][0]["size"]) == (head.root, head.size)
    for client, tells in ((admin, False), (auditor, True)):
        proof = client.get("/v1/audit/3/proof").json()
        assert (proof["event"]["payload"] is not None) == tells
        assert check_proof(proof).root == head.root
    assert admin.get("/v1/audit/0/proof").status_code == 422
    assert admin.get(f"/v1/audit/{head.size + 9}/proof").status_code == 404


def alter(store: Store, *statements: str) -> None:
    with store.engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def test_verifying_names_what_was_altered_in_the_database(site: Site) -> None:
    decided(site)
    admin = site.person(DANA, Role.ADMIN)
    whole = admin.post("/v1/audit:verify", json={}).json()
    assert (whole["intact"], whole["breaks"]) == (True, [])
    head = whole["head"]
    assert admin.post("/v1/audit:verify", json={"expect": head}).json()["intact"]
    other = f"{head.partition(':')[0]}:{'0' * 64}"
    assert not admin.post("/v1/audit:verify", json={"expect": other}).json()["intact"]
    assert admin.post("/v1/audit:verify", json={"expect": "7:beef"}).status_code == 422
    alter(
        site.store, "DROP TRIGGER audit_event_no_update", "UPDATE audit_event SET actor = 'eve' WHERE sequence = 4",
        "DROP TRIGGER decision_no_update", "UPDATE decision SET actor = 'eve', body = replace(body, 'accept', 'reject')",
    )  # fmt: skip
    found = admin.post("/v1/audit:verify", json={}).json()
    assert not found["intact"]
    assert {"row": 4, "reason": "row 4 was changed after it was written"} in found["breaks"]
    assert any("decision dec_" in row["reason"] and "was changed" in row["reason"] for row in found["breaks"])


def test_the_policy_shows_numbers_and_codes_and_no_sentence() -> None:
    policy: AuditLogging = audit_logging()
    shown = policy.visible(
        {
            "minutes": 30, "verdict": "accept", "note": "words", "status": "a sentence is no code", "threshold": {"value": 0.9, "basis": "why"},
            "shown": [{"client": "acme"}], "kind": "zwölf", "order": "x" * 121,
        }
    )  # fmt: skip
    assert shown == {"minutes": 30, "verdict": "accept", "threshold": {"value": 0.9}, "kind": "zwölf", "withheld": 5}
