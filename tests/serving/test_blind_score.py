"""The stateless score is no way around the blind audit: what somebody is asked about is not told to them by another call."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.serving.conftest import ADA, BEN, TENANT, Site

from hourtrail.domain.access import Role
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.domain.wire import activity_to_json
from hourtrail.policy.audit import KEPT_BACK
from hourtrail.policy.propose import kept_back

TASKS = [{"client": "acme", "project": "portal", "task": "DEV", "name": "Customer portal"}]


@pytest.fixture
def asked(site: Site) -> Suggestion:
    """An open suggestion of Ada's whose answer is kept back by lot."""
    with site.store.tenant(TENANT) as db:
        rows = db.suggestions(person=ADA, status=SuggestionStatus.OPEN)
        row = next(row for row in rows if row.item is not None and not row.block.private)
        held = replace(kept_back(row, KEPT_BACK, audit=True), revision=row.revision + 1)
        db.reconcile_suggestions(create=[], update=[held], withdraw=[])
    return held


def evidence(site: Site, row: Suggestion) -> list[dict[str, Any]]:
    names = {piece.activity for piece in row.evidence}
    with site.store.tenant(TENANT, read_only=True) as db:
        start, end = row.span.start - timedelta(days=1), row.span.end + timedelta(days=1)
        found = [one for one in db.activities(person=row.person, start=start, end=end) if str(one.key) in names]
    assert found
    return [activity_to_json(one) for one in found]


def tells(client: httpx2.Client, **body: Any) -> list[Any]:
    """The rankings that an answer tells; each withheld block has to say why."""
    answer = client.post("/v1/suggestions:score", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert all(row["reason"] for row in told["withheld"])
    return [row["candidates"] for row in told["suggestions"]]


def test_the_same_evidence_is_not_scored_before_it_is_answered(site: Site, asked: Suggestion) -> None:
    rows = evidence(site, asked)
    ada = site.person(ADA, Role.CONSULTANT)
    answer = ada.post("/v1/suggestions:score", json={"activities": rows}).json()
    assert answer["suggestions"] == []
    assert [row["reason"] for row in answer["withheld"]] == [KEPT_BACK]
    renamed = [{**row, "external_id": f"mine-{number}"} for number, row in enumerate(rows)]
    somebody = [{**row, "person": "kim"} for row in renamed]
    assert tells(ada, activities=renamed) == [], "under other ids"
    assert tells(ada, activities=rows, tasks=TASKS) == [], "with master data of their own"
    assert tells(ada, activities=somebody, tasks=TASKS) == [], "in another name"
    assert tells(site.http, activities=rows) == [], "by a program"
    assert tells(site.http, activities=renamed, tasks=TASKS) == []


def test_what_is_answered_and_what_nobody_asks_is_scored(site: Site, asked: Suggestion) -> None:
    rows = evidence(site, asked)
    ada = site.person(ADA, Role.CONSULTANT)
    later = [
        {
            **row,
            "external_id": "other",
            **{name: row[name].replace("2026-03", "2026-04") for name in ("start", "end") if row.get(name)},
        }
        for row in rows
    ]
    assert all(tells(ada, activities=later))
    assert all(tells(site.person(BEN, Role.CONSULTANT), activities=[{**row, "person": BEN} for row in later]))
    told = site.http.post("/v1/decisions", json={"suggestion": asked.id, "verdict": "not_work", "actor": ADA})
    assert told.status_code == 201, told.text
    assert all(tells(ada, activities=rows))
