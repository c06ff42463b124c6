"""Activities in, ranked candidates out: nothing stored, the same body the same answer, bounded, and honest about bad rows."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from tests.serving.conftest import ADA, TENANT, Site

from hourtrail_serving.scoring import MOST_ACTIVITIES
from hourtrail_serving.served import HEAVY_AT_ONCE

MEETING = {
    "source": "icalendar", "external_id": "e1", "kind": "meeting", "person": "kim", "start": "2026-03-02T09:00:00+01:00",
    "end": "2026-03-02T10:00:00+01:00", "title": "Portal weekly with Acme", "response": "accepted",
    "participants": ["lee@acme.example"],
}  # fmt: skip
COMMIT = {
    "source": "git", "external_id": "c1", "kind": "commit", "person": "kim", "start": "2026-03-02T14:00:00Z",
    "title": "LAKE-7 Read partitions in parallel", "container": "firm/lakehouse",
}  # fmt: skip
TASKS = [
    {"client": "acme", "project": "portal", "task": "DEV", "name": "Customer portal", "domains": "acme.example"},
    {"client": "initech", "project": "lakehouse", "task": "M1", "name": "Lakehouse", "ticket_prefixes": "LAKE"},
    {"client": "acme", "project": "portal", "task": "OLD", "name": "Portal weekly with Acme", "status": "closed"},
]
PEOPLE = [{"person": "kim", "zone": "Europe/Berlin"}]


def score(site: Site, **body: Any) -> dict[str, Any]:
    response = site.http.post("/v1/suggestions:score", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def contents(site: Site) -> dict[str, int]:
    # Only how much was scored is counted, for the price list.
    tables = set(inspect(site.store.engine).get_table_names()) - {"usage_count"}
    with site.store.engine.connect() as connection:
        return {table: connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0 for table in tables}


def test_a_self_contained_body_is_scored_alike_each_time_and_nothing_is_stored(site: Site) -> None:
    before = contents(site)
    body = {"activities": [MEETING, COMMIT], "tasks": TASKS, "people": PEOPLE}
    answer = score(site, **body)
    assert answer == score(site, **body)
    assert score(site, **{**body, "activities": [COMMIT, MEETING]}) == answer, "the order of the rows does not matter"
    assert contents(site) == before
    meeting, commit = answer["suggestions"]
    assert (meeting["client"], commit["client"]) == ("acme", "initech")
    assert meeting["start"] == "2026-03-02T08:00:00Z"
    for row in (meeting, commit):
        confidences = [one["confidence"] for one in row["candidates"]]
        assert confidences == sorted(confidences, reverse=True)
        assert "OLD" not in {one["task"] for one in row["candidates"]}, "a closed task is never proposed"
        assert row["evidence"]
        assert {"value", "target_precision", "basis", "band"} <= set(row["threshold"])
    assert answer["model"]["name"] == "rules"
    assert answer["degraded"]


def test_without_master_data_the_tenants_own_is_read(site: Site) -> None:
    activity = {
        **COMMIT,
        "person": ADA,
        "title": "PORTAL-43 Keep the session",
        "container": "northlight/portal",
        "reference": "PORTAL-43",
    }
    (row,) = score(site, activities=[activity])["suggestions"]
    assert (row["client"], row["project"]) == ("acme", "portal")
    alone = score(site, activities=[activity], people=[{"person": ADA}])
    assert alone["suggestions"] == []
    assert "no work item is open" in alone["withheld"][0]["reason"]


def test_bad_rows_are_named_and_good_ones_kept(site: Site) -> None:
    rows = [
        MEETING, {**COMMIT, "start": "2026-03-02T14:00:00"}, {"source": "git"}, {**COMMIT, "kind": "party"},
        {**COMMIT, "external_id": "e2", "start": "0001-01-01T00:00:00Z"}, {**MEETING, "title": "again"},
        {**COMMIT, "external_id": "c9", "title": "a\0b"},
    ]  # fmt: skip
    answer = score(site, activities=rows, tasks=[*TASKS, {"client": "x"}])
    assert [(row["file"], row["index"], row["field"]) for row in answer["refused"]] == [
        ("activities", 1, "start"), ("activities", 2, "external_id"), ("activities", 3, "kind"), ("activities", 4, "start"),
        ("activities", 5, "external_id"), ("activities", 6, None), ("tasks", 3, "project"),
    ]  # fmt: skip
    assert all(row["reason"] for row in answer["refused"])
    assert len(answer["suggestions"]) == 1


def test_a_private_appointment_and_addresses_are_not_told_back(site: Site) -> None:
    private = {**MEETING, "sensitivity": "private", "title": "Oncologist"}
    secret = {**COMMIT, "title": "ask lee@acme.example at https://u:hunter2@git.example/x"}
    text_of = json.dumps(score(site, activities=[private, secret], tasks=TASKS))
    for word in ("Oncologist", "lee@", "hunter2"):
        assert word not in text_of


def test_where_no_row_can_be_read_the_request_is_refused_as_for_activities_that_are_kept(site: Site) -> None:
    rows = [{"source": "git"}, {**COMMIT, "kind": "party"}]
    for path, body in (("/v1/suggestions:score", {"tasks": TASKS}), ("/v1/activities", {})):
        answer = site.http.post(path, json={**body, "activities": rows})
        assert answer.status_code == 422, path
        assert "external_id" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"activities": []},
        {"activities": [MEETING] * (MOST_ACTIVITIES + 1)},
        {"activities": [MEETING], "tasks": [TASKS[0]] * 5_001},
        {"activities": ["text"]},
        {"activities": [MEETING], "taks": []},
        {"activities": [MEETING], "as_of": "yesterday"},
        {},
    ],
)
def test_too_much_or_too_little_is_refused(standing: Site, body: dict[str, Any]) -> None:
    response = standing.http.post("/v1/suggestions:score", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["reason"]


def test_more_pairs_than_can_be_scored_are_refused_in_words(standing: Site) -> None:
    tasks = [{"client": "c", "project": f"p{number}"} for number in range(5_000)]
    days = [
        {**MEETING, "external_id": f"e{n}", "start": f"2026-03-{n:02}T09:00:00Z", "end": f"2026-03-{n:02}T10:00:00Z"}
        for n in range(1, 30)
    ]
    more = [{**row, "external_id": f"{row['external_id']}b", "person": "lee"} for row in days]
    response = standing.http.post("/v1/suggestions:score", json={"activities": days + more, "tasks": tasks})
    assert response.status_code == 422
    assert "pairs" in response.json()["detail"]


def test_the_data_contract_of_the_answer_holds(site: Site) -> None:
    schema = json.loads(
        (Path(__file__).parents[2] / "data/contracts/suggestion.schema.json").read_text(encoding="utf-8")
    )
    (row,) = score(site, activities=[MEETING], tasks=TASKS)["suggestions"]
    assert set(schema["required"]) <= set(row)
    assert set(row) - set(schema["properties"]) == {"candidates"}


def test_more_computing_at_once_than_there_are_places_is_refused(site: Site) -> None:
    served = site.app.state.tenancy.served(TENANT)
    with ExitStack() as stack:
        for _ in range(HEAVY_AT_ONCE):
            stack.enter_context(served.heavy())
        response = site.http.post("/v1/suggestions:score", json={"activities": [MEETING], "tasks": TASKS})
        assert (response.status_code, response.json()["type"]) == (503, "urn:hourtrail:problem:busy")
        assert site.get("/livez") == {"status": "alive"}
    assert score(site, activities=[MEETING], tasks=TASKS)["suggestions"]
