"""The JSON bodies of the data contracts: the only place that knows their keys. Pure, both ways where both are needed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from hourtrail.domain.activity import Activity, ActivityKind, Rejected, Response, Sensitivity, ShowAs, Status
from hourtrail.domain.block import Evidence, Withheld, WorkBlock
from hourtrail.domain.decision import Booking, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import (
    Alternative,
    Band,
    MinutesInterval,
    ModelRef,
    PolicyRef,
    Suggestion,
    SuggestionStatus,
    Threshold,
    Unshown,
)

Json = dict[str, Any]

_ATTENDANCE: Final = {
    "response": Response.NONE,
    "status": Status.CONFIRMED,
    "show_as": ShowAs.BUSY,
    "sensitivity": Sensitivity.NORMAL,
}
"""How an activity concerns its person, with what each field says when nothing is said."""


def _instant(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def item_to_json(item: WorkItem | None) -> Json:
    """``{"client", "project", "task"}``; empty strings when unassigned."""
    return {
        "client": item.client if item else "",
        "project": item.project if item else "",
        "task": item.task if item else "",
    }


def item_from_json(body: Mapping[str, Any]) -> WorkItem:
    """A work item; missing keys are empty."""
    return WorkItem(str(body.get("client") or ""), str(body.get("project") or ""), str(body.get("task") or ""))


def activity_to_json(row: Activity) -> Json:
    """The activity contract; fields at their default are left out."""
    optional: Json = {
        "end": _instant(row.end),
        "all_day": row.all_day,
        **{
            name: getattr(row, name)
            for name in ("title", "text", "container", "reference", "series", "revision", "zone")
        },
        "participants": list(row.participants),
        **{name: getattr(row, name).value for name in _ATTENDANCE if getattr(row, name) is not _ATTENDANCE[name]},
        "label": None if row.label is None else item_to_json(row.label),
        "extra": dict(row.extra),
    }
    body: Json = {
        "source": row.source,
        "external_id": row.external_id,
        "kind": row.kind.value,
        "person": row.person,
        "start": format_instant(row.start),
        **{name: value for name, value in optional.items() if value},
    }
    return body if row.eligible else {**body, "eligible": False}


def rejected_to_json(row: Rejected) -> Json:
    """``{"file", "line", "index", "field", "reason"}``."""
    return {"file": row.file, "line": row.line, "index": row.index, "field": row.field, "reason": row.reason}


def evidence_to_json(row: Evidence) -> Json:
    """One line of a suggestion's evidence."""
    return {
        "activity": row.activity,
        "kind": row.kind.value,
        "minutes": row.minutes,
        "weight": row.weight,
        "why": row.why,
    }


def suggestion_to_json(row: Suggestion) -> Json:
    """The suggestion contract, with the rounding, billable probability, zone, leaned-on entries and interval as optional extras."""
    block = row.block
    return {
        "id": row.id,
        "person": row.person,
        "date": row.date.isoformat(),
        "start": format_instant(row.span.start),
        "end": format_instant(row.span.end),
        "zone": block.zone,
        "evidence_minutes": block.evidence_minutes,
        "suggested_minutes": block.suggested_minutes,
        "billable_minutes": row.billable_minutes,
        "rounding": row.rounding,
        **item_to_json(row.item),
        "billable": row.billable,
        "billable_probability": row.billable_probability,
        "narrative": row.narrative,
        "confidence": row.confidence,
        "band": row.band.value,
        "threshold": {
            "band": row.threshold.band.value,
            "value": row.threshold.value,
            "target_precision": row.threshold.target_precision,
            "basis": row.threshold.basis,
        },
        "alternatives": [alternative_to_json(alternative) for alternative in row.alternatives],
        "evidence": [evidence_to_json(evidence) for evidence in row.evidence],
        "reasons": list(row.reasons),
        "leans_on": list(row.leans_on),
        "model": model_to_json(row.model),
        "policy": {"version": row.policy.version},
        "status": row.status.value,
        "revision": row.revision,
        **({} if row.minutes_interval is None else {"minutes_interval": asdict(row.minutes_interval)}),
    }


