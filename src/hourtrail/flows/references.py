"""What other systems call our own records: the number of an invoice in the books, the id of a time entry over there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hourtrail.domain.activity import Rejected, SourceRef
from hourtrail.domain.billing import Word
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.flows.ingest import IngestReport
from hourtrail.flows.ledger import INVOICES
from hourtrail.store import Store, TenantStore

ENTRIES: Final = "time-entries"
KINDS: Final = (ENTRIES, INVOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A system calls the record of this kind and id so."""

    kind: str
    id: str
    ref: SourceRef


def put_references(
    store: Store, tenant: str, rows: Sequence[Reference], *, actor: str, now: datetime | None = None
) -> IngestReport:
    """Keep ids. One that stands for another record, or of a record that the system calls otherwise, is refused."""
    report, at = IngestReport(read=len(rows)), now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        for index, row in enumerate(rows):
            report.by_kind[row.kind] += 1
            try:
                fresh = _require_fit(db, row)
            except InvalidInput as error:
                field, _, reason = str(error).partition(": ")
                report.refuse(Rejected(file="external-ids", index=index, field=field, reason=reason))
                continue
            if fresh:
                db.put_references(row.kind, {row.ref: row.id}, at)
            report.created += fresh
            report.unchanged += not fresh
        if report.created:
            payload = {"created": report.created}
            db.record(actor=actor, action="system:reference:put", object_id="external-ids", payload=payload, at=at)
    return report


def references(store: Store, tenant: str, kind: str, *, ref: SourceRef | None, record: str) -> list[Reference]:
    """The record that a system calls so, or everything that systems call one record."""
    with store.tenant(tenant, read_only=True) as db:
        if ref is not None:
            return [Reference(kind=kind, id=key, ref=one) for one, key in db.referenced(kind, [ref]).items()]
        found = db.references_of(kind, [record]).get(record, ())
        return [Reference(kind=kind, id=record, ref=one) for one in found]


def _require_fit(db: TenantStore, row: Reference) -> bool:
    """Whether the id is new. Raises InvalidInput."""
    known = db.referenced(row.kind, [row.ref]).get(row.ref)
    if known == row.id:
        return False
    if known is not None:
        raise InvalidInput(f"external_id: {row.ref} is {known} for ever")
    try:
        posted = row.kind == ENTRIES or ((word := db.draft(row.id).word) is not None and word.word is Word.POSTED)
        if row.kind == ENTRIES:
            db.entry(row.id)
    except NotFound as error:
        raise InvalidInput(f"id: {error}") from error
    if not posted:
        raise InvalidInput(f"id: {row.id} is no posted draft, and only those are invoices")
    others = [one for one in db.references_of(row.kind, [row.id]).get(row.id, ()) if one.source == row.ref.source]
    if others:
        raise InvalidInput(f"external_id: {row.id} is {others[0]} already, and what a system calls it never changes")
    return True
