"""Master data that comes along: read once while it comes again, for its tenant alone, bounded, and forgotten on request."""

from typing import Any

import pytest
from tests.serving.conftest import BEN, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.flows.vectors import VectorMemory
from hourtrail_serving import brought
from hourtrail_serving.brought import BroughtMemory
from hourtrail_serving.scoring import ScoreRequest

MEETING = {"source": "x", "external_id": "1", "kind": "meeting", "person": "kim", "start": "2026-03-02T09:00:00Z"}
TASK = {"client": "acme", "project": "portal", "name": "Customer portal", "budget_hours": 1}


def body(**more: Any) -> ScoreRequest:
    return ScoreRequest.model_validate({"activities": [MEETING], **more})


def test_the_same_rows_are_read_once_and_others_are_not_taken_for_them() -> None:
    mine = BroughtMemory().of("acme")
    first = mine.read(body(tasks=[TASK, {"client": "x"}]))
    assert mine.read(body(tasks=[TASK, {"client": "x"}])) is first
    assert [row.item.project for row in first.master.tasks] == ["portal"]
    assert [(row.file, row.index) for row in first.refused] == [("tasks", 1)]
    others = [
        body(tasks=[{**TASK, "budget_hours": "1"}]), body(tasks=[{**TASK, "budget_hours": 1.0}]),
        body(tasks=[TASK, TASK]), body(assignments=[{"person": "kim", "client": "acme", "project": "portal"}]),
        body(people=[{"person": "kim"}]), body(people=[{"person": "lee"}]), body(contracts=[{"contract": "C"}]),
    ]  # fmt: skip
    found = [mine.read(one) for one in others]
    assert len({id(one) for one in [first, *found]}) == 1 + len(others)
    assert found[5].master.people[0].id == "lee"


def test_a_table_is_not_taken_for_another_one_with_the_same_rows() -> None:
    mine = BroughtMemory().of("acme")
    row = {"client": "acme", "project": "portal", "person": "kim"}
    assert mine.read(body(tasks=[row])).master.assignments == ()
    assert mine.read(body(assignments=[row])).master.tasks == ()


def test_no_tenant_finds_what_another_one_sent() -> None:
    shared = BroughtMemory()
    ours, theirs = shared.of("acme"), shared.of("acme2")
    first = ours.read(body(tasks=[TASK]))
    second = theirs.read(body(tasks=[TASK]))
    assert second is not first
    theirs.forget()
    assert ours.read(body(tasks=[TASK])) is first
    assert theirs.read(body(tasks=[TASK])) is not second


def test_what_was_asked_for_longest_ago_goes_first_and_a_large_body_is_not_kept() -> None:
    mine = BroughtMemory(most=3).of("acme")
    bodies = [body(tasks=[{**TASK, "name": str(number)}]) for number in range(3)]
    found = [mine.read(one) for one in bodies]
    assert mine.read(bodies[0]) is found[0]
    mine.read(body(tasks=[{**TASK, "name": "another"}]))
    assert mine.read(bodies[0]) is found[0]
    assert mine.read(bodies[1]) is not found[1]
    large = body(tasks=[{**TASK, "project": str(number)} for number in range(4)])
    assert mine.read(large) is not mine.read(large)
    assert mine.read(bodies[0]) is found[0], "nothing had to go for it"


def test_what_a_tenant_sent_is_forgotten_where_somebody_is_erased(site: Site) -> None:
    ask = {"activities": [MEETING], "tasks": [TASK], "people": [{"person": BEN, "name": "Ben"}]}
    assert site.http.post("/v1/suggestions:score", json=ask).status_code == 200
    kept = site.app.state.tenancy.brought
    known = body(tasks=[TASK], people=[{"person": BEN, "name": "Ben"}])
    before = kept.of(TENANT).read(known)
    assert kept.of(TENANT).read(known) is before
    admin, path = site.person(DANA, Role.ADMIN), f"/v1/people/{BEN}:erase"
    confirm = admin.post(path, json={"reason": "request"}).json()["confirm"]
    done = admin.post(path, json={"reason": "request", "request": "R-7", "confirm": confirm})
    assert done.status_code == 200, done.text
    assert kept.of(TENANT).read(known) is not before


def test_the_work_items_are_laid_out_once_for_each_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(brought.Catalogue, "of", lambda _master, encode: asked.append(str(encode)) or object())
    found = BroughtMemory().of("acme").read(body(tasks=[TASK]))
    cache = VectorMemory().of("acme")

    class Named:
        dimension = 2

        def __init__(self, fingerprint: str) -> None:
            self.fingerprint = fingerprint

    one, other = Named("one"), Named("other")
    assert found.catalogue(None, cache) is found.catalogue(None, cache)
    assert found.catalogue(one, cache) is found.catalogue(one, cache)  # type: ignore[arg-type]
    assert found.catalogue(other, cache) is not found.catalogue(one, cache)  # type: ignore[arg-type]
    assert len(asked) == 4
