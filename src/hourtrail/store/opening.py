"""Opening a store: reach the database, bring it to the program's schema, and hand out tenants."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.tenant import TenantWord
from hourtrail.store.engine import BUSY_SECONDS, READ_ONLY, make_engine
from hourtrail.store.errors import StoreUnavailable, told_plainly
from hourtrail.store.keys import Keyring
from hourtrail.store.locations import normalised
from hourtrail.store.migrate import migrate, use_wal
from hourtrail.store.tenant import TenantStore
from hourtrail.store.tenants import newest_words
from hourtrail.store.turns import Turns


def open_store(url: str) -> "Store":
    """Open the database at ``url``; create its folder and file (SQLite) and its tables where they are missing.

    ``sqlite:///file``, ``postgresql://…``, ``postgres://…``, ``postgresql+psycopg://…`` or the path of a SQLite file.
    Several processes may open a new database at the same time. Raises InvalidInput for an address of another kind;
    StoreUnavailable when the database cannot be reached, is newer than this program, or belongs to something else.
    """
    address = normalised(url)
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite:
        _make_folder(address)
    engine = make_engine(address)
    try:
        with told_plainly(address):
            if sqlite:
                use_wal(engine)
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _make_folder(url: URL) -> None:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"cannot create the folder {folder} for the database ({error.strerror}); choose another with --store"
        ) from error


class Store:
    """An open database. Safe to share between threads; each ``tenant`` block has a connection of its own.

    With ``only_active`` nothing is written for a tenant that is suspended; what it holds can be read.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.only_active = False
        self.keys = Keyring(engine.url)
        self._turns = Turns(BUSY_SECONDS)

    @property
    def url(self) -> str:
        """Where it is, without the password."""
        return self.engine.url.render_as_string()

    @contextmanager
    def tenant(self, name: str, *, read_only: bool = False) -> Iterator[TenantStore]:
        """One transaction on one tenant: committed at the end of the block, rolled back by an error in it.

        On SQLite a transaction takes the write lock when it begins; with ``read_only`` it does not, and readers never wait
        for a writer. Raises InvalidInput for an empty or overlong name, Conflict and StoreUnavailable for what the database
        refuses, TenantSuspended where only active ones are written for.
        """
        if not name.strip() or len(name) > 200:
            raise InvalidInput("a tenant needs a name of 1 to 200 characters")
        with told_plainly(self.engine.url), self._turn(read_only=read_only), self.engine.connect() as connection:
            connection.execution_options(**{READ_ONLY: read_only})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    # Read by the row-level security policies; ends with the transaction.
                    connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (name,))
                db = TenantStore(connection, name, self.keys)
                if self.only_active and not read_only:
                    db.require_active()
                try:
                    yield db
                finally:
                    db.end_reading()

    def _turn(self, *, read_only: bool) -> AbstractContextManager[None]:
        """Before a connection is taken: whoever waits for a turn to write holds none."""
        one_writer = self.engine.dialect.name == "sqlite" and not read_only
        return self._turns.turn() if one_writer else nullcontext()

    def tenants(self) -> list[TenantWord]:
        """The newest word on every tenant of the installation, by name: the only reading that looks across tenants.

        Raises StoreUnavailable for what the database refuses.
        """
        with told_plainly(self.engine.url), self.engine.connect() as connection:
            connection.execution_options(**{READ_ONLY: True})
            with connection.begin():
                return newest_words(connection)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
