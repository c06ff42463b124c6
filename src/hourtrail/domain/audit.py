"""The audit trail: who did what to which object, chained so that an edited or removed row is found and named."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant, utc

GENESIS: Final = "0" * 64
_ACTION: Final = re.compile(r"(?P<subject>[a-z][a-z_]*):(?P<object>[a-z][a-z_]*):(?P<verb>[a-z][a-z_]*)")


@dataclass(frozen=True, slots=True)
class AuditAction:
    """``subject:object:action``: who acts (person, system, source), on what, doing what. Raises InvalidInput."""

    text: str

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.text):
            raise InvalidInput(f"audit action {self.text!r} is not subject:object:action in lower case")

    @property
    def subject(self) -> str:
        """The acting side."""
        return self.text.split(":")[0]

    @property
    def object(self) -> str:
        """What is acted on."""
        return self.text.split(":")[1]

    @property
    def verb(self) -> str:
        """What is done."""
        return self.text.split(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One link of a tenant's chain. ``payload_digest`` outlives the payload when personal fields are erased."""

    sequence: int
    at: datetime
    actor: str
    action: AuditAction
    object_id: str
    payload_digest: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where the chain does not hold, and what that means."""

    sequence: int
    reason: str


def payload_digest(payload: Mapping[str, object]) -> str:
    """SHA-256 of the payload as canonical JSON (sorted keys, no blanks, UTF-8)."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def link(
    *,
    tenant: str,
    sequence: int,
    at: datetime,
    actor: str,
    action: AuditAction,
    object_id: str,
    digest: str,
    previous: str,
) -> AuditEvent:
    """The next event of a chain; its digest covers every field and the digest before it."""
    fields = {
        "tenant": tenant,
        "sequence": sequence,
        "at": format_instant(at),
        "actor": actor,
        "action": action.text,
        "object_id": object_id,
        "payload": digest,
        "previous": previous,
    }
    return AuditEvent(
        sequence=sequence, at=utc(at), actor=actor, action=action, object_id=object_id,
        payload_digest=digest, previous=previous, digest=payload_digest(fields),
    )  # fmt: skip


def verify_chain(tenant: str, events: Iterable[AuditEvent]) -> tuple[int, list[ChainBreak]]:
    """How many events were read, and every break: a gap, a changed field, or a link that does not fit.

    Reading goes on behind a break with the stored digest, so that one altered row is named once.
    """
    breaks: list[ChainBreak] = []
    previous, expected, count = GENESIS, 1, 0
    for event in events:
        count += 1
        if event.sequence != expected:
            missing = (
                f"row {expected}" if event.sequence == expected + 1 else f"rows {expected} to {event.sequence - 1}"
            )
            breaks.append(ChainBreak(expected, f"{missing} of the audit trail is missing"))
        elif event.previous != previous:
            breaks.append(ChainBreak(event.sequence, f"row {event.sequence} does not follow the row before it"))
        again = link(
            tenant=tenant, sequence=event.sequence, at=event.at, actor=event.actor, action=event.action,
            object_id=event.object_id, digest=event.payload_digest, previous=event.previous,
        )  # fmt: skip
        if again.digest != event.digest:
            breaks.append(ChainBreak(event.sequence, f"row {event.sequence} was changed after it was written"))
        previous, expected = event.digest, event.sequence + 1
    return count, breaks
