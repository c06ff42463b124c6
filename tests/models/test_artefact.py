"""A model artefact is data that loads only if every byte is the reviewed one."""

import hashlib
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.errors import Conflict, InvalidInput, ModelUnavailable
from hourtrail.domain.ports import FeatureSpec
from hourtrail_models import artefact
from hourtrail_models.artefact import Artefact, Manifest, TrainingData

SPEC = FeatureSpec(version="3", names=("text_similarity", "recency_days"))
MANIFEST = Manifest(
    name="ranker",
    version="1.0.0",
    created=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    spec=SPEC,
    encoder="all-MiniLM-L6-v2:int8:0123456789ab:384",
    libraries={"lightgbm": "4.7.0"},
    training_data=(TrainingData(name="openstack-switch", digest="ab" * 32, ends=date(2017, 12, 31), rows=1_000),),
    metrics={"top1": 0.78},
    about={"licence": "Apache-2.0"},
)
FILES = {"ranker.txt": "tree\nÄ".encode(), "calibration.json": b'{"temperature": 1.2}'}


@pytest.fixture
def model(tmp_path: Path) -> Artefact:
    return artefact.write(tmp_path / "ranker", MANIFEST, FILES)


def test_what_was_written_is_what_is_loaded(model: Artefact) -> None:
    loaded = artefact.load(model.folder)
    assert loaded == model
    assert dict(loaded.files) == FILES
    assert loaded.content("calibration.json") == FILES["calibration.json"]
    assert loaded.manifest.training_data == MANIFEST.training_data
    assert loaded.manifest.created == MANIFEST.created
    assert loaded.manifest.spec == SPEC


def test_digest_is_over_the_manifest_and_stands_in_the_reference(model: Artefact) -> None:
    assert model.digest == hashlib.sha256((model.folder / "manifest.json").read_bytes()).hexdigest()
    assert (model.ref.name, model.ref.version, model.ref.digest) == ("ranker", "1.0.0", model.digest)


def test_same_content_gives_the_same_digest_and_other_content_another(model: Artefact, tmp_path: Path) -> None:
    again = artefact.write(tmp_path / "again", MANIFEST, dict(reversed(FILES.items())))
    other = artefact.write(tmp_path / "other", MANIFEST, {**FILES, "ranker.txt": b"tree"})
    assert again.digest == model.digest
    assert other.digest != model.digest


def test_one_changed_byte_is_refused_and_the_folder_is_left_alone(model: Artefact) -> None:
    path = model.folder / "ranker.txt"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelUnavailable, match=r"ranker\.txt was altered"):
        artefact.load(model.folder)
    assert sorted(p.name for p in model.folder.iterdir()) == ["calibration.json", "manifest.json", "ranker.txt"]


def test_missing_file_and_missing_folder_are_named(model: Artefact, tmp_path: Path) -> None:
    (model.folder / "ranker.txt").unlink()
    with pytest.raises(ModelUnavailable, match=r"ranker\.txt is missing"):
        artefact.load(model.folder)
    with pytest.raises(ModelUnavailable, match=r"nowhere.manifest\.json is missing"):
        artefact.load(tmp_path / "nowhere")


def test_another_manifest_than_the_pinned_one_is_refused(model: Artefact) -> None:
    assert artefact.load(model.folder, expected=model.digest) == model
    with pytest.raises(ModelUnavailable, match="the reviewed one is 000000000000"):
        artefact.load(model.folder, expected="0" * 64)


def test_another_format_is_refused_by_number(model: Artefact) -> None:
    rewrite(model, format_version=2)
    with pytest.raises(ModelUnavailable, match="has the format 2, this version reads 1"):
        artefact.load(model.folder)


