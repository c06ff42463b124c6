"""The life of a time entry after the decision, and the way back from it to its evidence."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.instants import format_instant
from hourtrail.domain.wire import decision_to_json, entry_to_json, suggestion_to_json
from hourtrail.flows.decided_evidence import evidence_behind
from hourtrail.flows.resolve import require_member
from hourtrail.flows.timesheets import Blocked, blocking
from hourtrail.store import Store


def move_entry(
    store: Store,
    tenant: str,
    entry: str,
    status: EntryStatus,
    actor: str,
    *,
    note: str = "",
    now: datetime | None = None,
    expected: Callable[[TimeEntry], None] | None = None,
) -> TimeEntry:
    """Submit, approve, reject, recall or mark as invoiced.

    ``expected`` is shown the entry as it stands before the move, and refuses by raising when it is not what somebody saw.
    Raises IllegalTransition, NotAllowed (a service; an unknown person; one's own time), NotFound, Blocked.
    """
    with store.tenant(tenant) as db:
        require_member(db, actor)
        row = db.entry(entry)
        if expected is not None:
            expected(row)
        row.moved_to(status, actor)
        if status in {EntryStatus.SUBMITTED, EntryStatus.APPROVED} and (found := blocking(db, [row])):
            raise Blocked(found)
        [moved] = db.move_entries([row], status, actor, now or datetime.now(UTC), note)
        return moved


def trail(store: Store, tenant: str, entry: str) -> dict[str, Any]:
    """Everything behind one entry: evidence, model, score, threshold in force, decision, actor, times, approvals.

    An imported entry has neither suggestion nor decision: those parts are None. Raises NotFound.
    """
    with store.tenant(tenant, read_only=True) as db:
        row = db.entry(entry)
        decision = db.decision(row.decision) if row.decision else None
        suggestion = db.suggestion(row.suggestion) if row.suggestion else None
        approvals = db.approvals(entry)
        evidence = evidence_behind(db, decision, suggestion)
    return {
        "time_entry": entry_to_json(row),
        "decision": decision_to_json(decision) if decision else None,
        "suggestion": suggestion_to_json(suggestion) if suggestion else None,
        "evidence": evidence,
        "approvals": [
            {
                "from": approval.from_status.value,
                "to": approval.to_status.value,
                "actor": approval.actor,
                "at": format_instant(approval.at),
                "note": approval.note,
            }
            for approval in approvals
        ],
    }
