"""Models, modes, automatic submission and policies over HTTP; and that no machine approves or posts (CNF-03, CNF-09, GOV-06, GOV-16)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

import hourtrail
from hourtrail.domain.access import PEOPLE_ONLY, Permission, Role
from hourtrail_serving.access import RULES

KIM, REV, AUDITOR = "kim@northlight.example", "rev@northlight.example", "auditor@northlight.example"
ORDER = {
    "most_amount": "400.00", "currency": "EUR", "most_minutes": 240, "reason": "less clicking",
    "last_day": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(),
}  # fmt: skip
MOVES_MONEY = {
    Permission.ENTRIES_APPROVE, Permission.ENTRIES_CLEAR, Permission.DRAFTS_WRITE, Permission.DRAFTS_POST,
    Permission.RATES_APPROVE, Permission.AUTO_POST_ORDER, Permission.MODE_WRITE, Permission.MODELS_PROMOTE,
}  # fmt: skip


def test_models_tell_what_serves_each_use_and_why_rules_do(standing: Site) -> None:
    found = standing.person(AUDITOR, Role.AUDITOR).get("/v1/models").json()
    rows = {row["use_case"]: row for row in found["models"]}
    assert set(rows) == {"ranker", "encoder", "anomaly", "presence", "minutes", "billable"}
    assert rows["ranker"]["source"] == "rules"
    assert rows["ranker"]["why"] == found["degraded"] == "rules were asked for"
    assert rows["ranker"]["model"]["name"] == "rules"
    assert all(row["owner"] and row["fallback"] and row["purpose"] for row in rows.values())
    assert standing.get("/v1/models") == found, "a program with the scope reads the same"


def test_a_card_is_markdown_and_a_missing_one_a_problem(standing: Site) -> None:
    auditor = standing.person(AUDITOR, Role.AUDITOR)
    card = auditor.get("/v1/models/anomaly/card")
    assert card.headers["content-type"] == "text/markdown; charset=utf-8"
    assert card.text.startswith("# Model card")
    missing = auditor.get("/v1/models/weather/card")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:hourtrail:problem:not-found")


def is_model(value: object) -> bool:
    return isinstance(value, Mapping) and {"name", "version", "digest"} <= set(value) and all(value.values())


def scored(value: Any) -> list[Mapping[str, Any]]:
    """Every suggestion, decision or answer with a confidence of its own, wherever it stands; its parts are part of it."""
    if isinstance(value, list):
        return [row for part in value for row in scored(part)]
    if not isinstance(value, Mapping):
        return []
    if "model" in value:
        return [value]
    own = [value] if "confidence" in value else []
    return own + [row for part in value.values() for row in scored(part)]


def test_every_answer_with_a_confidence_names_its_model_by_version_and_digest(site: Site) -> None:
    """MLL-08: wherever a suggestion's or a decision's confidence is told, the model that gave it stands beside it."""
    row = site.open_suggestions(ADA)[0]
    decision = site.decide(row).json()
    entry = decision["time_entries"][0]["id"]
    meeting = {
        "source": "x", "external_id": "1", "kind": "meeting", "person": ADA, "start": "2026-03-05T09:00:00Z",
        "end": "2026-03-05T10:00:00Z", "title": "a talk",
    }  # fmt: skip
    span = {"person": ADA, "from": "2026-03-02", "to": "2026-03-13"}
    answers = {
        "list": site.get("/v1/suggestions", person=ADA),
        "one": site.get(f"/v1/suggestions/{row['id']}"),
        "compute": site.http.post("/v1/suggestions:compute", json=span).json(),
        "score": site.http.post("/v1/suggestions:score", json={"activities": [meeting]}).json()["suggestions"],
        "decided": decision,
        "decision": site.get(f"/v1/decisions/{decision['decision']['id']}"),
        "decisions": site.get("/v1/decisions", person=ADA),
        "trail": site.get(f"/v1/time-entries/{entry}/trail"),
    }
    for name, answer in answers.items():
        found = scored(answer)
        assert found, name
        assert all(is_model(one.get("model")) for one in found), name


def test_up_is_refused_with_what_is_missing_in_numbers_and_down_hides_at_once(site: Site) -> None:
    admin, ada = site.person(DANA, Role.ADMIN), site.person(ADA, Role.CONSULTANT)
    before = admin.get("/v1/mode").json()
    assert (before["mode"], [row["mode"] for row in before["up"]], before["history"]) == ("suggest", ["prefill"], [])
    refused = admin.put("/v1/mode", json={"mode": "prefill", "reason": "we trust it"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hourtrail:problem:mode-not-proven")
    assert refused.json()["detail"].endswith("; GET /v1/mode tells what is measured now"), (
        "a command helps no client of the API"
    )
    missing = {row["at"]: row["reason"] for row in refused.json()["errors"]}
    assert missing["blind_answers"] == "0 blind answers, at least 59 needed"
    assert "needs a proven precision of 95%" in missing["proven_precision"]
    open_before = [
        row for row in ada.get("/v1/suggestions", params={"status": "open"}).json()["suggestions"] if row["project"]
    ]
    assert open_before
    shadow = admin.put("/v1/mode", json={"mode": "shadow", "reason": "a quiet week"}, headers={"Idempotency-Key": "m1"})
    assert shadow.status_code == 200, shadow.text
    told = shadow.json()
    assert (told["mode"], told["history"][0]["actor"], told["history"][0]["mode"]) == ("shadow", DANA, "shadow")
    assert told["history"][0]["why"] == f"suggest to shadow by {DANA}: moved down; a quiet week"
    again = admin.put("/v1/mode", json={"mode": "shadow", "reason": "a quiet week"}, headers={"Idempotency-Key": "m1"})
    assert again.json() == told
    rows = ada.get("/v1/suggestions", params={"status": "open"}).json()
    assert rows["suggestions"]
    assert not [row for row in rows["suggestions"] if row["project"] or row["alternatives"]]
    first = open_before[0]
    page = ada.get("/day", params={"person": ADA, "date": first["date"]}).text
    assert "shadow mode: the answer is measured, not shown" in page
    assert not re.search(r'name="verdict" value="accept"', page), "there is nothing to accept"
    late = ada.post(
        "/v1/decisions", json={"suggestion": first["id"], "verdict": "accept", "revision": first["revision"]}
    )
    assert late.status_code == 409, "who still has the old page open is told that it changed"


@pytest.mark.parametrize(
    "body", [{}, {"mode": "always", "reason": "x"}, {"mode": "shadow"}, {"mode": "shadow", "reason": " "}]
)
def test_a_mode_without_its_reason_is_refused(standing: Site, body: dict[str, str]) -> None:
    assert standing.person(DANA, Role.ADMIN).put("/v1/mode", json=body).status_code == 422


def test_two_administrators_order_and_a_reviewer_stops(site: Site) -> None:
    dana, kim, rev = site.person(DANA, Role.ADMIN), site.person(KIM, Role.ADMIN), site.person(REV, Role.REVIEWER)
    off = rev.get("/v1/auto-post").json()
    assert (off["enabled"], off["why_off"], off["log"]) == (False, "off by default: nobody has ordered it", [])
    made = dana.post("/v1/auto-post:propose", json=ORDER)
    assert made.status_code == 201, made.text
    order = made.json()["id"]
    alone = dana.post(f"/v1/auto-post/{order}:enable", json={"reason": "me again"})
    assert (alone.status_code, "somebody else has to enable it" in alone.text) == (403, True)
    assert rev.post(f"/v1/auto-post/{order}:enable", json={"reason": "x"}).status_code == 403
    on = kim.post(f"/v1/auto-post/{order}:enable", json={"reason": "agreed"})
    assert (on.status_code, on.json()["enabled_by"], on.json()["proposed_by"]) == (200, KIM, DANA)
    assert rev.get("/v1/auto-post").json()["order"]["id"] == order
    stopped = rev.post("/v1/auto-post:stop", json={"reason": "a wrong client"}, headers={"Idempotency-Key": "s1"})
    assert (stopped.status_code, stopped.json()["enabled"]) == (200, False)
    assert stopped.json()["log"][0] == {**stopped.json()["log"][0], "word": "stopped", "actor": REV, "order": order}
    again = kim.post(f"/v1/auto-post/{order}:enable", json={"reason": "once more"})
    assert again.status_code == 409
    assert kim.post("/v1/auto-post/apo_x:enable", json={"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"most_amount": "-1"}, {"most_amount": "0"}, {"most_amount": "1e5"}, {"currency": "euro"}, {"most_minutes": 0},
        {"most_minutes": 1441}, {"last_day": "2026-01-01"}, {"last_day": "2199-01-01"}, {"reason": ""}, {"more": 1},
    ],
)  # fmt: skip
def test_an_order_that_does_not_fit_is_a_problem(standing: Site, change: dict[str, Any]) -> None:
    answer = standing.person(DANA, Role.ADMIN).post("/v1/auto-post:propose", json={**ORDER, **change})
    assert answer.status_code == 422, answer.text


def test_policies_are_listed_and_told_whole(standing: Site) -> None:
    rev = standing.person(REV, Role.REVIEWER)
    rows = {row["name"]: row for row in rev.get("/v1/policies").json()["policies"]}
    assert {"data_access", "approval_routing", "exception_handling", "audit_logging"} <= set(rows)
    one = rev.get("/v1/policies/approval_routing")
    assert one.json()["body"]["auto_post"]["by_default"] == "off"
    assert one.json()["digest"] == rows["approval_routing"]["digest"]
    assert rev.get("/v1/policies/approval_routing", headers={"If-None-Match": one.headers["etag"]}).status_code == 304
    assert rev.get("/v1/policies/weather").status_code == 404


def test_what_approves_posts_or_orders_is_for_people_and_no_scope_opens_it(site: Site) -> None:
    """GOV-16, CNF-03: asked with every scope that a program can have, in its own name and in that of a person."""
    assert MOVES_MONEY <= PEOPLE_ONLY
    guarded = [
        (method, path)
        for (method, path), rule in RULES.items()
        if set(rule.needs) & MOVES_MONEY
        and method != "GET"
        and (set(rule.needs) <= PEOPLE_ONLY or path.endswith("/status"))
    ]
    assert ("POST", "/v1/auto-post:propose") in guarded
    entry = site.decide(site.open_suggestions(ADA)[0]).json()["time_entries"][0]["id"]
    moved = site.http.post(f"/v1/time-entries/{entry}/status", json={"status": "submitted", "actor": ADA})
    assert moved.status_code == 200
    before = {row.id: row.status for row in site.entries()}
    for method, path in guarded:
        address = re.sub(r"\{\w+\}", "x", path.replace("{entry}", entry))
        for actor in ("model:ranker", "service:psa", BEN):
            body = {"status": "approved", "actor": actor} if path.endswith("/status") else {"actor": actor}
            answer = site.http.request(method, address, json=body if path.startswith("/v1") else None)
            assert answer.status_code == 403, (path, actor, answer.text)
    for actor in ("model:ranker", "system:auto_post"):
        answer = site.http.post("/v1/decisions", json={"suggestion": "x", "verdict": "accept", "actor": actor})
        assert answer.status_code == 403
    assert {row.id: row.status for row in site.entries()} == before


QUIET = {"nightly_refit", "nightly_shadow"}
"""Need a model registry: tests/training/test_train_on_log.py runs them, and the test below shows that nothing of theirs moves an entry."""


def test_no_job_approves_or_posts_anything(site: Site) -> None:
    """GOV-16: every background job, run over a firm with confirmed and submitted time."""
    for row in site.open_suggestions(ADA)[:3]:
        entry = site.decide(row).json()["time_entries"][0]["id"]
        site.http.post(f"/v1/time-entries/{entry}/status", json={"status": "submitted", "actor": ADA})
    before = {row.id: row.status for row in site.entries()}
    jobs = [point for point in entry_points(group="hourtrail.jobs") if point.name not in QUIET]
    assert "auto_post" in {point.name for point in jobs}
    for point in jobs:
        point.load()(site.store, TENANT, datetime.now(UTC))
    assert {row.id: row.status for row in site.entries()} == before
    with site.store.tenant(TENANT, read_only=True) as db:
        approved = [
            event
            for event in db.audit_events()
            if event.action.text in {"person:time_entry:approved", "person:draft:posted"}
        ]
    assert approved == []


MOVERS = ("entries", "clearing", "timesheets", "autopost", "billing/closing")
"""Each takes the name of a person and refuses a machine; the store refuses it again (``TimeEntry.moved_to``)."""


def test_entries_are_moved_in_these_places_and_nowhere_else() -> None:
    """GOV-16: no model, no training and no serving code moves an entry by itself; the standing order can only submit."""
    root = Path(hourtrail.__file__).parents[2]
    found = {
        str(path.relative_to(root))
        for folder in ("src", "models", "training", "serving")
        for path in (root / folder).rglob("*.py")
        if re.search(r"\.move_entr(y|ies)\(", path.read_text(encoding="utf-8"))
    }
    assert found == {f"src/hourtrail/flows/{name}.py" for name in MOVERS} | {"src/hourtrail/store/entries.py"}
    order = (root / "src/hourtrail/flows/autopost.py").read_text(encoding="utf-8")
    assert set(re.findall(r"EntryStatus\.(\w+)", order)) == {"DRAFT", "SUBMITTED"}
