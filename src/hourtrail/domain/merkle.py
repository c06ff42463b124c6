"""Merkle tree heads over the audit trail, as RFC 6962 section 2.1 defines them: one hash stands for every row before it.

A leaf is an event's digest. A head noted outside proves two things later: that an event is among the first ``size`` rows
(inclusion), and that the trail of today begins with the trail of then (consistency), each by some twenty hashes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hourtrail.domain.errors import InvalidInput

EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""The root of no rows at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """The root over the first ``size`` events of a trail, and when it was taken."""

    size: int
    root: str
    at: datetime


@dataclass(slots=True)
class Frontier:
    """The tree's right edge: all that is needed to go on adding leaves, one hash for each bit of the size."""

    size: int = 0
    _edge: list[bytes] = field(default_factory=list)

    def add(self, digest: str) -> None:
        """The next event's digest, hexadecimal."""
        node, count = _leaf(digest), self.size
        while count & 1:
            node, count = _node(self._edge.pop(), node), count >> 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> str:
        """The root over everything added, hexadecimal."""
        if not self._edge:
            return EMPTY
        node = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            node = _node(left, node)
        return node.hex()


def root_of(digests: Iterable[str]) -> str:
    """The root over these digests."""
    frontier = Frontier()
    for digest in digests:
        frontier.add(digest)
    return frontier.root()


def inclusion_proof(digests: Sequence[str], index: int) -> list[str]:
    """The audit path of leaf ``index`` (from 0): PATH(m, D[n]) of RFC 6962 section 2.1.1, nearest hash first.

    Raises InvalidInput for an index outside.
    """
    if not 0 <= index < len(digests):
        raise InvalidInput(f"row {index + 1} is not among the {len(digests)} rows of the tree")
    path: list[str] = []
    begin, end = 0, len(digests)
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(root_of(digests[middle:end]))
            end = middle
        else:
            path.append(root_of(digests[begin:middle]))
            begin = middle
    return path[::-1]


def is_included(digest: str, index: int, head_size: int, path: Sequence[str], root: str) -> bool:
    """Whether ``path`` leads from leaf ``index`` to ``root`` (RFC 9162 section 2.1.3.2, the same tree)."""
    if not 0 <= index < head_size:
        return False
    place, last, node = index, head_size - 1, _leaf(digest)
    for step in map(bytes.fromhex, path):
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node.hex() == root


def consistency_proof(digests: Sequence[str], size: int) -> list[str]:
    """PROOF(m, D[n]) of RFC 6962 section 2.1.2: that the tree of ``digests`` begins with its first ``size`` leaves.

    Raises InvalidInput for a size outside 1..len(digests).
    """
    if not 1 <= size <= len(digests):
        raise InvalidInput(f"a tree of {len(digests)} rows has no beginning of {size}")
    proof: list[str] = []
    begin, end, whole = 0, len(digests), True
    while size < end - begin:
        middle = _split(end - begin)
        if size <= middle:
            proof.append(root_of(digests[begin + middle : end]))
            end = begin + middle
        else:
            proof.append(root_of(digests[begin : begin + middle]))
            begin, size, whole = begin + middle, size - middle, False
    if not whole:
        proof.append(root_of(digests[begin:end]))
    return proof[::-1]


def is_consistent(first: int, second: int, first_root: str, second_root: str, proof: Sequence[str]) -> bool:
    """Whether ``proof`` shows that the tree of ``second`` rows begins with that of ``first`` (RFC 9162 section 2.1.4.2)."""
    if not 1 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    steps = [bytes.fromhex(step) for step in proof]
    if first & (first - 1) == 0:
        steps.insert(0, bytes.fromhex(first_root))
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = _node(step, before), _node(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before.hex() == first_root and after.hex() == second_root


def _leaf(digest: str) -> bytes:
    # The prefixes keep a leaf from passing as a node (RFC 6962 section 2.1).
    return hashlib.sha256(b"\x00" + bytes.fromhex(digest)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
