"""Without any option or setting, every command about models means the same registry: the file ``mlflow.db`` in the folder."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.mlflow_databases import QUIET, SETTINGS
from tests.training.decided_firm import TENANT

from hourtrail.cli import OK, UNUSABLE, hourtrail
from hourtrail.domain.errors import InvalidInput
from hourtrail.store import Store
from hourtrail_models import fitting
from hourtrail_models.registry import address, existing
from hourtrail_training import dataset, from_log
from hourtrail_training.gate import Verdict

pytestmark = QUIET


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty one, and no setting."""
    for name in SETTINGS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return empty


def run(*words: str, store: str) -> Result:
    return CliRunner().invoke(
        hourtrail, ["--store", store, "--tenant", TENANT, *words], standalone_mode=False, catch_exceptions=False
    )


def test_a_model_goes_from_training_to_serving_and_back_with_no_option(
    decided_store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ROUNDS", 10)
    monkeypatch.setitem(fitting.PARAMETERS, "num_threads", 1)
    monkeypatch.setattr(dataset, "FEWEST", 100)
    # Two hundred labels cannot show that a model is better: the gate's word is not what is tested here.
    monkeypatch.setattr(from_log, "judge", lambda _contest, _bounds: Verdict(reasons=()))
    url = decided_store.url
    with pytest.raises(InvalidInput, match=r"no mlflow\.db in this folder. `hourtrail train` makes one"):
        run("models", "promote", "1", "--as", "max", "--evidence", "report", store=url)
    listed = json.loads(run("models", "--json", store=url).stdout)
    assert (listed["registry"], listed["registered"]) == (None, [])
    assert list(folder.iterdir()) == [], "looking makes nothing"

    assert run("train", "--as", "eva", store=url).return_value == OK
    assert (folder / "mlflow.db").is_file()
    listed = json.loads(run("models", "--json", store=url).stdout)
    assert listed["registry"] == "sqlite:///mlflow.db"
    assert [(row["version"], row["author"], row["aliases"]) for row in listed["registered"]] == [("1", "eva", [])]
    signed = run("models", "promote", "1", "--as", "max", "--evidence", "report", store=url)
    assert "version 1" in signed.stdout
    assert f"HOURTRAIL_REGISTRY=sqlite:///{folder / 'mlflow.db'} is set" in signed.stderr
    [row] = json.loads(run("models", "--json", store=url).stdout)["registered"]
    assert row["aliases"] == ["champion"]
    back = run("models", "rollback", "--as", "max", "--reason", "worse on Mondays", store=url)
    assert "there is no champion any more" in back.stdout
    [row] = json.loads(run("models", "--json", store=url).stdout)["registered"]
    assert row["aliases"] == []


def test_what_is_stated_wins_over_the_settings_and_those_over_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (address(), existing()) == ("sqlite:///mlflow.db", "")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example")
    assert address() == existing() == "http://mlflow.example"
    monkeypatch.setenv("HOURTRAIL_REGISTRY", " sqlite:///registry.db ")
    assert address() == "sqlite:///registry.db"
    assert address("http://stated.example") == existing("http://stated.example") == "http://stated.example"


def test_the_option_is_taken_before_and_behind_the_act(decided_store: Store, folder: Path) -> None:
    for words in (
        ("models", "--registry", "http://127.0.0.1:9", "rollback", "--as", "max"),
        ("models", "rollback", "--registry", "http://127.0.0.1:9", "--as", "max"),
    ):
        with pytest.raises(Exception, match="does not answer"):
            run(*words, store=decided_store.url)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("url", ["foo://x", "postgresql://nobody@127.0.0.1:9/none"])
def test_a_database_that_cannot_be_reached_is_said_beside_the_models(folder: Path, url: str) -> None:
    done = run("models", store=url)
    assert done.return_value == UNUSABLE
    assert "reviews cannot be told: " in done.stderr
    assert "ranker" in done.stdout, "what comes with the program is listed all the same"
    assert json.loads(run("models", "--json", store=url).stdout)["problem"].startswith("reviews cannot be told")


def test_the_allow_list_takes_the_options_that_every_command_takes(decided_store: Store, folder: Path) -> None:
    done = run("models", "use-cases", "--store", decided_store.url, "--json", store=decided_store.url)
    assert {"ranker"} < {row["name"] for row in json.loads(done.stdout)["use_cases"]}
