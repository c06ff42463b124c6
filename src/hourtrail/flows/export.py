"""What the store knows, as rows of the data contracts."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, Final

from hourtrail.domain.decision import CLOSING, Decision, Verdict
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.instants import format_instant
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.wire import (
    activity_to_json,
    decision_to_json,
    entry_to_json,
    finding_to_json,
    item_to_json,
    suggestion_to_json,
)
from hourtrail.store import TenantStore

Row = dict[str, Any]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "activities": (
        "source", "external_id", "kind", "person", "start", "end", "all_day", "title", "text", "container", "reference",
        "series", "participants", "response", "status", "show_as", "sensitivity", "revision", "zone",
    ),
    "time-entries": (
        "id", "person", "date", "minutes", "client", "project", "task", "start", "end", "billable", "narrative",
        "hourly_rate", "currency", "status", "created_at", "source", "write_off_minutes", "billable_minutes", "suggestion",
        "decision",
    ),
    "suggestions": (
        "id", "person", "date", "start", "end", "evidence_minutes", "suggested_minutes", "billable_minutes", "rounding",
        "client", "project", "task", "billable", "billable_probability", "narrative", "confidence", "band", "threshold",
        "alternatives", "evidence", "reasons", "leans_on", "model", "policy", "status", "revision", "zone",
    ),
    "decisions": (
        "id", "suggestion", "verdict", "before", "after", "reason_code", "note", "actor", "decided_at", "shown_at", "shown",
        "propensity", "seconds", "confidence", "threshold", "model", "policy", "supersedes",
    ),
    "findings": (
        "id", "check", "severity", "subject", "score", "value_at_risk", "measured", "expected", "explanation", "comparables",
        "blame", "fingerprint", "status",
    ),
    "training-set": (
        "decision", "suggestion", "person", "date", "kind", "position", "client", "project", "task", "confidence", "chosen",
        "verdict", "outcome", "band", "threshold", "propensity", "seconds", "label_known_at", "label_delay_minutes",
        "superseded_by", "evidence_minutes", "suggested_minutes", "booked_minutes", "model", "model_digest", "policy",
    ),
}  # fmt: skip


def rows(db: TenantStore, what: str, first: date | None = None, last: date | None = None) -> Iterator[Row]:
    """Rows of one kind between two days, both included. Days are UTC for activities and decisions, work dates otherwise."""
    makers: dict[str, Callable[[], Iterator[Row]]] = {
        "activities": lambda: (activity_to_json(row) for row in db.activities(start=_start(first), end=_end(last))),
        "time-entries": lambda: (entry_to_json(row) for row in db.entries(first=first, last=last)),
        "suggestions": lambda: (suggestion_to_json(row) for row in db.suggestions(first=first, last=last)),
        "decisions": lambda: (decision_to_json(row) for row in db.decisions(first=_start(first), last=_end(last))),
        "findings": lambda: (finding_to_json(row) for row in db.findings(first=first, last=last)),
        "training-set": lambda: _training_set(db, first, last),
    }
    return makers[what]()


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _end(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), UTC)


def _training_set(db: TenantStore, first: date | None, last: date | None) -> Iterator[Row]:
    """One row for every alternative of every decision, in the order shown, with what was chosen and when that was known.

    An alternative that the person named themselves, because it was not shown, has position 0. Decisions that were later
    corrected stay, with ``superseded_by``; suggestions that nobody answered have no row: ignored is not rejected. Time
    added by hand, which nothing was suggested for, has position 0 too and no suggestion.
    """
    superseded = {row.supersedes: row.id for row in db.decisions() if row.supersedes}
    shown = {row.id: row for row in db.suggestions(first=first, last=last)}
    for decision in db.decisions():
        if decision.verdict is Verdict.ADDED_BY_HAND:
            yield from _by_hand_rows(db, decision, superseded.get(decision.id), first, last)
            continue
        suggestion = shown.get(decision.suggestion)
        if suggestion is None or decision.verdict not in CLOSING:
            continue
        yield from _decision_rows(decision, suggestion, superseded.get(decision.id))


def _by_hand_rows(
    db: TenantStore, decision: Decision, superseded_by: str | None, first: date | None, last: date | None
) -> Iterator[Row]:
    for entry in db.entries_of(decision.id):
        if (first is None or first <= entry.date) and (last is None or entry.date <= last):
            yield {
                **dict.fromkeys(COLUMNS["training-set"]),
                "decision": decision.id,
                "person": entry.person,
                "date": entry.date.isoformat(),
                "position": 0,
                **item_to_json(entry.item),
                "chosen": True,
                "verdict": decision.verdict.value,
                "outcome": "added",
                "propensity": decision.propensity,
                "label_known_at": format_instant(decision.decided_at),
                "superseded_by": superseded_by,
                "booked_minutes": entry.minutes,
            }


def _decision_rows(decision: Decision, suggestion: Suggestion, superseded_by: str | None) -> Iterator[Row]:
    chosen = {booking.item for booking in decision.after}
    if decision.verdict is Verdict.NOT_WORK:
        chosen = {NOT_WORK}
    positions: list[tuple[int, WorkItem, float | None]] = [
        (position, row.item, row.confidence) for position, row in zip(count(1), decision.shown, strict=False)
    ]
    positions += [(0, item, None) for item in sorted(chosen) if item not in {row.item for row in decision.shown}]
    delay = decision.decided_at - suggestion.span.end
    for position, item, confidence in positions:
        booked = [booking.minutes for booking in decision.after if booking.item == item]
        yield {
            "decision": decision.id,
            "suggestion": suggestion.id,
            "person": suggestion.person,
            "date": suggestion.date.isoformat(),
            "kind": suggestion.block.kind.value,
            "position": position,
            **item_to_json(item),
            "confidence": confidence,
            "chosen": item in chosen,
            "verdict": decision.verdict.value,
            "outcome": _outcome(decision),
            "band": decision.threshold["band"] if decision.threshold else None,
            "threshold": decision.threshold["value"] if decision.threshold else None,
            "propensity": decision.propensity,
            "seconds": decision.seconds,
            "label_known_at": format_instant(decision.decided_at),
            "label_delay_minutes": int(delay.total_seconds() // 60),
            "superseded_by": superseded_by,
            "evidence_minutes": suggestion.block.evidence_minutes,
            "suggested_minutes": suggestion.block.suggested_minutes,
            "booked_minutes": sum(booked),
            "model": f"{decision.model.name} {decision.model.version}" if decision.model else None,
            "model_digest": decision.model.digest if decision.model else None,
            "policy": decision.policy.version if decision.policy else None,
        }


def _outcome(decision: Decision) -> str:
    """Accepted unchanged, edited, or rejected: the outcomes that are kept apart."""
    if decision.verdict is Verdict.ACCEPT:
        return "accepted"
    return "rejected" if decision.verdict in {Verdict.REJECT, Verdict.NOT_WORK} else "edited"
