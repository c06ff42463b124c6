"""A correction over HTTP: a new decision that supersedes, never an overwritten one."""

from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.flows.decision_log import read_log


def correct(site: Site, entry: str, tag: str = "", **body: Any) -> Any:
    headers = {"If-Match": tag} if tag else {}
    return site.http.patch(f"/v1/time-entries/{entry}", json={"actor": ADA, **body}, headers=headers)


def booked(site: Site, verdict: str = "accept", **more: Any) -> Any:
    return site.decide(site.open_suggestions()[0], verdict, **more).json()


def test_a_correction_supersedes_and_the_first_word_stays(shared: Site) -> None:
    first = booked(shared)
    entry = first["time_entries"][0]
    tag = shared.http.get(f"/v1/time-entries/{entry['id']}").headers["ETag"]
    assert correct(shared, entry["id"], '"old"', minutes=5).status_code == 412
    answer = correct(
        shared, entry["id"], tag, minutes=5, narrative="Half of it", reason_code="shorter", note="left early"
    )
    assert answer.status_code == 200, answer.text
    said, (now,) = answer.json()["decision"], answer.json()["time_entries"]
    assert (said["verdict"], said["supersedes"], said["actor"]) == ("edit", first["decision"]["id"], ADA)
    assert (said["shown"], said["model"]) == (first["decision"]["shown"], first["decision"]["model"])
    assert (now["minutes"], now["narrative"], now["project"]) == (5, "Half of it", entry["project"])
    assert (
        answer.headers["Location"]
        == f"/v1/time-entries/{now['id']}"
        == f"/v1/time-entries/{answer.json()['corrected']}"
    )
    assert shared.http.get(f"/v1/time-entries/{entry['id']}").status_code == 404
    assert shared.get(f"/v1/decisions/{first['decision']['id']}") == first["decision"], "what was said stays said"
    again = correct(shared, now["id"], narrative="")
    assert (again.json()["time_entries"][0]["narrative"], again.json()["time_entries"][0]["minutes"]) == ("", 5)
    undone = shared.http.post(f"/v1/decisions/{again.json()['decision']['id']}:undo", json={"actor": ADA})
    assert undone.status_code == 201
    assert shared.get(f"/v1/suggestions/{entry['suggestion']}")["status"] == "open"
    with shared.store.tenant(TENANT, read_only=True) as db:
        assert db.verify_audit()[1] == []


def test_one_part_of_a_split_is_corrected_and_the_others_stay(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    parts = [{"minutes": minutes, "project": row["project"], "task": row["task"]} for minutes in (5, 7)]
    entries = shared.decide(row, "split", parts=parts).json()["time_entries"]
    seven = next(entry for entry in entries if entry["minutes"] == 7)
    answer = correct(shared, seven["id"], minutes=6).json()
    assert (answer["decision"]["verdict"], sorted(entry["minutes"] for entry in answer["time_entries"])) == (
        "split",
        [5, 6],
    )
    assert next(entry for entry in answer["time_entries"] if entry["id"] == answer["corrected"])["minutes"] == 6
    assert correct(shared, answer["corrected"], minutes=1440).status_code == 422, "longer than what passed"
    shared.http.post(f"/v1/decisions/{answer['decision']['id']}:undo", json={"actor": ADA})


def test_time_by_hand_is_corrected_and_still_teaches(shared: Site) -> None:
    body = {"suggestion": "2026-03-05", "verdict": "added_by_hand", "actor": ADA, "minutes": 25}
    work = {"client": "northlight", "project": "internal", "task": "ADMIN"}
    added = shared.http.post("/v1/decisions", json={**body, **work}).json()
    answer = correct(shared, added["time_entries"][0]["id"], minutes=20).json()
    assert (answer["decision"]["verdict"], answer["decision"]["supersedes"]) == ("edit", added["decision"]["id"])
    assert (answer["time_entries"][0]["date"], answer["time_entries"][0]["minutes"]) == ("2026-03-05", 20)
    with shared.store.tenant(TENANT, read_only=True) as db:
        by_id = {row.decision.id: row for row in read_log(db).examples if row.decision}
    assert by_id[added["decision"]["id"]].superseded_by == answer["decision"]["id"]
    assert by_id[answer["decision"]["id"]].truth is not None
    mine = shared.person(ADA, Role.CONSULTANT)
    assert mine.post(f"/v1/decisions/{answer['decision']['id']}:undo").status_code == 201


def test_only_drafts_of_ones_own_are_corrected(shared: Site) -> None:
    entry = booked(shared)["time_entries"][0]["id"]
    path = f"/v1/time-entries/{entry}"
    assert shared.person(BEN, Role.CONSULTANT).patch(path, json={"minutes": 5}).status_code == 404
    assert shared.person(DANA, Role.APPROVER).patch(path, json={"minutes": 5}).status_code == 403
    assert correct(shared, entry, actor="model:ranker", minutes=5).status_code == 403
    shared.http.post(f"{path}/status", json={"status": "submitted", "actor": ADA})
    late = correct(shared, entry, minutes=5)
    assert (late.status_code, "recall" in late.json()["detail"]) == (409, True)
    shared.http.post(f"{path}/status", json={"status": "draft", "actor": ADA})
    assert shared.person(ADA, Role.CONSULTANT).patch(path, json={"minutes": 5}).status_code == 200
    imported = next(row for row in shared.get("/v1/time-entries", person=ADA)["time_entries"] if not row["decision"])
    refused = correct(shared, imported["id"], minutes=5)
    assert (refused.status_code, "import" in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "different"), ({"minutes": 0}, "minutes"), ({"minutes": 1441}, "minutes"), ({"billable": "yes"}, "billable"),
        ({"project": "nowhere"}, "nowhere"), ({"narrative": "x" * 2001}, "narrative"), ({"status": "approved"}, "status"),
        ({"narrative": "a\0b"}, "narrative"),
    ],
)  # fmt: skip
def test_a_correction_that_does_not_fit_is_explained(shared: Site, body: dict[str, Any], word: str) -> None:
    entry = next(row for row in shared.get("/v1/time-entries", person=ADA)["time_entries"] if row["decision"])
    answer = correct(shared, entry["id"], **body)
    assert answer.status_code in {404, 422}
    assert word in answer.text
    assert shared.get(f"/v1/time-entries/{entry['id']}") == entry
