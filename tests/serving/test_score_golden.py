"""What the stateless score answers, to the byte: an answer that is computed faster is still the same answer."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.responses import JSONResponse
from tests.serving.conftest import ADA, BEN, TENANT, Site

from hourtrail.domain.access import Permission, Principal, PrincipalKind, Reach
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import RulesScorer
from hourtrail.flows.vectors import VectorMemory
from hourtrail.policy.bands import policy_from
from hourtrail.wiring import Models, load_models
from hourtrail_serving.scoring import ScoreRequest, score

GOLDEN: Final = Path(__file__).with_name("scored.jsonl")

MEETING = {
    "source": "icalendar", "external_id": "e1", "kind": "meeting", "person": "kim", "start": "2026-03-02T09:00:00+01:00",
    "end": "2026-03-02T10:00:00+01:00", "title": "Portal weekly with Acme — Grüße", "response": "accepted",
    "participants": ["lee@acme.example", "kim@firm.example"], "room": {"floor": 3, "size": 12.50}, "tags": ["a", 7, None],
}  # fmt: skip
COMMIT = {
    "source": "git", "external_id": "c1", "kind": "commit", "person": "kim", "start": "2026-03-02T14:00:00Z",
    "title": "LAKE-7 Read partitions in parallel", "container": "firm/lakehouse", "reference": "LAKE-7",
}  # fmt: skip
PRIVATE = {
    **MEETING, "external_id": "e2", "title": "Oncologist", "sensitivity": "private",
    "start": "2026-03-02T11:00:00+01:00", "end": "2026-03-02T12:30:00+01:00",
}  # fmt: skip
DECLINED = {**MEETING, "external_id": "e3", "response": "declined"}
OTHERS = {**COMMIT, "external_id": "c2", "person": "lee", "title": "Move the archive", "start": "2026-03-03T08:00:00Z"}
TASKS = [
    {"client": "acme", "project": "portal", "task": "DEV", "name": "Customer portal", "domains": ["acme.example"],
     "keywords": "weekly;status", "contract": "C-1", "budget_hours": 120.50, "billable": True},
    {"client": "initech", "project": "lakehouse", "task": "M1", "name": "Lakehouse", "ticket_prefixes": "LAKE",
     "billable": "depends", "budget_hours": 1e3, "opens_on": "2026-01-01"},
    {"client": "acme", "project": "archive", "name": "Archive of orders", "containers": ["firm/archive"], "billable": False},
    {"client": "acme", "project": "portal", "task": "OLD", "name": "Portal weekly with Acme", "status": "closed"},
]  # fmt: skip
PEOPLE = [{"person": "kim", "zone": "Europe/Berlin", "weekly_hours": 38.5}, {"person": "lee", "workdays": "1-4"}]
CONTRACTS = [
    {"contract": "C-1", "client": "acme", "project": "portal", "kind": "time_and_materials", "rounding": "up",
     "rounding_minutes": 15, "currency": "EUR"},
]  # fmt: skip
ASSIGNMENTS = [
    {"person": "kim", "client": "acme", "project": "portal", "planned_hours_per_week": 12.25},
    {"person": "kim", "client": "initech", "project": "lakehouse", "task": "M1", "from": "2026-02-01", "to": "2026-12-31"},
    {"person": "lee", "client": "acme", "project": "archive", "planned_hours_per_week": 8},
]  # fmt: skip
BAD = [
    {**COMMIT, "external_id": "b1", "title": "a\0b"}, {**COMMIT, "external_id": "b2", "note": "half \ud83d of a pair"},
    {**COMMIT, "external_id": "b3", "note": float("nan")}, {**COMMIT, "external_id": "b4", "note": float("inf")},
    {**COMMIT, "external_id": "b5", "\0": "x"}, {**COMMIT, "external_id": "b6", "title": ["a", "b"]},
    {**COMMIT, "external_id": "b7", "title": {"x": 1}}, {**COMMIT, "external_id": "b8", "kind": 7},
    {**COMMIT, "external_id": "b9", "start": 5}, {**COMMIT, "external_id": 12.0}, {}, {"source": None},
    {**COMMIT, "external_id": "b10", "start": "2250-01-01T00:00:00Z"}, {**MEETING, "title": "again"},
    {**MEETING, "external_id": "b11", "end": "2026-03-01T00:00:00Z"}, {**COMMIT, "external_id": "b12", "title": True},
]  # fmt: skip
GOOD = [
    {**COMMIT, "external_id": "g1", "title": "whole \U0001f600 pair", "start": "2026-03-04T09:00:00Z"},
    {**COMMIT, "external_id": 100000000000000000000001, "title": 12.50, "start": "2026-03-05T09:00:00Z", "x": 1e22},
    {**COMMIT, "external_id": "g2", "title": "", "reference": "  ", "container": None, "start": "2026-03-06T09:00:00Z",
     "x": [], "y": {"a": [1, 2.0, {"b": None}]}, "z": False, "extra": {"k": [1.10, "v"], "n": 3}},
]  # fmt: skip
CASES: Final[dict[str, dict[str, Any]]] = {
    "with master data": {
        "activities": [MEETING, COMMIT, PRIVATE, DECLINED, OTHERS], "tasks": TASKS, "people": PEOPLE,
        "contracts": CONTRACTS, "assignments": ASSIGNMENTS, "as_of": "2026-03-09T08:00:00+01:00",
    },
    "tasks alone": {"activities": [MEETING, COMMIT, OTHERS], "tasks": TASKS},
    "many tasks": {
        "activities": [COMMIT, OTHERS],
        "tasks": [{"client": f"c{n % 7}", "project": f"p{n}", "name": f"Work package {n}"} for n in range(60)],
    },
    "rows of all kinds": {"activities": [*BAD, *GOOD], "tasks": [*TASKS, {"client": "x"}, TASKS[0], {"client": 7, "project": 8}]},
    "the firm's own": {
        "activities": [
            {**COMMIT, "person": ADA, "title": "PORTAL-43 Keep the session", "container": "northlight/portal", "reference": "PORTAL-43"},
            {**MEETING, "person": ADA, "start": "2026-03-11T09:00:00Z", "end": "2026-03-11T10:10:00Z"},
            {**MEETING, "external_id": "e9", "person": BEN, "title": "Field work: interviews"},
        ]
    },
    "nobody's": {"activities": [COMMIT], "people": [{"person": "kim"}]},
}  # fmt: skip
WHO = Principal(kind=PrincipalKind.PROGRAM, id="psa", name="psa", permissions={Permission.SUGGESTIONS_SCORE: Reach.ALL})


@dataclass(frozen=True)
class Halves:
    """An encoder of which every cosine is a multiple of a quarter, so that no machine's arithmetic shows in an answer."""

    fingerprint: str = "halves"
    dimension: int = 384

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            digest = hashlib.sha256(text.encode()).digest()
            # One of six directions in each quarter, so that texts meet in some of them.
            vector[[96 * quarter + digest[quarter] % 6 for quarter in range(4)]] = 0.5
        return vectors


