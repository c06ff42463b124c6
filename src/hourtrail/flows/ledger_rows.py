"""Expenses and payments out and in: page by page, one with everything that was told of it, many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from hourtrail.domain.activity import Rejected, SourceRef
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.domain.ports import LedgerRecord
from hourtrail.flows.directory.putting import put_rows
from hourtrail.flows.directory.telling import Page, id_of, key_of_id
from hourtrail.flows.ingest import IngestReport
from hourtrail.flows.ledger import keep_ledger
from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.writing import row_of
from hourtrail.store import Store
from hourtrail.store.ledger import KeptRecord
from hourtrail.store.master import key_parts, key_text

Json = dict[str, Any]

LEDGER: Final[dict[str, type[LedgerRecord]]] = {"expenses": Expense, "payments": Payment}
"""By the word of the data contract."""

OWN: Final = ("id", "told", "told_at", "told_by", "before")
"""Members of a record that are ours: told when it is read, passed over when it comes back."""


def put_ledger(
    store: Store,
    tenant: str,
    word: str,
    rows: Sequence[tuple[int, LedgerRecord]],
    refused: Sequence[Rejected],
    *,
    actor: str,
    now: datetime | None = None,
) -> IngestReport:
    """Keep records, each with its index in what was sent, in one transaction. ``refused`` could not be read at all.

    Raises NothingRead when none could.
    """
    return put_rows(
        store, tenant, word, rows, refused, kept_by=lambda db, told, at: keep_ledger(db, told, actor, at),
        actor=actor, action="system:ledger:put", now=now,
    )  # fmt: skip


def ledger_page(store: Store, tenant: str, word: str, *, after: SourceRef | None, limit: int) -> Page:
    """The next ``limit`` records as they stand, by source and id; the place of the last one as a key."""
    with store.tenant(tenant, read_only=True) as db:
        found = db.ledger_records(LEDGER[word], after=after, limit=limit + 1)
    shown = found[:limit]
    last = shown[-1].record if len(found) > limit else None
    return Page([_told(word, row) for row in shown], None if last is None else key_text(last.source, last.external_id))


def ledger_referenced(store: Store, tenant: str, word: str, ref: SourceRef) -> list[Json]:
    """The record that a system calls so, as it stands; none where it calls nothing so."""
    with store.tenant(tenant, read_only=True) as db:
        return [_told(word, row) for row in db.ledger_record(LEDGER[word], ref)[:1]]


def ledger_row(store: Store, tenant: str, word: str, name: str) -> Json:
    """One record by its id, and what was told of it before, newest first. Raises NotFound, InvalidInput."""
    parts = key_parts(key_of_id(name))
    if len(parts) != 2:
        raise InvalidInput("this id was not given by this server; list the records, or look up one by its external_id")
    with store.tenant(tenant, read_only=True) as db:
        found = db.ledger_record(LEDGER[word], SourceRef(*parts))
    if not found:
        raise NotFound(f"there is no such record among the {word}; list them, or look up one by source and external_id")
    return {**_told(word, found[0]), "before": [_told(word, row) for row in found[1:]]}


def _told(word: str, row: KeptRecord[Any]) -> Json:
    record = row.record
    return {
        "id": id_of(key_text(record.source, record.external_id)),
        **row_of(DATA_CONTRACTS[word], record),
        "told": row.place,
        "told_at": format_instant(row.at),
        "told_by": row.actor,
    }
