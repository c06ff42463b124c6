"""Bodies of what was seen: activities, refusals, evidence, work blocks, and what was withheld."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from hourtrail.domain.activity import Activity, ActivityKind, Rejected, Response, Sensitivity, ShowAs, Status
from hourtrail.domain.block import Evidence, Withheld, WorkBlock
from hourtrail.domain.instants import format_instant, parse_instant
from hourtrail.domain.spans import Span
from hourtrail.domain.wire.values import Json, instant_text, item_to_json

_ATTENDANCE: Final = {
    "response": Response.NONE,
    "status": Status.CONFIRMED,
    "show_as": ShowAs.BUSY,
    "sensitivity": Sensitivity.NORMAL,
}
"""How an activity concerns its person, with what each field says when nothing is said."""


def activity_to_json(row: Activity) -> Json:
    """The activity contract; fields at their default are left out."""
    optional: Json = {
        "end": instant_text(row.end),
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
