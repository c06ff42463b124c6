"""The fit itself, through sentence-transformers and torch; needs the [train] extra."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail_models.encoder import DIMENSION, MAX_CHARACTERS
from hourtrail_models.reference_encoder import reference_model_path
from hourtrail_training.finetune.triples import Triple

SCALE: Final = 20.0
"""Inverse temperature of the cosines, sentence-transformers' own default for ranking by in-batch negatives."""
CLIP: Final = 1.0
_NEVER: Final = -1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """How far the weights may move. Only the last ``layers`` transformer layers learn; embeddings stay as they are."""

    layers: int = 2
    batch: int = 32
    epochs: int = 1
    rate: float = 2e-5
    seed: int = 0
    threads: int = 1


def fine_tuned(
    texts: Sequence[str],
    labels: NDArray[np.int64],
    learned_from: Sequence[Triple],
    options: FitOptions,
    *,
    say: Callable[[str], None],
) -> Any:
    """A SentenceTransformer that ranks an anchor's positive above its own hard negative and the batch's other texts.

    Cross-entropy over cosines (van den Oord et al. 2018, InfoNCE); texts of the anchor's own label are no negatives.
    Raises ModelUnavailable without the [train] extra.
    """
    path = reference_model_path()
    import torch  # noqa: PLC0415 - 500 MB that only this needs
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - as above

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    model = SentenceTransformer(str(path), device="cpu")
    model.train()
    learning = _unfrozen(model, options.layers)
    batches = max(1, len(learned_from) // options.batch)
    optimiser = torch.optim.AdamW(learning, lr=options.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=options.rate, total_steps=batches * options.epochs, pct_start=0.1
    )
    random = np.random.default_rng(options.seed)
    for epoch in range(options.epochs):
        order, total = random.permutation(len(learned_from)), 0.0
        for number in range(batches):
            rows = [learned_from[place] for place in order[number * options.batch : (number + 1) * options.batch]]
            loss = _loss(model, texts, labels, rows)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, CLIP)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
            if number % 20 == 0:
                say(
                    f"epoch {epoch + 1} of {options.epochs}, batch {number + 1} of {batches}, mean loss {total / (number + 1):.3f}"
                )
    model.eval()
    return model


def encoded(model: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of shape (len(texts), 384); each distinct text is encoded once."""
    distinct = list(dict.fromkeys(_readable(text) for text in texts))
    place = {text: row for row, text in enumerate(distinct)}
    vectors = model.encode(distinct, normalize_embeddings=True, show_progress_bar=False, batch_size=64)
    out = np.asarray(vectors, dtype=np.float32)[[place[_readable(text)] for text in texts]]
    return out.reshape(len(texts), DIMENSION)


def save(model: Any, folder: Path) -> None:
    """Weights and tokenizer as sentence-transformers writes them."""
    model.save(str(folder))


def _unfrozen(model: Any, layers: int) -> list[Any]:
    """The parameters of the last ``layers`` layers; all others are held."""
    for parameter in model.parameters():
        parameter.requires_grad = False
    stack = model[0].auto_model.encoder.layer
    learning = [parameter for layer in stack[len(stack) - layers :] for parameter in layer.parameters()]
    for parameter in learning:
        parameter.requires_grad = True
    return learning


def _loss(model: Any, texts: Sequence[str], labels: NDArray[np.int64], rows: Sequence[Triple]) -> Any:
    import torch  # noqa: PLC0415 - imported by the caller already

    asked = _vectors(model, [texts[row.anchor] for row in rows])
    offered = [row.positive for row in rows] + [row.negative for row in rows]
    answers = _vectors(model, [texts[row] for row in offered])
    scores = SCALE * asked @ answers.T
    mine = torch.as_tensor(labels[[row.anchor for row in rows]])
    theirs = torch.as_tensor(labels[offered])
    places = torch.arange(len(rows))
    alike = mine[:, None] == theirs[None, :]
    alike[places, places] = False
    return torch.nn.functional.cross_entropy(scores.masked_fill(alike, _NEVER), places)


def _vectors(model: Any, texts: Sequence[str]) -> Any:
    import torch  # noqa: PLC0415 - imported by the caller already

    features = model.preprocess([_readable(text) for text in texts])
    return torch.nn.functional.normalize(model(features)["sentence_embedding"], dim=1)


def _readable(text: str) -> str:
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
