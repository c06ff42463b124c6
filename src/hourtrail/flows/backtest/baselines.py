"""What must be beaten, under the same label delay and split: copying, the majority, neighbours, a frozen text model."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.ports import TextModel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE: Final = -1


class LastLabels:
    """For each row, the last three distinct labels known by then within a group (a person, a container, everybody)."""

    def __init__(self, groups: Sequence[str], labels: Ints, asked: Floats, known: Floats) -> None:
        order = np.argsort(known, kind="stable")
        recent: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=3))
        self.last = np.full((len(labels), 3), NONE, dtype=np.int64)
        place = 0
        for row in range(len(labels)):
            while place < len(order) and known[order[place]] <= asked[row]:
                told = int(order[place])
                seen, label = recent[groups[told]], int(labels[told])
                if label in seen:
                    seen.remove(label)
                seen.appendleft(label)
                place += 1
            for position, label in enumerate(recent[groups[row]]):
                self.last[row, position] = label

    def score(self, labels: Ints, measured: Bools) -> dict[str, float | None]:
        """``top1`` and ``top3`` on the measured rows."""
        hits = self.last[measured] == labels[measured][:, None]
        if not len(hits):
            return {"top1": None, "top3": None}
        return {"top1": float(hits[:, 0].mean()), "top3": float(hits.any(axis=1).mean())}


def majority(labels: Ints, asked: Floats, known: Floats, measured: Bools) -> dict[str, float | None]:
    """The label confirmed most often so far, by everybody."""
    order = np.argsort(known, kind="stable")
    counts: Counter[int] = Counter()
    place, first, third, total = 0, 0, 0, 0
    best: list[int] = []
    for row in range(len(labels)):
        before = place
        while place < len(order) and known[order[place]] <= asked[row]:
            counts[int(labels[order[place]])] += 1
            place += 1
        if place != before:
            best = [label for label, _ in counts.most_common(3)]
        if measured[row]:
            total += 1
            first += bool(best) and best[0] == labels[row]
            third += int(labels[row]) in best
    return {"top1": first / total if total else None, "top3": third / total if total else None}


def ranked_hits(ranking: Ints, labels: Ints) -> dict[str, float | None]:
    """``ranking`` holds up to three labels a measured row, best first; ``labels`` the right ones."""
    if not len(labels):
        return {"top1": None, "top3": None}
    hits = ranking == labels[:, None]
    return {"top1": float(hits[:, 0].mean()), "top3": float(hits.any(axis=1).mean())}


def frozen_text_model(
    model: TextModel, texts: Sequence[str], labels: Ints, *, known: Floats, split_at: float, measured: Bools
) -> dict[str, Any]:
    """TF-IDF 1-2 grams and logistic regression, fitted once on what was known at the split, then never again."""
    rows = np.flatnonzero(known <= split_at).tolist()
    asked = np.flatnonzero(measured).tolist()
    if not rows or not asked or len(np.unique(labels[rows])) < 2:
        return {"top1": None, "top3": None}
    ranking = model([texts[row] for row in rows], labels[rows].tolist(), [texts[row] for row in asked])
    return ranked_hits(ranking, labels[asked])
