"""Expenses and payments, append-only: what a source tells anew stands behind what it told before, and counts from then on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Select, Table, func, select, tuple_

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.domain.ports import LedgerRecord
from hourtrail.store.audit import Audit
from hourtrail.store.ledger_schema import expense, payment
from hourtrail.store.records import content_digest, record_of, values_of
from hourtrail.store.revisions import is_newer
from hourtrail.store.types import clean
from hourtrail.store.upsert import Counts, chunks

R = TypeVar("R", bound=LedgerRecord)

_TABLES: Final[Mapping[type, Table]] = {Expense: expense, Payment: payment}
_AT_ONCE: Final = 400
"""Records looked up in one query: each is two bound values."""


@dataclass(frozen=True, slots=True)
class KeptRecord(Generic[R]):
    """A record as it stands: ``place`` counts how often it was told, ``at`` and ``actor`` are of the last time."""

    record: R
    place: int
    at: datetime
    actor: str


class Ledger(Audit):
    """What other systems booked beside time."""

    def put_ledger(self, rows: Sequence[LedgerRecord], actor: str, at: datetime) -> Counts:
        """Add what is new or different; equal content, and a revision that is known to be older, change nothing.

        Of several rows with one id the last wins.
        """
        if not rows:
            return Counts()
        # Writers wait for each other here, so that no two of them give one record the same place.
        self._lock_chain()
        total = Counts()
        for kind in _TABLES:
            told = {_ref(row): row for row in rows if type(row) is kind}
            for refs in chunks(sorted(told), _AT_ONCE):
                total += self._put_ledger(kind, [told[ref] for ref in refs], actor, at)
        return total

    def _put_ledger(self, kind: type, rows: Sequence[LedgerRecord], actor: str, at: datetime) -> Counts:
        table, known = _TABLES[kind], self._ledger_standing(kind, [_ref(row) for row in rows])
        created, updated = list[dict[str, Any]](), list[dict[str, Any]]()
        for row in rows:
            values = values_of(row)
            digest, before = content_digest(values), known.get(_ref(row))
            if before is None:
                created.append({**values, "place": 1, "digest": digest, "actor": actor, "at": at})
            elif before["digest"] != digest and not is_newer(before["revision"], row.revision):
                updated.append({**values, "place": before["place"] + 1, "digest": digest, "actor": actor, "at": at})
        self._add(table, [*created, *updated])
        return Counts(len(created), len(updated), len(rows) - len(created) - len(updated))

    def _ledger_standing(self, kind: type, refs: Collection[SourceRef]) -> dict[SourceRef, Mapping[str, Any]]:
        table = _TABLES[kind]
        pairs = [(ref.source, ref.external_id) for ref in refs]
        query = self._ledger_current(kind).where(tuple_(table.c.source, table.c.external_id).in_(pairs))
        return {SourceRef(row["source"], row["external_id"]): row for row in self._all(query)}

    def _ledger_current(self, kind: type) -> Select[Any]:
        """The last row that was told of each record."""
        table = _TABLES[kind]
        later = table.alias("later")
        newest = (
            select(func.max(later.c.place))
            .where(
                later.c.tenant == table.c.tenant,
                later.c.source == table.c.source,
                later.c.external_id == table.c.external_id,
            )
            .scalar_subquery()
        )
        return self._select(table).where(table.c.place == newest)

    def ledger_records(
        self, kind: type[R], *, after: SourceRef | None = None, limit: int, source: str = ""
    ) -> list[KeptRecord[R]]:
        """The next ``limit`` records as they stand, behind ``after``, by source and id."""
        table = _TABLES[kind]
        query = self._ledger_current(kind).order_by(table.c.source, table.c.external_id).limit(limit)
        if source:
            query = query.where(table.c.source == source)
        if after is not None:
            query = query.where(tuple_(table.c.source, table.c.external_id) > (after.source, after.external_id))
        return [_kept(kind, row) for row in self._all(query)]

    def ledger_record(self, kind: type[R], ref: SourceRef) -> list[KeptRecord[R]]:
        """Everything that was told of one record, the newest first; empty for an unknown one."""
        table = _TABLES[kind]
        query = self._select(table).where(table.c.source == ref.source, table.c.external_id == ref.external_id)
        return [_kept(kind, row) for row in self._all(query.order_by(table.c.place.desc()))]

    def payments_on(self, drafts: Collection[str]) -> dict[str, list[Payment]]:
        """The payments on these drafts as they stand, by day."""
        found: dict[str, list[Payment]] = {}
        for names in chunks(sorted(drafts)):
            query = self._ledger_current(Payment).where(payment.c.draft.in_(names))
            for row in self._all(query.order_by(payment.c.received_on, payment.c.source, payment.c.external_id)):
                found.setdefault(row["draft"], []).append(record_of(Payment, row))
        return found


def _kept(kind: type[R], row: Mapping[str, Any]) -> KeptRecord[R]:
    return KeptRecord(record_of(kind, row), row["place"], row["at"], row["actor"])


def _ref(row: LedgerRecord) -> SourceRef:
    """As the database holds it."""
    return SourceRef(clean(row.source), clean(row.external_id))
