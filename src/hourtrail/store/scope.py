"""The tenant and the open transaction: what every part of a TenantStore reads and writes through."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import ColumnElement, Connection, CursorResult, Select, Table, func, insert, select

from hourtrail.store.keys import Keyring
from hourtrail.store.sealing import Sealer

CHUNK: Final = 1_000
"""Rows in one statement; well under SQLite's 32,766 bound values (3.32 and later)."""


Row: TypeAlias = Mapping[str, Any]
"""Column values by name."""


class Scope:
    """A connection inside a transaction, and the one tenant whose rows it may touch."""

    def __init__(self, connection: Connection, tenant: str, keys: Keyring) -> None:
        self._connection = connection
        self.tenant = tenant
        self._keys = keys
        self._own_sealer: Sealer | None = None
        self._reading: list[CursorResult[Any]] = []

    def _sealer(self) -> Sealer:
        """What seals and opens the tenant's rows; its keys are made in this transaction where it has none."""
        if self._own_sealer is None:
            self._own_sealer = self._keys.sealer(self._connection, self.tenant)
        return self._own_sealer

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction: an error in it undoes what it wrote and nothing else, and is the caller's to handle."""
        with self._connection.begin_nested():
            yield

    def _select(self, table: Table, *columns: Any) -> Select[Any]:
        """A query on the tenant's rows of ``table``; further tables are joined by the caller, on the tenant too."""
        return select(*(columns or (table,))).where(table.c.tenant == self.tenant)

    def _one(self, statement: Select[Any]) -> Row | None:
        return cast("Row | None", self._connection.execute(statement).mappings().first())

    def _all(self, statement: Select[Any]) -> Sequence[Row]:
        return cast("Sequence[Row]", self._connection.execute(statement).mappings().all())

    def _stream(self, statement: Select[Any]) -> Generator[Row]:
        """Rows as the database gives them, ``CHUNK`` at a time: memory stays flat."""
        result = self._connection.execute(statement, execution_options={"yield_per": CHUNK})
        self._reading.append(result)
        try:
            yield from cast("Iterator[Row]", result.mappings())
        finally:
            self._reading.remove(result)
            # The end of the transaction may have closed it: rows that were left half read.
            if not result.closed:
                result.close()

    def end_reading(self) -> None:
        """Close what is still being read; called at the end of the transaction."""
        for result in self._reading:
            result.close()

    def _alone(self, about: str) -> None:
        """Let one transaction of the tenant at a time go on from here, until it ends.

        SQLite has one writer anyway; on PostgreSQL a lock of the tenant's name. Whoever needs several locks takes them in one
        order, or two would wait for each other: what is said of a mode or an order, findings, suggestions, entries, the trail.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(self._turn_of(about))))

    def _together(self, about: str) -> None:
        """Keep whoever wants to go on ``_alone`` waiting until this transaction ends, beside others who do the same."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock_shared(self._turn_of(about))))

    def _turn_of(self, about: str) -> ColumnElement[int]:
        return func.hashtextextended(f"hourtrail.{about}:{self.tenant}", 0)

    def _add(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._connection.execute(insert(table), [{"tenant": self.tenant, **row} for row in rows])


def between(statement: Select[Any], column: Any, first: Any = None, last: Any = None) -> Select[Any]:
    """Only rows whose ``column`` lies between two days, both included; a missing bound is open."""
    if first is not None:
        statement = statement.where(column >= first)
    return statement if last is None else statement.where(column <= last)


def half_open(statement: Select[Any], column: Any, start: datetime | None, end: datetime | None) -> Select[Any]:
    """Only rows whose ``column`` lies in [start, end); a missing bound is open."""
    if start is not None:
        statement = statement.where(column >= start)
    return statement if end is None else statement.where(column < end)
