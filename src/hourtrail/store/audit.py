"""The audit trail: one hash chain for each tenant, written by one writer at a time."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import func, select

from hourtrail.domain.audit import GENESIS, AuditAction, AuditEvent, ChainBreak, link, payload_digest, verify_chain
from hourtrail.domain.errors import InvalidInput
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import audit_event, audit_payload
from hourtrail.store.scope import Scope
from hourtrail.store.types import clean, clean_json


class Audit(Scope):
    """Who did what to which object, for ever."""

    def record(
        self, *, actor: str, action: str, object_id: str, payload: Mapping[str, object], at: datetime
    ) -> AuditEvent:
        """Append one event to the tenant's chain. The payload is kept apart, so that it can be erased and its digest stay.

        ``payload`` holds JSON values. Writers of one tenant wait for each other until the transaction ends. Raises
        InvalidInput for an action that is not subject:object:action, NaiveTime for a time without an offset.
        """
        name = AuditAction(action)
        self._lock_chain()
        body = clean_json(dict(payload))
        newest = self._one(
            self._select(audit_event, audit_event.c.sequence, audit_event.c.digest)
            .order_by(audit_event.c.sequence.desc())
            .limit(1)
        )
        event = link(
            tenant=self.tenant,
            sequence=newest["sequence"] + 1 if newest else 1,
            at=at,
            actor=clean(actor),
            action=name,
            object_id=clean(object_id),
            digest=payload_digest(body),
            previous=newest["digest"] if newest else GENESIS,
        )
        self._add(audit_event, [{**values_of(event), "action": name.text}])
        self._add(audit_payload, [{"sequence": event.sequence, "payload": body}])
        return event

    def audit_events(self) -> Iterator[AuditEvent]:
        """The chain from its beginning; streams."""
        for row in self._stream(self._select(audit_event).order_by(audit_event.c.sequence)):
            yield record_of(AuditEvent, {**row, "action": AuditAction(row["action"])})

    def verify_audit(self) -> tuple[int, list[ChainBreak]]:
        """How many events were read, and every place where the chain does not hold or a payload is not what was written.

        An erased payload is no break: its digest stays in the chain. Rows removed from the very end leave a chain that
        holds; :meth:`audit_head`, noted outside, finds them.
        """
        count, breaks = verify_chain(self.tenant, self.audit_events())
        digests = {event.sequence: event.payload_digest for event in self.audit_events()}
        for row in self._stream(self._select(audit_payload).order_by(audit_payload.c.sequence)):
            sequence = row["sequence"]
            if sequence in digests and payload_digest(row["payload"]) != digests[sequence]:
                breaks.append(ChainBreak(sequence, f"the payload of row {sequence} was changed after it was written"))
        return count, sorted(breaks, key=lambda row: row.sequence)

    def audit_head(self) -> str:
        """``sequence:digest`` of the newest event, empty for a new trail. Noted elsewhere, it proves that nothing was cut off."""
        newest = self._one(
            self._select(audit_event, audit_event.c.sequence, audit_event.c.digest)
            .order_by(audit_event.c.sequence.desc())
            .limit(1)
        )
        return f"{newest['sequence']}:{newest['digest']}" if newest else ""

    def audit_holds(self, head: str) -> bool:
        """Whether the trail still contains the event that ``head`` (of :meth:`audit_head`) names."""
        sequence, _, digest = head.partition(":")
        if not sequence.isdigit() or len(sequence) > 18:
            raise InvalidInput(f"{head[:80]!r} is not SEQUENCE:DIGEST as `audit verify` prints it")
        row = self._one(self._select(audit_event, audit_event.c.digest).where(audit_event.c.sequence == int(sequence)))
        return row is not None and row["digest"] == digest

    def _lock_chain(self) -> None:
        """SQLite has one writer anyway; on PostgreSQL a lock of the tenant's name that ends with the transaction."""
        if self._connection.dialect.name == "postgresql":
            key = func.hashtextextended(f"hourtrail.audit:{self.tenant}", 0)
            self._connection.execute(select(func.pg_advisory_xact_lock(key)))
