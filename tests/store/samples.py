"""Small records for store tests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.decision import Booking, Decision, Verdict
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.review import Clearing, FindingReview, Raised, ReviewKind, shown_of
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, PolicyRef, Suggestion, Threshold

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ITEM = WorkItem("acme", "audit", "review")
MODEL = ModelRef(name="rules", version="1", digest="0" * 64)


def activity(number: int = 0, **changes: Any) -> Activity:
    start = NINE + timedelta(minutes=10 * number)
    values: dict[str, Any] = {
        "source": "git", "external_id": f"c{number}", "kind": ActivityKind.COMMIT, "person": "ann", "start": start,
        "title": f"commit {number}", "container": "repo",
    }  # fmt: skip
    return Activity(**{**values, **changes})


def suggestion(number: int = 0, **changes: Any) -> Suggestion:
    start = NINE + timedelta(hours=number)
    block = WorkBlock(
        id=f"blk_{number}", person="ann", zone="Europe/Berlin", date=date(2026, 3, 2),
        span=Span(start, start + timedelta(minutes=50)), kind=ActivityKind.MEETING, anchor=f"icalendar:e{number}",
        title="Prüfung", text="Prüfung der Bücher",
        evidence=(Evidence(activity=f"icalendar:e{number}", kind=ActivityKind.MEETING, minutes=50, weight=0.1, why="attended"),),
        evidence_minutes=50, suggested_minutes=50, container="work", series="s1", domains=("acme.example",),
    )  # fmt: skip
    values: dict[str, Any] = {
        "id": f"sug_{number}", "block": block, "item": ITEM, "billable": True, "billable_probability": 0.9,
        "billable_minutes": 60, "rounding": "up", "narrative": "Prüfung", "confidence": 0.1 + 0.2, "band": Band.SUGGEST,
        "threshold": Threshold(band=Band.SUGGEST, value=0.3, target_precision=0.95, basis="stated"),
        "alternatives": (Alternative(item=ITEM, confidence=1e-7),), "reasons": ("same series",), "leans_on": ("te_1",),
        "model": MODEL, "policy": PolicyRef(version="p1"),
    }  # fmt: skip
    return Suggestion(**{**values, **changes})


def decision(name: str, verdict: Verdict = Verdict.ACCEPT, **changes: Any) -> Decision:
    books = verdict in {Verdict.ACCEPT, Verdict.EDIT, Verdict.ADDED_BY_HAND}
    values: dict[str, Any] = {
        "id": name, "suggestion": "sug_0", "verdict": verdict, "actor": "ann", "decided_at": NINE + timedelta(hours=9),
        "after": (Booking(item=ITEM, minutes=50, billable=True, narrative="Prüfung"),) if books else (),
        "shown": (Alternative(item=ITEM, confidence=0.7),), "model": MODEL, "policy": PolicyRef(version="p1"),
        "confidence": 0.7, "threshold": {"band": "suggest", "value": 0.3},
    }  # fmt: skip
    return Decision(**{**values, **changes})


def entry(name: str, **changes: Any) -> TimeEntry:
    values: dict[str, Any] = {
        "id": name, "person": "ann", "date": date(2026, 3, 2), "minutes": 50, "item": ITEM, "narrative": "Prüfung",
        "billable": True,
    }  # fmt: skip
    return TimeEntry(**{**values, **changes})


CLEARING = Clearing(
    id="clr_1", actor="kim", at=NINE, first=date(2026, 3, 1), last=date(2026, 3, 31), cleared=1, flagged=0, own=0, sampled=0,
    share=0.05, seed="0" * 32,
)  # fmt: skip


def raised(
    name: str, *, worked_on: date | None = date(2026, 3, 2), worker: str = "ann", client: str = "acme", **changes: Any
) -> Raised:
    values: dict[str, Any] = {
        "id": name, "check": "overlap", "severity": Severity.WARN, "subject": Subject(time_entry="te_1"), "score": 0.25,
        "measured": "2", "expected": "1", "explanation": "Two at once.", "fingerprint": f"fp_{name}",
        "value_at_risk": Money(Decimal("12.30"), "EUR"), "comparables": ("te_1",),
    }  # fmt: skip
    return Raised(
        finding=Finding(**{**values, **changes}), worker=worker, worked_on=worked_on, client=client, project="audit"
    )


def review(name: str, finding: str, kind: ReviewKind = ReviewKind.FALSE_ALARM, **changes: Any) -> FindingReview:
    values: dict[str, Any] = {
        "id": name, "finding": finding, "kind": kind, "actor": "kim", "at": NINE + timedelta(hours=1), "act": f"act_{name}",
        "reason_code": {"false_alarm": "nothing_wrong", "true_issue": "to_correct", "acceptable": "too_small"}.get(kind, ""),
        "shown": shown_of(raised(finding).finding),
    }  # fmt: skip
    return FindingReview(**{**values, **changes})
