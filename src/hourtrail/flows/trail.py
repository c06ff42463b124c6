"""The whole chain behind one booked entry, and in front of it: from the activities to the line on an invoice, in one read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hourtrail.domain.billing.wire import dispute_to_json, word_to_json
from hourtrail.domain.decision import Decision
from hourtrail.domain.entry import Approval, TimeEntry
from hourtrail.domain.instants import format_instant
from hourtrail.domain.review_wire import review_to_json
from hourtrail.domain.wire import decision_to_json, entry_to_json, finding_to_json, suggestion_to_json
from hourtrail.flows.billing.wire import claimed_to_json
from hourtrail.flows.decided_evidence import evidence_behind
from hourtrail.flows.flags import Flags
from hourtrail.store import Store, TenantStore

MOST_CORRECTIONS: Final = 100
"""Earlier decisions that are told of one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts of the chain whoever asks may see; the others are told as null."""

    findings: bool = True
    billing: bool = True


EVERYTHING: Final = Parts()


def trail(store: Store, tenant: str, entry: str, parts: Parts = EVERYTHING) -> dict[str, Any]:
    """Everything behind one entry: evidence, model, score, threshold in force, decision, actor, times, approvals, findings with
    what was said of them, draft lines with their posting, disputes.

    An imported entry has neither suggestion nor decision: those parts are None. ``corrected`` are the decisions that the one in
    force took the place of, newest first. Raises NotFound.
    """
    with store.tenant(tenant, read_only=True) as db:
        row = db.entry(entry)
        decision = db.decision(row.decision) if row.decision else None
        suggestion = db.suggestion(row.suggestion) if row.suggestion else None
        return {
            "time_entry": entry_to_json(row),
            "decision": decision_to_json(decision) if decision else None,
            "corrected": [decision_to_json(one) for one in _earlier(db, decision)],
            "suggestion": suggestion_to_json(suggestion) if suggestion else None,
            "evidence": evidence_behind(db, decision, suggestion),
            "approvals": [_approval(step) for step in db.approvals(entry)],
            "findings": _findings(db, row) if parts.findings else None,
            "billing": _billing(db, entry) if parts.billing else None,
        }


def _earlier(db: TenantStore, decision: Decision | None) -> Sequence[Decision]:
    found: list[Decision] = []
    while decision is not None and decision.supersedes and len(found) < MOST_CORRECTIONS:
        decision = db.decision(decision.supersedes)
        found.append(decision)
    return found


def _approval(step: Approval) -> dict[str, Any]:
    return {
        "from": step.from_status.value,
        "to": step.to_status.value,
        "actor": step.actor,
        "at": format_instant(step.at),
        "note": step.note,
    }


def _findings(db: TenantStore, row: TimeEntry) -> list[dict[str, Any]]:
    """What was ever found on the entry itself, whatever became of it, and what now speaks against its day or week."""
    found = {one.id: one for one in db.findings_on([row.id]).get(row.id, [])}
    found |= {one.id: one for one in Flags(db, row.person).against(row)}
    return [
        {**finding_to_json(one), "reviews": [review_to_json(said) for said in db.reviews(one.id)]}
        for one in sorted(found.values(), key=lambda one: (one.check, one.id))
    ]


def _billing(db: TenantStore, entry: str) -> dict[str, Any]:
    """The lines that bill the entry, each with its draft's state and the last word on it, and what was disputed."""
    lines = []
    for line in (line for claimed in db.claims_on([entry]).values() for line in claimed):
        kept = db.draft(line.draft)
        lines.append({**claimed_to_json(kept, line), "last_word": word_to_json(kept.word)})
    disputes = [dispute_to_json(one.dispute, one.word) for one in db.disputes(entries=[entry])]
    return {"lines": lines, "disputes": disputes}
