"""Past questions asked again: the feature matrix of stored suggestions, each as of the instant at which it was made.

The same feature code as in serving reads the same memory, cut at the same instant, so that training, a comparison of two
models and the drift of inputs see what the answering model saw. Two things are not turned back: master data is read as it
is now, and a confirmation that was corrected later is missing from the past (its correction counts from its own moment).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.block import Candidate
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.flows.decision_log import Example
from hourtrail.flows.scoring import Scoring
from hourtrail.store import TenantStore
from hourtrail.wiring import Models

CHUNK: Final = 500
"""Blocks a matrix; 500 blocks of 30 work items and 75 features are 9 MB."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Relived:
    """Rows are (block, work item) pairs: ``query`` is the place of the pair's example in ``examples``, sorted.

    ``label`` marks the pair of the example's truth (none where it was no candidate), ``none`` the answer "none of these".
    """

    examples: tuple[Example, ...]
    matrix: Floats
    query: Ints
    item: Ints
    items: tuple[WorkItem, ...]
    label: Bools
    none: Bools

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def chosen(self) -> Bools:
        """The right pair of every example; "none of these" where its truth was no candidate."""
        has = np.zeros(len(self.examples), dtype=np.bool_)
        has[self.query[self.label]] = True
        right: Bools = self.label | (self.none & ~has[self.query])
        return right

    def between(self, first: int, last: int) -> "Relived":
        """The examples from number ``first`` to ``last``, not included."""
        begin, end = np.searchsorted(self.query, (first, last)).tolist()
        rows = slice(begin, end)
        return Relived(
            self.examples[first:last], self.matrix[rows], self.query[rows] - first, self.item[rows], self.items,
            self.label[rows], self.none[rows],
        )  # fmt: skip


@dataclass(slots=True)
class ScratchVectors:
    """Text vectors of a store that is only read: what it lacks is kept here and forgotten with the run."""

    db: TenantStore
    _made: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def vectors(self, fingerprint: str, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Those that are known."""
        made = {digest: self._made[fingerprint, digest] for digest in digests if (fingerprint, digest) in self._made}
        return {**self.db.vectors(fingerprint, [digest for digest in digests if digest not in made]), **made}

    def put_vectors(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Remember vectors until the end of the run."""
        self._made |= {(fingerprint, digest): vector for digest, vector in vectors.items()}


def relive(db: TenantStore, examples: Sequence[Example], models: Models) -> Relived:
    """Ask again what was asked in ``examples``; those without a suggestion or without anything bookable are left out.

    ``models`` gives the encoder; its scorer is not asked here.
    """
    master = db.master()
    vectors = ScratchVectors(db)
    scoring = Scoring.of(master, db.confirmations(), models, cache=vectors)
    bookable: dict[tuple[str, date, datetime], tuple[WorkItem, ...]] = {}

    def candidates() -> Iterator[tuple[Example, Candidate, datetime]]:
        for example in examples:
            if example.suggestion is None or example.asked_at is None:
                continue
            asker = example.suggestion.person, example.suggestion.date, example.asked_at
            if asker not in bookable:
                known = scoring.known_items(asker[0], as_of=asker[2])
                bookable[asker] = master.bookable(asker[0], asker[1], known)
            if bookable[asker]:
                items = (*bookable[asker], NOT_WORK)
                yield example, Candidate(block=example.suggestion.block, items=items), example.asked_at

    kept: list[Example] = []
    matrices, queries, numbers = [], [], []
    items: dict[WorkItem, int] = {}
    asked = candidates()
    while part := list(islice(asked, CHUNK)):
        pairs = scoring.pairs([row for _, row, _ in part], as_of=[at for _, _, at in part], cache=vectors)
        renamed = np.array([items.setdefault(item, len(items)) for item in pairs.items], dtype=np.int64)
        matrices.append(pairs.matrix)
        queries.append(pairs.group + len(kept))
        numbers.append(renamed[pairs.item])
        kept.extend(row for row, _, _ in part)
    matrix = np.concatenate(matrices) if matrices else np.zeros((0, 0))
    query = np.concatenate(queries) if queries else np.zeros(0, dtype=np.int64)
    item = np.concatenate(numbers) if numbers else np.zeros(0, dtype=np.int64)
    truth = np.array([items.get(row.truth, -1) if row.truth else -1 for row in kept], dtype=np.int64)
    none = item == items.get(NOT_WORK, -2)
    label = item == truth[query] if len(query) else np.zeros(0, dtype=np.bool_)
    return Relived(tuple(kept), matrix, query, item, tuple(items), label, none)
