"""A week over HTTP: submitted, recalled, approved and rejected as one, by those who may, and stopped by what blocks."""

from datetime import date
from typing import Any

import pytest
from tests.serving.conftest import ADA, BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.firm import Period
from hourtrail.flows.review_settings import set_review_policy
from hourtrail.policy.review import ReviewPolicy, load
from hourtrail.store import TenantStore
from hourtrail_serving.cursors import WeekCursor

WEEK = f"/v1/timesheets/{ADA}/2026-03-02"


def act(site: Site, verb: str, who: str = "", role: Role = Role.CONSULTANT, path: str = WEEK, **body: Any) -> Any:
    client = site.person(who, role) if who else site.http
    return client.post(f"{path}:{verb}", json=body or None)


def test_a_week_goes_its_legal_way_only(site: Site) -> None:
    before = site.get(WEEK)
    assert (before["week"], before["status"]) == ("2026-03-02", "draft")
    assert sum(before["days"]) == before["minutes"] > 0
    assert site.get(f"/v1/timesheets/{ADA}/2026-03-05") == before, "any day of the week"
    assert act(site, "approve", DANA, Role.APPROVER).json()["type"] == "urn:hourtrail:problem:illegal-transition"
    submitted = act(site, "submit", ADA)
    assert (submitted.status_code, submitted.json()["status"]) == (200, "submitted"), submitted.text
    assert act(site, "submit", ADA).status_code == 409
    assert act(site, "reject", DANA, Role.APPROVER).status_code == 422, "a rejection says why"
    rejected = act(site, "reject", DANA, Role.APPROVER, note="Wrong project on Monday")
    assert rejected.json()["status"] == "rejected"
    assert act(site, "approve", DANA, Role.APPROVER).status_code == 409
    assert act(site, "recall", ADA).json()["status"] == "draft"
    act(site, "submit", ADA)
    approved = act(site, "approve", DANA, Role.APPROVER)
    assert approved.json()["entries"]["approved"] == before["entries"]["draft"]
    entry = approved.json()["time_entries"][0]["id"]
    edited = site.http.patch(f"/v1/time-entries/{entry}", json={"actor": ADA, "minutes": 5})
    assert (edited.status_code, "recall" in edited.json()["detail"]) == (409, True), "edits after approval need recall"
    steps = [
        (step["to"], step["actor"], step["note"]) for step in site.get(f"/v1/time-entries/{entry}/trail")["approvals"]
    ]
    assert steps == [
        ("submitted", ADA, ""), ("rejected", DANA, "Wrong project on Monday"), ("draft", ADA, ""), ("submitted", ADA, ""),
        ("approved", DANA, ""),
    ]  # fmt: skip
    with site.store.tenant(TENANT, read_only=True) as db:
        told = [event.action.text for event in db.audit_events() if event.action.object == "timesheet"]
        assert db.verify_audit()[1] == []
    assert told == [
        f"person:timesheet:{verb}" for verb in ("submitted", "rejected", "recalled", "submitted", "approved")
    ]


