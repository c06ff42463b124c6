"""Create, update or leave alone, by content digest: one query and one batch of inserts for every thousand rows."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, Text, bindparam, cast, func, select, true
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hourtrail.store.scope import CHUNK, Row, Scope

R = TypeVar("R")
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
    """``query`` for the rows with one of ``keys``, locked in that order. The keys are clean.

    They go as one JSON list, which costs the drivers far less than a thousand values. On PostgreSQL one index look-up
    for each key: told to compare with a list, it reads all of the tenant's rows and compares each with every key as long
    as it has no statistics of the table, which is just when the table is being filled.
    """
    listed = bindparam("keys", json.dumps(keys, ensure_ascii=False), type_=Text())
    if connection.dialect.name != "postgresql":
        return query.where(column.in_(select(func.json_each(listed).table_valued("value").c.value)))
    wanted = func.json_array_elements_text(cast(listed, JSON)).table_valued("key", name="wanted").render_derived()
    found = query.where(column == wanted.c.key).with_for_update().correlate(wanted).lateral("found")
    return select(found).select_from(wanted.join(found, true()))


def reconcile(
    scope: Scope,
    key: Column[str],
    rows: Mapping[str, R],
    *,
    where: tuple[ColumnElement[bool], ...] = (),
    look: tuple[ColumnElement[Any], ...] = (),
    replaces: Callable[[Row, R], bool],
    write: Callable[[list[R], list[R]], None],
) -> Counts:
    """Let ``write`` store those of ``rows`` that are new, and those that ``replaces`` says take a stored row's place.

    ``rows`` are by ``key``, the column that is their identity in the tenant; ``where`` narrows the table to the rows among
    which it is unique; ``look`` names what else than the digest ``replaces`` has to know of the stored row. Existing rows
    are locked in key order, so that two writers never wait for each other in a circle.
    """
    table, connection = key.table, scope._connection  # noqa: SLF001 - a function of the same package, not a stranger
    total = Counts()
    for chunk in chunks(sorted(rows)):
        query = scope._select(table, key, table.c.digest, *look)  # noqa: SLF001 - as above
        found = scope._all(_locking(connection, query.where(*where), key, chunk))  # noqa: SLF001 - as above
        known = {row[key.name]: row for row in found}
        changed = [rows[name] for name in known if replaces(known[name], rows[name])]
        fresh = [rows[name] for name in chunk if name not in known]
        if changed or fresh:
            write(fresh, changed)
        total += Counts(len(fresh), len(changed), len(known) - len(changed))
    return total


def put(
    scope: Scope,
    table: Table,
    rows: Iterable[Row],
    *,
    key: str,
    look: tuple[ColumnElement[Any], ...] = (),
    replaces: Callable[[Row, Row], bool] = by_digest,
    keep: tuple[str, ...] = (),
) -> Counts:
    """Upsert rows (without their tenant; ``digest`` included) whose identity in the tenant is the column ``key``.

    ``keep`` names columns that an update leaves; ``look`` and ``replaces`` as in :func:`reconcile`. The last of several
    rows with one key wins.
    """
    connection = scope._connection  # noqa: SLF001 - as above
    statement = upsert_statement(connection, table, keep=keep)

    def write(fresh: list[Row], changed: list[Row]) -> None:
        connection.execute(statement, [{"tenant": scope.tenant, **row} for row in (*fresh, *changed)])

    by_key = {row[key]: row for row in rows}
    return reconcile(scope, table.c[key], by_key, look=look, replaces=replaces, write=write)
