"""Many decisions in one call, decisions taken back by their id, and the log as others read it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.policy.review import ReviewPolicy, load


def batch(site: Site, *rows: dict[str, Any], **more: Any) -> Any:
    return site.http.post("/v1/decisions:batch", json={"decisions": rows, "actor": ADA, **more})


def by_hand(minutes: int, **more: Any) -> dict[str, Any]:
    work = {"client": "northlight", "project": "internal", "task": "ADMIN"}
    return {"suggestion": "2026-03-04", "verdict": "added_by_hand", "minutes": minutes, **work, **more}


def test_each_is_answered_on_its_own_and_in_order(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    before = len(shared.entries())
    answer = batch(
        shared,
        by_hand(11),
        {"suggestion": "sug_none", "verdict": "accept"},
        {"suggestion": row["id"], "verdict": "accept", "revision": row["revision"]},
        {"suggestion": row["id"], "verdict": "reject"},
        by_hand(11),
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [201, 404, 201, 409, 201]
    assert results[1]["problem"]["type"] == "urn:hourtrail:problem:not-found"
    assert [one["time_entries"][0]["minutes"] for one in results if one["status"] == 201] == [
        11,
        row["suggested_minutes"],
        11,
    ]
    assert len({one["decision"]["id"] for one in results if one["status"] == 201}) == 3, "two like ones are two"
    assert len(shared.entries()) == before + 3
    with shared.store.tenant(TENANT, read_only=True) as db:
        assert db.verify_audit()[1] == [], "what was taken back left no hole in the trail"


def test_all_or_nothing_leaves_nothing(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    before = len(shared.entries())
    rows = [
        by_hand(12),
        {"suggestion": row["id"], "verdict": "accept"},
        {"suggestion": "sug_none", "verdict": "accept"},
    ]
    answer = batch(shared, *rows, atomic=True)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hourtrail:problem:batch-refused")
    assert [fault["at"] for fault in answer.json()["errors"]] == ["decisions.2"]
    assert len(shared.entries()) == before
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "open"
    assert batch(shared, *rows[:2], atomic=True).status_code == 200
    assert len(shared.entries()) == before + 2


def test_a_batch_is_done_once_for_its_key(shared: Site) -> None:
    body, headers = {"decisions": [by_hand(13)], "actor": ADA}, {"Idempotency-Key": f"batch-{shared.url}"}
    before = len(shared.entries())
    first, again = (shared.http.post("/v1/decisions:batch", json=body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert len(shared.entries()) == before + 1


@pytest.mark.parametrize(
    "body",
    [
        {"decisions": []}, {"decisions": [by_hand(1)] * 101}, {"decisions": [by_hand(0)]}, {}, {"decisions": {}},
        {"decisions": [by_hand(5)], "atomic": "yes"}, {"decisions": [by_hand(5)], "more": 1},
        {"decisions": [by_hand(5, shown_at="2199-01-01T00:00:00Z")]},
    ],
)  # fmt: skip
def test_a_batch_that_does_not_fit_is_refused_whole(standing: Site, body: dict[str, Any]) -> None:
    answer = standing.http.post("/v1/decisions:batch", json={"actor": ADA, **body})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_nobody_decides_in_a_batch_what_is_not_theirs(shared: Site) -> None:
    row = shared.open_suggestions(BEN)[0]
    ada = shared.person(ADA, Role.CONSULTANT)
    results = ada.post(
        "/v1/decisions:batch", json={"decisions": [{"suggestion": row["id"], "verdict": "accept"}, by_hand(14)]}
    ).json()["results"]
    assert [one["status"] for one in results] == [404, 201]
    named = ada.post("/v1/decisions:batch", json={"decisions": [{**by_hand(14), "actor": BEN}]})
    assert (named.status_code, named.json()["type"]) == (403, "urn:hourtrail:problem:out-of-reach")
    for machine in ("model:ranker", "system:x"):
        assert batch(shared, by_hand(15), actor=machine).json()["results"][0]["status"] == 403


def test_what_the_policy_wants_looked_at_alone_is_not_accepted_in_bulk(site: Site) -> None:
    sensitive, other = (
        site.open_suggestions()[0],
        next(row for row in site.open_suggestions() if row["client"] != site.open_suggestions()[0]["client"]),
    )
    policy = load(f'version = "alone-1"\n[one_by_one]\nclients = ["{sensitive["client"]}"]')
    set_review_policy(site.store, TENANT, policy, DANA, now=datetime.now(UTC))
    rows = [{"suggestion": row["id"], "verdict": "accept"} for row in (sensitive, other)]
    results = batch(site, *rows).json()["results"]
    assert [one["status"] for one in results] == [409, 201]
    problem = results[0]["problem"]
    assert problem["type"] == "urn:hourtrail:problem:one-by-one"
    assert problem["errors"][0]["at"] == sensitive["id"]
    assert sensitive["client"] in problem["errors"][0]["reason"]
    assert site.get(f"/v1/suggestions/{sensitive['id']}")["status"] == "open"
    # Changing a word of it in passing is bulk all the same.
    changed = {**rows[0], "verdict": "edit", "narrative": "x"}
    assert batch(site, changed).json()["results"][0]["status"] == 409
    assert site.decide(sensitive).status_code == 201, "one by one it goes through"
    site.decide(sensitive, "undo")
    assert batch(site, rows[0], bulk=False).json()["results"][0]["status"] == 201
    set_review_policy(site.store, TENANT, ReviewPolicy(), DANA)


def test_a_decision_is_taken_back_by_its_id(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    decision = shared.decide(row).json()["decision"]
    path = f"/v1/decisions/{decision['id']}"
    tag = shared.http.get(path).headers["ETag"]
    ben = shared.person(BEN, Role.CONSULTANT)
    assert ben.post(f"{path}:undo").status_code == 404, "not theirs"
    assert shared.http.post(f"{path}:undo", json={"actor": ADA}, headers={"If-Match": '"old"'}).status_code == 412
    undone = shared.http.post(f"{path}:undo", json={"actor": ADA, "note": "wrong day"}, headers={"If-Match": tag})
    assert undone.status_code == 201, undone.text
    assert undone.json()["decision"]["supersedes"] == decision["id"]
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "open"
    again = shared.http.post(f"{path}:undo", json={"actor": ADA})
    assert (again.status_code, again.json()["type"]) == (409, "urn:hourtrail:problem:conflict")
    of_undo = shared.http.post(f"/v1/decisions/{undone.json()['decision']['id']}:undo", json={"actor": ADA})
    assert (of_undo.status_code, "undo itself" in of_undo.json()["detail"]) == (422, True)
    assert shared.http.post(f"/v1/decisions/{row['id']}:undo", json={"actor": ADA}).status_code == 404
    added = batch(shared, by_hand(16)).json()["results"][0]
    by_its_adder = shared.person(ADA, Role.CONSULTANT).post(f"/v1/decisions/{added['decision']['id']}:undo")
    assert by_its_adder.status_code == 201
    assert shared.http.get(f"/v1/time-entries/{added['time_entries'][0]['id']}").status_code == 404


def pages(site: Site, path: str, key: str, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = site.get(path, **params, **cursor)
        assert len(answer[key]) <= int(params["limit"])
        found += answer[key]
        if answer["next_cursor"] is None:
            return found
        cursor = {"cursor": answer["next_cursor"]}


def test_the_log_tells_what_was_shown_and_said(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    shared.decide(row, "edit", minutes=7)
    log = pages(shared, "/v1/decisions", "decisions", person=ADA, limit="7")
    assert [one["id"] for one in log] == [
        one["id"] for one in shared.get("/v1/decisions", person=ADA, limit="500")["decisions"]
    ]
    assert [one["decided_at"] for one in log] == sorted(one["decided_at"] for one in log)
    said = next(one for one in log if one["suggestion"] == row["id"] and one["after"] and one["after"]["minutes"] == 7)
    assert said["shown"] == row["alternatives"]
    assert (said["propensity"], said["confidence"]) == (1.0, row["confidence"])
    assert {"threshold", "seconds", "model", "policy", "supersedes", "unshown"} <= set(said)
    assert shared.get("/v1/decisions", person=ADA, to="2020-01-01")["decisions"] == []
    day = said["decided_at"][:10]
    assert said in shared.get("/v1/decisions", person=ADA, limit="500", **{"from": day, "to": day})["decisions"]
    later = shared.get("/v1/decisions", **{"from": said["decided_at"], "to": said["decided_at"]})["decisions"]
    assert later == [], "half open"


def test_the_log_is_read_as_far_as_one_may(shared: Site) -> None:
    shared.decide(shared.open_suggestions(BEN)[0])
    mine = shared.person(ADA, Role.CONSULTANT).get("/v1/decisions", params={"limit": 500}).json()["decisions"]
    all_of_them = shared.get("/v1/decisions", limit="500")["decisions"]
    assert 0 < len(mine) < len(all_of_them)
    assert {row["actor"] for row in mine} == {ADA}
    assert shared.person(ADA, Role.CONSULTANT).get("/v1/decisions", params={"person": BEN}).status_code == 403
    for bad in ("cursor=x", "cursor=WzFd", "limit=0", "limit=501", "from=2026-03-02T09:00", "to=x", "person="):
        assert shared.http.get(f"/v1/decisions?{bad}").status_code == 422, bad


@pytest.mark.parametrize(("path", "key"), [("/v1/time-entries", "time_entries"), ("/v1/suggestions", "suggestions")])
def test_lists_come_page_by_page_and_whole(shared: Site, path: str, key: str) -> None:
    days = {"from": "2026-02-09", "to": "2026-03-13"}
    whole = shared.get(path, **days)[key]
    assert len(whole) > 10
    assert pages(shared, path, key, limit="4", **days) == whole
    own = pages(shared, path, key, limit="3", person=ADA, **days)
    assert [row["id"] for row in own] == [row["id"] for row in whole if row["person"] == ADA]
    for bad in ("x", "WzFd", "W10="):
        assert shared.http.get(path, params={**days, "cursor": bad}).status_code == 422
