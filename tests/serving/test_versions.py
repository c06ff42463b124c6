"""What was published works until its day, says that it will end, and says where to go when it has (CON-13)."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.serving.compatible import broken
from tests.serving.conftest import ADA, CHEAP, TENANT, key_for

from hourtrail.store import Store
from hourtrail.wiring import load_models
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
    monkeypatch.setitem(ENDINGS, ("GET", "/v1/time-entries"), LATER)
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
    monkeypatch.setitem(ENDINGS, ("GET", path), OVER)
    gone = ask.get(path, params={"person": ADA})
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:hourtrail:problem:gone")
    assert "use /v1/decisions" in gone.json()["detail"]
    assert gone.headers["sunset"] == "Fri, 01 Jan 2021 00:00:00 GMT"


def test_a_parameter_ends_alone(ask: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        ENDINGS, ("GET", "/v1/suggestions"), Ending(date(2019, 1, 1), date(2020, 1, 1), "limit", query="status")
    )
    assert ask.get("/v1/suggestions", params={"person": ADA}).status_code == 200
    assert ask.get("/v1/suggestions", params={"person": ADA, "status": "open"}).status_code == 410
    operation = ask.get("/openapi.json").json()["paths"]["/v1/suggestions"]["get"]
    assert "deprecated" not in operation
    assert [row["name"] for row in operation["parameters"] if row.get("deprecated")] == ["status"]


def test_nothing_is_marked_that_is_not_there_or_ends_too_soon(ask: TestClient) -> None:
    assert set(ENDINGS) <= set(RULES)
    assert all(row.last_day - row.since >= LEAST_NOTICE for row in ENDINGS.values())
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
