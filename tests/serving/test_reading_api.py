"""What programs read: stored suggestions, entries, the week, health, and the document that describes it all."""

import json
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, text
from tests.serving.conftest import ADA, TENANT, Site, running

from hourtrail.domain.accounts import SecretKind, new_secret
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.wire import entry_to_json, suggestion_to_json
from hourtrail.store import Store
from hourtrail.store.migrate import VERSION_TABLE
from hourtrail_serving.openapi import SCHEMAS

SNAPSHOT = Path(__file__).parent / "openapi.json"


def test_stored_suggestions_are_told_as_they_are(site: Site) -> None:
    with site.store.tenant(TENANT, read_only=True) as db:
        stored = [suggestion_to_json(row) for row in db.suggestions(person=ADA)]
    assert site.get("/v1/suggestions", person=ADA)["suggestions"] == stored != []
    one = stored[0]
    assert site.get(f"/v1/suggestions/{one['id']}") == one
    day = {"from": one["date"], "to": one["date"]}
    assert site.get("/v1/suggestions", **day)["suggestions"] != []
    decided = site.get("/v1/suggestions", person=ADA, status="decided")["suggestions"]
    assert {row["status"] for row in decided} == {"decided"}


@pytest.mark.parametrize(
    "query",
    [
        "", "?from=2026-03-01", "?from=2026-03-01&to=2026-12-31", "?from=2026-03-02&to=2026-03-01", "?person=",
        "?person=a%00b", f"?person={'x' * 1001}", "?person=a&from=1900-01-01",
        "?person=a&from=20260302T00", "?person=a&from=99999999999", "?person=a&from=2020-01-01&to=2026-01-01",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/suggestions", "/v1/time-entries"])
def test_a_question_without_bounds_is_refused_in_words(standing: Site, path: str, query: str) -> None:
    response = standing.http.get(path + query)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/v1/suggestions/no", "/v1/decisions/no", "/v1/time-entries/no", "/v1/time-entries/no/trail", "/no"]
)
def test_what_is_not_there_is_a_problem(standing: Site, path: str) -> None:
    response = standing.http.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert set(response.json()) == {"type", "title", "status", "detail"}


def test_an_unknown_status_is_refused_with_those_that_there_are(standing: Site) -> None:
    response = standing.http.get("/v1/suggestions", params={"person": ADA, "status": "gone"})
    assert response.status_code == 422
    assert all(word in response.json()["detail"] for word in ("status", "open", "withdrawn", "decided"))


def test_computing_anew_changes_nothing_that_stands(site: Site) -> None:
    before = site.get("/v1/suggestions", person=ADA)["suggestions"]
    body = {"person": ADA, "from": "2026-03-02", "to": "2026-03-13"}
    answer = site.http.post("/v1/suggestions:compute", json=body).json()
    again = site.http.post("/v1/suggestions:compute", json=body).json()
    assert (again["created"], again["updated"], again["withdrawn"]) == (0, 0, 0)
    assert {row["id"] for row in answer["suggestions"]} == {row["id"] for row in before if row["status"] == "open"}
    assert all(row["working_minutes"] >= 0 and row["project_minutes"] >= 0 for row in answer["totals"])
    too_long = {**body, "to": "2026-05-13"}
    assert site.http.post("/v1/suggestions:compute", json=too_long).status_code == 422


def test_the_week_holds_every_assignment_and_zero_until_there_is_evidence(site: Site) -> None:
    week = site.get("/v1/weeks/ada@northlight.example/2026-03-04")
    assert week["monday"] == "2026-03-02"
    rows = {(row["project"], row["task"]): row for row in week["rows"]}
    assert sum(rows["portal", "DEV"]["booked"]) > 0
    untouched = [row for row in week["rows"] if not sum(row["booked"]) and not sum(row["proposed"])]
    assert untouched
    assert all(len(row["booked"]) == len(row["proposed"]) == 7 for row in week["rows"])


def test_entries_are_listed_and_nothing_stands_there_without_a_decision(site: Site) -> None:
    entries = site.get("/v1/time-entries", person=ADA)["time_entries"]
    made_here = [row for row in entries if row["source"] == "hourtrail"]
    assert made_here
    assert all(site.get(f"/v1/decisions/{row['decision']}")["actor"] == ADA for row in made_here)


def test_alive_and_degraded_say_so(site: Site) -> None:
    assert site.get("/livez") == {"status": "alive"}
    ready = site.get("/readyz")
    assert (ready["status"], ready["model"]["name"]) == ("degraded", "rules")
    assert ready["degraded"]
    assert site.get("/v1/suggestions", person=ADA)["degraded"] == ready["degraded"]
    assert "Rules answer instead of the model" in site.http.get(f"/day?person={ADA}&date=2026-03-03").text


def test_not_ready_when_the_schema_is_another_one(site: Site) -> None:
    with site.store.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    response = site.http.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert "9999" in response.json()["schema"]


def test_not_ready_and_no_address_told_when_the_database_is_gone() -> None:
    store = Store(
        create_engine("postgresql+psycopg://someone:secret@127.0.0.1:9/hidden", connect_args={"connect_timeout": 2})
    )
    with running(store, key=new_secret(SecretKind.API_KEY, TENANT)) as site:
        ready, asked = site.http.get("/readyz"), site.http.get("/v1/suggestions", params={"person": ADA})
        page = site.http.get("/day", params={"person": ADA, "date": "2026-03-03"})
        assert site.http.get("/livez").status_code == 200
    store.close()
    for response in (ready, asked, page):
        assert response.status_code == 503
        assert "hidden" not in response.text
        assert "secret" not in response.text
        assert "Traceback" not in response.text


def test_the_document_is_the_committed_one(standing: Site, update_golden: bool) -> None:
    found = standing.get("/openapi.json")
    if update_golden:
        SNAPSHOT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(SNAPSHOT.read_text(encoding="utf-8")), "run pytest --update-golden and review the diff"


def test_every_answer_of_the_document_is_described(standing: Site) -> None:
    document = standing.get("/openapi.json")
    references = set(_references(document))
    assert references <= {name for part in ("schemas", "headers") for name in document["components"][part]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            problems = {
                code
                for code, row in operation["responses"].items()
                if code >= "400" and "application/problem+json" in row.get("content", {})
            }
            if path != "/v1/oauth/token":  # its errors are those of RFC 6749
                assert {"422", "421"} <= problems, (path, method)
            assert not any("HTTPValidationError" in str(row) for row in operation["responses"].values()), (path, method)


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].rsplit("/", 1)[1]] if isinstance(value.get("$ref"), str) else []
        return own + [name for item in value.values() for name in _references(item)]
    return [name for item in value for name in _references(item)] if isinstance(value, list) else []


