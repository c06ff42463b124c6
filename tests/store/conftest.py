"""Every store test runs on a SQLite file and on a PostgreSQL database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import KINDS, database, postgresql_server

from hourtrail.store import Store, open_store


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with database(request.param, tmp_path, server) as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
