"""Array types and two small groupings that every feature group shares."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Keys: TypeAlias = NDArray[np.uint64]
Vectors: TypeAlias = NDArray[np.float32]
Terms: TypeAlias = "sparse.csr_array[np.float64, tuple[int, int]]"
Encode: TypeAlias = Callable[[Sequence[str]], Vectors]


def ranges(starts: Ints, counts: Ints) -> Ints:
    """The integers ``start .. start + count - 1`` of every range, one range after the other."""
    total = int(counts.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    begins = np.cumsum(counts) - counts
    return np.arange(total, dtype=np.int64) - np.repeat(begins - starts, counts)


def share(part: Floats, whole: Floats) -> Floats:
    """``part / whole``; NaN where the whole is zero, because nothing is known there."""
    out: Floats = np.full(part.shape, np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
