"""What was published works until its day, says that it will end, and says where to go when it has (CON-13)."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.serving.compatible import broken
from tests.serving.conftest import ADA, CHEAP, TENANT, key_for

from hourtrail.store import Store
from hourtrail.wiring import load_models
from hourtrail_serving import versions
from hourtrail_serving.access import RULES
from hourtrail_serving.app import create_app
from hourtrail_serving.gate import Login
from hourtrail_serving.pace import Pace
from hourtrail_serving.versions import ENDINGS, LEAST_NOTICE, V1_UNTIL, Ending

FROZEN = Path(__file__).parent / "openapi-frozen.json"
SNAPSHOT = Path(__file__).parent / "openapi.json"
LATER = Ending(date(2026, 1, 1), date(2999, 12, 31), "/v1/decisions")
OVER = Ending(date(2019, 1, 1), date(2020, 12, 31), "/v1/decisions")


@pytest.fixture
def ask(store: Store) -> TestClient:
    login = Login(passwords=CHEAP)
    client = TestClient(
        create_app(store, TENANT, load_models(rules_only=True), login=login), base_url="http://localhost"
    )
    client.headers["Authorization"] = f"Bearer {key_for(store)}"
    return client


def test_what_is_marked_works_and_says_that_it_ends(ask: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ask.get("/v1/time-entries", params={"person": ADA})
    monkeypatch.setitem(ENDINGS, ("GET", "/v1/time-entries"), (LATER,))
    marked = ask.get("/v1/time-entries", params={"person": ADA})
    assert marked.json() == plain.json()
    assert "deprecation" not in plain.headers
    assert marked.headers["deprecation"] == f"@{int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())}"
    assert parsedate_to_datetime(marked.headers["sunset"]) == datetime(3000, 1, 1, tzinfo=UTC)
    assert 'rel="deprecation"' in marked.headers["link"]
    assert '</v1/decisions>; rel="successor-version"' in marked.headers["link"]
    operation = ask.get("/openapi.json").json()["paths"]["/v1/time-entries"]["get"]
    assert operation["deprecated"] is True
    assert {"200", "410"} <= set(operation["responses"])
    assert "Sunset" in operation["responses"]["200"]["headers"]


@pytest.mark.parametrize("path", ["/v1/time-entries", "/livez"])
def test_what_has_ended_says_what_takes_its_place(ask: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setitem(ENDINGS, ("GET", path), (OVER,))
    gone = ask.get(path, params={"person": ADA})
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:hourtrail:problem:gone")
    assert "use /v1/decisions" in gone.json()["detail"]
    assert gone.headers["sunset"] == "Fri, 01 Jan 2021 00:00:00 GMT"


def test_a_parameter_ends_alone(ask: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    status = Ending(date(2019, 1, 1), date(2020, 1, 1), "limit", query="status")
    monkeypatch.setitem(ENDINGS, ("GET", "/v1/suggestions"), (status,))
    assert ask.get("/v1/suggestions", params={"person": ADA}).status_code == 200
    assert ask.get("/v1/suggestions", params={"person": ADA, "status": "open"}).status_code == 410
    operation = ask.get("/openapi.json").json()["paths"]["/v1/suggestions"]["get"]
    assert "deprecated" not in operation
    assert [row["name"] for row in operation["parameters"] if row.get("deprecated")] == ["status"]


NOTE = Ending(date(2026, 1, 1), date(2027, 6, 30), "narrative", member="note")
ACTOR = Ending(date(2026, 1, 1), date(2028, 6, 30), "decided_by", member="decisions.note")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Stops the clock of what ends."""
    return lambda now: monkeypatch.setattr(versions, "now", lambda: now)


def test_a_member_of_a_body_works_and_says_so_until_its_day_is_over(
    ask: TestClient, monkeypatch: pytest.MonkeyPatch, clock: Callable[[datetime], None]
) -> None:
    monkeypatch.setitem(ENDINGS, ("POST", "/v1/decisions"), (NOTE,))
    body = {
        "suggestion": "2026-03-02",
        "verdict": "added_by_hand",
        "actor": ADA,
        "client": "acme",
        "project": "portal",
        "task": "DEV",
    }
    clock(datetime(2027, 6, 30, 23, 59, 59, tzinfo=UTC))
    with_it = ask.post("/v1/decisions", json={**body, "minutes": 30, "note": "by phone"})
    assert (with_it.status_code, with_it.headers["sunset"]) == (201, "Thu, 01 Jul 2027 00:00:00 GMT")
    clock(datetime(2027, 7, 1, tzinfo=UTC))
    gone = ask.post("/v1/decisions", json={**body, "minutes": 31, "note": "by phone"})
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:hourtrail:problem:gone")
    assert gone.json()["detail"] == "`note` ended with 2027-06-30, as was said since 2026-01-01; use narrative"
    assert gone.headers["deprecation"] == f"@{int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())}"
    without = ask.post("/v1/decisions", json={**body, "minutes": 32})
    assert (without.status_code, "sunset" in without.headers) == (201, False)
    assert {row["minutes"] for row in ask.get("/v1/time-entries", params={"person": ADA}).json()["time_entries"]} & {
        30,
        31,
        32,
    } == {30, 32}
    operation = ask.get("/openapi.json").json()["paths"]["/v1/decisions"]["post"]
    assert ("deprecated" in operation, "410" in operation["responses"]) == (False, True)
    assert "`note` ends with 2027-06-30; use narrative." in operation["description"]


