"""What is held about a person over HTTP: theirs to take, an administrator's to hand out or erase, and nobody else's."""

import io
import json
import zipfile

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.settings import TenantSettings


def kinds(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return set(file.namelist())


def test_a_person_takes_what_is_held_about_them_and_nobody_elses(site: Site) -> None:
    me = site.person(BEN, Role.CONSULTANT)
    answer = me.get(f"/v1/people/{BEN}/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert {"activities.jsonl", "suggestion.jsonl", "README.txt", "SHA256SUMS"} <= kinds(answer.content)
    assert answer.headers["cache-control"] == "no-store"
    assert me.get(f"/v1/people/{ADA}/export").status_code == 403
    assert me.get(f"/v1/people/{BEN}/export", params={"reason": "x" * 501}).status_code == 422
    assert site.http.get(f"/v1/people/{BEN}/export").status_code == 403, "no program"


def test_an_administrator_says_why_and_names_the_persons_request(site: Site) -> None:
    admin = site.person(DANA, Role.ADMIN)
    path = f"/v1/people/{BEN}/export"
    assert admin.get(path).status_code == 422
    assert "activities.jsonl" not in kinds(admin.get(path, params={"reason": "leaver"}).content)
    assert "activities.jsonl" in kinds(admin.get(path, params={"reason": "leaver", "request": "R-1"}).content)
    assert admin.get("/v1/people/nobody/export", params={"reason": "leaver"}).status_code == 404
    partner = site.person(DANA, Role.PARTNER_ADMIN)
    found = kinds(partner.get(path, params={"reason": "leaver", "request": "R-1"}).content)
    assert "activities.jsonl" not in found, "who administers for a partner sees no activity, with whatever other role"
    with site.store.tenant(TENANT, read_only=True) as db:
        told = [event.actor for event in db.audit_events() if event.action.text == "person:person:exported"]
    assert told == [DANA] * 3


def test_an_erasure_tells_first_and_then_does_what_it_told(site: Site) -> None:
    admin, path = site.person(DANA, Role.ADMIN), f"/v1/people/{BEN}:erase"
    assert site.person(BEN, Role.CONSULTANT).post(path, json={"reason": "mine"}).status_code == 403
    assert site.http.post(path, json={"reason": "x"}).status_code == 403
    for bad in ({}, {"reason": " "}, {"reason": "x", "confirm": "zz"}, {"reason": "x", "other": 1}, {"reason": 5}):
        assert admin.post(path, json=bad).status_code == 422, bad
    assert admin.post(f"/v1/people/{DANA}:erase", json={"reason": "x"}).status_code == 403, "nobody erases themself"
    assert admin.post("/v1/people/nobody:erase", json={"reason": "x"}).status_code == 404
    seen = admin.post(path, json={"reason": "request"}).json()
    assert (seen["erased"], seen["removed"]["activity"] > 0, len(seen["confirm"])) == (False, True, 32)
    wrong = admin.post(path, json={"reason": "request", "confirm": "0" * 32})
    assert (wrong.status_code, wrong.headers["content-type"]) == (409, "application/problem+json")
    body, key = {"reason": "request", "request": "R-7", "confirm": seen["confirm"]}, {"Idempotency-Key": "erase-ben"}
    done = admin.post(path, json=body, headers=key)
    assert (done.status_code, done.json()["erased"], done.json()["removed"]) == (200, True, seen["removed"])
    assert admin.post(path, json=body, headers=key).json() == done.json(), "the same word again does nothing"
    assert admin.post(path, json=body).status_code == 404
    assert site.get("/v1/suggestions", person=BEN)["suggestions"] == []
    with site.store.tenant(TENANT, read_only=True) as db:
        found = db.examine_audit()
        assert (found.breaks, found.erased > 0) == ([], True)
        assert BEN not in json.dumps([payload for _, payload in db.audit_trail()])


@pytest.mark.parametrize("held", [{"legal_hold": True}, {"held_people": [BEN]}])
def test_a_legal_hold_keeps_a_person(site: Site, held: dict[str, object]) -> None:
    assert TenantSettings().retention.legal_hold is False
    admin = site.person(DANA, Role.ADMIN)
    with site.store.tenant(TENANT) as db:
        db.change_settings({"retention": held}, actor=DANA, at=next(iter(db.audit_events())).at, reason="court")
    refused = admin.post(f"/v1/people/{BEN}:erase", json={"reason": "request"})
    assert (refused.status_code, "legal hold" in refused.json()["detail"]) == (409, True)


def test_rules_of_the_tenant_apply_to_what_is_only_scored(site: Site) -> None:
    row = {
        "source": "csv", "external_id": "x1", "kind": "meeting", "person": BEN, "start": "2026-03-02T09:00:00Z",
        "end": "2026-03-02T10:00:00Z", "title": "Doctor, call +49 30 1234567",
    }  # fmt: skip
    body = {"activities": [row], "tasks": [{"client": "acme", "project": "portal"}]}
    titled = site.http.post("/v1/suggestions:score", json=body).json()
    assert "+49 30 1234567" in json.dumps(titled)
    rules = [
        {"name": "phones", "action": "redact", "pattern": "phone"},
        {"name": "doctor", "action": "drop", "title": "doctor*"},
    ]
    for number in (1, 2):
        with site.store.tenant(TENANT) as db:
            at = next(iter(db.audit_events())).at
            db.change_settings({"privacy": {"rules": rules[:number]}}, actor=DANA, at=at, reason="privacy")
        scored = site.http.post("/v1/suggestions:score", json=body).json()
        assert "1234567" not in json.dumps(scored)
        assert ("[phone]" in json.dumps(scored)) == (number == 1)
