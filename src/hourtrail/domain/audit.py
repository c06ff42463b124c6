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
from hourtrail.domain.merkle import Frontier, TreeHead

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


def alterations(tenant: str, event: AuditEvent, payload: Mapping[str, object] | None) -> list[str]:
    """What in one row, taken by itself, is not as it was written. ``payload`` is None where it was erased."""
    again = link(
        tenant=tenant, sequence=event.sequence, at=event.at, actor=event.actor, action=event.action,
        object_id=event.object_id, digest=event.payload_digest, previous=event.previous,
    )  # fmt: skip
    found = []
    if again.digest != event.digest:
        found.append(f"row {event.sequence} was changed after it was written")
    if payload is not None and payload_digest(payload) != event.payload_digest:
        found.append(f"the payload of row {event.sequence} was changed after it was written")
    return found


class Examiner:
    """Reads a trail from its beginning and notes every break: a gap, a changed field or payload, a link that does not fit,
    a sealed tree head that the rows do not give.

    Reading goes on behind a break with the stored digest, so that one altered row is named once.
    """

    def __init__(self, tenant: str, sealed: Iterable[TreeHead] = ()) -> None:
        self.count = 0
        self.root = Frontier()
        self._tenant = tenant
        self._sealed = sorted(sealed, key=lambda head: head.size)
        self._previous, self._expected = GENESIS, 1
        self._breaks: list[ChainBreak] = []

    def look_at(self, event: AuditEvent, payload: Mapping[str, object] | None) -> None:
        """The next row. ``payload`` is None where it was erased; its digest stays in the chain."""
        self.count += 1
        number = event.sequence
        if number != self._expected:
            missing = (
                f"row {self._expected}" if number == self._expected + 1 else f"rows {self._expected} to {number - 1}"
            )
            self._breaks.append(ChainBreak(self._expected, f"{missing} of the audit trail is missing"))
        elif event.previous != self._previous:
            self._breaks.append(ChainBreak(number, f"row {number} does not follow the row before it"))
        self._breaks += [ChainBreak(number, reason) for reason in alterations(self._tenant, event, payload)]
        self._previous, self._expected = event.digest, number + 1
        self.root.add(event.digest)
        self._compare_with_seals()

    def _compare_with_seals(self) -> None:
        while self._sealed and self._sealed[0].size == self.root.size:
            head = self._sealed.pop(0)
            if head.root != self.root.root():
                self._breaks.append(
                    ChainBreak(
                        head.size,
                        f"rows 1 to {head.size} are not those that were sealed at {format_instant(head.at)}: "
                        "one of them was replaced and the chain made anew",
                    )
                )

    def finish(self) -> list[ChainBreak]:
        """Every break. Seals over more rows than there are say that rows are missing from the end."""
        for head in self._sealed:
            self._breaks.append(
                ChainBreak(
                    self.count + 1,
                    f"rows {self.count + 1} to {head.size}, sealed at {format_instant(head.at)}, are missing from the end",
                )
            )
        return sorted(self._breaks, key=lambda row: row.sequence)


def verify_chain(tenant: str, events: Iterable[AuditEvent]) -> tuple[int, list[ChainBreak]]:
    """How many events were read, and every break in the links between them (:class:`Examiner`)."""
    examiner = Examiner(tenant)
    for event in events:
        examiner.look_at(event, None)
    return examiner.count, examiner.finish()
