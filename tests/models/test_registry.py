"""Who lets a model serve, what serves when it cannot, and that nothing unsigned, altered or unlisted ever does."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.mlflow_databases import QUIET, mlflow_template, registry_uri  # noqa: F401 - fixtures
from tests.models.pairs import labelled

from hourtrail.cli import OK, UNUSABLE
from hourtrail.domain.access import MissingPermission, Role
from hourtrail.domain.errors import Conflict, InvalidInput, ModelUnavailable, NotAllowed, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.features import SPEC
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import NewAccount, add_account
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_models import fitting
from hourtrail_models.artefact import Manifest, load, write
from hourtrail_models.command import models as command
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import fit_ranker
from hourtrail_models.promotion import Promotion, champions, promote, propose, roll_back
from hourtrail_models.ranker import artefact_files
from hourtrail_models.registry import CHALLENGER, CHAMPION, Registry, registered_name, without_password
from hourtrail_models.serving_model import cache_folder, registered_scorer
from hourtrail_models.serving_report import serving_card, serving_report
from hourtrail_models.shipped import bundled_scorer

pytestmark = QUIET

TENANT = "acme"
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PASSED = {"passed": True, "reasons": [{"test": "rows", "passed": True, "words": "90 rows"}]}
REFUSED = {"passed": False, "reasons": [{"test": "calibrated", "passed": False, "words": "ECE 0.310, at most 0.050"}]}


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    """Three small rankers that answer differently, as artefacts."""
    folder = tmp_path_factory.mktemp("rankers")
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 5)
        for number in range(3):
            data = labelled(60, seed=number, strength=2.0 + number)
            scorer = fit_ranker(data.matrix, data.group, data.chosen, SPEC)
            manifest = Manifest(
                name="ranker", version=f"v{number}", created=NOW, spec=SPEC, encoder=bundled_encoder().fingerprint
            )
            made.append(write(folder / f"v{number}", manifest, artefact_files(scorer)))
    return made


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "store.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(tmp_path, empty_store):
    with open_store(f"sqlite:///{shutil.copy(empty_store, tmp_path / 'store.db')}") as opened:
        yield opened


@pytest.fixture
def registry(registry_uri):  # noqa: F811 - the fixture
    return Registry(registry_uri, registered_name("ranker", TENANT))


def register(registry, artefact, folder, *, gate=PASSED, author="eva", digest=""):
    """Each version from files of its own, so that a test may spoil them."""
    source = folder / f"source-{artefact.manifest.version}"
    if not source.exists():
        shutil.copytree(artefact.folder, source)
    return registry.register(
        source=str(source), run="", digest=digest or artefact.digest, author=author, features=SPEC.version, data="{}",
        gate=gate,
    )  # fmt: skip


def sign(registry, store, version, *, approver="max", alias=CHAMPION, **more):
    asked = Promotion(
        use_case="ranker", version=version.version, alias=alias, approver=approver, evidence="run report", **more
    )
    return promote(registry, store, TENANT, asked, now=NOW)


def test_a_signed_champion_serves_under_its_registered_name_and_digest(registry, store, artefacts, tmp_path):
    """MLL-08."""
    version = register(registry, artefacts[0], tmp_path)
    sign(registry, store, version)
    models = load_models(tenant=TENANT)
    ref = models.scorer.ref
    assert (ref.name, ref.version, ref.digest) == ("ranker.acme", "1", artefacts[0].digest)
    assert (models.degraded, models.notice) == ("", "")
    data = labelled(20, seed=9)
    same = bundled_scorer().probabilities(data.matrix, data.group)
    assert not np.array_equal(models.scorer.probabilities(data.matrix, data.group), same)
    assert load_models().scorer.ref == bundled_scorer().ref, "another tenant, or none, is not served by it"


def test_sign_off_stores_reviewer_evidence_and_due_date_and_the_trail_keeps_it(registry, store, artefacts, tmp_path):
    """GOV-07."""
    version = register(registry, artefacts[0], tmp_path)
    row = sign(registry, store, version, review_by=date(2026, 6, 1))
    assert (row.approver, row.author, row.evidence, row.digest) == ("max", "eva", "run report", artefacts[0].digest)
    assert not row.overdue(date(2026, 6, 1))
    assert row.overdue(date(2026, 6, 2))
    assert registry.sign_offs() == [row]
    with store.tenant(TENANT, read_only=True) as db:
        ((_, told),) = db.audit_payloads("person:model:promoted")
        assert told == row.as_json()
        assert db.verify_audit()[1] == []


def test_where_there_are_accounts_only_who_may_promote_and_roll_back_does(registry, store, artefacts, tmp_path):
    version = register(registry, artefacts[0], tmp_path)
    for login, role in (("max", Role.REVIEWER), ("nina", Role.ML_ENGINEER)):
        add_account(store, TENANT, NewAccount(login=login, roles=(role,)), "test", passwords=Passwords())
    with pytest.raises(
        MissingPermission, match="needs models:promote, which ml_engineer or admin has; max is reviewer"
    ):
        sign(registry, store, version)
    assert registry.at(CHAMPION) is None
    sign(registry, store, version, approver="nina")
    with pytest.raises(MissingPermission):
        roll_back(registry, store, TENANT, "max", "why", now=NOW)


def test_what_serves_is_told_with_its_signature_and_a_tampered_file_of_it_is_not(registry, store, artefacts, tmp_path):
    """MLL-08: the report names the digest that was signed for, or does not name one."""
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    models = load_models(tenant=TENANT)
    with store.tenant(TENANT, read_only=True) as db:
        told = serving_report(db, models, today=NOW.date())
    (row,) = [one for one in told["models"] if one["use_case"] == "ranker"]
    assert (row["source"], row["model"]["digest"], row["since"]) == (
        "registered",
        artefacts[0].digest,
        format_instant(NOW),
    )
    assert f"`{artefacts[0].digest}`" in serving_card(models, TENANT, "ranker")
    kept = cache_folder() / registry.name / artefacts[0].digest / "manifest.json"
    kept.write_bytes(kept.read_bytes() + b" ")
    with store.tenant(TENANT, read_only=True) as db:
        (spoiled,) = [
            one for one in serving_report(db, models, today=NOW.date())["models"] if one["use_case"] == "ranker"
        ]
    assert spoiled["source"] == "unverified"
    assert "the reviewed one is" in spoiled["why"]
    assert str(cache_folder()) not in spoiled["why"], "where the server keeps its files is nobody's business"


def test_an_overdue_review_is_flagged_in_the_list(registry, store, artefacts, tmp_path):
    """GOV-07."""
    sign(registry, store, register(registry, artefacts[0], tmp_path), review_by=date(2026, 5, 5))
    done = CliRunner().invoke(command, ["--tenant", TENANT], standalone_mode=False, catch_exceptions=False)
    assert done.return_value == OK
    assert "champion: promoted by max" in done.stdout
    assert "review due 2026-05-05 OVERDUE" in done.stdout
    listed = json.loads(CliRunner().invoke(command, ["--tenant", TENANT, "--json"], standalone_mode=False).stdout)
    (row,) = listed["registered"]
    assert (row["overdue"], row["aliases"], row["author"]) == (True, ["champion"], "eva")


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"approver": "EVA"}, NotAllowed, "author and approver are two people"),
        ({"approver": "system:refit"}, NotAllowed, "is a service"),
        ({"evidence": " "}, InvalidInput, "needs evidence"),
        ({"alias": "winner"}, InvalidInput, "is no alias"),
        ({"review_by": date(2026, 5, 4)}, InvalidInput, "not in the future"),
        ({"version": "7"}, NotFound, "no version '7'"),
        ({"use_case": "hiring"}, NotAllowed, "not on the allow-list"),
    ],
)
def test_a_promotion_that_may_not_be_changes_nothing(registry, store, artefacts, tmp_path, asked, error, words):
    """CNF-10, MLL-07, GOV-07."""
    register(registry, artefacts[0], tmp_path)
    whole = {"use_case": "ranker", "version": "1", "alias": CHAMPION, "approver": "max", "evidence": "report", **asked}
    with pytest.raises(error, match=words):
        promote(registry, store, TENANT, Promotion(**whole), now=NOW)
    assert registry.at(CHAMPION) is None
    with store.tenant(TENANT, read_only=True) as db:
        assert list(db.audit_events()) == []


def test_what_the_gate_refused_is_no_champion_but_may_answer_silently(registry, store, artefacts, tmp_path):
    """CLS-06."""
    version = register(registry, artefacts[0], tmp_path, gate=REFUSED)
    with pytest.raises(Conflict, match=r"did not come through the gate: calibrated: ECE 0\.310"):
        sign(registry, store, version)
    sign(registry, store, version, alias=CHALLENGER)
    assert registry.at(CHALLENGER).version == "1"
    with pytest.raises(NotAllowed, match="no run makes a champion"):
        propose(registry, store, TENANT, version, CHAMPION, now=NOW)


def test_rolling_back_is_one_act_down_to_the_fallback(registry, store, artefacts, tmp_path):
    """NEW-16."""
    for artefact in artefacts:
        sign(registry, store, register(registry, artefact, tmp_path))
    served = []
    for _ in range(3):
        served.append(load_models(tenant=TENANT).scorer.ref.version)
        roll_back(registry, store, TENANT, "max", "worse on Mondays", now=NOW)
    assert served == ["3", "2", "1"]
    models = load_models(tenant=TENANT)
    assert models.scorer.ref == bundled_scorer().ref
    assert "has no champion; the bundled model serves" in models.notice
    with pytest.raises(Conflict, match="no champion to roll back"):
        roll_back(registry, store, TENANT, "max", "", now=NOW)
    assert champions(registry.sign_offs()) == []


def spoil_alias(registry, _source):
    from mlflow import MlflowClient  # noqa: PLC0415 - a second

    client = MlflowClient(tracking_uri=registry.uri, registry_uri=registry.uri)
    client.set_registered_model_alias(registry.name, CHAMPION, "2")


def spoil_file(_registry, source):
    (source / "ranker.txt").write_bytes(b"tree\n")


def remove_file(_registry, source):
    (source / "calibration.json").unlink()


def spoil_manifest(_registry, source):
    text = (source / "manifest.json").read_text()
    (source / "manifest.json").write_text(text.replace('"v1"', '"v9"'))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_alias, "which nobody signed off"),
        (spoil_file, "was altered"),
        (remove_file, "is missing"),
        (spoil_manifest, "the reviewed one is"),
    ],
)
def test_the_old_model_goes_on_serving_when_the_new_one_cannot(
    registry, store, artefacts, tmp_path, caplog, spoil, words
):
    """BAD INPUT of issue 4: a wrong digest, an altered and a missing file, an alias that nobody signed for."""
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    assert load_models(tenant=TENANT).scorer.ref.version == "1"
    version = register(registry, artefacts[1], tmp_path)
    if spoil is not spoil_alias:
        sign(registry, store, version)
    spoil(registry, tmp_path / "source-v1")
    models = load_models(tenant=TENANT)
    assert (models.scorer.ref.version, models.scorer.ref.digest) == ("1", artefacts[0].digest)
    assert words in models.notice
    assert "ranker.acme 1 goes on serving" in models.notice
    assert models.degraded == ""


def test_features_of_another_version_leave_the_old_model_serving(registry, store, artefacts, tmp_path):
    """BAD INPUT of issue 4: an older feature spec."""
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    assert load_models(tenant=TENANT).notice == ""
    older = replace(SPEC, version="0", names=SPEC.names[:-1])
    manifest = replace(artefacts[1].manifest, spec=older, files={}, version="old")
    old = write(tmp_path / "old", manifest, dict(artefacts[1].files))
    sign(registry, store, register(registry, old, tmp_path))
    models = load_models(tenant=TENANT)
    assert models.scorer.ref.version == "1"
    assert "was made for the features 0" in models.notice


def test_a_registry_that_is_down_leaves_the_last_good_model(registry, store, artefacts, tmp_path, monkeypatch):
    """BAD INPUT of issue 4: the tracking server is down."""
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    assert load_models(tenant=TENANT).notice == ""
    monkeypatch.setenv("HOURTRAIL_REGISTRY", "http://127.0.0.1:9")
    models = load_models(tenant=TENANT)
    assert (models.scorer.ref.name, models.scorer.ref.version) == ("ranker.acme", "1")
    assert "the model registry at http://127.0.0.1:9 does not answer" in models.notice
    shutil.rmtree(tmp_path / "cache")
    models = load_models(tenant=TENANT)
    assert models.scorer.ref == bundled_scorer().ref
    assert "the bundled model serves" in models.notice
    done = CliRunner().invoke(command, ["--tenant", TENANT], standalone_mode=False, catch_exceptions=False)
    assert done.return_value == UNUSABLE
    assert "does not answer" in done.stderr


def test_a_champion_that_was_taken_back_does_not_return_when_the_registry_is_down(
    registry, store, artefacts, tmp_path, monkeypatch
):
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    assert load_models(tenant=TENANT).scorer.ref.version == "1"
    roll_back(registry, store, TENANT, "max", "wrong", now=NOW)
    assert load_models(tenant=TENANT).scorer.ref == bundled_scorer().ref
    monkeypatch.setenv("HOURTRAIL_REGISTRY", "http://127.0.0.1:9")
    assert load_models(tenant=TENANT).scorer.ref == bundled_scorer().ref


def test_an_unlisted_use_case_is_refused_and_the_allow_list_names_the_fallback(
    registry, store, artefacts, tmp_path, monkeypatch
):
    """CNF-10, MLL-07."""
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    listed = tmp_path / "use_cases.toml"
    monkeypatch.setenv("HOURTRAIL_USE_CASES", str(listed))
    listed.write_text('[encoder]\npurpose = "texts"\nowner = "ml"\nfallback = "rules"\n')
    with pytest.raises(NotAllowed, match="'ranker' is not on the allow-list"):
        registered_scorer(TENANT)
    models = load_models(tenant=TENANT)
    assert models.scorer.ref.name == "rules"
    assert "not on the allow-list" in models.degraded
    listed.write_text('[ranker]\npurpose = "work items"\nowner = "eva"\nfallback = "rules"\n')
    assert load_models(tenant=TENANT).scorer.ref.version == "1"
    roll_back(registry, store, TENANT, "max", "", now=NOW)
    models = load_models(tenant=TENANT)
    assert models.scorer.ref.name == "rules"
    assert "names the rules as fallback" in models.degraded
    listed.write_text('[ranker]\npurpose = "work items"\nowner = ""\nfallback = "rules"\n')
    with pytest.raises(InvalidInput, match="nobody owns this use case"):
        registered_scorer(TENANT)


def test_a_registry_that_does_not_answer_keeps_a_promotion_out_of_the_trail(registry, store, artefacts, tmp_path):
    version = register(registry, artefacts[0], tmp_path)
    down = Registry("http://127.0.0.1:9", registry.name)
    with pytest.raises(ModelUnavailable):
        promote(
            down, store, TENANT,
            Promotion(use_case="ranker", version=version.version, alias=CHAMPION, approver="max", evidence="x"), now=NOW,
        )  # fmt: skip
    with store.tenant(TENANT, read_only=True) as db:
        assert list(db.audit_events()) == []


def test_no_password_is_printed():
    assert without_password("postgresql://eva:s3cret@db/mlflow") == "postgresql://eva:***@db/mlflow"
    assert without_password("http://127.0.0.1:9") == "http://127.0.0.1:9"
    with pytest.raises(ModelUnavailable) as told:
        Registry("nonsense://eva:s3cret@db/mlflow", "ranker.acme").versions()
    assert "s3cret" not in str(told.value)


def test_names_of_tenants_that_the_registry_could_not_keep_stay_apart():
    assert registered_name("ranker", "acme") == "ranker.acme"
    assert registered_name("ranker", "a/b") != registered_name("ranker", "a:b")


def test_what_is_kept_on_the_disk_is_data_and_is_checked_again(registry, store, artefacts, tmp_path):
    sign(registry, store, register(registry, artefacts[0], tmp_path))
    assert load_models(tenant=TENANT).notice == ""
    kept = Path(tmp_path / "cache" / registry.name / artefacts[0].digest)
    assert load(kept, expected=artefacts[0].digest).files.keys() == artefacts[0].files.keys()
    (kept / "ranker.txt").write_text("spoiled")
    models = load_models(tenant=TENANT)
    assert models.scorer.ref == bundled_scorer().ref
    assert "was altered" in models.notice
