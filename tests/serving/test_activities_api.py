"""Activities over HTTP: what a program sends is kept as a file's would be, and read by its owner alone."""

from typing import Any

from tests.serving.conftest import ADA, BEN
from tests.serving.psa_site import Psa, counts, psa, psa_store, refused

from hourtrail.domain.access import Role

__all__ = ["psa", "psa_store"]

MEETING = {
    "source": "psa", "external_id": "a/1", "kind": "meeting", "person": ADA, "start": "2026-03-02T09:00:00Z",
    "end": "2026-03-02T10:00:00Z", "title": "Kick-off; call lee@acme.example", "revision": "2",
}  # fmt: skip


def send(psa: Psa, *rows: Any, **headers: str) -> Any:
    return psa.http.post("/v1/activities", json={"activities": rows}, headers=headers)


def test_a_batch_is_kept_once_and_bad_rows_cost_no_good_ones(psa: Psa) -> None:
    first = send(
        psa, {"source": "psa"}, MEETING, {**MEETING, "title": "again"}, {**MEETING, "external_id": "b", "start": "9 h"}
    )
    assert first.status_code == 200
    assert counts(first.json()) == [1, 0, 0]
    assert [(index, field) for index, field, _ in refused(first.json())] == [
        (0, "external_id"),
        (2, "external_id"),
        (3, "start"),
    ]
    assert first.json()["by_kind"] == {"meeting": 1}
    assert counts(send(psa, MEETING).json()) == [0, 0, 1]
    assert counts(send(psa, {**MEETING, "title": "older", "revision": "1"}).json()) == [0, 0, 1]
    assert counts(send(psa, {**MEETING, "title": "newer", "revision": "3"}).json()) == [0, 1, 0]
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        assert [row.title for row in db.activities()] == ["newer"]


def test_nothing_readable_is_a_problem_and_stores_nothing(psa: Psa) -> None:
    answer = send(psa, {"title": "no id"}, {})
    assert answer.status_code == 422
    assert "activities[0]: source: is empty" in answer.json()["detail"]
    for body in ({}, {"activities": []}, {"activities": [MEETING] * 2_001}, {"activities": [[]]}, []):
        assert psa.http.post("/v1/activities", json=body).status_code == 422
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        assert list(db.activities()) == []


def test_the_same_key_is_done_once_and_another_body_is_refused(psa: Psa) -> None:
    first = send(psa, MEETING, **{"Idempotency-Key": "k1"})
    assert send(psa, MEETING, **{"Idempotency-Key": "k1"}).json() == first.json()
    assert send(psa, {**MEETING, "title": "x"}, **{"Idempotency-Key": "k1"}).status_code == 422


def test_texts_are_redacted_before_they_are_kept(psa: Psa) -> None:
    send(psa, MEETING)
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        [row] = db.activities()
    assert "lee@acme.example" not in row.title
    assert row.title.startswith("Kick-off")


def test_only_the_owner_reads_and_page_by_page(psa: Psa) -> None:
    days = [{**MEETING, "external_id": f"a{n}", "start": f"2026-03-0{n}T09:00:00Z", "end": None} for n in range(1, 6)]
    send(
        psa,
        *days,
        {**MEETING, "external_id": "twin", "start": days[0]["start"], "end": None},
        {**MEETING, "person": BEN},
    )
    ada = psa.as_person(Role.CONSULTANT)
    seen: list[str] = []
    cursor = None
    while True:
        page = ada.get("/v1/activities", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["external_id"] for row in page["activities"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["a1", "twin", "a2", "a3", "a4", "a5"]
    one_day = ada.get("/v1/activities", params={"from": "2026-03-02", "to": "2026-03-02"}).json()["activities"]
    assert [row["external_id"] for row in one_day] == ["a2"]
    assert ada.get("/v1/activities", params={"person": BEN}).status_code == 403
    assert psa.http.get("/v1/activities", params={"person": ADA}).status_code == 403
    for role in Role:
        if role is not Role.CONSULTANT:
            assert psa.as_person(role, f"{role}@firm.example").get("/v1/activities").status_code == 403


def test_a_foreign_cursor_is_refused(psa: Psa) -> None:
    ada = psa.as_person(Role.CONSULTANT)
    for cursor in ("x", "WzFd", "WyJhIl0=", "WyJhIiwiYiIsImMiXQ==", "\0", "é", "WyJcdTAwMDAiXQ==", "WyJcdWQ4MDAiXQ=="):
        assert ada.get("/v1/activities", params={"cursor": cursor}).status_code == 422


def test_what_its_source_no_longer_has_is_withdrawn_once(psa: Psa) -> None:
    send(psa, MEETING, {**MEETING, "external_id": "b"}, {**MEETING, "source": "jira"})
    gone = psa.http.delete("/v1/activities", params={"source": "psa", "external_id": ["a/1", "unknown"]})
    assert gone.json() == {"withdrawn": ["a/1"]}
    assert psa.http.delete("/v1/activities", params={"source": "psa", "external_id": "a/1"}).json() == {"withdrawn": []}
    left = psa.as_person(Role.CONSULTANT).get("/v1/activities").json()["activities"]
    assert sorted((row["source"], row["external_id"]) for row in left) == [("jira", "a/1"), ("psa", "b")]
    assert counts(send(psa, MEETING).json()) == [0, 1, 0], "seen again, it comes back"
    with psa.store.tenant(psa.tenant, read_only=True) as db:
        [told] = [payload for event, payload in db.audit_trail() if event.action.text == "system:source:withdrawn"]
    assert told == {"withdrawn": 1}
    for params in ({"source": "psa"}, {"source": "psa", "external_id": ["x"] * 101}, {"external_id": "x"}):
        assert psa.http.delete("/v1/activities", params=params).status_code == 422
