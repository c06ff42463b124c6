"""The encoder beside the bare onnxruntime session that it drives, on the same texts."""

import statistics
import time
from pathlib import Path

import numpy as np
import onnxruntime

from hourtrail_models.artefact import load_bundled
from hourtrail_models.encoder import WEIGHTS, OnnxEncoder

TEXTS = (Path(__file__).parents[1] / "data" / "encoder" / "texts.txt").read_text(encoding="utf-8").splitlines()
ROUNDS = 7


def _bare(weights: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _fresh(seed: int) -> list[str]:
    """The same texts with a number behind each, so that no cache knows them."""
    return [f"{text} {seed}" for text in TEXTS]


def test_encoding_costs_little_more_than_the_bare_session():
    bundled = load_bundled("encoder")
    encoder, session = OnnxEncoder(bundled), _bare(bundled.content(WEIGHTS))
    ratios, speeds = [], []
    for seed in range(100, 100 + ROUNDS):
        texts = _fresh(seed)
        ids = [np.asarray([encoder._tokenizer.encode(text).ids], dtype=np.int64) for text in texts]
        # In turns and in processor time, so that a busy machine slows both alike.
        began = time.process_time()
        ours = encoder.encode(texts)
        between = time.process_time()
        theirs = np.concatenate([session.run(None, {"input_ids": row})[0] for row in ids])
        ended = time.process_time()
        assert np.array_equal(ours, theirs)
        ratios.append((between - began) / (ended - between))
        speeds.append(len(texts) / (between - began))
    ratio = statistics.median(ratios)
    print(  # noqa: T201 - what `make bench` shows
        f"\nencoder (tokenizer and cache included) / bare session on {len(TEXTS)} texts: {ratio:.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}), {statistics.median(speeds):.0f} texts per processor second"
    )
    assert ratio < 1.5


def test_a_known_text_costs_almost_nothing():
    encoder = OnnxEncoder(load_bundled("encoder"))
    texts = _fresh(99)
    began = time.process_time()
    first = encoder.encode(texts)
    between = time.process_time()
    again = encoder.encode(texts)
    ended = time.process_time()
    ratio = (ended - between) / (between - began)
    print(f"\na text from the cache / the same text encoded: {ratio:.4f}")  # noqa: T201 - as above
    assert np.array_equal(first, again)
    assert ratio < 0.05
