"""What the store knows, as rows of the data contracts."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, Final

from hourtrail.domain.decision import Decision
from hourtrail.domain.firm import WorkItem
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
from hourtrail.flows.decision_log import Example, read_log
from hourtrail.store import TenantStore

Row = dict[str, Any]

log = logging.getLogger(__name__)

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
        "alternatives", "evidence", "reasons", "leans_on", "routing", "model", "policy", "status", "revision",
        "zone",
    ),
    "decisions": (
        "id", "suggestion", "verdict", "before", "after", "reason_code", "note", "actor", "decided_at", "shown_at", "shown",
        "propensity", "seconds", "confidence", "threshold", "unshown", "evidence", "salt", "model", "policy", "supersedes",
    ),
    "findings": (
        "id", "check", "severity", "subject", "score", "value_at_risk", "measured", "expected", "explanation", "comparables",
        "blame", "fingerprint", "status", "producer",
    ),
    "training-set": (
        "decision", "suggestion", "person", "date", "kind", "position", "client", "project", "task", "confidence", "chosen",
        "verdict", "outcome", "band", "threshold", "propensity", "seconds", "label_known_at", "label_delay_minutes",
        "superseded_by", "evidence_minutes", "suggested_minutes", "booked_minutes", "model", "model_digest", "policy",
        "asked_at", "weight",
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
    corrected stay, with ``superseded_by`` and without weight. Suggestions that nobody answered have no row, because ignored
    is not rejected, unless time booked by hand tells what they were. Time added by hand, which nothing was suggested for,
    has position 0 too and no suggestion. Rows that cannot be read are named in the log, and the others written.
    """
    found = read_log(db, first=first, last=last)
    for problem in found.unreadable:
        log.error("left out of the training set: %s", problem)
    for example in found.examples:
        if example.suggestion is not None and (example.decision is not None or example.truth is not None):
            yield from _example_rows(example, example.suggestion)
        elif example.decision is not None:
            yield from _by_hand_rows(db, example.decision, example.superseded_by, first, last)


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
                "weight": 0.0,
            }


def _example_rows(example: Example, suggestion: Suggestion) -> Iterator[Row]:
    decision = example.decision
    booked = {row.item: 0 for row in decision.after} if decision else {}
    for row in decision.after if decision else ():
        booked[row.item] += row.minutes
    chosen = set(booked) if booked or example.truth is None else {example.truth}
    shown = decision.shown if decision else suggestion.alternatives
    positions: list[tuple[int, WorkItem, float | None]] = [
        (position, row.item, row.confidence) for position, row in zip(count(1), shown, strict=False)
    ]
    positions += [(0, item, None) for item in sorted(chosen) if item not in {row.item for row in shown}]
    delay = None if example.known_at is None else example.known_at - suggestion.span.end
    model, policy = (decision.model, decision.policy) if decision else (suggestion.model, suggestion.policy)
    threshold = decision.threshold if decision else None
    for position, item, confidence in positions:
        yield {
            "decision": decision.id if decision else None,
            "suggestion": suggestion.id,
            "person": suggestion.person,
            "date": suggestion.date.isoformat(),
            "kind": suggestion.block.kind.value,
            "position": position,
            **item_to_json(item),
            "confidence": confidence,
            "chosen": item in chosen,
            "verdict": decision.verdict.value if decision else None,
            "outcome": example.outcome.value,
            "band": threshold["band"] if threshold else suggestion.band.value if decision is None else None,
            "threshold": threshold["value"] if threshold else None,
            "propensity": decision.propensity if decision else None,
            "seconds": decision.seconds if decision else None,
            "label_known_at": format_instant(example.known_at) if example.known_at else None,
            "label_delay_minutes": None if delay is None else int(delay.total_seconds() // 60),
            "superseded_by": example.superseded_by,
            "evidence_minutes": suggestion.block.evidence_minutes,
            "suggested_minutes": suggestion.block.suggested_minutes,
            "booked_minutes": booked.get(item, 0),
            "model": f"{model.name} {model.version}" if model else None,
            "model_digest": model.digest if model else None,
            "policy": policy.version if policy else None,
            "asked_at": format_instant(example.asked_at) if example.asked_at else None,
            "weight": example.weight,
        }
