"""Made-up labelled pairs: groups of candidates of which one is right, by a law that the test knows."""

from dataclasses import dataclass

import numpy as np

from hourtrail.features import SPEC

SIGNAL, NOISE = "own_decay_7d", "hour"


@dataclass(frozen=True)
class Labelled:
    """``truth`` is the probability with which each row was drawn as the right one of its group."""

    matrix: np.ndarray
    group: np.ndarray
    chosen: np.ndarray
    truth: np.ndarray


def column(name: str) -> int:
    return SPEC.names.index(name)


def labelled(groups: int, seed: int, *, strength: float = 6.0) -> Labelled:
    """Groups of 2 to 6 candidates; P(row is right) = softmax(strength x SIGNAL). Everything else is unknown or noise."""
    drawn = np.random.default_rng(seed)
    sizes = drawn.integers(2, 7, size=groups)
    group = np.repeat(np.arange(groups) + 10, sizes)
    matrix = np.full((len(group), len(SPEC.names)), np.nan)
    matrix[:, column(SIGNAL)] = drawn.random(len(group))
    matrix[:, column(NOISE)] = drawn.integers(0, 24, size=len(group))
    weight = np.exp(strength * matrix[:, column(SIGNAL)])
    starts = np.cumsum(sizes) - sizes
    truth = weight / np.repeat(np.add.reduceat(weight, starts), sizes)
    # The row of the largest log-weight plus Gumbel noise is a draw from the softmax.
    perturbed = np.log(truth) + drawn.gumbel(size=len(group))
    chosen = perturbed == np.repeat(np.maximum.reduceat(perturbed, starts), sizes)
    return Labelled(matrix, group, chosen, truth)


def best_rows(score: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The row of the highest score in each group."""
    order = np.lexsort((-score, group))
    return order[np.flatnonzero(np.append(True, group[order][1:] != group[order][:-1]))]
