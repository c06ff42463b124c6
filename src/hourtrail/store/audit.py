"""The audit trail: one hash chain for each tenant, written by one writer at a time."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Select, func

from hourtrail.domain.audit import GENESIS, AuditAction, AuditEvent, ChainBreak, Examiner, link, payload_digest
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.merkle import Frontier, TreeHead
from hourtrail.domain.tenant import TenantState
from hourtrail.store.audit_rows import ToldRows
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import audit_event, audit_payload, audit_root
from hourtrail.store.scope import Row, Scope
from hourtrail.store.tenant_schema import tenant_state
from hourtrail.store.types import clean, clean_json

_THROUGH: ContextVar[str] = ContextVar("hourtrail_through", default="")


@contextmanager
def acting_through(name: str) -> Iterator[None]:
    """Every event recorded inside is followed by one that names what carried the actor's word: a program, say."""
    before = _THROUGH.set(name)
    try:
        yield
    finally:
        _THROUGH.reset(before)


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading a trail came to: events, rows and payloads that were erased since, and breaks."""

    count: int
    erased: int
    breaks: list[ChainBreak]


_SALT: Final = 16
"""Bytes: as many guesses as there are AES-128 keys."""

Told = tuple[AuditEvent, dict[str, Any] | None]
"""An event with its payload, None where that was erased."""


def event_of(row: Row) -> AuditEvent:
    """The event of a row, which has the payload's salt where it was asked for."""
    salt = row.get("payload_salt") or ""
    return record_of(AuditEvent, {**row, "action": AuditAction(row["action"]), "payload_salt": salt})


def told_of(row: Row) -> Told:
    """The event and the payload of a row of :meth:`Audit.told_events`."""
    return event_of(row), row["payload"]


class _Chain:
    """Events that follow each other, before they are written."""

    def __init__(self, tenant: str, newest: Row | None, at: datetime) -> None:
        self.events: list[Row] = []
        self.payloads: list[Row] = []
        self._tenant, self._at = tenant, at
        self._sequence: int = newest["sequence"] if newest else 0
        self._digest: str = newest["digest"] if newest else GENESIS

    def add(self, actor: str, action: AuditAction, object_id: str, payload: Mapping[str, object]) -> AuditEvent:
        """The next event."""
        body, salt, payload_salt = clean_json(dict(payload)), token_hex(_SALT), token_hex(_SALT)
        event = link(
            tenant=self._tenant, sequence=self._sequence + 1, at=self._at, actor=clean(actor), action=action,
            object_id=clean(object_id), digest=payload_digest(body, payload_salt), previous=self._digest,
            salt=salt, payload_salt=payload_salt,
        )  # fmt: skip
        self._sequence, self._digest = event.sequence, event.digest
        values = values_of(event)
        del values["payload_salt"]  # stands beside the payload, and goes with it
        self.events.append({**values, "action": action.text})
        self.payloads.append({"sequence": event.sequence, "payload": body, "salt": payload_salt})
        return event


