"""The directory that another system keeps with us: its rows page by page, and its own ids of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, tuple_

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.ports import MasterRecord
from hourtrail.store.ledger_schema import external_reference
from hourtrail.store.master import table_of
from hourtrail.store.records import record_of
from hourtrail.store.scope import Scope
from hourtrail.store.types import clean
from hourtrail.store.upsert import chunks, upsert_statement

R = TypeVar("R", bound=MasterRecord)

_REFERENCES_AT_ONCE = 400
"""Pairs in one query: each is two bound values."""


@dataclass(frozen=True, slots=True)
class KeptRow(Generic[R]):
    """A record with the key by which it is stored."""

    key: str
    record: R


class Directory(Scope):
    """Rows of one kind, and what other systems call them.

    ``kind`` is the word of the data contract; also entries and invoices have references, though no row here.
    """

    def directory_rows(self, kind: type[R], *, after: str = "", limit: int) -> list[KeptRow[R]]:
        """The next ``limit`` rows behind the key ``after``, in the order of their keys."""
        table = table_of(kind)
        query = self._select(table).where(table.c.key > after).order_by(table.c.key).limit(limit)
        return [KeptRow(row["key"], record_of(kind, row)) for row in self._all(query)]

    def directory_named(self, kind: type[R], keys: Collection[str]) -> dict[str, R]:
        """The rows with these keys."""
        table, found = table_of(kind), dict[str, R]()
        for names in chunks(sorted(keys)):
            rows = self._all(self._select(table).where(table.c.key.in_(names)))
            found |= {row["key"]: record_of(kind, row) for row in rows}
        return found

    def drop_directory_rows(self, kind: type[MasterRecord], keys: Collection[str]) -> None:
        """Remove rows whose place another one takes."""
        table = table_of(kind)
        for names in chunks(sorted(keys)):
            self._connection.execute(delete(table).where(table.c.tenant == self.tenant, table.c.key.in_(names)))

    def closed_codes(self, kind: type[MasterRecord]) -> dict[str, bool]:
        """The key of every client or project, and whether it is closed; empty where the firm names none."""
        table = table_of(kind)
        return {row["key"]: row["closed"] for row in self._all(self._select(table, table.c.key, table.c.closed))}

    def referenced(self, kind: str, refs: Collection[SourceRef]) -> dict[SourceRef, str]:
        """The keys of what these ids stand for; an unknown id is left out."""
        table, found = external_reference, dict[SourceRef, str]()
        wanted = sorted({(clean(ref.source), clean(ref.external_id)) for ref in refs})
        for pairs in chunks(wanted, _REFERENCES_AT_ONCE):
            query = self._select(table).where(
                table.c.kind == kind, tuple_(table.c.source, table.c.external_id).in_(pairs)
            )
            found |= {SourceRef(row["source"], row["external_id"]): row["key"] for row in self._all(query)}
        return found

    def references_of(self, kind: str, keys: Collection[str]) -> dict[str, list[SourceRef]]:
        """What other systems call the rows with these keys, in the order of their names."""
        table, found = external_reference, dict[str, list[SourceRef]]()
        for names in chunks(sorted(keys)):
            query = self._select(table).where(table.c.kind == kind, table.c.key.in_(names))
            for row in self._all(query.order_by(table.c.source, table.c.external_id)):
                found.setdefault(row["key"], []).append(SourceRef(row["source"], row["external_id"]))
        return found

    def drop_references(self, kind: str, keys: Collection[str]) -> None:
        """Let what other systems call these rows stand for nothing: each id may name another row from now on."""
        table = external_reference
        for names in chunks(sorted(keys)):
            mine = (table.c.tenant == self.tenant, table.c.kind == kind, table.c.key.in_(names))
            self._connection.execute(delete(table).where(*mine))

    def put_references(self, kind: str, refs: Mapping[SourceRef, str], at: datetime) -> None:
        """Let each id stand for the row with that key, from now on."""
        rows: Sequence[dict[str, Any]] = [
            {"tenant": self.tenant, "kind": kind, "source": ref.source, "external_id": ref.external_id, "key": key, "at": at}
            for ref, key in sorted(refs.items())
        ]  # fmt: skip
        if rows:
            self._connection.execute(upsert_statement(self._connection, external_reference, keep=("at",)), rows)
