"""Real databases for tests: a SQLite file, and a PostgreSQL database of its own on a server that runs or is started."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from sqlalchemy import text

from hourtrail.store import Store, TenantStore

RUNNING = "127.0.0.1:5432"
KINDS = ("sqlite", "postgresql")

R = TypeVar("R")


def _answers(address: str) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@{address}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """``host:port`` of a server: the one that runs, else one started in ``folder``; skips where neither is possible."""
    if _answers(RUNNING):
        yield RUNNING
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip(
            "NO POSTGRESQL: none answers on 127.0.0.1:5432 and no pg_ctl is installed; half of the store is untested"
        )
    data = folder / "postgresql"
    data.mkdir()
    # PostgreSQL refuses to run as root.
    as_user: dict[str, str] = {}
    if os.geteuid() == 0:
        as_user = {"user": "postgres"}
        shutil.chown(data, "postgres")
        for parent in (folder, *folder.parents):
            if parent != Path("/") and parent.owner() == "root" and parent.is_relative_to("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    port = str(20_000 + os.getpid() % 20_000)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/", **as_user)

    run(str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {data}"
    run(str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
    try:
        yield f"127.0.0.1:{port}"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


@contextmanager
def database(kind: str, folder: Path, server: str) -> Iterator[str]:
    """The URL of a new, empty database that is dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'hourtrail.db'}"
        return
    name = f"hourtrail_test_{uuid.uuid4().hex[:12]}"
    admin = f"postgresql://postgres@{server}/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgresql://postgres@{server}/{name}"
    finally:
        with suppress(psycopg.Error), psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def beside(
    store: Store,
    tenant: str,
    first: Callable[[TenantStore], object],
    second: Callable[[TenantStore], R],
    then: Callable[[TenantStore], object] = lambda _db: None,
) -> R:
    """What ``second`` gives, which begins after ``first`` has written and before its transaction ends with ``then``."""

    def on_its_own() -> R:
        with store.tenant(tenant) as db:
            return second(db)

    return meanwhile(store, tenant, first, on_its_own, then)


def meanwhile(
    store: Store,
    tenant: str,
    first: Callable[[TenantStore], object],
    second: Callable[[], R],
    then: Callable[[TenantStore], object] = lambda _db: None,
) -> R:
    """The same for something that opens its transactions itself."""
    with ThreadPoolExecutor(1) as pool:
        with store.tenant(tenant) as db:
            first(db)
            running = pool.submit(second)
            until_it_waits(store, running)
            then(db)
        return running.result(60)


def until_it_waits(store: Store, running: Future[R]) -> None:
    """Until somebody waits for a lock of this database, or nobody has to. SQLite does not say who waits for its one writer."""
    if store.engine.dialect.name != "postgresql":
        return
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(3_000):
        with store.engine.connect() as connection:
            if connection.scalar(waits) or running.done():
                return
        wait([running], timeout=0.01)
    raise AssertionError("the second transaction neither waited nor ended")
