"""The stateless score goes as far as its tenant lets answers go, whoever's master data comes along in the body."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pytest
from tests.serving.conftest import TENANT, Site

from hourtrail.domain.confidence import BandControl, Breaker, Controls, Gate, Mode
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import Band, ModelRef, Threshold
from hourtrail.features import SPEC
from hourtrail.features.arrays import Floats, Ints
from hourtrail.flows.tenant_settings import change_settings
from hourtrail.policy.bands import policy_from
from hourtrail.wiring import Models, load_models

MEETING = {
    "source": "icalendar", "external_id": "e1", "kind": "meeting", "person": "kim", "start": "2026-03-02T09:00:00+01:00",
    "end": "2026-03-02T10:00:00+01:00", "title": "Portal weekly with Acme", "response": "accepted",
}  # fmt: skip
TASKS = [
    {"client": "acme", "project": "portal", "task": "DEV", "name": "Customer portal"},
    {"client": "initech", "project": "lakehouse", "task": "M1", "name": "Lakehouse"},
]
NOW: Final = datetime(2026, 4, 1, tzinfo=UTC)


def bound(band: Band, value: float) -> Threshold:
    return Threshold(band=band, value=value, target_precision=0.95, basis="shipped")


@dataclass(frozen=True)
class Sure:
    """A scorer that is 99 % sure of the first work item of each block and brings thresholds of its own."""

    ref: ModelRef = field(default_factory=lambda: ModelRef(name="sure", version="1", digest="d"))
    spec: FeatureSpec = SPEC
    thresholds: tuple[Threshold, ...] = (bound(Band.PREFILL, 0.95), bound(Band.SUGGEST, 0.6), bound(Band.ASK, 0.1))
    trained_on: tuple[int, ...] = ()

    def probabilities(self, matrix: Floats, group: Ints) -> Floats:
        counts = np.bincount(group)[group]
        shares = np.full(len(matrix), 0.01) / (counts - 1)
        shares[np.append(True, group[1:] != group[:-1])] = 0.99
        return shares

    def contributions(self, matrix: Floats) -> Floats:
        return np.zeros(matrix.shape)


def told(site: Site, **controls: Any) -> dict[str, Any]:
    """The one suggestion of a body with master data of its own, for a tenant under these controls."""
    if controls:
        with site.store.tenant(TENANT) as db:
            db.put_controls(Controls(model="sure", **controls), [], "test", NOW)
    sure = Sure()
    models = Models(encoder=None, scorer=sure, policy=policy_from(sure.thresholds, source="sure"))
    site.app.state.tenancy.served(TENANT)
    site.app.state.tenancy.renew_models(lambda _tenant: models)
    answer = site.http.post("/v1/suggestions:score", json={"activities": [MEETING], "tasks": TASKS})
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"]["name"] == "sure"
    (row,) = answer.json()["suggestions"]
    assert isinstance(row, dict)
    return row


def test_a_new_tenant_is_only_shown_suggestions(site: Site) -> None:
    row = told(site)
    assert (row["band"], row["project"]) == ("suggest", "portal")
    assert "mode suggest" in row["routing"][-1]


def test_a_tenant_that_prefills_is_prefilled(site: Site) -> None:
    assert told(site, mode=Mode.PREFILL)["band"] == "prefill"


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ({"gates": {"kim": Gate(right=1, shown=20, limited=True)}}, "suggestions only for this person"),
        (
            {"bands": {Band.PREFILL: BandControl(value=0.995, aim=0.97, basis="own labels")}},
            "is below prefill at 0.995",
        ),
        ({"bands": {Band.PREFILL: BandControl(value=None, aim=0.97, basis="own labels")}}, "prefill: off"),
    ],
)
def test_what_keeps_the_tenants_answers_back_keeps_these_back(site: Site, controls: dict[str, Any], words: str) -> None:
    row = told(site, mode=Mode.PREFILL, **controls)
    assert row["band"] == "suggest"
    assert any(words in line for line in row["routing"]), row["routing"]


def test_the_circuit_breaker_turns_answers_into_questions(site: Site) -> None:
    row = told(site, mode=Mode.PREFILL, breaker=Breaker(tripped=True, since=NOW, why="21 of 60 wrong"))
    assert row["band"] == "ask"
    assert "off (21 of 60 wrong)" in row["routing"][-1]


def test_a_tenant_without_prefilling_is_not_prefilled(site: Site) -> None:
    change_settings(site.store, TENANT, {"features": {"off": ["prefill"]}}, "test", reason="not bought")
    assert told(site, mode=Mode.PREFILL)["band"] == "suggest"


def test_a_tenant_in_shadow_is_shown_no_answer_at_all(site: Site) -> None:
    row = told(site, mode=Mode.SHADOW)
    assert (row["band"], row["project"], row["candidates"]) == ("withhold", "", [])


@pytest.mark.parametrize("works", [1, 2, 3])
def test_what_no_real_label_has_shown_is_not_prefilled(site: Site, works: int) -> None:
    """Attendees and keywords are known from simulated firms alone; the bundled model's threshold comes from commits."""
    shipped = load_models()
    assert shipped.policy.prefill is not None
    with site.store.tenant(TENANT) as db:
        db.put_controls(Controls(model=shipped.scorer.ref.name, mode=Mode.PREFILL), [], "test", NOW)
    site.app.state.tenancy.served(TENANT)
    site.app.state.tenancy.renew_models(lambda _tenant: shipped)
    meeting = {**MEETING, "title": "Customer portal weekly with Acme", "participants": ["lee@acme.example"]}
    tasks = [
        {**TASKS[0], "domains": "acme.example"},
        TASKS[1],
        {"client": "acme", "project": "archive", "name": "Archive"},
    ]
    answer = site.http.post("/v1/suggestions:score", json={"activities": [meeting], "tasks": tasks[:works]}).json()
    (row,) = answer["suggestions"]
    assert (row["project"], row["band"]) == ("portal", "suggest")
    assert row["confidence"] <= 0.9
    assert "mode prefill" in row["routing"][-1]