@pytest.mark.parametrize(
    "change",
    [{"metrics": {"top1": "high"}}, {"created": "2026-11-21T09:00:00"}, {"files": ["ranker.txt"]}, {"name": None}],
)
def test_a_manifest_with_wrong_values_is_refused_by_field(model: Artefact, change: dict[str, object]) -> None:
    rewrite(model, **change)
    with pytest.raises(ModelUnavailable, match=f"{next(iter(change))}.*reinstall"):
        artefact.load(model.folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "", ".hidden", "a/b", "manifest.json", "a\x00b"])
def test_a_manifest_cannot_point_outside_its_folder(model: Artefact, name: str) -> None:
    rewrite(model, files={name: "0" * 64})
    with pytest.raises(ModelUnavailable, match="not a plain file name"):
        artefact.load(model.folder)
    with pytest.raises(InvalidInput, match="plain file name"):
        artefact.write(model.folder.with_name("new"), MANIFEST, {name: b""})


@given(st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b"{}") | st.just(b"null"))
def test_any_bytes_in_place_of_the_manifest_are_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(ModelUnavailable, match=r"manifest\.json"):
        artefact.load(folder)


def test_a_pipe_or_an_endless_file_does_not_hang_the_reader(model: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact, "MAX_FILE_BYTES", 4)
    with pytest.raises(ModelUnavailable, match="larger than 4 bytes"):
        artefact.load(model.folder)
    (model.folder / "calibration.json").unlink()
    os.mkfifo(model.folder / "calibration.json")
    with pytest.raises(ModelUnavailable, match=r"calibration\.json is missing"):
        artefact.load(model.folder)


def test_a_model_is_never_replaced(model: Artefact) -> None:
    with pytest.raises(Conflict, match="models are never replaced"):
        artefact.write(model.folder, MANIFEST, {"ranker.txt": b"new"})
    assert artefact.load(model.folder) == model
    assert [p.name for p in model.folder.parent.iterdir()] == ["ranker"], "nothing half-written stays"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(artefact.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        artefact.write(tmp_path / "ranker", MANIFEST, FILES)
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_json_does_not_know_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        artefact.write(tmp_path / "ranker", Manifest(**{**as_arguments(), "metrics": {"top1": float("nan")}}), FILES)
    assert list(tmp_path.iterdir()) == []


def test_features_and_encoder_of_the_training_are_required(model: Artefact) -> None:
    model.require(spec=SPEC, encoder=MANIFEST.encoder)
    with pytest.raises(ModelUnavailable, match="made for the features 3, this version computes 4"):
        model.require(spec=FeatureSpec(version="4", names=SPEC.names), encoder=MANIFEST.encoder)
    with pytest.raises(ModelUnavailable, match="made for the features"):
        model.require(spec=FeatureSpec(version="3", names=SPEC.names[::-1]), encoder=MANIFEST.encoder)
    with pytest.raises(ModelUnavailable, match="not another:384"):
        model.require(spec=SPEC, encoder="another:384")


def test_a_file_that_the_model_does_not_have_is_named(model: Artefact) -> None:
    with pytest.raises(ModelUnavailable, match=r"has no file head\.txt"):
        model.content("head.txt")


def test_every_bundled_artefact_is_pinned_and_loads() -> None:
    folders = {path.name for path in artefact.BUNDLED.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(artefact.pinned_digests()) == folders
    assert all(artefact.load_bundled(name).manifest.files for name in folders)


def test_a_bundled_name_without_a_pin_is_refused(model: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact, "BUNDLED", model.folder.parent)
    (model.folder.parent / "digests.toml").write_text('other = "00"\n')
    with pytest.raises(ModelUnavailable, match="the reviewed one is not pinned"):
        artefact.load_bundled("ranker")


def test_installed_versions_are_recorded() -> None:
    assert artefact.library_versions("numpy").keys() == {"numpy"}


def as_arguments() -> dict[str, object]:
    return {name: getattr(MANIFEST, name) for name in Manifest.__dataclass_fields__}


def rewrite(model: Artefact, **changes: object) -> None:
    path = model.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
