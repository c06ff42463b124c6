"""Where the keys come from: one master key outside the database, and each tenant's own keys, wrapped by it, inside.

The master key is ``HOURTRAIL_KEY`` (base64 of 32 bytes), the file that ``HOURTRAIL_KEY_FILE`` names, or a file made at the
first need: beside a SQLite database, in the user's data folder for PostgreSQL. Whoever has only the database, or a backup
of it, reads no activity; whoever has the key file too does, so keep the two apart where it matters.
"""

import base64
import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import URL, Connection, delete, func, select

from hourtrail.store.errors import StoreUnavailable
from hourtrail.store.locations import data_folder
from hourtrail.store.schema import tenant_key
from hourtrail.store.sealing import KEY_BYTES, Sealer

VARIABLE: Final = "HOURTRAIL_KEY"
FILE_VARIABLE: Final = "HOURTRAIL_KEY_FILE"
_NONCE: Final = 12
DIGEST: Final = 0
"""The number of the key under which content is digested; sealing keys count from 1."""


def key_file(url: URL) -> Path:
    """Where the master key of this database is looked for when the environment does not say."""
    stated = os.environ.get(FILE_VARIABLE)
    if stated:
        return Path(stated)
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.key")
    return data_folder() / "hourtrail" / f"{url.host or 'local'}-{url.database}.key"


def new_key() -> str:
    """A fresh master key as it is written down: base64 of 32 random bytes."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


_Wrapped: TypeAlias = dict[int, bytes]
"""A tenant's keys as the database holds them, by number."""


@dataclass(slots=True)
class Keyring:
    """A database's keys. Safe to share between threads; unwrapped keys are kept in memory, by tenant."""

    url: URL
    _master: bytes | None = None
    _opened: dict[str, tuple[_Wrapped, Sealer]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sealer(self, connection: Connection, tenant: str) -> Sealer:
        """The tenant's sealer; its first keys are made in the caller's transaction where it has none.

        The wrapped keys are read each time, so that a key that another process renewed, or that was rolled back, is never
        used; they are unwrapped once. Raises StoreUnavailable when the master key is missing or another one.
        """
        wrapped = self._read(connection, tenant) or self._make_first(connection, tenant)
        opened = self._opened.get(tenant)
        if opened is None or opened[0] != wrapped:
            opened = wrapped, self._unwrapped(tenant, wrapped)
            with self._lock:
                self._opened[tenant] = opened
        return opened[1]

    def renew(self, connection: Connection, tenant: str) -> Sealer:
        """Give the tenant a new sealing key; what older ones sealed can still be read until it is sealed again."""
        self.hold(connection, tenant, alone=True)
        self._locked(connection, tenant)
        wrapped = self._read(connection, tenant) or self._make_first(connection, tenant)
        self._store(connection, tenant, (max(wrapped) + 1,))
        return self.sealer(connection, tenant)

    def hold(self, connection: Connection, tenant: str, *, alone: bool = False) -> None:
        """Let no key be renewed before this transaction ends: what it seals must not outlive the key.

        ``alone`` also waits for everybody who seals. SQLite has one writer anyway.
        """
        if connection.dialect.name == "postgresql":
            lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
            connection.execute(select(lock(func.hashtextextended(f"hourtrail.sealing:{tenant}", 0))))

    def drop_older(self, connection: Connection, tenant: str, current: int) -> None:
        """Destroy every sealing key but the current one; what is still sealed with them is lost for ever."""
        connection.execute(
            delete(tenant_key).where(
                tenant_key.c.tenant == tenant, tenant_key.c.number != DIGEST, tenant_key.c.number < current
            )
        )

    def _make_first(self, connection: Connection, tenant: str) -> _Wrapped:
        self._locked(connection, tenant)
        if not self._read(connection, tenant):
            self._store(connection, tenant, (DIGEST, 1))
        return self._read(connection, tenant)

    def _locked(self, connection: Connection, tenant: str) -> None:
        """One writer of a tenant's keys at a time; SQLite has one writer anyway."""
        if connection.dialect.name == "postgresql":
            name = func.hashtextextended(f"hourtrail.keys:{tenant}", 0)
            connection.execute(select(func.pg_advisory_xact_lock(name)))

    def _read(self, connection: Connection, tenant: str) -> _Wrapped:
        query = select(tenant_key.c.number, tenant_key.c.wrapped).where(tenant_key.c.tenant == tenant)
        return {number: bytes(wrapped) for number, wrapped in connection.execute(query)}

    def _unwrapped(self, tenant: str, wrapped: _Wrapped) -> Sealer:
        cipher, keys = AESGCM(self._master_key(make=False)), {}
        for number, content in wrapped.items():
            try:
                keys[number] = cipher.decrypt(content[:_NONCE], content[_NONCE:], _bound(tenant, number))
            except InvalidTag as error:
                raise StoreUnavailable(
                    f"the activities of {tenant!r} are sealed under another key than the one in {self._place()}; "
                    f"give the right one with {VARIABLE} or {FILE_VARIABLE}"
                ) from error
        return Sealer({number: key for number, key in keys.items() if number != DIGEST}, keys[DIGEST])

    def _store(self, connection: Connection, tenant: str, numbers: tuple[int, ...]) -> None:
        cipher, rows = AESGCM(self._master_key(make=True)), []
        for number in numbers:
            nonce = os.urandom(_NONCE)
            wrapped = nonce + cipher.encrypt(nonce, os.urandom(KEY_BYTES), _bound(tenant, number))
            rows.append({"tenant": tenant, "number": number, "wrapped": wrapped, "at": datetime.now(UTC)})
        connection.execute(tenant_key.insert(), rows)

    def _master_key(self, *, make: bool) -> bytes:
        with self._lock:
            if self._master is None:
                self._master = self._from_environment() or self._from_file(make=make)
            return self._master

    def _from_environment(self) -> bytes | None:
        stated = os.environ.get(VARIABLE)
        return _decoded(stated, VARIABLE) if stated else None

    def _from_file(self, *, make: bool) -> bytes:
        path = key_file(self.url)
        try:
            if not path.exists():
                if not make:
                    raise StoreUnavailable(
                        f"the activities in this database are sealed, and their key is not in {path}; put the key file there, "
                        f"or give the key with {VARIABLE} or {FILE_VARIABLE}"
                    )
                _write_once(path, new_key)
            return _decoded(path.read_text(encoding="ascii", errors="replace"), str(path))
        except OSError as error:
            raise StoreUnavailable(f"the key in {path} cannot be read or made: {error.strerror or error}") from error

    def _place(self) -> str:
        return VARIABLE if os.environ.get(VARIABLE) else str(key_file(self.url))


def _bound(tenant: str, number: int) -> bytes:
    return f"hourtrail key\x1f{tenant}\x1f{number}".encode()


def _decoded(text: str, place: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreUnavailable(f"{place} holds no key: it must be the base64 of {KEY_BYTES} bytes (44 characters)")
    return key


def _write_once(path: Path, content: Callable[[], str]) -> None:
    """The file appears whole, readable by its owner alone, and never takes another one's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(content() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first; its key is the one
            os.link(draft, path)
    finally:
        draft.unlink()
