"""``POST /v1/checks`` finds what ``hourtrail check`` finds in the same rows, and keeps nothing."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import ADA, TENANT, Site

from hourtrail.checks import CheckPolicy
from hourtrail.domain.access import Role
from hourtrail.flows.check import CheckFiles, check_files
from hourtrail.flows.check_wire import report_to_json

TABLES = {
    "entries": "id,person,date,minutes,client,project,task,narrative,start,billable,status,created_at\n"
    "E1,ada,2026-03-02,60,acme,portal,DEV,Login form,2026-03-02T09:00:00Z,true,submitted,2026-03-02T18:00:00Z\n"
    "E2,ada,2026-03-02,60,acme,portal,DEV,Login form,2026-03-02T09:00:00Z,true,submitted,2026-03-03T18:00:00Z\n"
    "E3,ada,2026-03-03,1000,acme,portal,DEV,Everything,,true,submitted,2026-03-03T18:00:00Z\n"
    "E4,ben,2026-03-07,30,acme,lost,,Call,,,submitted,2026-03-09T18:00:00Z\n"
    "E5,eve,2026-03-04,30,acme,portal,DEV,Call with Kim,,,submitted,2026-03-09T18:00:00Z\n",
    "tasks": "client,project,task,status,closes_on\nacme,portal,DEV,open,\nacme,old,DEV,closed,2025-12-31\n",
    "people": "person,name,zone,workdays\nada,Ada,Europe/Berlin,1-5\nben,Ben,Europe/Berlin,1-5\n",
    "assignments": "person,client,project,task\nada,acme,portal,DEV\nben,acme,portal,DEV\n",
}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(TABLES[name].splitlines()))


def test_the_same_rows_give_the_same_findings_as_the_command(standing: Site, tmp_path: Path) -> None:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    files = CheckFiles(**{name: tmp_path / f"{name}.csv" for name in TABLES})
    wanted = report_to_json(check_files(files, policy=CheckPolicy(), today=date(2026, 3, 9)))
    with standing.store.tenant(TENANT, read_only=True) as db:
        before = len(db.findings())
    answer = standing.http.post("/v1/checks", json={name: rows(name) for name in TABLES} | {"scores": True})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["findings"] == wanted["findings"] != []
    assert {"duplicate_entry", "implausible_minutes", "unknown_work_item"} <= {row["check"] for row in told["findings"]}
    assert told["summary"]["by_check"] == wanted["summary"]["by_check"]
    assert (told["grain"], told["skipped"]) == (wanted["grain"], wanted["skipped"])
    assert [(row["index"], "eve" in row["reason"]) for row in told["refused"]] == [(4, True)]
    assert {row["id"] for row in told["scores"]} == {"E1", "E2", "E3", "E4", "E5"}
    with standing.store.tenant(TENANT, read_only=True) as db:
        assert len(db.findings()) == before


def test_what_is_chosen_is_what_runs(standing: Site) -> None:
    body = {"entries": rows("entries"), "only": ["duplicate_entry"], "as_of": "2026-03-09", "grain": "day"}
    told = standing.http.post("/v1/checks", json=body).json()
    assert {row["check"] for row in told["findings"]} == {"duplicate_entry"}
    assert "scores" not in told
    policy = 'version = "p"\n[checks.duplicate_entry]\nseverity = "block"\n'
    [found] = standing.http.post("/v1/checks", json={**body, "policy": policy}).json()["findings"]
    assert (found["severity"], told["findings"][0]["severity"]) == ("block", "warn")


def test_bad_rows_cost_no_good_ones(standing: Site) -> None:
    body = {"entries": [*rows("entries"), {"id": "E9"}, {**rows("entries")[0]}], "only": ["duplicate_entry"]}
    told = standing.http.post("/v1/checks", json=body).json()
    assert [row["index"] for row in told["refused"]] == [5, 6]
    assert told["summary"]["entries"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"entries": []}, {"entries": [{"id": "E9"}]}, {"only": ["no_such_check"]}, {"grain": "month"}, {"as_of": "x"},
        {"policy": "= nothing"}, {"policy": "x" * 100_001}, {"scores": "yes"}, {"tasks": {}}, {"more": 1},
        {"entries": [{"id": str(n)} for n in range(5_001)]},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_problem(standing: Site, change: dict[str, Any]) -> None:
    answer = standing.http.post("/v1/checks", json={"entries": rows("entries"), **change})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text


def test_checking_is_not_for_everybody(standing: Site) -> None:
    answer = standing.person(ADA, Role.CONSULTANT).post("/v1/checks", json={"entries": rows("entries")})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hourtrail:problem:missing-permission")
