"""Make the bundled encoder from the upstream weights: ``python -m hourtrail_training.export_encoder --out DIR``.

Upstream is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) at one revision, whose files are compared with pinned
digests before use. The result is measured against sentence-transformers and refused when it is not faithful.
"""

import argparse
import hashlib
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import HourtrailError, ModelUnavailable
from hourtrail_models import artefact
from hourtrail_models.artefact import Artefact, Manifest
from hourtrail_models.encoder import TOKENIZER, WEIGHTS, OnnxEncoder
from hourtrail_models.reference_encoder import WEIGHTS_SHA256, SentenceTransformerEncoder, reference_model_path

REVISION: Final = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
UPSTREAM: Final = {
    "model.safetensors": WEIGHTS_SHA256,
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
# The lowest cosine to the reference on any text, the mean, and the share of texts with the same nearest neighbour.
FLOORS: Final = {"cosine_min": 0.95, "cosine_mean": 0.99, "nearest_neighbour": 0.80}
TEXTS: Final = Path(__file__).with_name("fidelity_texts.txt")
GOLDEN_TEXTS: Final = 64
NOTICE: Final = (
    "This folder holds all-MiniLM-L6-v2, Copyright the sentence-transformers authors, licensed under the Apache License,\n"
    f"Version 2.0: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, revision {REVISION}.\n"
    "Changed by Hourtrail: converted to ONNX with pooling and normalisation, weights quantised to int8.\n"
    "The licence text is the file LICENSE of the Hourtrail distribution.\n"
)


def check_upstream(folder: Path) -> None:
    """Compare the upstream files with their pinned digests. Raises ModelUnavailable."""
    for name, pinned in UPSTREAM.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != pinned:
            raise ModelUnavailable(f"{folder / name} has the SHA-256 {found}, not {pinned}; these are other weights")


def fidelity(vectors: NDArray[np.float32], reference: NDArray[np.float32]) -> dict[str, float]:
    """How near unit vectors (n, d) are to the reference: cosine, and agreement on the nearest neighbour among the n."""
    cosine = np.sum(vectors * reference, axis=1)
    return {
        "cosine_min": round(float(cosine.min()), 4),
        "cosine_mean": round(float(cosine.mean()), 4),
        "nearest_neighbour": round(float(np.mean(_nearest(vectors) == _nearest(reference))), 4),
        "texts": float(len(vectors)),
    }


def check_fidelity(measured: dict[str, float]) -> None:
    """Refuse an unfaithful export. Raises ModelUnavailable."""
    low = {name: measured[name] for name, floor in FLOORS.items() if measured[name] < floor}
    if low:
        raise ModelUnavailable(f"the exported encoder is not faithful: {low}, the floors are {FLOORS}; it was not kept")


def export(out: Path, texts: list[str]) -> tuple[Artefact, NDArray[np.float32]]:
    """Write the artefact; returns it with the reference vectors of ``texts``, shape (len(texts), 384)."""
    upstream = reference_model_path()
    check_upstream(upstream)
    from hourtrail_training import minilm_graph  # noqa: PLC0415 - needs torch; what stands above does not

    with tempfile.TemporaryDirectory() as work:
        exact, small = Path(work, "model.onnx"), Path(work, WEIGHTS)
        minilm_graph.export(upstream, exact)
        minilm_graph.quantise(exact, small)
        files = {
            WEIGHTS: small.read_bytes(),
            TOKENIZER: (upstream / TOKENIZER).read_bytes(),
            "NOTICE": NOTICE.encode(),
        }
        reference = SentenceTransformerEncoder().encode(texts)
        trial = artefact.write(Path(work, "trial"), _manifest({}), files)
        measured = fidelity(OnnxEncoder(trial).encode(texts), reference)
    check_fidelity(measured)
    return artefact.write(out, _manifest(measured), files), reference


def read_texts(path: Path) -> list[str]:
    """The lines of a text file; a line that begins with # is a remark."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def write_golden(folder: Path, texts: list[str], reference: NDArray[np.float32]) -> None:
    """Every n-th text and its reference vector in float16, for tests without torch."""
    chosen = np.linspace(0, len(texts) - 1, GOLDEN_TEXTS).astype(int)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "reference.npz", vectors=reference[chosen].astype(np.float16))
    lines = "".join(f"{texts[row]}\n" for row in chosen)
    (folder / "texts.txt").write_text(lines, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 = written, 2 = refused with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m hourtrail_training.export_encoder", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the artefact; must not exist yet")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="texts to measure fidelity on, one a line")
    parser.add_argument("--golden", type=Path, help="also write reference vectors for the tests into this folder")
    options = parser.parse_args(arguments)
    try:
        texts = read_texts(options.texts)
        made, reference = export(options.out, texts)
    except (HourtrailError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line
        return 2
    if options.golden:
        write_golden(options.golden, texts, reference)
    print(f'encoder = "{made.digest}"  # {dict(made.manifest.metrics)}')  # noqa: T201 - the line for digests.toml
    return 0


def _manifest(metrics: dict[str, float]) -> Manifest:
    libraries = artefact.library_versions(
        "torch", "transformers", "sentence-transformers", "onnx", "onnxscript", "onnxruntime", "tokenizers"
    )
    return Manifest(
        name="all-MiniLM-L6-v2",
        version="1.0.0",
        created=datetime.now(UTC).replace(microsecond=0),
        libraries=libraries,
        metrics=metrics,
        about={
            "upstream": "sentence-transformers/all-MiniLM-L6-v2",
            "upstream_revision": REVISION,
            "upstream_weights_sha256": WEIGHTS_SHA256,
            "licence": "Apache-2.0",
            "quantisation": "int8 weights per channel, dynamic activations, one text a run",
        },
    )


def _nearest(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    nearest: NDArray[np.int64] = similarity.argmax(axis=1)
    return nearest


if __name__ == "__main__":
    sys.exit(main())