def test_the_document_knows_every_key_of_an_entry(site: Site) -> None:
    with site.store.tenant(TENANT, read_only=True) as db:
        entry: TimeEntry = next(db.entries())
    assert set(entry_to_json(entry)) == set(SCHEMAS["TimeEntry"]["properties"])


def test_answers_have_the_members_that_the_document_promises(site: Site) -> None:
    answers = {
        "Suggestions": site.get("/v1/suggestions", person=ADA),
        "TimeEntries": site.get("/v1/time-entries", person=ADA),
        "Week": site.get(f"/v1/weeks/{ADA}/2026-03-04"),
        "Readiness": site.get("/readyz"),
        "Trail": site.get(
            f"/v1/time-entries/{site.get('/v1/time-entries', person=ADA)['time_entries'][0]['id']}/trail"
        ),
    }
    for name, answer in answers.items():
        assert set(answer) == set(SCHEMAS[name]["required"]), name
    for row in answers["Week"]["rows"]:
        assert set(row) == set(SCHEMAS["Week"]["properties"]["rows"]["items"]["required"])


def test_the_page_is_not_part_of_the_document(standing: Site) -> None:
    assert not [path for path in standing.get("/openapi.json")["paths"] if path.startswith("/day") or path == "/"]


def test_a_client_that_goes_away_costs_nothing(site: Site) -> None:
    key = {"Authorization": site.http.headers["authorization"]}
    with (
        pytest.raises(httpx2.TimeoutException),
        httpx2.Client(base_url=site.url, timeout=0.0001, headers=key) as hasty,
    ):
        hasty.get("/v1/suggestions", params={"person": ADA})
    assert site.get("/livez") == {"status": "alive"}


def test_confidence_is_read_by_those_who_judge_it(standing: Site) -> None:
    report = standing.get("/v1/confidence")
    assert report["audit"]["words"].startswith("not yet proven for your firm")
    assert [row["band"] for row in report["bands"]] == ["prefill", "suggest", "ask"]
