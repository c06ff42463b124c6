"""The typed client plays a practice-management system against a running server, from an empty store to the trail of an hour."""

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest
from tests.serving.conftest import ADA, TENANT, Site, running

from hourtrail.domain.access import Permission
from hourtrail.domain.accounts import SecretKind
from hourtrail.flows.identity.programs import NewSecret, create_secret
from hourtrail.store import open_store
from hourtrail_client import ClientSecret, Hourtrail, Problem, Unchanged, pages
from hourtrail_client import types as t
from hourtrail_client.transport import Transport
from hourtrail_serving import client_writer

CLIENT = Path(str(find_spec("hourtrail_client").origin)).parent  # type: ignore[union-attr]
SNAPSHOT = Path(__file__).parent / "openapi.json"
SCOPES = (
    Permission.DIRECTORY_WRITE, Permission.DIRECTORY_READ, Permission.ACTIVITIES_WRITE, Permission.SUGGESTIONS_SCORE,
    Permission.SUGGESTIONS_COMPUTE, Permission.SUGGESTIONS_READ, Permission.DECISIONS_WRITE, Permission.ON_BEHALF,
    Permission.ENTRIES_READ, Permission.TRAILS_READ, Permission.USAGE_READ,
)  # fmt: skip


def meeting(day: int) -> dict[str, str]:
    return {
        "source": "psa", "external_id": f"cal-{day}", "kind": "meeting", "person": ADA, "title": "Portal: checkout review",
        "start": f"2026-03-{day:02}T09:00:00+01:00", "end": f"2026-03-{day:02}T10:00:00+01:00", "series": "checkout",
    }  # fmt: skip


def told(kind: t.DirectoryKind, api: Hourtrail, *rows: dict[str, str]) -> t.Ingested:
    return api.put_directory_rows(kind, {"rows": [{"source": "psa", **row} for row in rows]}).body


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_store(str(tmp_path / "firm.db")) as store, running(store) as started:
        yield started


def secret(site: Site, kind: SecretKind, *scopes: Permission) -> str:
    new = NewSecret(kind=kind, program="psa", scopes=scopes, life=timedelta(days=1))
    return create_secret(site.store, TENANT, new, "test").secret


@pytest.fixture
def api(site: Site) -> Iterator[Hourtrail]:
    with Hourtrail(site.url, secret(site, SecretKind.API_KEY, *SCOPES)) as client:
        yield client


def fill(api: Hourtrail) -> None:
    work = {
        "client": "acme",
        "project": "portal",
        "task": "DEV",
        "name": "Customer portal",
        "keywords": "checkout",
        "billable": "true",
    }
    assert (
        told("people", api, {"person": ADA, "name": "Ada", "zone": "Europe/Berlin", "external_id": "p1"})["created"]
        == 1
    )
    assert told("tasks", api, {**work, "external_id": "t1"})["created"] == 1
    assert (
        told(
            "assignments",
            api,
            {"person": ADA, "client": "acme", "project": "portal", "task": "DEV", "external_id": "a1"},
        )["refused"]
        == []
    )
    kept = api.post_activities({"activities": [meeting(day) for day in (9, 10, 11)]}).body
    assert (kept["read"], kept["created"], kept["refused"]) == (3, 3, [])


def test_a_psa_tool_goes_from_its_directory_to_the_trail_of_an_hour(api: Hourtrail) -> None:
    fill(api)
    assert api.post_activities({"activities": [meeting(9)]}).body["unchanged"] == 1, "sent again, nothing changes"
    assert [row["id"] for page in pages(api.list_directory_rows, "tasks", limit=1) for row in page["rows"]] != []

    scored = api.score_activities({"activities": [meeting(12)], "as_of": "2026-03-12T12:00:00Z"}).body
    assert scored["suggestions"][0]["project"] == "portal"
    assert scored["model"]["digest"]

    api.compute_suggestions({"person": ADA, "from": "2026-03-09", "to": "2026-03-11"})
    shown = [row for page in pages(api.list_suggestions, person=ADA, limit=1) for row in page["suggestions"]]
    assert len(shown) == len({row["id"] for row in shown}) == 3

    read = api.get_suggestion(shown[0]["id"])
    known = api.get_suggestion(shown[0]["id"], if_none_match=read.etag)
    assert known.unchanged
    with pytest.raises(Unchanged):
        _ = known.body

    said: t.DecisionRequest = {
        "suggestion": shown[0]["id"], "verdict": "edit", "actor": ADA, "client": "acme", "project": "portal", "task": "DEV",
        "minutes": 45,
    }  # fmt: skip
    booked = api.post_decision(said, idempotency_key="psa-1", if_match=read.etag)
    again = api.post_decision(said, idempotency_key="psa-1", if_match=read.etag)
    assert (booked.status, again.body) == (201, booked.body)
    with pytest.raises(Problem) as reused:
        api.post_decision({**said, "minutes": 50}, idempotency_key="psa-1")
    assert (reused.value.status, reused.value.code) == (422, "key-reused")
    with pytest.raises(Problem) as stale:
        api.post_decision({**said, "minutes": 50}, if_match='"of-yesterday"')
    assert (stale.value.status, stale.value.code) == (412, "precondition-failed")

    [entry] = booked.body["time_entries"]
    trail = api.get_trail(entry["id"]).body
    assert trail["time_entry"]["minutes"] == 45
    assert trail["decision"] is not None
    assert (trail["decision"]["actor"], trail["decision"]["id"]) == (ADA, booked.body["decision"]["id"])
    assert trail["evidence"]
    totals = {row["unit"]: row["count"] for row in api.get_usage().body["totals"]}
    assert (totals["activities_ingested"], totals["decisions"], totals["events_scored"]) == (3, 1, 1)


