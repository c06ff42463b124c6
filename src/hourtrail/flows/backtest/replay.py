"""Predict every row before its label is revealed; refit on what was known; fix each threshold before it is used."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.ports import Refitter, Scorer, ThresholdSelector
from hourtrail.features import SPEC, Pairs
from hourtrail.flows.backtest.benchmark import Benchmark
from hourtrail.flows.backtest.metrics import Ranked
from hourtrail.flows.backtest.world import World

CHUNK: Final = 2_000
"""Rows a matrix: 2,000 rows of 30 candidates and 75 features are 36 MB."""
WARM_UP: Final = 6_000
"""Rows before the split that are predicted too, so that the first threshold rests on outcomes."""
TRAIN_ROWS: Final = 12_000
"""Newest labelled rows that a refit reads."""
FEWEST_TO_REFIT: Final = 300
WINDOW: Final = 3_000
"""Newest known outcomes behind a threshold (docs/explanation/measured-choices.md: 1,000 to 3,000)."""
DAY: Final = 86_400.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Outcome:
    """What was predicted for every row from ``first`` on; rows before are only history."""

    first: int
    rank: Ints
    truth: Floats
    top: Floats
    none_top: Bools
    shown: Bools
    knn: Ints
    models: list[str] = field(default_factory=list)

    @classmethod
    def blank(cls, first: int, count: int) -> "Outcome":
        """Nothing predicted yet."""
        flags = np.zeros(count, dtype=np.bool_)
        zeros = np.zeros(count)
        return cls(
            first,
            np.zeros(count, dtype=np.int64),
            zeros,
            zeros.copy(),
            flags,
            flags.copy(),
            np.full((count, 3), -1, dtype=np.int64),
        )

    def ranked(self, rows: Ints, unseen: Bools) -> Ranked:
        """The measured rows."""
        return Ranked(
            rank=self.rank[rows],
            truth=self.truth[rows],
            top=self.top[rows],
            none_top=self.none_top[rows],
            unseen=unseen[rows],
        )


@dataclass(slots=True)
class Replay:
    """One run. Without a refitter the first scorer stays in place; thresholds are still renewed every ``refit_days``."""

    rows: Benchmark
    world: World
    scorer: Scorer
    refitter: Refitter | None
    selector: ThresholdSelector
    refit_days: float
    target_precision: float
    progress: Callable[[int, int], None]
    _kept: list[tuple[int, NDArray[np.float32], Pairs]] = field(default_factory=list)

    def run(self, split: int) -> Outcome:
        """Predict from some rows before ``split`` to the end."""
        begin = max(0, split - WARM_UP)
        outcome = Outcome.blank(begin, len(self.rows))
        if self.refitter is not None:
            for first in range(max(0, begin - TRAIN_ROWS), begin, CHUNK):
                self._keep(first, *self.world.features(first, min(first + CHUNK, begin)))
        row = begin
        while row < len(self.rows):
            instant = self.rows.asked[row]
            if self.refitter is not None:
                self._refit(self.refitter, instant)
            threshold = self._threshold(outcome, instant)
            until = instant + self.refit_days * DAY
            last = int(np.searchsorted(self.rows.asked, until, side="left"))
            outcome.models.append(f"{self.scorer.ref.name} {self.scorer.ref.version}")
            self._predict(outcome, row, max(last, row + 1), threshold)
            row = max(last, row + 1)
        return outcome

    def _keep(self, first: int, matrix: NDArray[np.float64], pairs: Pairs) -> None:
        self._kept.append((first, matrix.astype(np.float32), pairs))
        while sum(int(kept.query[-1]) + 1 for _, _, kept in self._kept[1:]) > TRAIN_ROWS:
            self._kept.pop(0)

    def _refit(self, refitter: Refitter, instant: float) -> None:
        """Fit on the newest kept rows whose label was known by ``instant``; too few leave the scorer as it is."""
        matrices, groups, chosen = [], [], []
        for first, matrix, pairs in self._kept:
            rows = first + pairs.query
            use = self.rows.known[rows] <= instant
            matrices.append(matrix[use])
            groups.append(rows[use])
            chosen.append(self.world.right(first, pairs)[use])
        if not matrices:
            return
        group = np.concatenate(groups)
        if len(np.unique(group)) < FEWEST_TO_REFIT:
            return
        wide = np.concatenate(matrices).astype(np.float64)
        self.scorer = refitter(wide, group, np.concatenate(chosen), SPEC)

    def _threshold(self, outcome: Outcome, instant: float) -> float | None:
        """The lowest confidence that kept the target on the newest outcomes known by ``instant``."""
        rows = np.arange(outcome.first, len(self.rows))
        rows = rows[(self.rows.asked[rows] < instant) & (self.rows.known[rows] <= instant)]
        newest = rows[np.argsort(self.rows.known[rows], kind="stable")][-WINDOW:]
        newest = newest[~outcome.none_top[newest]]
        if not len(newest):
            return None
        return self.selector(outcome.top[newest], outcome.rank[newest] == 1, target=self.target_precision)

    def _predict(self, outcome: Outcome, first: int, last: int, threshold: float | None) -> None:
        for begin in range(first, last, CHUNK):
            end = min(begin + CHUNK, last)
            matrix, pairs = self.world.features(begin, end)
            probabilities = self.scorer.probabilities(matrix, pairs.query)
            self._write(outcome, begin, pairs, probabilities=probabilities, matrix=matrix, threshold=threshold)
            if self.refitter is not None:
                self._keep(begin, matrix, pairs)
            self.progress(end - outcome.first, len(self.rows) - outcome.first)

    def _write(
        self,
        outcome: Outcome,
        first: int,
        pairs: Pairs,
        *,
        probabilities: Floats,
        matrix: Floats,
        threshold: float | None,
    ) -> None:
        count = int(pairs.query[-1]) + 1
        rows = first + np.arange(count)
        order = np.lexsort((-probabilities, pairs.query))
        starts = np.searchsorted(pairs.query, np.arange(count))
        best = order[starts]
        outcome.top[rows] = probabilities[best]
        outcome.none_top[rows] = pairs.item[best] == self.world.none
        hit = np.flatnonzero(pairs.item == self.world.label[first + pairs.query])
        place = np.empty(len(pairs), dtype=np.int64)
        place[order] = np.arange(len(pairs)) - starts[pairs.query[order]]
        outcome.rank[first + pairs.query[hit]] = place[hit] + 1
        outcome.truth[first + pairs.query[hit]] = probabilities[hit]
        if threshold is not None:
            outcome.shown[rows] = (outcome.top[rows] >= threshold) & ~outcome.none_top[rows]
        outcome.knn[rows] = self._neighbours(pairs, matrix, starts)

    def _neighbours(self, pairs: Pairs, matrix: Floats, starts: Ints) -> Ints:
        """The baseline ``knn_own_history``: the three items with the largest vote of the person's most similar entries.

        Without an encoder the vote by rare words stands in; ties and rows without a vote go by recency.
        """
        vote = matrix[:, SPEC.names.index("own_cosine_vote")]
        if np.isnan(vote).all():
            vote = matrix[:, SPEC.names.index("own_lexical_vote")]
        recency = np.nan_to_num(matrix[:, SPEC.names.index("own_recency_rank")], nan=np.inf)
        order = np.lexsort((recency, -np.nan_to_num(vote), pairs.query))
        ends = np.append(starts[1:], len(pairs))
        top = np.full((len(starts), 3), -1, dtype=np.int64)
        for place in range(3):
            there = starts + place < ends
            top[there, place] = pairs.item[order[starts[there] + place]]
        return top
