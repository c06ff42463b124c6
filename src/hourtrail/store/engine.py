"""Engines: what each database needs so that transactions mean the same on both."""

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from hourtrail.store.errors import StoreUnavailable

BUSY_SECONDS: Final = 30
"""How long a writer waits for another one before it says that the database is busy."""

CONNECTIONS: Final = 15
"""Most that a process has open. They are kept: a new one on SQLite reads the schema again, on PostgreSQL it is a new process."""

READ_ONLY: Final = "hourtrail_read_only"
"""Execution option of a connection that will only read."""


def make_engine(url: URL) -> Engine:
    """An engine for a normalised address. Raises StoreUnavailable when the PostgreSQL driver is not installed."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, connect_args={"timeout": BUSY_SECONDS}, pool_size=CONNECTIONS, max_overflow=0, pool_use_lifo=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        engine = create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": 10}, pool_size=CONNECTIONS, max_overflow=0,
            pool_use_lifo=True,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise StoreUnavailable(
            'PostgreSQL needs the psycopg driver; install it with: pip install "hourtrail[postgres]"'
        ) from error
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins late and commits before DDL; we begin ourselves (_begin_sqlite).
    dbapi_connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "foreign_keys = ON",
        # Without it INSERT OR REPLACE deletes a row without firing the triggers that forbid deleting.
        "recursive_triggers = ON",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock now: a transaction that reads first and writes later can never fail half-way because
    # somebody else wrote in between.
    reads = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(READ_ONLY):
        # One state of the database from beginning to end, as SQLite's readers see it; a reader can never fail by it.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