class Audit(Scope):
    """Who did what to which object, for ever."""

    def record(
        self, *, actor: str, action: str, object_id: str, payload: Mapping[str, object], at: datetime
    ) -> AuditEvent:
        """Append one event to the tenant's chain. The payload is kept apart, so that it can be erased and its digest stay.

        ``payload`` holds JSON values. Writers of one tenant wait for each other until the transaction ends. Raises
        InvalidInput for an action that is not subject:object:action, NaiveTime for a time without an offset.
        """
        [event] = self.record_all(actor=actor, action=action, told=[(object_id, payload)], at=at)
        return event

    def record_all(
        self, *, actor: str, action: str, told: Iterable[tuple[str, Mapping[str, object]]], at: datetime
    ) -> list[AuditEvent]:
        """The same action on many objects, each with its payload, in one go: an event for each, written together."""
        name, through = AuditAction(action), _THROUGH.get()
        self._lock_chain()
        newest = self._newest()
        if newest is None and self._one(self._select(tenant_state, tenant_state.c.place).limit(1)) is None:
            # Whoever writes under a new name has made a tenant, by whichever command.
            self._add_state(TenantState.ACTIVE, actor=actor, reason="its first record", at=at)
        chain = _Chain(self.tenant, newest, at)
        events = []
        for object_id, payload in told:
            event = chain.add(actor, name, object_id, payload)
            events.append(event)
            if through:
                carried = {"event": event.sequence, "actor": event.actor, "action": name.text}
                kind = through.partition(":")[0]
                chain.add(through, AuditAction(f"{kind}:word:carried"), event.object_id, carried)
        self._add(audit_event, chain.events)
        self._add(audit_payload, chain.payloads)
        return events

    def _newest(self) -> Row | None:
        query = self._select(audit_event, audit_event.c.sequence, audit_event.c.digest)
        return self._one(query.order_by(audit_event.c.sequence.desc()).limit(1))

    def _add_state(self, state: TenantState, *, actor: str, reason: str, at: datetime) -> None:
        newest = self._connection.scalar(self._select(tenant_state, func.max(tenant_state.c.place)))
        row = {"place": int(newest or 0) + 1, "state": state, "actor": actor, "reason": reason, "at": at}
        self._add(tenant_state, [row])

    def audit_events(self) -> Iterator[AuditEvent]:
        """The chain from its beginning; streams."""
        for row in self._stream(self._select(audit_event).order_by(audit_event.c.sequence)):
            yield event_of(row)

    def audit_trail(self) -> Iterator[Told]:
        """The chain from its beginning, each event with its payload, None where that was erased; streams."""
        for row in self._stream(self.told_events().order_by(audit_event.c.sequence)):
            yield told_of(row)

    def told_events(self) -> Select[Any]:
        """A query for events with payloads and their salts, for :func:`told_of`."""
        columns = (audit_event, audit_payload.c.payload, audit_payload.c.salt.label("payload_salt"))
        return self._select(audit_event, *columns).outerjoin(
            audit_payload,
            (audit_payload.c.tenant == audit_event.c.tenant) & (audit_payload.c.sequence == audit_event.c.sequence),
        )

    def seal_audit(self, at: datetime) -> TreeHead | None:
        """Take the tree head over everything recorded so far and keep it; the standing one when nothing is new.

        None for a trail without events. Raises InvalidInput when the trail no longer begins with what was sealed before:
        a new seal must not cover that up.
        """
        self._lock_chain()
        sealed = {row.size: row for row in self.audit_roots()}
        frontier = Frontier()
        for digest in self._digests():
            frontier.add(digest)
            before = sealed.get(frontier.size)
            if before is not None and before.root != frontier.root():
                raise InvalidInput(
                    f"the first {before.size} rows of the trail are not those sealed at {before.at:%Y-%m-%d %H:%M}; "
                    "run `hourtrail audit verify` before sealing again"
                )
        if any(size > frontier.size for size in sealed):
            raise InvalidInput(
                "rows that were sealed are missing from the end of the trail; run `hourtrail audit verify`"
            )
        if not frontier.size:
            return None
        if frontier.size in sealed:
            return sealed[frontier.size]
        head = TreeHead(size=frontier.size, root=frontier.root(), at=at)
        self._add(audit_root, [values_of(head)])
        return head

    def audit_roots(self) -> list[TreeHead]:
        """Every tree head that was sealed, smallest first."""
        return [record_of(TreeHead, row) for row in self._all(self._select(audit_root).order_by(audit_root.c.size))]

    def _digests(self) -> Iterator[str]:
        for row in self._stream(self._select(audit_event, audit_event.c.digest).order_by(audit_event.c.sequence)):
            yield row["digest"]

    def verify_audit(self) -> tuple[int, list[ChainBreak]]:
        """How many events were read, and every place where the trail is not what was written; :meth:`examine_audit`."""
        found = self.examine_audit()
        return found.count, found.breaks

    def examine_audit(self) -> Examined:
        """The trail, read from its beginning and held against the tables.

        Links, payloads, sealed tree heads, and the rows of the decision log, of approvals and of reviews, each of which
        must be what its event says. What was erased is no break where the trail tells of it, and stands as it was left.
        Rows removed from the very end leave a chain that holds; a sealed head, or :meth:`audit_head` noted outside, finds
        them.
        """
        examiner = Examiner(self.tenant, self.audit_roots())
        told = ToldRows()
        for event, payload in self.audit_trail():
            examiner.look_at(event, payload)
            told.note(event, payload)
        breaks = [*examiner.finish(), *told.missing_or_changed(self)]
        return Examined(examiner.count, examiner.erased, sorted(breaks, key=lambda row: row.sequence))

    def audit_head(self) -> str:
        """``sequence:digest`` of the newest event, empty for a new trail. Noted elsewhere, it proves that nothing was cut off."""
        newest = self._newest()
        return f"{newest['sequence']}:{newest['digest']}" if newest else ""

    def audit_holds(self, head: str) -> bool:
        """Whether the trail still contains the event that ``head`` (of :meth:`audit_head`) names."""
        sequence, _, digest = head.partition(":")
        if not sequence.isdecimal() or len(sequence) > 18 or not int(sequence):
            raise InvalidInput(f"{head[:80]!r} is not SEQUENCE:DIGEST as `audit verify` prints it")
        row = self._one(self._select(audit_event, audit_event.c.digest).where(audit_event.c.sequence == int(sequence)))
        return row is not None and row["digest"] == digest

    def _lock_chain(self) -> None:
        """The last lock that a transaction takes: everybody who writes needs it."""
        self._alone("audit")
