"""Usage over HTTP: what was done is told in numbers, read from what is kept, and nobody is named."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN
from tests.serving.psa_site import Psa, psa, psa_store

from hourtrail.domain.access import Role
from hourtrail.flows.usage import WORKFLOWS
from hourtrail.store.errors import StoreUnavailable
from hourtrail.store.usage import Usage

__all__ = ["psa", "psa_store"]

MEETING = {
    "source": "psa", "external_id": "a", "kind": "meeting", "person": ADA, "start": "2026-03-02T09:00:00Z",
    "end": "2026-03-02T10:00:00Z", "title": "Portal review",
}  # fmt: skip
TASK = {"client": "acme", "project": "portal", "task": "dev", "name": "Portal review"}


def totals(psa: Psa) -> dict[str, int]:
    return {row["unit"]: row["count"] for row in psa.get("usage")["totals"] if row["count"]}


def post(psa: Psa, path: str, **body: Any) -> Any:
    answer = psa.http.post(f"/v1/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def test_everything_that_was_done_is_counted_once(psa: Psa) -> None:
    assert totals(psa) == {}
    assert [row["unit"] for row in psa.get("usage")["totals"]] == [
        unit for units in WORKFLOWS.values() for unit in units
    ]
    psa.put("directory/tasks", TASK)
    ben = {**MEETING, "external_id": "b", "person": BEN}
    for _ in range(2):
        post(psa, "activities", activities=[MEETING, ben])
    for person in (ADA, BEN):
        post(psa, "suggestions:compute", person=person, **{"from": "2026-03-02", "to": "2026-03-02"})
        [found] = psa.get("suggestions", person=person)["suggestions"]
        made = post(
            psa, "decisions", suggestion=found["id"], verdict="edit", actor=person, client="acme", project="portal", task="dev"
        )  # fmt: skip
    post(psa, "decisions", suggestion=made["decision"]["id"], verdict="undo", actor=BEN)
    post(psa, "suggestions:score", activities=[MEETING, ben, {**MEETING, "external_id": "c"}], tasks=[TASK])
    entry = {"id": "1", "person": ADA, "date": "2026-03-02", "minutes": 60, "project": "portal"}
    post(psa, "checks", entries=[entry, {**entry, "id": "2"}])
    found = totals(psa)
    found.pop("findings", None)
    assert found == {
        "activities_ingested": 2, "suggestions_created": 2, "events_scored": 3, "decisions": 3, "time_entries": 2,
        "active_people": 2, "entries_checked": 2,
    }  # fmt: skip


def test_what_is_refused_or_fails_is_not_counted_and_what_cannot_be_counted_is_not_told(
    psa: Psa, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [{"client": "c", "project": f"p{number}"} for number in range(5_000)]
    days = [
        {
            **MEETING,
            "external_id": f"{who}{n}",
            "person": who,
            "start": f"2026-03-{n:02}T09:00:00Z",
            "end": f"2026-03-{n:02}T10:00:00Z",
        }
        for n in range(1, 30)
        for who in (ADA, BEN)
    ]
    ask = {"activities": [MEETING], "tasks": [TASK]}
    refused = psa.http.post("/v1/suggestions:score", json={"activities": days, "tasks": many})
    assert refused.status_code == 422
    assert totals(psa) == {}
    assert psa.http.post("/v1/suggestions:score", json=ask).status_code == 200
    assert totals(psa) == {"events_scored": 1}

    def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Usage, "count_usage", full)
        assert psa.http.post("/v1/suggestions:score", json=ask).status_code == 503
    assert totals(psa) == {"events_scored": 1}


def test_it_comes_by_day_as_json_and_csv_and_in_bounds(psa: Psa) -> None:
    post(psa, "activities", activities=[MEETING])
    today = datetime.now(UTC).date()
    body = psa.get("usage", **{"from": str(today - timedelta(days=1)), "to": str(today)})
    assert [row["count"] for row in body["usage"]] == [1]
    assert (body["usage"][0]["workflow"], body["usage"][0]["unit"]) == ("capture", "activities_ingested")
    answer = psa.http.get("/v1/usage", params={"format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(StringIO(answer.text))
    assert row == {"tenant": psa.tenant, **{name: str(value) for name, value in body["usage"][0].items()}}
    assert psa.get("usage", **{"from": "2020-01-01", "to": "2020-12-31"})["usage"] == []
    for params in (
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2020-01-01", "to": "2026-01-01"},
        {"format": "xml"},
    ):
        assert psa.http.get("/v1/usage", params=params).status_code == 422
    text = psa.http.get("/v1/usage").text
    assert ADA not in text


def test_administrators_finance_and_auditors_read_it_and_consultants_do_not(psa: Psa) -> None:
    allowed = {role for role in Role if psa.as_person(role, f"{role}@firm.example").get("/v1/usage").status_code == 200}
    assert allowed == {Role.ADMIN, Role.PARTNER_ADMIN, Role.AUDITOR, Role.FINANCE}
