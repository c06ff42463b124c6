"""Many rows in at once, in one transaction, each refused by its index in what was sent."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from hourtrail.domain.activity import Rejected
from hourtrail.flows.directory.keeping import Kept
from hourtrail.flows.ingest import IngestReport
from hourtrail.store import Store, TenantStore

R = TypeVar("R")


def put_rows(
    store: Store,
    tenant: str,
    word: str,
    rows: Sequence[tuple[int, R]],
    refused: Sequence[Rejected],
    *,
    kept_by: Callable[[TenantStore, Sequence[R], datetime], Kept],
    actor: str,
    action: str,
    now: datetime | None = None,
) -> IngestReport:
    """Keep rows, each with its index in what was sent, and tell the trail by ``action`` when that changed anything.

    ``refused`` could not be read at all. Raises NothingRead when none could.
    """
    report, began, at = IngestReport(), time.monotonic(), now or datetime.now(UTC)
    for fault in refused:
        report.refuse(fault)
    report.read = len(rows)
    report.require_something()
    if rows:
        report.by_kind[word] = len(rows)
        with store.tenant(tenant) as db:
            kept = kept_by(db, [row for _, row in rows], at)
            if kept.counts.created or kept.counts.updated:
                changes = {"created": kept.counts.created, "updated": kept.counts.updated}
                db.record(actor=actor, action=action, object_id=word, payload=changes, at=at)
        for one in kept.refused:
            report.refuse(_refusal(word, rows[one.position][0], one.reason))
        report.created, report.updated, report.unchanged = (
            kept.counts.created,
            kept.counts.updated,
            kept.counts.unchanged,
        )
    report.refused.sort(key=lambda row: row.index or 0)
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _refusal(word: str, index: int, reason: str) -> Rejected:
    """A row that was refused for what is kept, told as the reader tells its own: ``field: reason`` is taken apart."""
    field, colon, why = reason.partition(": ")
    named = bool(colon) and field.isidentifier()
    return Rejected(file=word, index=index, field=field if named else None, reason=why if named else reason)
