"""The published schemas of suggestion, decision and finding say what ``domain.wire`` really writes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.decision import Booking, DecidedOn, Decision, Verdict
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Band, MinutesInterval, ModelRef, PolicyRef, Suggestion, Threshold
from hourtrail.domain.wire import decision_to_json, finding_to_json, suggestion_to_json
from hourtrail.exporters.schemas import DECISION, FINDING, SUGGESTION, write_schemas

CONTRACTS = Path(__file__).parents[2] / "data" / "contracts"
NINE, TEN = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
ITEM = WorkItem("acme", "PORT", "design")
MODEL, POLICY = ModelRef(name="rules", version="1", digest="d"), PolicyRef(version="p1")
BOOKED = Booking(item=ITEM, minutes=60, billable=True, narrative="Design")
SHOWN = (Alternative(item=ITEM, confidence=0.9),)

A_BLOCK = WorkBlock(
    id="b1",
    person="ana",
    zone="UTC",
    date=date(2026, 3, 2),
    span=Span(NINE, TEN),
    kind=ActivityKind.MEETING,
    anchor="icalendar:1",
    title="Design",
    text="Design",
    evidence=(Evidence(activity="icalendar:1", kind=ActivityKind.MEETING, minutes=60, weight=1.0, why="attended"),),
    evidence_minutes=60,
    suggested_minutes=60,
)
A_SUGGESTION = Suggestion(
    id="s1",
    block=A_BLOCK,
    item=ITEM,
    billable=True,
    billable_probability=0.8,
    billable_minutes=60,
    rounding="exact minutes",
    narrative="Design",
    confidence=0.9,
    band=Band.SUGGEST,
    threshold=Threshold(band=Band.SUGGEST, value=0.7, target_precision=0.8, basis="shipped"),
    alternatives=SHOWN,
    reasons=("same series",),
    leans_on=("e1",),
    model=MODEL,
    policy=POLICY,
    minutes_interval=MinutesInterval(low=30, high=75, share=0.8),
    routing=("confidence 0.9000 reaches suggest at 0.7",),
)
A_DECISION = Decision(
    id="d1", suggestion="s1", verdict=Verdict.ACCEPT, actor="ana", decided_at=TEN, before=BOOKED, after=(BOOKED,),
    evidence=(DecidedOn(activity="icalendar:1", kind=ActivityKind.MEETING, minutes=60, weight=1.0, digest="0" * 64),), salt="5a",
)  # fmt: skip
A_FINDING = Finding(
    id="f1",
    check="overlap",
    severity=Severity.WARN,
    subject=Subject(time_entry="e1"),
    score=1.0,
    measured="30 min",
    expected="0 min",
    explanation="Two entries share half an hour.",
    fingerprint="x",
    value_at_risk=Money(Decimal(60), "EUR"),
)
BODIES = {
    "suggestion": (SUGGESTION, suggestion_to_json(A_SUGGESTION)),
    "decision": (DECISION, decision_to_json(A_DECISION)),
    "full decision": (
        DECISION,
        decision_to_json(
            replace(
                A_DECISION,
                verdict=Verdict.SPLIT,
                after=(BOOKED, BOOKED),
                shown=SHOWN,
                model=MODEL,
                policy=POLICY,
                shown_at=NINE,
            )
        ),
    ),
    "finding": (FINDING, finding_to_json(A_FINDING)),
    **{
        f"finding about {subject}": (FINDING, finding_to_json(replace(A_FINDING, subject=subject)))
        for subject in (
            Subject(person="ana", date=date(2026, 3, 2)),
            Subject(person="ana", period="2026-03"),
            Subject(project="PORT"),
            Subject(contract="C-1"),
        )
    },
}
PYTHON_TYPES = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict}


def _faults(schema, value, at="body"):
    """Where ``value`` and the few keywords that our schemas use disagree; unknown members count as faults here."""
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        fitting = [option for option in options if not _faults(option, value, at)]
        exact = "oneOf" not in schema or len(fitting) == 1
        return [] if fitting and exact else [f"{at}: {len(fitting)} of the forms fit {value!r}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r} is none of {schema['enum']}"]
    if schema["type"] == "null":
        return [] if value is None else [f"{at}: {value!r} is not null"]
    if not isinstance(value, PYTHON_TYPES[schema["type"]]):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if schema["type"] == "array":
        return [fault for item in value for fault in _faults(schema["items"], item, at)]
    if schema["type"] == "object" and "properties" in schema:
        inside = schema["properties"]
        lacking = [f"{at}: {name} is missing" for name in schema["required"] if name not in value]
        unknown = [f"{at}: {name} is not in the schema" for name in value if name not in inside]
        known = [f for name in inside.keys() & value.keys() for f in _faults(inside[name], value[name], f"{at}.{name}")]
        return lacking + unknown + known
    return []


@pytest.mark.parametrize("case", BODIES)
def test_what_is_written_is_what_is_published(case):
    schema, body = BODIES[case]
    assert _faults(schema, body) == []
    assert set(body) == set(schema["properties"])


def test_a_renamed_or_missing_key_would_be_noticed():
    body = suggestion_to_json(A_SUGGESTION)
    body["evidence"][0]["reason"] = body["evidence"][0].pop("why")
    assert _faults(SUGGESTION, body) == ["body.evidence: why is missing", "body.evidence: reason is not in the schema"]
    assert _faults(FINDING, finding_to_json(A_FINDING) | {"severity": "fatal"})


def test_committed_schemas_are_what_the_code_generates(tmp_path):
    for path in write_schemas(tmp_path):
        committed = json.loads((CONTRACTS / path.name).read_text(encoding="utf-8"))
        assert committed == json.loads(path.read_text(encoding="utf-8")), (
            f"{path.name} is stale: python -m hourtrail.exporters.schemas data/contracts"
        )
