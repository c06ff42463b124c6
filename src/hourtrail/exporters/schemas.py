"""JSON Schemas of the bodies that leave Hourtrail: ``python -m hourtrail.exporters.schemas OUTDIR``.

Their keys are those of ``domain.wire``, their closed words those of the domain; a test compares both.
"""

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.decision import Verdict
from hourtrail.domain.finding import Blame, Severity
from hourtrail.domain.suggestion import Band, SuggestionStatus

Schema: TypeAlias = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
_SHARE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_MINUTES: Final[Schema] = {"type": "integer", "minimum": 0}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}


def _object(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these members; all are always there, except ``optional`` ones. New members may come."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": True,
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _words(values: type[StrEnum]) -> Schema:
    return {"enum": [member.value for member in values]}


def _said(meaning: str, schema: Schema) -> Schema:
    return {"description": meaning, **schema}


_ITEM: Final = {"client": _TEXT, "project": _TEXT, "task": _TEXT}
_MODEL: Final = _or_null(_object({"name": _TEXT, "version": _TEXT, "digest": _TEXT}))
_POLICY: Final = _object({"version": _TEXT})
_ALTERNATIVE: Final = _object({**_ITEM, "confidence": _SHARE})
_BOOKING: Final = _object({**_ITEM, "minutes": _MINUTES, "billable": {"type": "boolean"}, "narrative": _TEXT})
_THRESHOLD: Final = _object(
    {"band": _words(Band), "value": {"type": "number"}, "target_precision": _SHARE, "basis": _TEXT}
)
_EVIDENCE: Final = _object(
    {
        "activity": _said("<source>:<external_id>", _TEXT),
        "kind": _words(ActivityKind),
        "minutes": _MINUTES,
        "weight": {"type": "number"},
        "why": _TEXT,
    }
)

SUGGESTION: Final = _object(
    {
        "id": _TEXT,
        "person": _TEXT,
        "date": _said("local work date", _DATE),
        "start": _INSTANT,
        "end": _INSTANT,
        "zone": _said("IANA name of the person's zone", _TEXT),
        "evidence_minutes": _said("what was seen", _MINUTES),
        "suggested_minutes": _said("what is proposed as worked", _MINUTES),
        "billable_minutes": _said("what the contract bills, after its rounding", _MINUTES),
        "rounding": _said("the contract's rounding in words", _TEXT),
        **_ITEM,
        "billable": {"type": "boolean"},
        "billable_probability": _or_null(_SHARE),
        "narrative": _TEXT,
        "confidence": _said("probability that the work item is right", _SHARE),
        "band": _words(Band),
        "threshold": _THRESHOLD,
        "alternatives": _said("everything shown, in the order shown", {"type": "array", "items": _ALTERNATIVE}),
        "evidence": {"type": "array", "items": _EVIDENCE},
        "reasons": _said("in words", _TEXTS),
        "leans_on": _said("ids of the past entries that speak for it", _TEXTS),
        "model": _MODEL,
        "policy": _POLICY,
        "status": _words(SuggestionStatus),
        "revision": {"type": "integer"},
        "minutes_interval": _said(
            "within which minutes such work is booked, in that share of cases",
            _object({"low": _MINUTES, "high": _MINUTES, "share": _SHARE}),
        ),
        "routing": _said(
            "why it went into its band: each threshold asked, then policy, mode, gate and breaker of that moment",
            _TEXTS,
        ),
    },
    optional=("zone", "rounding", "billable_probability", "leans_on", "minutes_interval", "routing"),
)

_DECIDED_ON: Final = _object(
    {
        "activity": _said("source:external_id; empty where the person was erased", _TEXT),
        "kind": _words(ActivityKind),
        "minutes": _MINUTES,
        "weight": {"type": "number"},
        "digest": _TEXT,
    }
)

DECISION: Final = _object(
    {
        "id": _TEXT,
        "suggestion": _TEXT,
        "verdict": _words(Verdict),
        "before": _said("the suggestion as a booking; null when it was unassigned", _or_null(_BOOKING)),
        "after": _said(
            "what was booked: one booking, a list for a split, null for none",
            {"anyOf": [_BOOKING, {"type": "array", "items": _BOOKING}, {"type": "null"}]},
        ),
        "reason_code": _TEXT,
        "note": _TEXT,
        "actor": _said("the person who decided", _TEXT),
        "decided_at": _INSTANT,
        "shown_at": _or_null(_INSTANT),
        "shown": _said("all alternatives in the order shown", {"type": "array", "items": _ALTERNATIVE}),
        "propensity": _said(
            "probability with which it was drawn what was shown, or kept back for the blind audit", _SHARE
        ),
        "seconds": _said("from showing to deciding", _or_null({"type": "number", "minimum": 0})),
        "confidence": _or_null(_SHARE),
        "threshold": _or_null({"type": "object"}),
        "unshown": _said(
            "the answer that was kept back; null when what was shown was all there was",
            _or_null(_object({**_ITEM, "confidence": _SHARE, "band": _words(Band), "audit": {"type": "boolean"}})),
        ),
        "model": _MODEL,
        "policy": _or_null(_POLICY),
        "supersedes": _said("id of the decision that this one replaces", _or_null(_TEXT)),
        "evidence": _said(
            "what the decision rested on; the digest of each activity as it was then, empty where it was gone",
            {"type": "array", "items": _DECIDED_ON},
        ),
        "salt": _said("what the digests of its evidence are made with, besides the tenant's key", _TEXT),
    },
    optional=("confidence", "threshold", "unshown", "evidence", "salt"),
)

_SUBJECTS: Final = [
    _object({"time_entry": _TEXT}),
    _object({"person": _TEXT, "date": _DATE}),
    _object({"person": _TEXT, "period": _TEXT}),
    _object({"project": _TEXT}),
    _object({"contract": _TEXT}),
]

FINDING: Final = _object(
    {
        "id": _TEXT,
        "check": _said("the stable name of the check", _TEXT),
        "severity": _words(Severity),
        "subject": _said("exactly one of these", {"oneOf": _SUBJECTS}),
        "score": _SHARE,
        "value_at_risk": _or_null(_object({"amount": _said("decimal string", _TEXT), "currency": _TEXT})),
        "measured": _TEXT,
        "expected": _TEXT,
        "explanation": _said("one sentence", _TEXT),
        "comparables": _said(
            "ids of entries: the twin of a pair; of missing time the open suggestions that would close it", _TEXTS
        ),
        "blame": _said("where the cause sits", _words(Blame)),
        "fingerprint": _said("the same for the same fact, whatever the order of the rows", _TEXT),
        "status": _TEXT,
        "producer": _said(
            "who found it: a check with the version and digest of its policy, or a model; null in findings of before",
            _MODEL,
        ),
    },
    optional=("producer",),
)

BODIES: Final = {
    "suggestion": ("Suggestion", "A proposed time entry, with what speaks for it.", SUGGESTION),
    "decision": ("Decision", "A person's word on a suggestion; append-only.", DECISION),
    "finding": ("Finding", "Something in the entries that a reviewer should look at.", FINDING),
}


def write_schemas(folder: Path) -> list[Path]:
    """Write ``<body>.schema.json`` (draft 2020-12) for every body into ``folder``; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (title, about, body) in BODIES.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": title,
            "description": about,
            **body,
        }
        path = folder / f"{name}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m hourtrail.exporters.schemas OUTDIR")
    write_schemas(Path(sys.argv[1]))
