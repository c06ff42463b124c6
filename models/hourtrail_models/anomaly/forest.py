"""An isolation forest as plain arrays: fitted by scikit-learn, read and scored without a pickle.

Liu, Ting and Zhou, "Isolation Forest", ICDM 2008: what few random cuts set apart is rare.
"""

import io
from dataclasses import dataclass
from typing import Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from hourtrail.domain.errors import ModelUnavailable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TREES: Final = 100
SAMPLE: Final = 256
_SEED: Final = 20261121
_BLOCK: Final = 200_000
"""Rows that are scored together: a bound on memory."""
_MOST_RANKED: Final = 50_000
"""Rows that the forest is fitted on, and whose scores say what is rare."""
_FIRST_TREES: Final = 20
_SLACK: Final = 1.05
"""How much longer than the longest path of a rare row one may be, so that a sample's end is not taken for everybody's."""


@dataclass(frozen=True)
class Forest:
    """Nodes of all trees, one after the other. ``left`` is -1 at a leaf; ``depth`` is a leaf's path length.

    ``neutral`` stands in for an unknown value of each column; ``quantiles`` are the scores of the rows it was fitted on.
    """

    roots: Ints
    left: Ints
    right: Ints
    feature: Ints
    threshold: Floats
    depth: Floats
    neutral: Floats
    quantiles: Floats

    def scores(self, matrix: Floats) -> Floats:
        """The paper's score, 0..1: above one half is easier to set apart than the average row."""
        parts = [self._depths(self._filled(matrix[block]), self.roots) for block in _blocks(len(matrix))]
        return self._scored(np.concatenate(parts)) if parts else np.zeros(0)

    def tail(self, matrix: Floats, share: float) -> Floats:
        """How far a row lies in the rarest ``share`` of the fitted rows: 0 outside it, 1 at its end.

        Of more rows than say what is rare, most are out of it after a few trees: those whose paths are longer, by then, than
        those of any of the rows that are looked at in full and turn out rare.
        """
        if len(matrix) <= _MOST_RANKED:
            return self._rarity(self.scores(matrix), share)
        first, rest = self.roots[:_FIRST_TREES], self.roots[_FIRST_TREES:]
        some = self._filled(matrix[:: len(matrix) // _MOST_RANKED])
        early = self._depths(some, first)
        rare = self._rarity(self._scored(early + self._depths(some, rest)), share) > 0
        longest = _SLACK * float(early[rare].max(initial=0))
        out = np.zeros(len(matrix))
        for block in _blocks(len(matrix)):
            rows = self._filled(matrix[block])
            depth = self._depths(rows, first)
            left = np.flatnonzero(depth <= longest)
            out[block.start + left] = self._rarity(self._scored(depth[left] + self._depths(rows[left], rest)), share)
        return out

    def _filled(self, matrix: Floats) -> "NDArray[np.float32]":
        return np.where(np.isnan(matrix), self.neutral, matrix).astype(np.float32)

    def _scored(self, depth: Floats) -> Floats:
        return np.asarray(2 ** (-depth / (len(self.roots) * _average_path(SAMPLE))), dtype=np.float64)

    def _rarity(self, scores: Floats, share: float) -> Floats:
        rank = np.searchsorted(self.quantiles, scores) / max(len(self.quantiles), 1)
        return np.asarray(np.clip((rank - (1 - share)) / share, 0, 1), dtype=np.float64)

    def _depths(self, rows: "NDArray[np.float32]", roots: Ints) -> Floats:
        """Path lengths, summed over the trees with these roots."""
        total = np.zeros(len(rows))
        columns = np.ascontiguousarray(rows.T)
        # Node by node, each with the rows that reach it: columns are read in order, which is what large files need.
        waiting = [(int(root), np.arange(len(rows))) for root in roots]
        while waiting:
            node, reached = waiting.pop()
            if self.left[node] < 0:
                total[reached] += self.depth[node]
                continue
            low = columns[self.feature[node]][reached] <= self.threshold[node]
            for child, part in ((self.left[node], reached[low]), (self.right[node], reached[~low])):
                if len(part):
                    waiting.append((int(child), part))
        return total

    def to_bytes(self) -> bytes:
        """The arrays as one npz file."""
        stream = io.BytesIO()
        np.savez_compressed(stream, **{name: getattr(self, name) for name in self.__dataclass_fields__})
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Forest":
        """The forest that ``to_bytes`` wrote. Raises ModelUnavailable for anything else; nothing in it is executed."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise ModelUnavailable(f"the isolation forest cannot be read: {error}; reinstall the model") from error


def fit_forest(matrix: Floats) -> Forest:
    """A forest on these residuals; a column's unknown values count as its median, because not knowing is not rare."""
    # A larger file is represented by evenly spread rows: a tree sees 256 of them anyway.
    matrix = matrix if len(matrix) <= _MOST_RANKED else matrix[:: len(matrix) // _MOST_RANKED]
    known = ~np.isnan(matrix)
    neutral = np.array(
        [np.median(column[seen]) if seen.any() else 0.0 for column, seen in zip(matrix.T, known.T, strict=True)]
    )
    filled = np.where(known, matrix, neutral)
    fitted = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(filled)), random_state=_SEED).fit(filled)
    parts: dict[str, list[NDArray[np.generic]]] = {
        name: [] for name in ("left", "right", "feature", "threshold", "depth")
    }
    roots, offset = [], 0
    for estimator in fitted.estimators_:
        tree = estimator.tree_
        inner = tree.children_left >= 0
        parts["left"].append(np.where(inner, tree.children_left + offset, -1))
        parts["right"].append(np.where(inner, tree.children_right + offset, -1))
        parts["feature"].append(np.where(inner, tree.feature, 0))
        parts["threshold"].append(tree.threshold)
        parts["depth"].append(_depths(tree.children_left, tree.children_right, tree.n_node_samples))
        roots.append(offset)
        offset += len(inner)
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    forest = Forest(
        roots=np.array(roots, dtype=np.int64),
        left=joined["left"].astype(np.int64),
        right=joined["right"].astype(np.int64),
        feature=joined["feature"].astype(np.int64),
        threshold=joined["threshold"].astype(np.float64),
        depth=joined["depth"].astype(np.float64),
        neutral=neutral,
        quantiles=np.zeros(0),
    )
    return Forest(**{**forest.__dict__, "quantiles": np.sort(forest.scores(matrix))})


def _blocks(rows: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK)]


def _depths(left: Ints, right: Ints, samples: Ints) -> Floats:
    """Path length of each leaf: its depth, plus the average path that its rows would still need."""
    depth = np.zeros(len(left))
    for node in range(len(left)):
        if left[node] >= 0:
            depth[left[node]] = depth[right[node]] = depth[node] + 1
    return np.where(left >= 0, 0.0, depth + np.array([_average_path(int(count)) for count in samples]))


def _average_path(count: int) -> float:
    """Average path length of an unsuccessful search in a binary tree of ``count`` rows (equation 1 of the paper)."""
    if count <= 1:
        return 0.0
    if count == 2:
        return 1.0
    return 2 * (float(np.log(count - 1)) + float(np.euler_gamma)) - 2 * (count - 1) / count
