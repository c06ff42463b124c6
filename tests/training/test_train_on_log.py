"""``hourtrail train`` without a file, ``refit`` and the nightly job: from a decision log to a registered, unpromoted version."""

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert
from tests.mlflow_databases import QUIET, SETTINGS, mlflow_template, registry_uri  # noqa: F401 - fixtures
from tests.training.decided_firm import NOW, TENANT

from hourtrail.cli import OK, REFUSED
from hourtrail.domain.errors import InvalidInput, ModelUnavailable, NotAllowed, NothingRead
from hourtrail.domain.firm import WorkItem
from hourtrail.features import SPEC
from hourtrail.flows import decision_log
from hourtrail.store import open_store
from hourtrail.store.schema import decision as decision_table
from hourtrail.wiring import load_models
from hourtrail_models import artefact, fitting
from hourtrail_models.command import models as models_command
from hourtrail_models.ranker import from_artefact
from hourtrail_models.registry import Registry, registered_name
from hourtrail_models.shadow import nightly_shadow
from hourtrail_training import dataset
from hourtrail_training.command import train as command
from hourtrail_training.dataset import digest_of, load_dataset
from hourtrail_training.refit import AUTHOR, NEW_LABELS, Trainer, nightly_refit, refit
from hourtrail_training.refit_command import refit as refit_command

pytestmark = QUIET


@pytest.fixture(scope="module", autouse=True)
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 20)
        patch.setattr(dataset, "FEWEST", 100)
        patch.setitem(fitting.PARAMETERS, "num_threads", 1)
        patch.setitem(fitting.PARAMETERS, "min_data_in_leaf", 10)
        yield


@dataclass(frozen=True)
class Made:
    folder: Path
    code: int
    answer: dict
    report: Path


@pytest.fixture(scope="module")
def made(decided, mlflow_template, tmp_path_factory):  # noqa: F811 - the fixture
    """One run of the command, read by the tests below."""
    folder = tmp_path_factory.mktemp("trained")
    database = shutil.copy(decided, folder / "firm.db")
    shutil.copy(mlflow_template, folder / "registry.db")
    with pytest.MonkeyPatch.context() as patch:
        for name in SETTINGS:
            patch.setenv(name, "")
            patch.delenv(name)
        patch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
        words = ["--store", f"sqlite:///{database}", "--tenant", TENANT, "--as", "eva", "--json"]
        words += ["--out", str(folder / "model"), "--tracking", f"sqlite:///{folder / 'registry.db'}"]
        done = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
        answer = json.loads(done.stdout)
        from mlflow.artifacts import download_artifacts  # noqa: PLC0415 - a second

        uri = f"sqlite:///{folder / 'registry.db'}"
        report = download_artifacts(
            artifact_uri=f"runs:/{answer['run']}/report", dst_path=str(folder / "down"), tracking_uri=uri
        )
    return Made(folder, done.return_value, answer, Path(report))


def run_of(made):
    from mlflow import MlflowClient  # noqa: PLC0415 - a second

    uri = f"sqlite:///{made.folder / 'registry.db'}"
    return MlflowClient(tracking_uri=uri).get_run(made.answer["run"])


def test_it_answers_what_it_learned_from_and_registers_without_any_alias(made):
    assert made.code == OK
    answer = made.answer
    assert answer["labels"] > 150
    assert answer["outcomes"]["not_answered"] > 5
    assert answer["registered"] == {"name": "ranker.acme", "version": "1", "alias": None}
    assert answer["metrics"]["top1"] > 0.8
    assert answer["metrics"]["last_label_top1"] < 0.5
    tests = [row["test"] for row in answer["gate"]["reasons"]]
    assert tests[:5] == ["rows", "better than champion", "better than last label", "calibrated", "fast"]
    assert {"person:cold", "person:warm", "work:switch", "kind:meeting", "source:test"} <= set(answer["slices"])


def test_the_run_holds_data_digest_code_parameters_and_metrics_by_slice(made):
    """MLL-01."""
    data = run_of(made).data
    assert data.tags["data.sha256"] == made.answer["data_digest"]
    assert data.tags["code"].startswith("hourtrail ")
    assert (data.tags["author"], data.tags["gate"] in {"passed", "refused"}) == ("eva", True)
    assert data.tags["artefact.sha256"] == made.answer["digest"]
    assert data.params["objective"] == "lambdarank"
    assert data.metrics["slice.work.switch.top1"] == pytest.approx(made.answer["slices"]["work:switch"]["top1"])
    assert data.metrics["champion_top1"] > 0


