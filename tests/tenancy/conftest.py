"""The sample firm, and its server are those of the serving tests; two marked tenants are filled once a database."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.databases import KINDS, database, postgresql_server
from tests.serving.conftest import sample, store
from tests.tenancy.houses import house
from tests.tenancy.two import Two, filled

from hourtrail.store import open_store

__all__ = ["logged", "sample", "store", "two"]


@pytest.fixture(scope="session", params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp(f"fuzz-{request.param}")
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server(folder)) if request.param == "postgresql" else ""
        url = stack.enter_context(database(request.param, folder, server))
        store = stack.enter_context(open_store(url))
        found = stack.enter_context(house(store, forgetful=False))
        yield filled(found, folder)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that our own code says, down to the smallest word."""
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy", "httpx2", "httpcore2", "asyncio", "httpx"):
        caplog.set_level(logging.WARNING, logger=name)
    return caplog
