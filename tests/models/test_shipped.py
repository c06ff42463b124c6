"""The bundled ranker answers only when every byte, the features and the encoder are those it was reviewed with."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.models.pairs import labelled

from hourtrail import wiring
from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import SPEC
from hourtrail.policy.bands import DEFAULT_POLICY
from hourtrail.wiring import load_models
from hourtrail_models import artefact, fitting, shipped
from hourtrail_models.artefact import Artefact, Manifest
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import fit_ranker
from hourtrail_models.ranker import artefact_files
from hourtrail_models.shipped import bundled_scorer

SUGGEST = Threshold(band=Band.SUGGEST, value=0.8, target_precision=0.9, basis="measured")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    rows = labelled(60, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "ROUNDS", 5)
        return artefact_files(replace(fit_ranker(rows.matrix, rows.group, rows.chosen, SPEC), thresholds=(SUGGEST,)))


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Artefact]]:
    """Bundles a ranker in place of the shipped one; the encoder stays the shipped one."""
    bundled_encoder()
    monkeypatch.setattr(artefact, "BUNDLED", tmp_path)
    shipped._loaded.cache_clear()

    def put(files: dict[str, bytes], **changes: object) -> Artefact:
        manifest = Manifest(
            name="ranker", version="9", created=datetime(2026, 11, 21, tzinfo=UTC), spec=SPEC,
            encoder=bundled_encoder().fingerprint,
        )  # fmt: skip
        written = artefact.write(tmp_path / "ranker", replace(manifest, **changes), files)
        (tmp_path / "digests.toml").write_text(f'ranker = "{written.digest}"\n')
        return written

    yield put
    shipped._loaded.cache_clear()


def test_the_bundled_ranker_answers(bundle, files) -> None:
    written = bundle(files)
    models = load_models()
    assert models.scorer.ref == written.ref
    assert models.encoder is bundled_encoder()
    assert models.degraded == ""
    assert models.policy.suggest == SUGGEST
    assert models.policy.prefill is None
    assert models.policy.version.endswith("ranker-9")
    assert bundled_scorer() is models.scorer


def _altered(folder: Path) -> None:
    with (folder / "ranker" / "ranker.txt").open("ab") as stream:
        stream.write(b" ")


def _another(folder: Path) -> None:
    (folder / "digests.toml").write_text(f'ranker = "{"0" * 64}"\n')


def _missing(folder: Path) -> None:
    shutil.rmtree(folder / "ranker")


def _not_pinned(folder: Path) -> None:
    (folder / "digests.toml").write_text("")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_altered, "was altered"),
        (_another, "the reviewed one is 0000"),
        (_missing, "is missing"),
        (_not_pinned, "digest"),
    ],
)
def test_a_damaged_bundle_leaves_the_rules_answering_and_saying_why(bundle, files, tmp_path, damage, words) -> None:
    bundle(files)
    damage(tmp_path)
    with pytest.raises(ModelUnavailable, match=words):
        bundled_scorer()
    _answered_by_rules(words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spec": FeatureSpec("0", SPEC.names)}, "made for the features 0"),
        ({"spec": None}, "made for the features none"),
        ({"encoder": "all-MiniLM-L6-v2:int8:000000000000:384"}, "with the encoder all-MiniLM-L6-v2:int8:000000000000"),
        ({"encoder": ""}, "with the encoder none"),
    ],
)
def test_other_features_or_vectors_leave_the_rules_answering(bundle, files, changes, words) -> None:
    bundle(files, **changes)
    _answered_by_rules(words)


def test_thresholds_that_make_no_policy_leave_the_rules_answering(bundle, files) -> None:
    calibration = files["calibration.json"].replace(b"0.8", b"1.8")
    assert calibration != files["calibration.json"]
    bundle({**files, "calibration.json": calibration})
    _answered_by_rules("descend")


@pytest.mark.parametrize("error", [OSError("libgomp.so.1: cannot open shared object file"), ImportError("no lightgbm")])
def test_a_library_that_cannot_be_loaded_leaves_the_rules_answering(monkeypatch, error) -> None:
    def fail() -> object:
        raise error

    def points(*, group: str, name: str) -> list[object]:
        broken = SimpleNamespace(name=name, value="hourtrail_models.shipped:bundled_scorer", load=fail)
        return [broken] if name == "scorer" else list(found(group=group, name=name))

    found = wiring.entry_points
    monkeypatch.setattr(wiring, "entry_points", points)
    _answered_by_rules(str(error))


def _answered_by_rules(words: str) -> None:
    models = load_models()
    assert models.scorer.ref.name == "rules"
    assert words in models.degraded
    assert models.encoder is bundled_encoder()
    assert models.policy == DEFAULT_POLICY


def test_what_this_version_ships_is_whole() -> None:
    pinned = artefact.pinned_digests()
    assert "encoder" in pinned
    for name, digest in pinned.items():
        assert artefact.load_bundled(name).digest == digest
    if "ranker" in pinned:
        assert load_models().scorer.ref.digest == pinned["ranker"]


def test_a_use_case_that_is_not_listed_leaves_the_rules_answering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CNF-10: the bundled model is refused too."""
    (tmp_path / "use_cases.toml").write_text("")
    monkeypatch.setenv("HOURTRAIL_USE_CASES", str(tmp_path / "use_cases.toml"))
    models = load_models()
    assert models.scorer.ref.name == "rules"
    assert "the use case 'ranker' is not on the allow-list (which is empty)" in models.degraded