def test_a_member_inside_a_list_ends_beside_another_one(
    ask: TestClient, monkeypatch: pytest.MonkeyPatch, clock: Callable[[datetime], None]
) -> None:
    atomic = Ending(date(2026, 1, 1), date(2027, 6, 30), "two calls", member="atomic")
    monkeypatch.setitem(ENDINGS, ("POST", "/v1/decisions:batch"), (ACTOR, atomic))
    row = {"suggestion": "none", "verdict": "accept"}
    clock(datetime(2027, 1, 1, tzinfo=UTC))
    both = ask.post(
        "/v1/decisions:batch", json={"actor": ADA, "atomic": False, "decisions": [row, {**row, "note": "x"}]}
    )
    assert both.headers["sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT", "the first to end is told"
    clock(datetime(2028, 1, 1, tzinfo=UTC))
    assert ask.post("/v1/decisions:batch", json={"actor": ADA, "atomic": False, "decisions": [row]}).status_code == 410
    inner = ask.post("/v1/decisions:batch", json={"actor": ADA, "decisions": [{**row, "note": "x"}]})
    assert (inner.status_code, inner.headers["sunset"]) == (200, "Sat, 01 Jul 2028 00:00:00 GMT")
    clock(datetime(2028, 7, 1, tzinfo=UTC))
    assert ask.post("/v1/decisions:batch", json={"actor": ADA, "decisions": [{**row, "note": "x"}]}).status_code == 410


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[1]", b'"note"', b"null"])
def test_a_body_that_is_none_has_no_member(ask: TestClient, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setitem(ENDINGS, ("POST", "/v1/decisions"), (replace(NOTE, last_day=date(2020, 1, 1)),))
    answer = ask.post("/v1/decisions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text


def test_nobody_is_told_what_ended_before_they_may_ask(ask: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDINGS, ("POST", "/v1/decisions"), (replace(NOTE, last_day=date(2020, 1, 1)),))
    assert ask.post("/v1/decisions", json={"note": "x"}, headers={"Authorization": "Bearer no"}).status_code == 401


def test_nothing_is_marked_that_is_not_there_or_ends_too_soon(ask: TestClient) -> None:
    assert set(ENDINGS) <= set(RULES)
    assert all(row.last_day - row.since >= LEAST_NOTICE for rows in ENDINGS.values() for row in rows)
    assert ask.get("/openapi.json").json()["info"]["x-served-until"] == V1_UNTIL.isoformat()


def test_too_many_are_told_when_to_come_back(store: Store) -> None:
    login = Login(passwords=CHEAP, pace=Pace(of_a_program=1, clock=lambda: 20.0))
    client = TestClient(
        create_app(store, TENANT, load_models(rules_only=True), login=login), base_url="http://localhost"
    )
    client.headers["Authorization"] = f"Bearer {key_for(store)}"
    assert client.get("/v1/me").headers["ratelimit"] == '"minute";r=0;t=40'
    refused = client.get("/v1/me")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert refused.headers["ratelimit-policy"] == '"minute";q=1;w=60'


def test_the_open_door_for_tokens_counts_by_address(store: Store) -> None:
    login = Login(passwords=CHEAP, pace=Pace(of_an_address=1, clock=lambda: 20.0))
    app = create_app(store, TENANT, load_models(rules_only=True), login=login)
    one, other = (TestClient(app, base_url="http://localhost", client=(host, 1)) for host in ("192.0.2.1", "192.0.2.2"))
    form = {"grant_type": "client_credentials", "client_id": "psa", "client_secret": "hts_none"}
    assert [client.post("/v1/oauth/token", data=form).status_code for client in (one, other, one)] == [401, 401, 429]
    assert one.post("/v1/oauth/token", data=form).headers["retry-after"] == "40"


def test_nothing_that_was_published_is_broken() -> None:
    frozen, now = (json.loads(path.read_text(encoding="utf-8")) for path in (FROZEN, SNAPSHOT))
    assert broken(frozen, now) == [], (
        "a major change; with a release the document is frozen anew: python -m tests.serving.compatible"
    )


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("paths", "/v1/decisions", "post"), None, "POST /v1/decisions is gone"),
        (("paths", "/v1/decisions", "get", "operationId"), "other", "is called other"),
        (("components", "schemas", "TimeEntry", "properties", "minutes"), None, "minutes is gone"),
        (
            ("components", "schemas", "TimeEntry", "properties", "minutes", "type"),
            "string",
            "minutes may now be string",
        ),
        (("components", "schemas", "TimeEntry", "required"), [], "is not always there"),
        (("components", "schemas", "DecisionRequest", "required"), ["suggestion", "verdict", "note"], "now needs note"),
        (("components", "schemas", "DecisionRequest", "properties", "note"), None, "takes no note"),
        (("components", "schemas", "DecisionRequest", "properties", "note", "maxLength"), 5, "narrower maxLength"),
        (("components", "schemas", "Verdict", "enum"), ["accept"], "takes no 'edit'"),
        (("paths", "/v1/usage", "get", "parameters"), [], "takes no from"),
        (("paths", "/v1/usage", "get", "responses", "200", "content", "text/csv"), None, "answers no text/csv"),
    ],
)
def test_what_would_break_is_seen(place: tuple[str, ...], value: object, says: str) -> None:
    now = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    changed = deepcopy(now)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    if value is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    assert says in "\n".join(broken(now, changed))
    assert broken(now, now) == []
