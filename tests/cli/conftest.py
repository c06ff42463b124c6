"""Commands in this process, with the exit code and the two streams apart; subprocesses only where the process matters."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hourtrail.cli import main
from hourtrail.store import open_store

TRACES = ("Traceback", 'File "')


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(tmp_path, monkeypatch, empty_store):
    """``run("ingest", path, ...)`` as ``hourtrail ingest path ...`` with a store of its own."""
    monkeypatch.setenv("HOURTRAIL_STORE", f"sqlite:///{empty_store(tmp_path)}")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*arguments, code=0):
        monkeypatch.setattr("sys.argv", ["hourtrail", *map(str, arguments)])
        with runner.isolation() as (out, err, _):
            with pytest.raises(SystemExit) as stopped:
                main()
            told = Answer(stopped.value.code, out.getvalue().decode(), err.getvalue().decode())
        assert told.code == code, told
        assert not any(sign in told.out + told.err for sign in TRACES)
        return told

    return call


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    made = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    open_store(f"sqlite:///{made}").close()
    return lambda folder: Path(shutil.copy(made, folder / "store.sqlite"))
