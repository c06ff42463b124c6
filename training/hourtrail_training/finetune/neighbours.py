"""How well vectors alone map work: the vote of a person's nearest confirmed entries, the backtest's strong simple baseline."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 400
NEAREST: Final = 25
"""25 of the last 400, as in ``knn_own_history`` (docs/reference/evaluation.md)."""


def vote_hits(
    people: Sequence[str],
    labels: NDArray[np.int64],
    instants: tuple[NDArray[np.float64], NDArray[np.float64]],
    vectors: NDArray[np.float32],
    measured: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether the vote named the right label, for each measured row; shape (measured rows,).

    ``instants`` say when each row was asked about and when its label became known; rows are in the order of the questions.
    Votes are weighted by cosine; only labels known at the time of the question vote. A row without any is wrong.
    """
    asked, known = instants
    hits: list[bool] = []
    order = np.argsort(known, kind="stable")
    told: dict[str, list[int]] = defaultdict(list)
    place = 0
    for row in range(len(labels)):
        while place < len(order) and known[order[place]] <= asked[row]:
            told[people[int(order[place])]].append(int(order[place]))
            place += 1
        if measured[row]:
            hits.append(_vote(told[people[row]][-WINDOW:], labels, vectors, row) == labels[row])
    return np.array(hits, dtype=np.bool_)


def _vote(rows: list[int], labels: NDArray[np.int64], vectors: NDArray[np.float32], asked: int) -> int:
    if not rows:
        return -1
    alike = vectors[rows] @ vectors[asked]
    nearest = np.argsort(-alike, kind="stable")[:NEAREST]
    votes: dict[int, float] = defaultdict(float)
    for place in nearest.tolist():
        votes[int(labels[rows[place]])] += max(float(alike[place]), 0.0)
    return max(votes, key=lambda label: votes[label])
