"""Bodies of what a person decided and of the time entries that follow."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.decision import Booking, DecidedOn, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.suggestion import PolicyRef
from hourtrail.domain.wire.suggestions import (
    alternative_from_json,
    alternative_to_json,
    model_from_json,
    model_to_json,
    unshown_from_json,
    unshown_to_json,
)
from hourtrail.domain.wire.values import Json, decimal_text, instant_text, item_from_json, item_to_json


def booking_to_json(row: Booking) -> Json:
    """What is booked by a decision."""
    return {**item_to_json(row.item), "minutes": row.minutes, "billable": row.billable, "narrative": row.narrative}


def booking_from_json(body: Mapping[str, Any]) -> Booking:
    """The reverse of :func:`booking_to_json`."""
    return Booking(
        item=item_from_json(body), minutes=body["minutes"], billable=body["billable"], narrative=body["narrative"]
    )


def decided_on_to_json(row: DecidedOn) -> Json:
    """One activity that was decided on."""
    return {
        "activity": row.activity,
        "kind": row.kind.value,
        "minutes": row.minutes,
        "weight": row.weight,
        "digest": row.digest,
    }


def decided_on_from_json(body: Mapping[str, Any]) -> DecidedOn:
    """The reverse of :func:`decided_on_to_json`."""
    return DecidedOn(
        activity=body["activity"],
        kind=ActivityKind(body["kind"]),
        minutes=body["minutes"],
        weight=body["weight"],
        digest=body["digest"],
    )


def decision_to_json(row: Decision) -> Json:
    """The decision contract. ``after`` is one object, a list for a split, or None when nothing was booked."""
    after = [booking_to_json(booking) for booking in row.after]
    return {
        "id": row.id,
        "suggestion": row.suggestion,
        "verdict": row.verdict.value,
        "before": booking_to_json(row.before) if row.before else None,
        "after": after if row.verdict is Verdict.SPLIT else (after[0] if after else None),
        "reason_code": row.reason_code,
        "note": row.note,
        "actor": row.actor,
        "decided_at": format_instant(row.decided_at),
        "shown_at": instant_text(row.shown_at),
        "shown": [alternative_to_json(alternative) for alternative in row.shown],
        "propensity": row.propensity,
        "seconds": row.seconds,
        "confidence": row.confidence,
        "threshold": dict(row.threshold) if row.threshold else None,
        "unshown": unshown_to_json(row.unshown),
        "model": model_to_json(row.model),
        "policy": {"version": row.policy.version} if row.policy else None,
        "supersedes": row.supersedes or None,
        **({"evidence": [decided_on_to_json(one) for one in row.evidence], "salt": row.salt} if row.salt else {}),
    }


def decision_from_json(body: Mapping[str, Any]) -> Decision:
    """The reverse of :func:`decision_to_json`."""
    after = body["after"]
    parts = after if isinstance(after, list) else [after] if after else []
    return Decision(
        id=body["id"],
        suggestion=body["suggestion"],
        verdict=Verdict(body["verdict"]),
        actor=body["actor"],
        decided_at=parse_instant(body["decided_at"]),
        before=booking_from_json(body["before"]) if body["before"] else None,
        after=tuple(booking_from_json(part) for part in parts),
        reason_code=body["reason_code"],
        note=body["note"],
        shown_at=parse_instant(body["shown_at"]) if body["shown_at"] else None,
        shown=tuple(alternative_from_json(alternative) for alternative in body["shown"]),
        propensity=body["propensity"],
        seconds=body["seconds"],
        confidence=body["confidence"],
        threshold=body["threshold"],
        unshown=unshown_from_json(body.get("unshown")),
        model=model_from_json(body["model"]),
        policy=PolicyRef(version=body["policy"]["version"]) if body["policy"] else None,
        supersedes=body["supersedes"] or "",
        evidence=tuple(decided_on_from_json(one) for one in body.get("evidence", ())),
        salt=body.get("salt", ""),
    )


def entry_to_json(row: TimeEntry) -> Json:
    """The time-entry contract's columns, with the way back to suggestion and decision."""
    return {
        "id": row.id,
        "person": row.person,
        "date": row.date.isoformat(),
        "minutes": row.minutes,
        **item_to_json(row.item),
        "start": instant_text(row.start),
        "end": instant_text(row.end),
        "billable": row.billable,
        "narrative": row.narrative,
        "hourly_rate": decimal_text(row.hourly_rate),
        "currency": row.currency,
        "status": row.status.value,
        "created_at": instant_text(row.created_at),
        "source": row.source,
        "write_off_minutes": row.write_off_minutes,
        "billable_minutes": row.billable_minutes,
        "suggestion": row.suggestion or None,
        "decision": row.decision or None,
    }


def entry_from_json(body: Mapping[str, Any]) -> TimeEntry:
    """The reverse of :func:`entry_to_json`."""
    return TimeEntry(
        id=body["id"],
        person=body["person"],
        date=date.fromisoformat(body["date"]),
        minutes=body["minutes"],
        item=item_from_json(body),
        start=parse_instant(body["start"]) if body["start"] else None,
        end=parse_instant(body["end"]) if body["end"] else None,
        billable=body["billable"],
        narrative=body["narrative"],
        hourly_rate=Decimal(body["hourly_rate"]) if body["hourly_rate"] is not None else None,
        currency=body["currency"],
        status=EntryStatus(body["status"]),
        created_at=parse_instant(body["created_at"]) if body["created_at"] else None,
        source=body["source"],
        write_off_minutes=body["write_off_minutes"],
        billable_minutes=body["billable_minutes"],
        suggestion=body["suggestion"] or "",
        decision=body["decision"] or "",
    )
