"""The rows that people's words left in the tables, held against what the audit trail says of them.

The trail alone would not tell that somebody with the right to drop a trigger rewrote a decision: its event still holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hourtrail.domain.audit import AuditEvent, ChainBreak, payload_digest
from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.instants import format_instant
from hourtrail.domain.review import ReviewKind
from hourtrail.store.schema import approval, decision, finding_review
from hourtrail.store.scope import Row

if TYPE_CHECKING:
    from hourtrail.store.audit import Audit

_DECIDED: Final = {f"person:suggestion:{verdict.value}" for verdict in Verdict}
_MOVED: Final = {f"person:time_entry:{status.value}" for status in EntryStatus}
_REVIEWED: Final = {f"person:finding:{kind.value}" for kind in ReviewKind}


@dataclass(slots=True)
class ToldRows:
    """What the events say that the tables hold: table and id of each row, with its event's place and its content's digest.

    An event whose payload was erased still says on what, by whom and when; one row of its table may stand for it.
    """

    _told: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    _erased: set[tuple[str, str, str, str]] = field(default_factory=set)

    def note(self, event: AuditEvent, payload: Mapping[str, Any] | None) -> None:
        """One event."""
        action, at = event.action.text, format_instant(event.at)
        if action in _DECIDED and payload is None and event.salt:
            self._erased.add(("decision", event.object_id, event.actor, at))
        elif action in _DECIDED:
            # As its payload stands: whether that may differ from what was written is the trail's own matter.
            said = event.payload_digest if payload is None else payload_digest(payload)
            self._told["decision", event.object_id] = event.sequence, said
        elif payload is None and action in _MOVED | _REVIEWED:
            what = "approval" if action in _MOVED else "review"
            self._erased.add((what, event.object_id, event.actor, at))
        elif payload is not None and action in _MOVED and "approval" in payload:
            said = _approval(event.object_id, event.actor, at, payload)
            self._told["approval", str(payload["approval"])] = event.sequence, said
        elif payload is not None and action in _REVIEWED and "review" in payload:
            said = _review(event.object_id, event.actor, at, action.rpartition(":")[2], payload)
            self._told["review", str(payload["review"])] = event.sequence, said

    def missing_or_changed(self, db: "Audit") -> Iterator[ChainBreak]:
        """A break for each row that is not as told, that no event tells of, or that is gone."""
        told = dict(self._told)
        for row in _stored(db):
            sequence, said = told.pop((row.what, row.id), (0, ""))
            if sequence and said != row.digest:
                yield ChainBreak(
                    sequence, f"{row.what} {row.id}, told by row {sequence}, was changed after it was written"
                )
            elif not sequence and (row.what, row.object_id, row.actor, row.at) not in self._erased:
                yield ChainBreak(
                    0, f"{row.what} {row.id} stands in its table, but no row of the audit trail tells of it"
                )
        for (what, row_id), (sequence, _) in told.items():
            yield ChainBreak(sequence, f"{what} {row_id}, told by row {sequence}, is missing from its table")


@dataclass(frozen=True, slots=True)
class _Stored:
    what: str
    id: str
    object_id: str
    actor: str
    at: str
    digest: str


def _stored(db: "Audit") -> Iterator[_Stored]:
    for row in db._stream(db._select(decision)):  # noqa: SLF001 - a part of the same store
        at = format_instant(row["decided_at"])
        yield _Stored("decision", row["id"], row["id"], row["actor"], at, payload_digest(row["body"]))
    for row in db._stream(db._select(approval)):  # noqa: SLF001 - as above
        entry, actor, at = row["entry"], row["actor"], format_instant(row["at"])
        payload = {"from": row["from_status"].value, "to": row["to_status"].value, "note": row["note"]}
        yield _Stored("approval", row["id"], entry, actor, at, _approval(entry, actor, at, payload))
    for row in db._stream(db._select(finding_review)):  # noqa: SLF001 - as above
        finding, actor, at = row["finding"], row["actor"], format_instant(row["at"])
        digest = _review(finding, actor, at, row["kind"].value, _as_told(row))
        yield _Stored("review", row["id"], finding, actor, at, digest)


def _as_told(row: Row) -> dict[str, Any]:
    return {**row, "supersedes": row["supersedes"] or None}


def _approval(entry: str, actor: str, at: str, payload: Mapping[str, Any]) -> str:
    told = {name: payload.get(name) for name in ("from", "to", "note")}
    return payload_digest({"entry": entry, "actor": actor, "at": at, **told})


def _review(finding: str, actor: str, at: str, kind: str, payload: Mapping[str, Any]) -> str:
    names = ("act", "reason_code", "note", "assignee", "supersedes", "shown")
    told = {name: payload.get(name) for name in names}
    return payload_digest({"finding": finding, "actor": actor, "at": at, "kind": kind, **told})
