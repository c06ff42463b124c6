"""What the training tests share: one firm with a decision log, made once and copied."""

import shutil

import pytest
from tests.training.decided_firm import fill

from hourtrail.store import open_store


@pytest.fixture(scope="session")
def decided(tmp_path_factory):
    """The database file of a firm whose people decided on some hundred suggestions; read it, or copy it."""
    folder = tmp_path_factory.mktemp("decided")
    path = folder / "firm.db"
    with open_store(f"sqlite:///{path}") as store:
        fill(store, folder)
    return path


@pytest.fixture
def decided_store(decided, tmp_path):
    """A copy of it, open."""
    with open_store(f"sqlite:///{shutil.copy(decided, tmp_path / 'firm.db')}") as store:
        yield store
