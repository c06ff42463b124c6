"""The bundled text encoder: MiniLM-L6 as ONNX with int8 weights, run by onnxruntime without torch.

One text is one run. Dynamic int8 quantisation scales the activations of a whole batch by its largest value, so in a batch
a vector would depend on the texts beside it, and a cache by text digest would hold answers that cannot be repeated.
On a CPU a batch gains little for texts of ten words (docs/reference/encoder.md has the numbers).
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import ModelUnavailable
from hourtrail.domain.identity import text_digest
from hourtrail_models.artefact import Artefact, load_bundled

DIMENSION: Final = 384
MAX_TOKENS: Final = 256  # what the model was trained with; sentence-transformers cuts at the same place
MAX_CHARACTERS: Final = 16_384  # bounds the tokenizer's time; 256 tokens of prose are about 1,200 characters
CACHED_VECTORS: Final = 20_000  # 1.5 kB each
WEIGHTS: Final = "model.int8.onnx"
TOKENIZER: Final = "tokenizer.json"
_SPECIAL_TOKENS: Final = 2  # [CLS] and [SEP] stand around every text, also around an empty one


class OnnxEncoder:
    """Implements ``hourtrail.domain.ports.Encoder`` on a verified artefact.

    The same text gives the same vector on one machine, whatever is encoded beside it. A text without a word that the
    tokenizer knows how to cut (empty, blank, control characters) gives zeros. Safe to share between threads.
    Raises ModelUnavailable when onnxruntime cannot run the weights.
    """

    dimension = DIMENSION

    def __init__(self, artefact: Artefact, *, threads: int = 1) -> None:
        """``threads`` of one run; 1 is best where processes scale, more only oversubscribe the cores."""
        weights, tokenizer = artefact.content(WEIGHTS), artefact.content(TOKENIZER)
        self.fingerprint = fingerprint(artefact)
        self._session = _session(weights, threads)
        self._tokenizer = _tokenizer(tokenizer)
        self._lock = threading.Lock()
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), 384), each of length 1 (zeros for a text without words)."""
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def _vector(self, text: str) -> NDArray[np.float32]:
        digest = text_digest(text)
        with self._lock:
            known = self._vectors.get(digest)
            if known is not None:
                self._vectors.move_to_end(digest)
                return known
        vector = self._run(text)
        with self._lock:
            self._vectors[digest] = vector
            if len(self._vectors) > CACHED_VECTORS:
                self._vectors.popitem(last=False)
        return vector

    def _run(self, text: str) -> NDArray[np.float32]:
        readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()  # a lone surrogate is no text
        ids = self._tokenizer.encode(readable).ids
        if len(ids) <= _SPECIAL_TOKENS:
            return np.zeros(DIMENSION, dtype=np.float32)
        (vectors,) = self._session.run(None, {"input_ids": np.asarray([ids], dtype=np.int64)})
        return np.asarray(vectors[0], dtype=np.float32)


def fingerprint(artefact: Artefact) -> str:
    """``all-MiniLM-L6-v2:int8:<12 digits>:384``; the digits are of the SHA-256 over weights and tokenizer digests."""
    digests = artefact.manifest.files
    both = hashlib.sha256(f"{digests[WEIGHTS]} {digests[TOKENIZER]}".encode()).hexdigest()
    return f"{artefact.manifest.name}:int8:{both[:12]}:{DIMENSION}"


@lru_cache(maxsize=1)
def bundled_encoder() -> OnnxEncoder:
    """The encoder of this installation, loaded and verified once. Raises ModelUnavailable."""
    return OnnxEncoder(load_bundled("encoder"))


def _session(weights: bytes, threads: int) -> Any:  # onnxruntime has no types
    import onnxruntime  # noqa: PLC0415 - rules alone must not pay for loading it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; standard error belongs to the command line
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions share no base class but this
        raise ModelUnavailable(
            f"onnxruntime {onnxruntime.__version__} cannot run the text encoder: {error}; reinstall hourtrail"
        ) from error


def _tokenizer(data: bytes) -> Any:  # tokenizers has no types
    from tokenizers import Tokenizer  # noqa: PLC0415 - as above

    tokenizer = Tokenizer.from_buffer(data)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
