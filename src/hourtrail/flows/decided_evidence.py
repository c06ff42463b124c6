"""What a decision rested on: noted when it is made (GOV-17), and held against what the source says of it today."""

import secrets
from enum import StrEnum
from typing import Any

from hourtrail.domain.decision import DecidedOn, Decision
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.wire import evidence_to_json
from hourtrail.domain.wire.decisions import decided_on_to_json
from hourtrail.store import TenantStore


class Since(StrEnum):
    """What became of an activity after somebody decided on it."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    """Withdrawn by its source, removed after its time, or erased; the digest stays."""
    NOT_NOTED = "not_noted"
    """It was decided on before evidence was noted, or was gone by then."""


def note_evidence(db: TenantStore, suggestion: Suggestion) -> tuple[tuple[DecidedOn, ...], str]:
    """The suggestion's evidence as it is now, and the salt of its digests, drawn for this decision alone."""
    salt = secrets.token_hex(16)
    digests = db.evidence_digests([row.activity for row in suggestion.evidence], salt)
    noted = tuple(
        DecidedOn(
            activity=row.activity, kind=row.kind, minutes=row.minutes, weight=row.weight,
            digest=digests.get(row.activity, ""),
        )
        for row in suggestion.evidence
    )  # fmt: skip
    return noted, salt


def evidence_behind(db: TenantStore, decision: Decision | None, suggestion: Suggestion | None) -> list[dict[str, Any]]:
    """The evidence of the decision, each activity with why it counts and what became of it since; else the suggestion's."""
    shown = {row.activity: evidence_to_json(row) for row in suggestion.evidence} if suggestion else {}
    if decision is None or not decision.evidence:
        return [{**row, "digest": "", "since": Since.NOT_NOTED.value} for row in shown.values()]
    today = db.evidence_digests([row.activity for row in decision.evidence], decision.salt)
    return [
        {
            **decided_on_to_json(row), "why": shown.get(row.activity, {}).get("why", ""),
            "since": _since(row, today.get(row.activity)).value,
        }
        for row in decision.evidence
    ]  # fmt: skip


def _since(row: DecidedOn, today: str | None) -> Since:
    if not row.digest:
        return Since.NOT_NOTED
    if today is None:
        return Since.GONE
    return Since.UNCHANGED if today == row.digest else Since.CHANGED
