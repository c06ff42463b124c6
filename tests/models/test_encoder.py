"""The bundled encoder against sentence-transformers' own vectors, and against whatever people type into a calendar."""

import sys
import threading
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import Encoder
from hourtrail_models import artefact, encoder
from hourtrail_models.encoder import OnnxEncoder, bundled_encoder

GOLDEN = Path(__file__).parents[1] / "data" / "encoder"
TEXTS = (GOLDEN / "texts.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    with np.load(GOLDEN / "reference.npz") as arrays:
        return arrays["vectors"].astype(np.float32)


@pytest.fixture
def fresh() -> OnnxEncoder:
    """An encoder that has seen no text yet."""
    return OnnxEncoder(artefact.load_bundled("encoder"))


def test_vectors_are_those_of_sentence_transformers(reference: np.ndarray) -> None:
    vectors = bundled_encoder().encode(TEXTS)
    cosine = np.sum(vectors * reference, axis=1)
    assert cosine.min() > 0.95
    assert cosine.mean() > 0.99
    similarity = [matrix @ matrix.T for matrix in (vectors, reference)]
    assert np.corrcoef(similarity[0].ravel(), similarity[1].ravel())[0, 1] > 0.99


def test_meaning_is_nearer_than_words() -> None:
    text, same, other = bundled_encoder().encode(
        [
            "Fix login bug of the customer portal",
            "Repair sign-in error on client website",
            "Portal of the old cathedral",
        ]
    )
    assert text @ same > text @ other + 0.2


def test_it_is_an_encoder_with_the_fingerprint_of_its_weights() -> None:
    bundled: Encoder = bundled_encoder()
    assert bundled is bundled_encoder()
    assert bundled.dimension == 384
    name, precision, digits, dimension = bundled.fingerprint.split(":")
    assert (name, precision, dimension) == ("all-MiniLM-L6-v2", "int8", "384")
    assert len(digits) == 12
    assert set(digits) <= set("0123456789abcdef")


def test_other_weights_or_another_tokenizer_give_another_fingerprint(tmp_path: Path) -> None:
    bundled = artefact.load_bundled("encoder")
    for changed in (encoder.WEIGHTS, encoder.TOKENIZER):
        files = {**bundled.files, changed: bundled.files[changed] + b" "}
        other = artefact.write(tmp_path / changed, bundled.manifest, files)
        assert encoder.fingerprint(other) != encoder.fingerprint(bundled)


def test_a_vector_does_not_depend_on_the_texts_beside_it(fresh: OnnxEncoder) -> None:
    alone = np.array([OnnxEncoder(artefact.load_bundled("encoder")).encode([text])[0] for text in TEXTS[:3]])
    together = fresh.encode([*TEXTS[3:], "x " * 400, *TEXTS[:3]])[-3:]
    assert np.array_equal(alone, together)


def test_a_second_call_and_a_forgotten_text_give_the_same_vector(
    fresh: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "CACHED_VECTORS", 2)
    first = fresh.encode(TEXTS[:4])
    assert np.array_equal(fresh.encode(TEXTS[:4]), first)
    assert len(fresh._vectors) == 2


def test_a_caller_cannot_change_what_the_next_one_gets(fresh: OnnxEncoder) -> None:
    before = fresh.encode(TEXTS[:1]).copy()
    fresh.encode(TEXTS[:1])[:] = 0
    assert np.array_equal(fresh.encode(TEXTS[:1]), before)


def test_threads_share_one_encoder(fresh: OnnxEncoder) -> None:
    expected = bundled_encoder().encode(TEXTS[:16])
    found: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: found.append(fresh.encode(TEXTS[:16]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(vectors, expected) for vectors in found)


@pytest.mark.parametrize("text", ["", " \t\n", "\x00\x01\x7f", "\u200b"])
def test_a_text_without_words_gives_zeros(text: str) -> None:
    assert not bundled_encoder().encode([text]).any()


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "word " * 200_000, "\ud800", "\ud800 Planung", "😀" * 500, "日本語の会議", "٣"]
)
def test_odd_texts_give_one_unit_vector(text: str) -> None:
    vector = bundled_encoder().encode([text])
    assert vector.shape == (1, 384)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector[0]) == pytest.approx(1, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec=None), max_size=40), max_size=3))
def test_any_text_gives_a_unit_vector_or_zeros(texts: list[str]) -> None:
    vectors = bundled_encoder().encode(texts)
    assert vectors.shape == (len(texts), 384)
    assert all(norm == pytest.approx(1, abs=1e-5) or norm == 0 for norm in np.linalg.norm(vectors, axis=1))


def test_what_stands_after_the_last_token_is_not_read() -> None:
    long = "plan review deploy " * 200
    assert np.array_equal(*bundled_encoder().encode([long + "invoice", long + "holiday"]))


def test_weights_that_onnxruntime_cannot_run_are_refused_in_words(tmp_path: Path) -> None:
    bundled = artefact.load_bundled("encoder")
    broken = artefact.write(tmp_path / "broken", bundled.manifest, {**bundled.files, encoder.WEIGHTS: b"not a graph"})
    with pytest.raises(ModelUnavailable, match="cannot run the text encoder"):
        OnnxEncoder(broken)


def test_importing_the_module_does_not_load_onnxruntime() -> None:
    code = "import sys, hourtrail_models.encoder; sys.exit('onnxruntime' in sys.modules or 'tokenizers' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
