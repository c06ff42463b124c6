"""Strings as stable 64-bit keys, so that columns compare and combine without a shared vocabulary.

The keys of a text are the same in every process and on every machine (BLAKE2b, not the interpreter's randomised hash).
Zero means "not stated" and never equals anything that was.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from hourtrail.domain.firm import WorkItem
from hourtrail.features.arrays import Keys

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(31)


@lru_cache(maxsize=1 << 18)
def key(text: str) -> int:
    """The key of ``text``; 0 for an empty one."""
    if not text:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1


def keys(texts: Iterable[str]) -> Keys:
    """The keys of many texts, shape (n,)."""
    return np.fromiter((key(text) for text in texts), dtype=np.uint64)


def folded(texts: Iterable[str]) -> Keys:
    """Keys that ignore case, for names that people and systems write differently."""
    return keys(text.casefold() for text in texts)


def item_key(item: WorkItem) -> int:
    """The key of a work item."""
    return key(f"{item.client}\x1f{item.project}\x1f{item.task}")


def combined(*parts: Keys) -> Keys:
    """One key for several taken together (splitmix64 steps); order matters."""
    result = np.zeros(np.broadcast_shapes(*(part.shape for part in parts)), dtype=np.uint64)
    for part in parts:
        result = (result ^ part) * _MIX + _STEP
        result ^= result >> _SHIFT
    return result