def models(kind: str) -> Models:
    if kind == "rules":
        return load_models(rules_only=True)
    # Not the shipped ranker, whose answers change with every training.
    thresholds = tuple(
        Threshold(band=band, value=value, target_precision=0.9, basis="of this test")
        for band, value in ((Band.PREFILL, 0.93), (Band.SUGGEST, 0.7), (Band.ASK, 0.1))
    )
    return Models(encoder=Halves(), scorer=RulesScorer(), policy=policy_from(thresholds, source="test"))


def lines(kind: str, case: str, answer: dict[str, Any]) -> Iterator[str]:
    """One for each member of the answer, one for each row of a list; which model it was is no part of it."""
    for name, value in answer.items():
        for row in value if isinstance(value, list) and value else [value]:
            yield json.dumps({"models": kind, "case": case, "member": name, "told": row}, ensure_ascii=False)


@pytest.fixture(scope="module")
def told(standing: Site) -> list[str]:
    found: list[str] = []
    for kind in ("rules", "vectors"):
        served = replace(
            standing.app.state.tenancy.served(TENANT), models=models(kind), vectors=VectorMemory().of(TENANT)
        )
        for case, body in CASES.items():
            # As it arrives: through JSON, by which half a pair stays half a pair.
            request = ScoreRequest.model_validate(json.loads(json.dumps(body)))
            first, second = (bytes(JSONResponse(score(served, request, WHO)).body) for _ in range(2))
            assert first == second, "asked again, with its vectors known"
            answer = json.loads(first)
            shown = {"name": answer["model"]["name"], "version": "…", "digest": "…"}
            for row in (answer, *answer["suggestions"]):
                row["model"] = shown
            found += lines(kind, case, answer)
    return found


def test_the_answers_are_the_stored_ones(told: list[str], update_golden: bool) -> None:
    if update_golden:
        GOLDEN.write_text("".join(f"{line}\n" for line in told), encoding="utf-8")
    stored = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert told == stored, "run pytest tests/serving/test_score_golden.py --update-golden and review every changed line"


def test_the_stored_answers_hold_what_could_change(told: list[str]) -> None:
    rows = [json.loads(line) for line in told]
    suggestions = [row["told"] for row in rows if row["member"] == "suggestions" and row["told"]]
    assert {"ask", "suggest", "withhold"} <= {row["band"] for row in suggestions}
    assert any(row["leans_on"] for row in suggestions), "entries that an answer leans on"
    assert any(
        "weigh" in reason or "same" in reason or "code" in reason for row in suggestions for reason in row["reasons"]
    )
    assert {row["told"]["file"] for row in rows if row["member"] == "refused" and row["told"]} == {
        "activities",
        "tasks",
    }