def test_what_a_key_may_not_is_a_problem_with_a_stable_code(api: Hourtrail) -> None:
    with pytest.raises(Problem) as refused:
        api.list_accounts()
    assert (refused.value.status, refused.value.code) == (403, "missing-permission")
    with pytest.raises(Problem) as wrong:
        api.list_time_entries(from_="2026-02-30", to="x")
    assert [(row["in"], row["at"]) for row in wrong.value.errors] == [("query", "from"), ("query", "to")]


def test_a_client_secret_becomes_tokens_that_are_fetched_by_themselves(site: Site) -> None:
    new = NewSecret(
        kind=SecretKind.CLIENT_SECRET, program="psa", scopes=(Permission.USAGE_READ,), life=timedelta(days=1)
    )
    made = create_secret(site.store, TENANT, new, "test")
    with Hourtrail(site.url, ClientSecret(made.program.id, made.secret)) as client:
        assert client.get_usage().body["tenant"] == TENANT
    with (
        Hourtrail(site.url, ClientSecret(made.program.id, made.secret + "x")) as client,
        pytest.raises(Problem) as refused,
    ):
        client.get_usage()
    assert refused.value.code == "invalid_client"


def scripted(*answers: httpx2.Response | Exception) -> tuple[Transport, list[httpx2.Request], list[float]]:
    """A transport whose server answers so."""
    sent: list[httpx2.Request] = []
    waited: list[float] = []
    left = list(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    transport = Transport("http://psa.example", "key", sleep=waited.append)
    transport.http = httpx2.Client(base_url=transport.url, transport=httpx2.MockTransport(answer))
    return transport, sent, waited


def test_later_is_heard_and_a_write_comes_again_under_its_key() -> None:
    busy = httpx2.Response(429, headers={"Retry-After": "7"}, json={"type": "urn:hourtrail:problem:too-many-requests"})
    transport, sent, waited = scripted(busy, httpx2.ConnectError("gone"), httpx2.Response(200, json={"a": 1}))
    assert transport.call("POST", "/v1/x", body={}, idempotency_key=None).body == {"a": 1}
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert (len(sent), waited[0]) == (3, 7.0)
    assert 0 < waited[1] < 2


def test_a_write_that_is_still_being_worked_on_is_asked_for_again_and_a_conflict_is_not() -> None:
    in_work = httpx2.Response(409, headers={"Retry-After": "1"}, json={"type": "urn:hourtrail:problem:key-in-work"})
    transport, sent, waited = scripted(httpx2.ReadError("gone"), in_work, httpx2.Response(201, json={"a": 1}))
    assert transport.call("POST", "/v1/x", body={}, idempotency_key="k").body == {"a": 1}
    assert (len(sent), waited[1]) == (3, 1.0)
    transport, sent, _ = scripted(httpx2.Response(409, json={"type": "urn:hourtrail:problem:conflict"}))
    with pytest.raises(Problem, match="409 conflict"):
        transport.call("POST", "/v1/x", body={}, idempotency_key="k")
    assert len(sent) == 1


def test_a_write_without_a_key_is_never_sent_twice_unanswered_and_patience_ends() -> None:
    transport, sent, _ = scripted(httpx2.ReadError("gone"))
    with pytest.raises(httpx2.ReadError):
        transport.call("DELETE", "/v1/x")
    assert len(sent) == 1
    transport, sent, waited = scripted(*[httpx2.Response(503, json={"type": "urn:hourtrail:problem:busy"})] * 4)
    with pytest.raises(Problem, match="503 busy"):
        transport.call("GET", "/v1/x")
    assert (len(sent), len(waited)) == (4, 3)


def test_the_client_is_what_the_document_says(tmp_path: Path) -> None:
    client_writer.write(json.loads(SNAPSHOT.read_text(encoding="utf-8")), tmp_path)
    for name in (client_writer.CALLS, client_writer.TYPES):
        assert (tmp_path / name).read_text(encoding="utf-8") == (CLIENT / name).read_text(encoding="utf-8"), (
            "make interface"
        )
