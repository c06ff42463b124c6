"""A firm on SQLite, and where two databases may differ, on both."""

import shutil

import pytest
from tests.databases import KINDS, database, postgresql_server
from tests.flows.firm import Firm

from hourtrail.store import open_store


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with postgresql_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with database(request.param, tmp_path, server) as address:
        yield address


@pytest.fixture
def firm_on_both(url, tmp_path):
    folder = tmp_path / "firm"
    folder.mkdir()
    with open_store(url) as store:
        yield Firm(store, folder)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """Made once and copied: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def firm(tmp_path, empty_database):
    folder = tmp_path / "firm"
    folder.mkdir()
    path = shutil.copy(empty_database, tmp_path / "firm.sqlite")
    with open_store(f"sqlite:///{path}") as store:
        yield Firm(store, folder)
