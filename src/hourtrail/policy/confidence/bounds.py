"""Exact bounds of a share, and how far above a promise one has to aim."""

from math import sqrt
from typing import Final

QUANTILE: Final = 1.645
"""One-sided 95 % of the normal distribution."""


def lower(right: int, shown: int, confidence: float = 0.95) -> float:
    """The one-sided lower bound of Clopper and Pearson (1934); 0 where nothing was right."""
    return _beta_quantile(right, shown - right + 1, 1 - confidence) if right else 0.0


def upper(right: int, shown: int, confidence: float = 0.95) -> float:
    """The one-sided upper bound; 1 where nothing was wrong."""
    return 1.0 if right >= shown else _beta_quantile(right + 1, shown - right, confidence)


def _beta_quantile(one: int, other: int, share: float) -> float:
    from scipy.special import betaincinv  # noqa: PLC0415 - a tenth of a second, that no start has to take

    return float(betaincinv(one, other, share))


def headroom(promise: float, shown: int) -> float:
    """The precision to aim at so that a quarter with ``shown`` answers keeps ``promise`` 19 times in 20.

    The smallest p with ``p - 1.645 sqrt(p (1 - p) / n) >= promise`` (normal approximation, docs/explanation/confidence.md):
    the larger root of ``(n + z^2) p^2 - (2 n promise + z^2) p + n promise^2``. 100 shown: .976, 300: .967, 1,000: .960.
    """
    square = QUANTILE**2
    half = 2 * shown * promise + square
    root = sqrt(half * half - 4 * (shown + square) * shown * promise * promise)
    return (half + root) / (2 * (shown + square))


def still_needed(right: int, shown: int, promise: float, confidence: float = 0.95, most: int = 5_000) -> int | None:
    """How many further audited answers, all of them right, would bring the lower bound to ``promise``; None beyond ``most``."""
    if shown and lower(right, shown, confidence) >= promise:
        return 0
    low, high = 0, most
    if lower(right + most, shown + most, confidence) < promise:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if lower(right + middle, shown + middle, confidence) >= promise:
            high = middle
        else:
            low = middle
    return high