def test_who_may_do_what_to_a_week(shared: Site) -> None:
    path = f"/v1/timesheets/{BEN}/2026-03-02"
    shared.decide(shared.open_suggestions(BEN)[0])
    assert act(shared, "submit", ADA, path=path).json()["type"] == "urn:hourtrail:problem:out-of-reach"
    assert act(shared, "submit", actor="model:ranker", path=path).json()["type"] == "urn:hourtrail:problem:not-allowed"
    assert act(shared, "submit", path=path).status_code == 422, "a program names whose word it carries"
    assert act(shared, "submit", actor=BEN, path=path).status_code == 200
    for verb in ("approve", "reject"):
        carried = act(shared, verb, actor=DANA, note="fine", path=path)
        assert (carried.status_code, carried.json()["type"]) == (403, "urn:hourtrail:problem:missing-permission"), (
            "no program approves, whoever's word it says it carries"
        )
        own = act(shared, verb, BEN, Role.APPROVER, note="fine", path=path)
        assert (own.status_code, own.json()["type"]) == (403, "urn:hourtrail:problem:not-allowed"), "nobody their own"
        assert act(shared, verb, BEN, Role.APPROVER, note="fine", path=WEEK).status_code == 403, "not their team"
    assert shared.get(path)["status"] == "submitted"
    assert act(shared, "recall", BEN, path=path).json()["status"] == "draft"
    assert shared.http.get("/v1/timesheets/nobody@northlight.example/2026-03-02").status_code == 404
    assert act(shared, "submit", actor=BEN, path=f"/v1/timesheets/{BEN}/week").status_code == 422
    assert act(shared, "submit", actor=BEN, path=f"/v1/timesheets/{BEN}/1970-01-01").status_code == 409
    assert shared.http.post(f"{path}:submit", json={"actor": BEN, "stats": 1}).status_code == 422


def test_approvers_see_what_was_submitted_and_nobody_elses_drafts(site: Site) -> None:
    dana = site.person(DANA, Role.APPROVER)
    seen = dana.get(WEEK).json()
    assert (seen["status"], seen["minutes"], seen["time_entries"]) == ("empty", 0, [])
    days = {"from": "2026-03-02", "to": "2026-03-08"}
    assert (ADA, "draft") not in {
        (row["person"], row["status"]) for row in dana.get("/v1/timesheets", params=days).json()["timesheets"]
    }
    act(site, "submit", ADA)
    assert dana.get(WEEK).json()["time_entries"] == site.get(WEEK)["time_entries"] != []
    assert (ADA, "submitted") in {
        (row["person"], row["status"]) for row in dana.get("/v1/timesheets", params=days).json()["timesheets"]
    }


def test_what_blocks_stops_submitting_and_approving(site: Site) -> None:
    sheet = site.get(WEEK)
    entry = sheet["time_entries"][0]["id"]
    with site.store.tenant(TENANT) as db:
        db.put_master([Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=True)])
    stopped = act(site, "submit", ADA)
    assert (stopped.status_code, stopped.json()["type"]) == (409, "urn:hourtrail:problem:blocked")
    blocking = site.get(WEEK)["blocking"]
    assert [row["check"] for row in blocking] == ["closed_period"] * len(sheet["time_entries"])
    assert stopped.json()["errors"] == [
        {"in": "finding", "at": row["id"], "reason": row["explanation"]} for row in blocking
    ]
    alone = site.http.post(f"/v1/time-entries/{entry}/status", json={"status": "submitted", "actor": ADA})
    assert alone.json()["type"] == "urn:hourtrail:problem:blocked", "one by one is no way around it"
    assert site.get(WEEK)["status"] == "draft"
    answered = {"kind": "acceptable", "reason_code": "agreed_with_client"}
    vera = site.person(DANA, Role.REVIEWER)
    for row in blocking:
        said = vera.post(f"/v1/findings/{row['id']}/reviews", json=answered)
        assert said.status_code == 201, said.text
    assert act(site, "submit", ADA).status_code == 200


def test_the_policy_keeps_entries_from_being_approved_with_their_week(site: Site) -> None:
    act(site, "submit", ADA)
    entry = site.get(WEEK)["time_entries"][0]
    set_review_policy(
        site.store, TENANT, load(f'version = "alone"\n[one_by_one]\nclients = ["{entry["client"]}"]'), DANA
    )
    stopped = act(site, "approve", DANA, Role.APPROVER)
    assert (stopped.status_code, stopped.json()["type"]) == (409, "urn:hourtrail:problem:one-by-one")
    names = [row["at"] for row in stopped.json()["errors"]]
    assert entry["id"] in names
    dana = site.person(DANA, Role.REVIEWER)
    cleared = dana.post("/v1/findings:clear", json={"from": "2026-03-02", "to": "2026-03-08", "person": ADA})
    left = {row["time_entry"] for row in cleared.json().get("one_by_one", ())}
    assert cleared.status_code == 409 or set(names) & left, cleared.text
    assert {site.get(f"/v1/time-entries/{name}")["status"] for name in names} == {"submitted"}
    approver = site.person(DANA, Role.APPROVER)
    for name in names:
        assert approver.post(f"/v1/time-entries/{name}/status", json={"status": "approved"}).status_code == 200
    rest = act(site, "approve", DANA, Role.APPROVER)
    assert rest.status_code in {200, 409}
    assert site.get(WEEK)["status"] == "approved"
    set_review_policy(site.store, TENANT, ReviewPolicy(), DANA)