def test_the_report_is_readable_by_people(made):
    """MLL-05: what it is worth comes first, failures are listed."""
    names = {path.name for path in made.report.iterdir()}
    assert names == {
        "reliability.svg", "coverage.svg", "contributions.json", "slices.json", "gate.json", "model-card.md"
    }  # fmt: skip
    card = (made.report / "model-card.md").read_text()
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    assert headings[0] == "## What it is worth"
    assert "Minutes saved" in card.partition("## Measured")[0]
    assert "Accepting took 4 s, correcting 12 s" in card
    assert "## Where it fails" in headings
    assert (made.report / "reliability.svg").read_text().startswith("<svg")
    assert json.loads((made.report / "gate.json").read_text()) == made.answer["gate"]
    assert all(name in SPEC.names for name in json.loads((made.report / "contributions.json").read_text()))


def test_the_registered_artefact_is_data_alone_and_loads_with_pickle_forbidden(made):
    loaded = artefact.load(made.folder / "model", expected=made.answer["digest"])
    scorer = from_artefact(loaded)
    assert scorer.thresholds[-1].band.value == "ask"
    for content in loaded.files.values():
        content.decode("utf-8")
        assert not content.startswith(b"\x80")
    *before, data = loaded.manifest.training_data
    assert tuple(before) == artefact.load_bundled("ranker").manifest.training_data, "it grows on the shipped trees"
    assert (data.name, data.digest) == ("decision log of acme", made.answer["data_digest"])


def test_models_lists_the_version_with_author_digest_and_verdict(made, monkeypatch):
    monkeypatch.setenv("HOURTRAIL_REGISTRY", f"sqlite:///{made.folder / 'registry.db'}")
    done = CliRunner().invoke(models_command, ["--tenant", TENANT], standalone_mode=False, catch_exceptions=False)
    assert "ranker.acme 1 [no alias]" in done.stdout
    assert "by eva" in done.stdout
    assert made.answer["digest"][:12] in done.stdout


def test_the_same_log_gives_the_same_digest_and_a_new_label_another(decided_store):
    models = load_models()
    one = load_dataset(decided_store, TENANT, models, as_of=NOW)
    assert load_dataset(decided_store, TENANT, models, as_of=NOW).digest == one.digest
    newest = max(row.known_at for row in one.relived.examples)
    less = load_dataset(decided_store, TENANT, models, as_of=newest - timedelta(seconds=1))
    assert less.digest != one.digest
    assert less.digest == digest_of(less.relived.examples)
    assert len(less.relived) == len(one.relived) - 1


def test_stretches_follow_each_other_and_nothing_is_learned_before_it_was_known(decided_store):
    found = load_dataset(decided_store, TENANT, load_models(), as_of=NOW)
    asked = [row.asked_at for row in found.relived.examples]
    assert asked == sorted(asked)
    assert all(row.asked_at < row.known_at for row in found.relived.examples)
    begins = asked[found.calibrate]
    late = ~found.known_by(0, found.calibrate, begins)
    rows = found.relived.examples[: found.calibrate]
    assert [row.known_at > begins for row in rows] == late.tolist()


def test_an_empty_log_is_told_and_nothing_is_left_behind(tmp_path, registry_uri):  # noqa: F811 - the fixture
    """BAD INPUT of issue 4."""
    with open_store(f"sqlite:///{tmp_path / 'empty.db'}"):
        pass
    words = ["--store", f"sqlite:///{tmp_path / 'empty.db'}", "--out", str(tmp_path / "model")]
    with pytest.raises(NothingRead, match="no confirmed suggestion to learn from"):
        CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert not (tmp_path / "model").exists()
    assert Registry(registry_uri, registered_name("ranker", "default")).versions() == []


def test_a_log_of_one_class_cannot_teach(decided_store, monkeypatch):
    """BAD INPUT of issue 4."""
    monkeypatch.setattr(decision_log, "_truth", lambda _decision: WorkItem("acme", "PORTAL", ""))
    with pytest.raises(InvalidInput, match="labels of tenant 'acme' are acme/PORTAL; a ranker needs at least two"):
        load_dataset(decided_store, TENANT, load_models(), as_of=NOW)


