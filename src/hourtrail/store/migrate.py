"""From any older schema, or none, to the program's own: one transaction, one process at a time."""

import time
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from hourtrail.store.engine import BUSY_SECONDS
from hourtrail.store.errors import StoreUnavailable

HEAD: Final = "0017"
"""The newest migration; a test holds it against the folder. Kept here so that opening does not load Alembic each time."""

VERSION_TABLE: Final = "hourtrail_version"
"""Our own name, so that another program's Alembic table is never taken for ours."""

_LOCK: Final = 0x686F7572747261
"""Key of the advisory lock under which a PostgreSQL database is migrated ("hourtra" in ASCII)."""


def use_wal(engine: Engine) -> None:
    """Write-ahead logging, so that readers and the writer do not wait for each other. The file remembers it.

    SQLite does not wait for another process that changes the mode at the same moment, so this does.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    raw = engine.raw_connection()
    try:
        while True:
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except engine.dialect.loaded_dbapi.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise StoreUnavailable(f"database {engine.url.render_as_string()}: {error}") from error
                time.sleep(0.05)
            except engine.dialect.loaded_dbapi.DatabaseError as error:
                raise StoreUnavailable(
                    f"{engine.url.database} is not a SQLite database ({error}); choose another file with --store"
                ) from error
    finally:
        raw.close()


def migrate(engine: Engine) -> None:
    """Bring the schema to ``HEAD``; nothing is done when it is there. Idempotent, and safe beside other processes.

    Raises StoreUnavailable for a database that is newer than this program, or that holds another program's tables.
    """
    with engine.connect() as connection, connection.begin():
        if _stored(connection) == HEAD:
            return
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        # Read again: another process may have migrated while this one waited for the lock.
        stored = _stored(connection)
        if stored == HEAD:
            return
        if stored is None:
            _refuse_foreign(connection)
        _upgrade(connection, stored)


def _stored(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant of this file
    return found


def _refuse_foreign(connection: Connection) -> None:
    tables = inspect(connection).get_table_names()
    if tables:
        raise StoreUnavailable(
            f"{connection.engine.url.render_as_string()} holds tables that are not Hourtrail's ({', '.join(sorted(tables)[:3])});"
            " give Hourtrail a database of its own"
        )


def _upgrade(connection: Connection, stored: str | None) -> None:
    # Loaded only when there is something to do: most openings find the schema in place.
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if stored is not None and stored not in known:
        raise StoreUnavailable(
            f"{connection.engine.url.render_as_string()} was written by a newer Hourtrail (schema {stored}, this one knows"
            f" {HEAD}); update this program"
        )
    try:
        command.upgrade(config, HEAD)
    except DBAPIError as error:
        if "permission denied" in str(error):
            raise StoreUnavailable(
                "the database user may not create tables; open the store once as the database's owner"
            ) from error
        raise