def suggestion_log_to_json(row: Suggestion) -> Json:
    """What is stored with a suggestion and shown to nobody before the decision."""
    return {
        "scores": list(row.scores),
        "unshown": unshown_to_json(row.unshown),
        "propensity": row.propensity,
    }


def unshown_to_json(row: Unshown | None) -> Json | None:
    """``{"client", "project", "task", "confidence", "band", "audit"}`` or None."""
    if row is None:
        return None
    return {**item_to_json(row.item), "confidence": row.confidence, "band": row.band.value, "audit": row.audit}


def unshown_from_json(body: Mapping[str, Any] | None) -> Unshown | None:
    """The reverse of :func:`unshown_to_json`."""
    if body is None:
        return None
    return Unshown(
        item=item_from_json(body), confidence=float(body["confidence"]), band=Band(body["band"]), audit=body["audit"]
    )


def alternative_to_json(row: Alternative) -> Json:
    """``{"client", "project", "task", "confidence"}``."""
    return {**item_to_json(row.item), "confidence": row.confidence}


def alternative_from_json(body: Mapping[str, Any]) -> Alternative:
    """The reverse of :func:`alternative_to_json`."""
    return Alternative(item=item_from_json(body), confidence=float(body["confidence"]))


def model_to_json(row: ModelRef | None) -> Json | None:
    """``{"name", "version", "digest"}`` or None."""
    return None if row is None else {"name": row.name, "version": row.version, "digest": row.digest}


def model_from_json(body: Mapping[str, Any] | None) -> ModelRef | None:
    """The reverse of :func:`model_to_json`."""
    return None if body is None else ModelRef(name=body["name"], version=body["version"], digest=body["digest"])


def block_to_json(row: WorkBlock) -> Json:
    """The evidence snapshot that is stored with a suggestion."""
    return {
        "id": row.id,
        "person": row.person,
        "zone": row.zone,
        "date": row.date.isoformat(),
        "start": format_instant(row.span.start),
        "end": format_instant(row.span.end),
        "kind": row.kind.value,
        "anchor": row.anchor,
        "title": row.title,
        "text": row.text,
        "evidence": [evidence_to_json(evidence) for evidence in row.evidence],
        "evidence_minutes": row.evidence_minutes,
        "suggested_minutes": row.suggested_minutes,
        "container": row.container,
        "reference": row.reference,
        "series": row.series,
        "domains": list(row.domains),
        "private": row.private,
    }


def block_from_json(body: Mapping[str, Any]) -> WorkBlock:
    """The reverse of :func:`block_to_json`."""
    evidence = tuple(
        Evidence(
            activity=e["activity"], kind=ActivityKind(e["kind"]), minutes=e["minutes"], weight=e["weight"], why=e["why"]
        )
        for e in body["evidence"]
    )
    return WorkBlock(
        id=body["id"],
        person=body["person"],
        zone=body["zone"],
        date=date.fromisoformat(body["date"]),
        span=Span(parse_instant(body["start"]), parse_instant(body["end"])),
        kind=ActivityKind(body["kind"]),
        anchor=body["anchor"],
        title=body["title"],
        text=body["text"],
        evidence=evidence,
        evidence_minutes=body["evidence_minutes"],
        suggested_minutes=body["suggested_minutes"],
        container=body["container"],
        reference=body["reference"],
        series=body["series"],
        domains=tuple(body["domains"]),
        private=body["private"],
    )