def test_too_few_labels_leave_the_model_in_use(decided_store):
    begins = load_dataset(decided_store, TENANT, load_models(), as_of=NOW).relived.examples[0].known_at
    with pytest.raises(InvalidInput, match="at least 100 are needed"):
        load_dataset(decided_store, TENANT, load_models(), as_of=begins + timedelta(days=3))


def test_a_poisoned_row_is_left_out_and_told(decided_store, registry_uri, tmp_path):  # noqa: F811 - the fixture
    """BAD INPUT of issue 4: the good rows still teach, and the answer says that a row was refused."""
    with decided_store.tenant(TENANT) as db:
        values = {"tenant": TENANT, "id": "dec_poison", "verdict": "accept", "actor": "ada", "decided_at": NOW}
        db._connection.execute(insert(decision_table), [{**values, "body": {"verdict": "accept", "propensity": "x"}}])
    words = ["--store", decided_store.url, "--tenant", TENANT, "--as", "eva", "--out", str(tmp_path / "model")]
    done = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert done.return_value == REFUSED
    assert "left out: decision dec_poison" in done.stderr
    assert "ranker.acme 1" in done.stdout
    assert Registry(registry_uri, "ranker.acme").versions()[0].author == "eva"


def test_a_tracking_server_that_is_down_leaves_the_model_whole(decided_store, tmp_path, registry_uri):  # noqa: F811 - the fixture
    """BAD INPUT of issue 4."""
    words = ["--store", decided_store.url, "--tenant", TENANT, "--out", str(tmp_path / "model")]
    words += ["--tracking", "http://127.0.0.1:9"]
    with pytest.raises(ModelUnavailable, match=r"the model is whole in .*model, but it was not registered"):
        CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert from_artefact(artefact.load(tmp_path / "model")).ref.name == "ranker"


def test_a_use_case_that_is_not_listed_is_not_trained(decided_store, registry_uri, tmp_path, monkeypatch):  # noqa: F811 - the fixture
    """CNF-10."""
    (tmp_path / "list.toml").write_text("")
    monkeypatch.setenv("HOURTRAIL_USE_CASES", str(tmp_path / "list.toml"))
    trainer = Trainer(uri=registry_uri, store=decided_store, tenant=TENANT, author="eva")
    with pytest.raises(NotAllowed, match="'ranker' is not on the allow-list"):
        refit(trainer, now=NOW, say=lambda _line: None)


def human_part(store):
    """What only people may say or move: decisions, entries with their status, orders, and the trail of people's words."""
    with store.tenant(TENANT, read_only=True) as db:
        entries = {row.id: row.status for row in db.entries()}
        words = [event.sequence for event in db.audit_events() if event.action.text.startswith("person:")]
        return entries, [row.id for row in db.decisions()], words, list(db.auto_post().log)


def test_the_nightly_job_proposes_once_and_waits_for_new_confirmations(decided_store, registry_uri, monkeypatch):  # noqa: F811 - the fixture
    """MLL-01, GOV-16: a run goes as far as challenger or shadow; nobody is served by it, and it decides and moves nothing."""
    monkeypatch.setenv("HOURTRAIL_REFIT_AFTER", "100")
    before = human_part(decided_store)
    assert before[0]
    assert nightly_refit(decided_store, TENANT, NOW)["registered"] == 1
    registry = Registry(registry_uri, "ranker.acme")
    (version,) = registry.versions()
    assert version.author == AUTHOR
    assert version.aliases == (("challenger",) if version.passed else ("shadow",))
    (signed,) = registry.sign_offs()
    assert (signed.act, signed.approver) == ("proposed", "")
    assert load_models(tenant=TENANT).scorer.ref.name == "ranker"
    assert set(nightly_shadow(decided_store, TENANT, NOW + timedelta(hours=1))) == set(version.aliases)
    assert human_part(decided_store) == before
    assert nightly_refit(decided_store, TENANT, NOW + timedelta(days=1)) == {"registered": 0, "passed": 0}
    words = ["--store", decided_store.url, "--tenant", TENANT, "--json"]
    done = CliRunner().invoke(refit_command, words, standalone_mode=False, catch_exceptions=False)
    assert json.loads(done.stdout) == {"registered": None, "new_labels": 0, "waits_for": NEW_LABELS}


def test_the_job_does_nothing_without_a_registry(decided_store, monkeypatch):
    monkeypatch.delenv("HOURTRAIL_REGISTRY", raising=False)
    assert nightly_refit(decided_store, TENANT, NOW) == {"registered": 0, "passed": 0}
