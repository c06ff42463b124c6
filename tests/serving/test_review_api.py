"""The review API on both databases: the queue in pages, verdicts, clearing, precision, and incremental checks on each write."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from tests.databases import KINDS, database, postgresql_server
from tests.serving.conftest import TENANT, Site, running
from tests.serving.review_site import IRIS, JON, KIM, LEA, VERA, entry, fill_review, line, queue, say

from hourtrail.domain.access import Role
from hourtrail.domain.instants import format_instant
from hourtrail.store import open_store
from hourtrail_serving.openapi import SCHEMAS

APRIL = {"from": "2026-04-01", "to": "2026-04-30"}


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Site]:
    """The firm of the review tests on each database, for one test."""
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(tmp_path)) if request.param == "postgresql" else ""
        store = stack.enter_context(open_store(stack.enter_context(database(request.param, tmp_path, server))))
        fill_review(store)
        yield stack.enter_context(running(store))


def test_the_queue_comes_in_pages_that_fit_together(site: Site) -> None:
    whole = site.get("/v1/findings")
    assert set(whole) == set(SCHEMAS["Queue"]["required"])
    assert all(set(row) == set(SCHEMAS["QueueItem"]["required"]) for row in whole["items"])
    assert [row["rank"] for row in whole["items"]] == list(range(1, whole["total"] + 1))
    weights = [row["weight"] for row in whole["items"]]
    assert weights == sorted(weights, reverse=True)
    pages, cursor = [], ""
    for _ in range(whole["total"]):
        page = site.get("/v1/findings", limit="1", **({"cursor": cursor} if cursor else {}))
        pages += page["items"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert [(row["id"], row["rank"]) for row in pages] == [(row["id"], row["rank"]) for row in whole["items"]]
    assert {row["owner"] for row in queue(site, queue="master data")} == {"data owner"}
    assert queue(site, owner="nobody") == []


def test_nobody_is_left_to_believe_that_a_bounded_list_is_whole(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.get("/v1/findings")["behind"] == 0
    monkeypatch.setattr("hourtrail.flows.queue.MOST_OPEN", 1)
    found = site.get("/v1/findings")
    assert found["total"] == 1
    assert found["behind"] > 0
    page = site.person(KIM, Role.REVIEWER).get("/review").text
    assert f"{found['behind']} more open findings weigh less" in page


@pytest.mark.parametrize(
    "cursor", ["x", "====", "W10=", "WzEsMiwzXQ==", "WyIyMDI2LTAxLTAxIiwibmFuIiwieCJd", "\u00e4", "a" * 501]
)
def test_a_strange_cursor_is_a_problem(standing: Site, cursor: str) -> None:
    response = standing.http.get("/v1/findings", params={"cursor": cursor})
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")


def test_a_verdict_on_a_line_and_its_undo(site: Site) -> None:
    gap = line(site, "unknown_work_item")
    assert (gap["size"], gap["finding"]["blame"]) == (3, "master_data")
    behind = site.get(f"/v1/findings/{gap['id']}")
    assert set(behind) == set(SCHEMAS["FindingDetail"]["required"])
    assert behind["time_entry"]["project"] == "lost"
    producer = behind["finding"]["producer"]
    assert (producer["name"], producer == gap["finding"]["producer"]) == ("unknown_work_item", True)
    checks = site.get("/v1/policies")["policies"]
    assert (producer["version"], producer["digest"]) in {
        (row["version"], row["digest"]) for row in checks if row["name"] == "checks"
    }
    page = site.person(KIM, Role.REVIEWER).get("/review").text
    assert f"Found by</dt><dd>unknown_work_item {producer['version']} ({producer['digest'][:12]})" in page
    shown = format_instant(datetime.now(UTC) - timedelta(seconds=5))
    done = say(site, gap["id"], "true_issue", VERA, version=gap["version"], shown_at=shown)
    assert done.status_code == 201, done.text
    assert set(done.json()) == set(SCHEMAS["Reviewed"]["required"])
    assert {row["finding"] for row in done.json()["reviews"]} == set(gap["members"])
    assert all(set(row) == set(SCHEMAS["Review"]["required"]) for row in done.json()["reviews"])
    assert queue(site, check="unknown_work_item") == []
    one = site.get(f"/v1/findings/{gap['members'][0]}")
    assert (one["finding"]["status"], one["item"], len(one["reviews"])) == ("reviewed", None, 1)
    again = say(site, gap["members"][0], "false_alarm", VERA)
    assert (again.status_code, again.json()["type"]) == (409, "urn:hourtrail:problem:conflict")
    assert say(site, done.json()["act"], "undo", VERA).status_code == 201
    assert line(site, "unknown_work_item")["size"] == 3


def test_what_is_refused_is_a_problem_and_changes_nothing(site: Site) -> None:
    long = line(site, "implausible_minutes")["id"]
    future = format_instant(datetime.now(UTC) + timedelta(hours=1))
    for target, more, status in (
        (long, {"kind": "acceptable", "actor": IRIS}, 403),
        (long, {"kind": "acceptable", "actor": "model:anomaly"}, 403),
        (long, {"kind": "acceptable", "actor": "stranger"}, 403),
        (long, {"kind": "true_issue", "reason_code": ""}, 422),
        (long, {"kind": "true_issue", "reason_code": "too_small"}, 422),
        (long, {"kind": "perhaps"}, 422),
        (long, {"kind": "assign", "assignee": "nobody"}, 422),
        (long, {"kind": "note"}, 422),
        (long, {"kind": "acceptable", "version": "ver_0"}, 409),
        (long, {"kind": "acceptable", "shown_at": future}, 422),
        (long, {"kind": "acceptable", "colour": "red"}, 422),
        ("nothing", {"kind": "acceptable"}, 404),
        ("group_nothing", {"kind": "acceptable"}, 404),
        (long, {"kind": "undo"}, 409),
    ):
        body = {"reason_code": "approved_exception" if more["kind"] == "acceptable" else "", **more}
        response = site.person(KIM, Role.REVIEWER).post(f"/v1/findings/{target}/reviews", json=body)
        assert response.status_code == status, (more, response.text)
        assert response.headers["content-type"] == "application/problem+json"
    assert say(site, long, "acceptable", IRIS).json()["type"] == "urn:hourtrail:problem:not-allowed", "their own time"
    carried = site.http.post(f"/v1/findings/{long}/reviews", json={"kind": "note", "note": "Seen", "actor": KIM})
    assert carried.json()["type"] == "urn:hourtrail:problem:missing-permission", "no program reviews"
    assert site.http.get("/v1/findings/nothing").status_code == 404
    assert site.get(f"/v1/findings/{long}")["reviews"] == []


def test_a_retry_with_its_key_is_done_once(site: Site) -> None:
    kim = site.person(KIM, Role.REVIEWER)
    body = {"kind": "note", "note": "Seen"}
    target = f"/v1/findings/{line(site, 'implausible_minutes')['id']}/reviews"
    first, second = (kim.post(target, json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    clear = APRIL
    one, two = (kim.post("/v1/findings:clear", json=clear, headers={"Idempotency-Key": "k2"}) for _ in range(2))
    assert one.status_code == 201
    assert one.json() == two.json()
    assert kim.post("/v1/findings:clear", json=clear).status_code == 409


def test_the_rest_is_cleared_in_one_act_and_audited_by_somebody_else(site: Site) -> None:
    kim = site.person(KIM, Role.REVIEWER)
    stale = kim.post("/v1/findings:clear", json={**APRIL, "expected": 3})
    assert (stale.status_code, "20 entries can be cleared now" in stale.json()["detail"]) == (409, True)
    done = kim.post("/v1/findings:clear", json={**APRIL, "expected": 20})
    assert done.status_code == 201, done.text
    told = done.json()
    assert set(told) == set(SCHEMAS["Clearing"]["required"])
    assert (told["cleared"], told["flagged"], told["sampled"]) == (20, 4, 2)
    drawn = queue(site, audit="true")
    assert len(drawn) == 2
    assert say(site, drawn[0]["id"], "false_alarm", KIM).status_code == 403
    assert say(site, drawn[0]["id"], "true_issue", VERA).status_code == 201
    report = site.get("/v1/checks/precision")
    assert set(report) == set(SCHEMAS["Precision"]["required"])
    assert (report["cleared"]["entries"], report["cleared"]["wrong"], report["confirmed_hours"]) == (20, 1, 20.0)
    assert {row["check"] for row in report["checks"]} >= {"implausible_minutes", "unknown_work_item"}


def test_each_write_is_checked_at_once(site: Site) -> None:
    """A second entry of the same day makes the day too long; its rejection makes it right again."""

    def told() -> set[tuple[str, str]]:
        # An answer does not wait for its checks.
        unchecked = site.app.state.tenancy.served(TENANT).unchecked
        while unchecked.is_manned or not unchecked.is_empty:
            sleep(0.01)
        return {(row["finding"]["check"], str(row["finding"]["subject"].get("person", ""))) for row in queue(site)}

    before = told()
    for _ in range(2):
        body = {
            "suggestion": "2026-04-22", "verdict": "added_by_hand", "actor": JON, "client": "acme", "project": "portal",
            "task": "DEV", "minutes": 400, "narrative": "Migration",
        }  # fmt: skip
        added = site.http.post("/v1/decisions", json=body)
        assert added.status_code == 201, added.text
    assert told() - before == {("duplicate_entry", ""), ("daily_hours", JON)}
    twin = site.get(f"/v1/findings/{line(site, 'duplicate_entry')['id']}")
    assert len(twin["comparable_entries"]) >= 1
    decision = added.json()["decision"]["id"]
    undo = site.http.post("/v1/decisions", json={"suggestion": decision, "verdict": "undo", "actor": JON})
    assert undo.status_code == 201, undo.text
    assert told() == before


def test_a_rejected_entry_is_a_dispute_at_once(site: Site) -> None:
    rejected = {"status": "rejected", "note": "Which part?"}
    kim = site.person(KIM, Role.APPROVER)
    assert kim.post("/v1/time-entries/ok00/status", json=rejected).status_code == 200
    dispute = line(site, "disputed_entry")
    assert (dispute["queue"], dispute["owner"]) == ("disputes", KIM)
    assert "Which part?" in dispute["finding"]["explanation"]
    recalled = {"status": "draft", "actor": IRIS}
    assert site.http.post("/v1/time-entries/ok00/status", json=recalled).status_code == 200
    assert queue(site, check="disputed_entry") == []


def test_checks_that_fail_do_not_take_back_what_was_written(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.store.tenant(TENANT) as db:
        db.put_review_policy({"version": "broken", "audit_share": "all"}, VERA, datetime.now(UTC))
        db.put_entries([entry("fresh", LEA, 23)])
    moved = site.person(KIM, Role.APPROVER).post("/v1/time-entries/fresh/status", json={"status": "approved"})
    assert (moved.status_code, moved.json()["status"]) == (200, "approved")
