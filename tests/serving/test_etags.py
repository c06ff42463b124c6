"""Entity tags: what is known is not sent again, and nothing is written over what somebody has not read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.databases import meanwhile
from tests.serving.conftest import ADA, DANA, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.decide import Request, decide_in
from hourtrail.store import TenantStore
from hourtrail_serving.etags import Conditions, PreconditionFailed, tag_of, tagged

BODY = {"id": "te_1", "status": "draft"}
TAG = tagged(BODY).headers["ETag"]
OTHER = tag_of(b"another")


@pytest.mark.parametrize(
    ("field", "known"),
    [
        (TAG, True), (f"W/{TAG}", True), (f"{OTHER}, W/{TAG}", True), (f" {OTHER} ,{TAG}", True), ("*", True),
        (OTHER, False), ("", False), (TAG.strip('"'), False), (f'"{TAG}"', False), ("W/", False),
    ],
)  # fmt: skip
def test_a_reader_who_has_it_already_gets_no_body(field: str, known: bool) -> None:
    response = Conditions(if_none_match=field).answer(BODY)
    assert (response.status_code, response.headers["ETag"]) == (304 if known else 200, TAG)
    assert bool(response.body) != known


@pytest.mark.parametrize("field", [TAG, "*", f"{OTHER}, {TAG}", f'"a,b",{TAG}', f", {TAG},"])
def test_a_writer_who_has_read_it_writes(field: str) -> None:
    Conditions(if_match=field).require(BODY)
    assert Conditions(if_match=field).answer(BODY).status_code == 200


@pytest.mark.parametrize("field", [OTHER, f"W/{TAG}", f"{OTHER}, W/{TAG}", '""', f'"x{TAG[1:]}'])
def test_a_writer_who_has_read_another_or_compares_weakly_is_refused(field: str) -> None:
    with pytest.raises(PreconditionFailed, match=TAG.strip('"')):
        Conditions(if_match=field).require(BODY)


@pytest.mark.parametrize("field", ["", ",", TAG.strip('"'), f"{TAG} x", f"w/{TAG}", '"a', "* , *"])
def test_what_is_no_tag_is_told_so(field: str) -> None:
    with pytest.raises(InvalidInput, match="ETag of your last read"):
        Conditions(if_match=field).require(BODY)


def test_what_must_not_be_there_yet_is_not_written_over() -> None:
    with pytest.raises(PreconditionFailed, match="already"):
        Conditions(if_none_match="*").require(BODY)
    Conditions(if_none_match=OTHER).require(BODY)
    Conditions().require(BODY)


ADDRESSES: dict[str, Callable[[Site], str]] = {
    "suggestion": lambda site: f"/v1/suggestions/{site.open_suggestions()[0]['id']}",
    "entry": lambda site: f"/v1/time-entries/{site.get('/v1/time-entries', person=ADA)['time_entries'][0]['id']}",
    "week": lambda _site: f"/v1/weeks/{ADA}/2026-03-04",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_every_record_has_a_tag(standing: Site, address: Callable[[Site], str]) -> None:
    path = address(standing)
    first = standing.http.get(path)
    tag = first.headers["ETag"]
    assert first.json()
    again = standing.http.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "no-store"
    two_lines = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert standing.http.get(path, headers=two_lines).status_code == 304
    assert standing.http.get(path, headers={"If-None-Match": "x" * 5000}).status_code == 422
    assert standing.http.get(path, headers=[("If-None-Match", "x" * 3000)] * 2).status_code == 422


def test_a_decision_is_made_on_the_suggestion_that_was_read(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    path, body = f"/v1/suggestions/{row['id']}", {"suggestion": row["id"], "actor": ADA}
    read = shared.http.get(path).headers["ETag"]

    def decide(verdict: str, tag: str) -> int:
        sent = {**body, "verdict": verdict}
        return shared.http.post("/v1/decisions", json=sent, headers={"If-Match": tag}).status_code

    assert decide("accept", OTHER) == 412
    assert decide("accept", f"W/{read}") == 412
    assert shared.get(path)["status"] == "open"
    assert decide("accept", read) == 201
    assert decide("undo", read) == 412, "it was decided since"
    assert decide("undo", shared.http.get(path).headers["ETag"]) == 201
    by_hand = {"verdict": "added_by_hand", "suggestion": "2026-03-02", "project": "portal", "minutes": 5, "actor": ADA}
    assert shared.http.post("/v1/decisions", json=by_hand, headers={"If-Match": "*"}).status_code == 412


def test_what_changes_while_a_request_waits_is_not_written_over(shared: Site) -> None:
    row = shared.open_suggestions()[0]
    shared.decide(row)
    read = shared.http.get(f"/v1/suggestions/{row['id']}").headers["ETag"]
    now = datetime.now(UTC)

    def decide_anew(db: TenantStore) -> None:
        for place, verdict in enumerate((Verdict.UNDO, Verdict.ACCEPT)):
            said = Request(suggestion=row["id"], verdict=verdict, actor=ADA)
            decide_in(db, said, now + timedelta(microseconds=place))

    def undo() -> int:
        body = {"suggestion": row["id"], "verdict": "undo", "actor": ADA}
        return shared.http.post("/v1/decisions", json=body, headers={"If-Match": read}).status_code

    held = meanwhile(shared.store, TENANT, lambda db: db.suggestion(row["id"], lock=True), undo, decide_anew)
    assert held == 412, "the newer decision is not the one that was read"
    assert shared.get(f"/v1/suggestions/{row['id']}")["status"] == "decided"
    assert shared.decide(row, "undo").status_code == 201


def test_an_entry_is_moved_as_it_was_read(shared: Site) -> None:
    (entry,) = shared.decide(shared.open_suggestions()[0]).json()["time_entries"]
    path = f"/v1/time-entries/{entry['id']}"
    read = shared.http.get(path).headers["ETag"]
    moved = shared.http.post(f"{path}/status", json={"status": "submitted", "actor": ADA}, headers={"If-Match": read})
    assert (moved.status_code, moved.headers["ETag"]) == (200, shared.http.get(path).headers["ETag"])
    late = shared.person(DANA, Role.APPROVER).post(
        f"{path}/status", json={"status": "approved"}, headers={"If-Match": read}
    )
    assert (late.status_code, late.json()["type"]) == (412, "urn:hourtrail:problem:precondition-failed")
    assert shared.get(path)["status"] == "submitted"


def test_no_record_is_read_without_a_tag(standing: Site) -> None:
    for path, item in standing.get("/openapi.json")["paths"].items():
        # What ends in its kind is a list.
        if "get" in item and path.startswith("/v1/") and path.endswith("}") and not path.endswith("{kind}"):
            assert "304" in item["get"]["responses"], f"{path} answers one record: responses=one(…) and given.answer(…)"
            assert "If-None-Match" in {row["name"] for row in item["get"]["parameters"]}, path
