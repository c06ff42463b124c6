"""Where the database is: the default place on each system, and the forms of address that people write."""

import os
import sys
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from hourtrail.domain.errors import InvalidInput

_POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})


def default_url() -> str:
    """SQLite in the user's data folder."""
    return f"sqlite:///{(data_folder() / 'hourtrail' / 'hourtrail.db').as_posix()}"


def data_folder() -> Path:
    """The user's data folder: XDG_DATA_HOME, ~/Library/Application Support, or %APPDATA%."""
    home = Path.home()
    if sys.platform == "win32":
        folder = Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        # The XDG base directory specification: a relative path there is to be ignored.
        stated = Path(os.environ.get("XDG_DATA_HOME") or "")
        folder = stated if stated.is_absolute() else home / ".local" / "share"
    return folder


def normalised(text: str) -> URL:
    """The database's address; ``postgres://`` and ``postgresql://`` mean psycopg 3, a bare path means a SQLite file.

    Raises InvalidInput for another database, or for SQLite in memory (it has no file that a second connection could open).
    """
    if "://" not in text and text.strip():
        return URL.create("sqlite", database=text.strip())
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(
            f"{text[:60]!r} is no database address; write sqlite:///path/to/file.db or postgresql://user@host/database"
        ) from error
    if url.drivername in _POSTGRES:
        if not url.database:
            raise InvalidInput("the PostgreSQL address names no database; write postgresql://user@host/database")
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise InvalidInput(f"Hourtrail keeps its data in SQLite or PostgreSQL, not in {url.drivername!r}")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise InvalidInput("name a file for the SQLite database, like sqlite:///hourtrail.db")
    return url