def suggestion_from_json(body: Mapping[str, Any], block: WorkBlock) -> Suggestion:
    """A stored suggestion: its public body, with what only the store holds under ``log``, and its evidence snapshot."""
    threshold = body["threshold"]
    log = body.get("log", {})
    model = model_from_json(body["model"])
    assert model is not None
    return Suggestion(
        id=body["id"],
        block=block,
        item=item_from_json(body) if body["project"] else None,
        billable=body["billable"],
        billable_probability=body["billable_probability"],
        billable_minutes=body["billable_minutes"],
        rounding=body["rounding"],
        narrative=body["narrative"],
        confidence=body["confidence"],
        band=Band(body["band"]),
        threshold=Threshold(
            band=Band(threshold["band"]),
            value=threshold["value"],
            target_precision=threshold["target_precision"],
            basis=threshold["basis"],
        ),
        alternatives=tuple(alternative_from_json(alternative) for alternative in body["alternatives"]),
        reasons=tuple(body["reasons"]),
        leans_on=tuple(body["leans_on"]),
        model=model,
        policy=PolicyRef(version=body["policy"]["version"]),
        status=SuggestionStatus(body["status"]),
        revision=body["revision"],
        scores=tuple(log.get("scores", ())),
        unshown=unshown_from_json(log.get("unshown")),
        propensity=log.get("propensity", 1.0),
        minutes_interval=MinutesInterval(**body["minutes_interval"]) if body.get("minutes_interval") else None,
    )


def withheld_to_json(row: Withheld) -> Json:
    """``{"block", "reason"}``, with person, date and title as optional extras."""
    return {
        "block": row.block,
        "reason": row.reason,
        "person": row.person,
        "date": row.date.isoformat() if row.date else None,
        "title": row.title,
        "suggestion": row.suggestion or None,
    }


def booking_to_json(row: Booking) -> Json:
    """What is booked by a decision."""
    return {**item_to_json(row.item), "minutes": row.minutes, "billable": row.billable, "narrative": row.narrative}


def booking_from_json(body: Mapping[str, Any]) -> Booking:
    """The reverse of :func:`booking_to_json`."""
    return Booking(
        item=item_from_json(body), minutes=body["minutes"], billable=body["billable"], narrative=body["narrative"]
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
        "shown_at": _instant(row.shown_at),
        "shown": [alternative_to_json(alternative) for alternative in row.shown],
        "propensity": row.propensity,
        "seconds": row.seconds,
        "confidence": row.confidence,
        "threshold": dict(row.threshold) if row.threshold else None,
        "unshown": unshown_to_json(row.unshown),
        "model": model_to_json(row.model),
        "policy": {"version": row.policy.version} if row.policy else None,
        "supersedes": row.supersedes or None,
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
    )


def entry_to_json(row: TimeEntry) -> Json:
    """The time-entry contract's columns, with the way back to suggestion and decision."""
    return {
        "id": row.id,
        "person": row.person,
        "date": row.date.isoformat(),
        "minutes": row.minutes,
        **item_to_json(row.item),
        "start": _instant(row.start),
        "end": _instant(row.end),
        "billable": row.billable,
        "narrative": row.narrative,
        "hourly_rate": _decimal(row.hourly_rate),
        "currency": row.currency,
        "status": row.status.value,
        "created_at": _instant(row.created_at),
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


def _subject_to_json(row: Subject) -> Json:
    if row.time_entry:
        return {"time_entry": row.time_entry}
    if row.person:
        return {"person": row.person, **({"date": row.date.isoformat()} if row.date else {"period": row.period})}
    return {"project": row.project} if row.project else {"contract": row.contract}


def finding_to_json(row: Finding) -> Json:
    """The finding contract."""
    risk = row.value_at_risk
    return {
        "id": row.id,
        "check": row.check,
        "severity": row.severity.value,
        "subject": _subject_to_json(row.subject),
        "score": row.score,
        "value_at_risk": {"amount": str(risk.to_cents().amount), "currency": risk.currency} if risk else None,
        "measured": row.measured,
        "expected": row.expected,
        "explanation": row.explanation,
        "comparables": list(row.comparables),
        "blame": row.blame.value,
        "fingerprint": row.fingerprint,
        "status": row.status,
    }
