"""Create, update or leave alone, by content digest: one query and one batch of inserts for every thousand rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, Text, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hourtrail.store.scope import CHUNK, Row, Scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were put."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged)


def chunks(rows: Iterable[T], size: int = CHUNK) -> Iterable[list[T]]:
    """``rows`` in lists of at most ``size``."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk


def conflict_insert(connection: Connection, table: Table) -> Any:
    """An INSERT of the connection's dialect that knows ON CONFLICT."""
    return (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)


def upsert_statement(connection: Connection, table: Table, *, keep: tuple[str, ...] = ()) -> Any:
    """INSERT … ON CONFLICT (primary key) DO UPDATE of every other column but those in ``keep``."""
    keys = [column.name for column in table.primary_key.columns]
    statement = conflict_insert(connection, table)
    changed = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and column.name not in keep
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def by_digest(known: Row, new: Row) -> bool:
    """Whether ``new`` replaces ``known``: when the content differs."""
    return bool(known["digest"] != new["digest"])


def _locking(connection: Connection, query: Select[Any], column: ColumnElement[Any], keys: list[str]) -> Select[Any]:
    """``query`` for the rows with one of ``keys``, locked in that order. The keys are clean, so they bind as plain text.

    On PostgreSQL one index look-up for each key: given a list, it reads all of the tenant's rows and compares each with
    every key as long as it has no statistics of the table, which is just when the table is being filled.
    """
    if connection.dialect.name != "postgresql":
        return query.where(column.in_(bindparam("keys", keys, type_=Text(), expanding=True)))
    wanted = func.unnest(bindparam("keys", keys, type_=ARRAY(Text))).table_valued("key", name="wanted").render_derived()
    found = query.where(column == wanted.c.key).with_for_update().correlate(wanted).lateral("found")
    return select(found).select_from(wanted.join(found, true()))


def put(
    scope: Scope,
    table: Table,
    rows: Iterable[Row],
    *,
    key: str,
    where: tuple[ColumnElement[bool], ...] = (),
    look: tuple[ColumnElement[Any], ...] = (),
    replaces: Callable[[Row, Row], bool] = by_digest,
    keep: tuple[str, ...] = (),
    write: Callable[[list[Row]], None] | None = None,
) -> Counts:
    """Upsert rows (without their tenant; ``digest`` included) whose identity in the tenant is the column ``key``.

    ``where`` narrows the table to the rows among which the key is unique; ``look`` names what else ``replaces`` has to know
    of the stored row; ``keep`` names columns that an update leaves; ``write`` does the upsert where the row's values are
    in the driver's own form already. The last of several rows with one key wins. Existing
    rows are locked in key order, so that two writers never wait for each other in a circle.
    """
    last = {row[key]: row for row in rows}
    connection, column = scope._connection, table.c[key]  # noqa: SLF001 - a function of the same package, not a stranger
    statement = upsert_statement(connection, table, keep=keep)
    total = Counts()
    for chunk in chunks(sorted(last)):
        query = scope._select(table, column, table.c.digest, *look)  # noqa: SLF001 - as above
        locked = _locking(connection, query.where(*where), column, chunk)
        known = {row[key]: row for row in scope._all(locked)}  # noqa: SLF001 - as above
        changed = [last[name] for name in chunk if name in known and replaces(known[name], last[name])]
        fresh = [last[name] for name in chunk if name not in known]
        if changed or fresh:
            if write is None:
                connection.execute(statement, [{"tenant": scope.tenant, **row} for row in (*fresh, *changed)])
            else:
                write([*fresh, *changed])
        total += Counts(len(fresh), len(changed), len(chunk) - len(fresh) - len(changed))
    return total
