"""Sealing the audit trail, taking it away, and checking it without the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hourtrail.domain.audit import ChainBreak, Examiner, alterations
from hourtrail.domain.errors import Conflict, InvalidInput, NotFound, See
from hourtrail.domain.merkle import TreeHead, inclusion_proof, is_included
from hourtrail.exporters.audit_trail import (
    TrailHeader,
    event_from_json,
    head_from_json,
    head_to_json,
    read_events,
    read_header,
    whole_event,
    write_trail,
)
from hourtrail.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What checking a file came to. ``erased`` counts rows and payloads; ``seal`` is the newest sealed tree head that it carries."""

    tenant: str
    events: int
    erased: int
    head: str
    root: str
    seal: TreeHead | None
    breaks: Sequence[ChainBreak]


def seal_trail(store: Store, tenant: str, *, now: datetime | None = None) -> TreeHead | None:
    """Take today's tree head of the trail and keep it; None for an empty trail.

    Raises InvalidInput when the trail no longer begins with what was sealed before.
    """
    with store.tenant(tenant) as db:
        return db.seal_audit(now or datetime.now(UTC))


def daily_seal(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``daily_seal``: how many events stand under the newest seal. Idempotent."""
    head = seal_trail(store, tenant, now=now)
    return {"sealed": head.size if head else 0}


def export_trail(store: Store, tenant: str, path: Path, *, actor: str, now: datetime | None = None) -> int:
    """Write the whole trail as a file, read-only on the trail itself but for one event: who took it away. How many events.

    Raises InvalidInput for a file that exists or cannot be written.
    """
    at = now or datetime.now(UTC)
    if path.exists():
        raise InvalidInput(f"{path} exists already; an export never replaces a file, choose another name")
    with store.tenant(tenant) as db:
        db.record(actor=actor, action="person:audit_trail:exported", object_id=path.name, payload={}, at=at)
    with store.tenant(tenant, read_only=True) as db:
        header = TrailHeader(tenant=tenant, exported_by=actor, exported_at=at, seals=tuple(db.audit_roots()))
        return write_trail(path, header, db.audit_trail())


def verify_file(path: Path, *, against: Path | None = None, expected: str = "") -> Verified:
    """Check an exported trail on its own: links, payloads, sealed heads, and that it goes on from an earlier export.

    ``expected`` is a head ``SEQUENCE:DIGEST`` noted earlier. Raises InvalidInput for files that are no audit trail.
    """
    header = read_header(path)
    earlier = _digests_of(against, header.tenant) if against is not None else {}
    number, digest = _noted(expected) if expected else (0, "")
    noted_otherwise = earlier.setdefault(number, digest) != digest if number else False
    seals = {head.size: head for head in header.seals}
    if against is not None:
        seals = {**seals, **{head.size: head for head in read_header(against).seals}}
    examiner, head = Examiner(header.tenant, seals.values()), ""
    breaks: list[ChainBreak] = []
    if noted_otherwise:
        breaks.append(ChainBreak(number, f"row {number} of {against} is not the one of the head that was noted"))
    for event, payload in read_events(path):
        examiner.look_at(event, payload)
        known = earlier.pop(event.sequence, event.digest)
        if known != event.digest:
            breaks.append(
                ChainBreak(event.sequence, f"row {event.sequence} is not the one noted earlier: it was replaced")
            )
        head = f"{event.sequence}:{event.digest}"
    if earlier:
        first = min(earlier)
        breaks.append(ChainBreak(first, f"row {first} and {len(earlier) - 1} more that were there earlier are missing"))
    found = examiner.finish()
    return Verified(
        tenant=header.tenant, events=examiner.count, erased=examiner.erased, head=head, root=examiner.root.root(),
        seal=header.seals[-1] if header.seals else None,
        breaks=sorted([*found, *breaks], key=lambda row: row.sequence),
    )  # fmt: skip


def prove(store: Store, tenant: str, sequence: int) -> dict[str, Any]:
    """That one event stands under a sealed tree head, as a document that needs nothing else to be checked.

    Raises NotFound for an event that is not there or not sealed yet.
    """
    with store.tenant(tenant, read_only=True) as db:
        heads = [head for head in db.audit_roots() if head.size >= sequence]
        if not heads or sequence < 1:
            raise NotFound(f"no sealed tree head covers row {sequence} of the audit trail").seeing(See.SEAL)
        head, digests, found, changed = heads[0], [], None, []
        for event, payload in db.audit_trail():
            if event.sequence == sequence:
                found = whole_event(event, payload)
                changed = alterations(tenant, event, payload)
            digests.append(event.digest)
            if len(digests) == head.size:
                break
    if found is None:
        raise NotFound(f"row {sequence} is missing from the audit trail").seeing(See.AUDIT)
    if changed:
        raise Conflict(
            f"{changed[0]}, or erased: alone it proves nothing any more; verifying the whole trail tells which"
        ).seeing(See.AUDIT)
    return {
        "format": "hourtrail-audit-proof/2", "tenant": tenant, "event": found, "seal": head_to_json(head),
        "path": inclusion_proof(digests, sequence - 1),
    }  # fmt: skip


def check_proof(document: Any) -> TreeHead:
    """The tree head under which the proved event stands. Raises InvalidInput when the proof does not hold, saying where."""
    try:
        event, head = event_from_json(document["event"]), head_from_json(document["seal"])
        payload, path = document["event"]["payload"], [str(step) for step in document["path"]]
        changed = alterations(str(document["tenant"]), event, payload)
        included = is_included(event.digest, event.sequence - 1, head.size, path, head.root)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"this is no proof of an audit event ({error}); `hourtrail audit prove` writes one"
        ) from error
    if changed:
        raise InvalidInput(changed[0])
    if not included:
        raise InvalidInput(f"the path does not lead from row {event.sequence} to the sealed root {head.root[:12]}")
    return head


def _digests_of(path: Path, tenant: str) -> dict[int, str]:
    header = read_header(path)
    if header.tenant != tenant:
        raise InvalidInput(f"{path} is the trail of tenant {header.tenant!r}, not of {tenant!r}")
    return {event.sequence: event.digest for event, _ in read_events(path)}


def _noted(head: str) -> tuple[int, str]:
    sequence, _, digest = head.partition(":")
    if not sequence.isdecimal() or len(sequence) > 18 or not int(sequence):
        raise InvalidInput(f"{head[:80]!r} is not SEQUENCE:DIGEST as `audit verify` prints it")
    return int(sequence), digest
