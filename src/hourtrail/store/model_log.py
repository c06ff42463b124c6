"""What models and runs did, read back from the audit trail: when a suggestion was made, and what a silent model said."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from hourtrail.store.audit import Audit
from hourtrail.store.schema import audit_event, audit_payload


class ModelLog(Audit):
    """The payloads of one kind of event."""

    def audit_payloads(self, action: str) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
        """When each event of one action happened, with its payload, oldest first; streams. An erased payload is empty."""
        query = (
            select(audit_event.c.at, audit_payload.c.payload)
            .outerjoin(
                audit_payload,
                and_(
                    audit_payload.c.tenant == audit_event.c.tenant, audit_payload.c.sequence == audit_event.c.sequence
                ),
            )
            .where(audit_event.c.tenant == self.tenant, audit_event.c.action == action)
        )
        for row in self._stream(query.order_by(audit_event.c.sequence)):
            yield row["at"], row["payload"] or {}

    def first_answer(self, name: str, version: str) -> datetime | None:
        """When a version of a model first answered here; None while it has not."""
        query = self._select(audit_event, audit_event.c.at).where(audit_event.c.actor == f"model:{name}@{version}")
        row = self._one(query.order_by(audit_event.c.sequence).limit(1))
        return None if row is None else row["at"]

    def newest_event(self, action: str) -> tuple[datetime, str] | None:
        """When an action was last done here, and by whom; None where it never was."""
        query = self._select(audit_event, audit_event.c.at, audit_event.c.actor).where(audit_event.c.action == action)
        row = self._one(query.order_by(audit_event.c.sequence.desc()).limit(1))
        return None if row is None else (row["at"], row["actor"])
