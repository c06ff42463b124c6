"""The audit trail for those who read it over the network: a page at a time, all of it as a stream, its proof, its examination."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hourtrail.domain.audit import ChainBreak
from hourtrail.domain.errors import InvalidInput, See
from hourtrail.exporters.audit_trail import TrailHeader, event_line, event_to_json, head_to_json, header_line
from hourtrail.flows.audit import prove
from hourtrail.policy.audit_logging import audit_logging
from hourtrail.store import Store, TenantStore
from hourtrail.store.audit import Told
from hourtrail.store.audit_reading import AuditQuery

AT_ONCE: Final = 1_000
"""Events read in one transaction: whoever takes the trail away slowly holds nothing open."""

MOST_EXAMINED: Final = 500_000
"""Events that a request examines, some twenty seconds; a longer trail is examined by the command."""

MOST_BREAKS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A trail on its way out: what its file may be called, how many events it has, and its lines."""

    name: str
    events: int
    lines: Iterator[str]


def audit_events(store: Store, tenant: str, asked: AuditQuery, *, after: int, limit: int) -> dict[str, Any]:
    """A page of events, each with the members of its payload that the policy shows; ``after`` of the next page, or None."""
    with store.tenant(tenant, read_only=True) as db:
        page = db.audit_page(asked, after=after, limit=limit)
    return {"events": [shown_event(row) for row in page.rows], "next_after": page.next_after}


def shown_event(row: Told) -> dict[str, Any]:
    """One event as a list shows it: ``payload`` is null where it was erased."""
    event, payload = row
    shown = None if payload is None else audit_logging().visible(payload)
    return {**event_to_json(event), "payload": shown}


def tree_heads(store: Store, tenant: str) -> list[dict[str, Any]]:
    """Every sealed tree head, newest first: what an auditor notes elsewhere."""
    with store.tenant(tenant, read_only=True) as db:
        return [head_to_json(head) for head in reversed(db.audit_roots())]


def stream_trail(store: Store, tenant: str, *, actor: str, now: datetime | None = None) -> Stream:
    """The same lines as the file of ``hourtrail audit export``, for ``hourtrail audit verify``; who takes them is logged first.

    The last event is that one. What is recorded while the lines are read belongs to the next export.
    """
    at = now or datetime.now(UTC)
    name = f"audit-{tenant}-{at:%Y%m%dT%H%M%SZ}.jsonl"
    with store.tenant(tenant) as db:
        last = db.record(actor=actor, action="person:audit_trail:exported", object_id=name, payload={}, at=at).sequence
        # Of a program that carries the word of a person, a second event tells; it belongs to the same act.
        last = max(last, db.audit_size())
        header = TrailHeader(tenant=tenant, exported_by=actor, exported_at=at, seals=tuple(db.audit_roots()))
    return Stream(name=name, events=last, lines=_lines(store, tenant, header, last))


def _lines(store: Store, tenant: str, header: TrailHeader, last: int) -> Iterator[str]:
    yield header_line(header)
    after = 0
    while True:
        with store.tenant(tenant, read_only=True) as db:
            rows = db.audit_run(after=after, until=last, limit=AT_ONCE)
        if not rows:
            return
        yield "".join(event_line(event, payload) for event, payload in rows)
        after = rows[-1][0].sequence


def examine_trail(store: Store, tenant: str, *, noted: str = "") -> dict[str, Any]:
    """Everything that ``hourtrail audit verify`` looks at, in the database: links, payloads, seals, and the rows they tell of.

    ``noted`` is a head ``SEQUENCE:DIGEST`` that was printed earlier. Raises InvalidInput for a trail that is too long for a
    request, and for a head that is none.
    """
    with store.tenant(tenant, read_only=True) as db:
        _require_short(db)
        missing = bool(noted) and not db.audit_holds(noted)
        count, breaks = db.verify_audit()
        head, roots = db.audit_head(), db.audit_roots()
    if missing:
        row = int(noted.partition(":")[0])
        breaks = [*breaks, ChainBreak(row, f"row {row} is not the one noted earlier, or was removed")]
    return {
        "tenant": tenant,
        "events": count,
        "head": head or None,
        "seal": head_to_json(roots[-1]) if roots else None,
        "intact": not breaks,
        "breaks": [{"row": row.sequence, "reason": row.reason} for row in breaks[:MOST_BREAKS]],
        "breaks_in_all": len(breaks),
    }


def prove_event(store: Store, tenant: str, sequence: int, *, payload: bool) -> dict[str, Any]:
    """:func:`hourtrail.flows.audit.prove` for a request; without ``payload`` the proof tells no more of it than its digest.

    Raises InvalidInput for a trail that is too long for a request, NotFound for an event that is not there or not sealed yet.
    """
    with store.tenant(tenant, read_only=True) as db:
        _require_short(db)
    proof = prove(store, tenant, sequence)
    if not payload:
        told = {name: value for name, value in proof["event"].items() if name != "payload_salt"}
        proof = {**proof, "event": {**told, "payload": None}}
    return proof


def _require_short(db: TenantStore) -> None:
    size = db.audit_size()
    if size > MOST_EXAMINED:
        raise InvalidInput(
            f"{size:,} events take longer than a request may; export the trail and verify the file"
        ).seeing(See.AUDIT)