def test_a_week_is_moved_as_it_was_read_and_once(site: Site) -> None:
    ada = site.person(ADA, Role.CONSULTANT)
    tag = ada.get(WEEK).headers["ETag"]
    assert ada.get(WEEK, headers={"If-None-Match": tag}).status_code == 304
    site.decide(site.open_suggestions()[0])
    changed = ada.post(f"{WEEK}:submit", headers={"If-Match": tag})
    assert (changed.status_code, site.get(WEEK)["status"]) == (412, "draft")
    headers = {"If-Match": ada.get(WEEK).headers["ETag"], "Idempotency-Key": "submit-week"}
    first, again = (ada.post(f"{WEEK}:submit", headers=headers) for _ in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    assert first.headers["ETag"] == ada.get(WEEK).headers["ETag"]


def test_weeks_are_listed_page_by_page(standing: Site) -> None:
    days = {"from": "2026-02-18", "to": "2026-03-13"}
    whole = standing.get("/v1/timesheets", **days)["timesheets"]
    assert len({row["week"] for row in whole}) > 2
    assert min(row["week"] for row in whole) == "2026-02-16", "whole weeks"
    assert whole == sorted(whole, key=lambda row: (row["week"], row["person"]))
    read: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(len(whole)):
        answer = standing.get("/v1/timesheets", limit="1", **days, **cursor)
        read += answer["timesheets"]
        cursor = {"cursor": answer["next_cursor"]}
    assert (read, answer["next_cursor"]) == (whole, None)
    early = str(WeekCursor(date(2020, 1, 6), "nobody"))
    late = {"from": "2026-02-25", "to": "2026-02-28", "cursor": early}
    for who in ({}, {"person": ADA}):
        told = standing.get("/v1/timesheets", **late, **who)["timesheets"]
        assert {row["week"] for row in told} == {"2026-02-23"}, "no cursor reaches further back than the range"
    drafts = standing.get("/v1/timesheets", person=ADA, status="draft")["timesheets"]
    assert {(row["person"], row["status"]) for row in drafts} == {(ADA, "draft")}
    assert standing.get("/v1/timesheets", person=ADA, status="invoiced")["timesheets"] == []


@pytest.mark.parametrize(
    "query", ["", "status=gone&person=a", "person=a&cursor=x", "person=a&cursor=WzFd", "person=a&limit=0"]
)
def test_a_list_of_weeks_has_bounds(standing: Site, query: str) -> None:
    assert standing.http.get(f"/v1/timesheets?{query}").status_code == 422


def test_a_page_reads_the_entries_of_those_who_are_on_it(standing: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    read = TenantStore.entries

    def entries(db: TenantStore, **which: Any) -> Any:
        asked.append(which)
        return read(db, **which)

    monkeypatch.setattr(TenantStore, "entries", entries)
    monkeypatch.setattr("hourtrail.flows.timesheets.AT_ONCE", 1)
    (row,) = standing.get("/v1/timesheets", limit="1", **{"from": "2026-02-16", "to": "2026-02-28"})["timesheets"]
    assert asked[0]["people"] == [row["person"]]
    assert len(asked) == 2, "one more, to know whether there are any behind it"
    assert {which["last"] for which in asked} == {date(2026, 2, 22)}
