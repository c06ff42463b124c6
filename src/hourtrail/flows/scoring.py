"""Everything that scoring reads, built once a run: memory, catalogue, models, and the cache of text vectors."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, takewhile
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.block import Candidate
from hourtrail.domain.firm import NOT_WORK, WorkItem
from hourtrail.domain.identity import text_digest
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.ports import Encoder
from hourtrail.domain.score import Neighbour, Score
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC, Catalogue, Memory, PairFrame, frame, neighbours
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence.temperature import at_temperature
from hourtrail.wiring import Models


class VectorCache(Protocol):
    """Where vectors are kept between runs: the tenant's store, or memory where nothing may be stored."""

    def vectors(self, fingerprint: str, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Those of the given texts that are known, as float32 bytes."""
        ...

    def put_vectors(self, fingerprint: str, vectors: Mapping[str, bytes]) -> None:
        """Remember vectors."""
        ...


@dataclass(frozen=True, slots=True)
class CachedEncoder:
    """An encoder behind a vector cache, keyed by text digest and the encoder's fingerprint."""

    encoder: Encoder
    cache: VectorCache

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimension)."""
        digests = [text_digest(text) for text in texts]
        known = dict(self.cache.vectors(self.encoder.fingerprint, sorted(set(digests))))
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if missing:
            fresh = self.encoder.encode(list(missing.values()))
            new = {digest: vector.astype(np.float32).tobytes() for digest, vector in zip(missing, fresh, strict=True)}
            self.cache.put_vectors(self.encoder.fingerprint, new)
            known.update(new)
        out = np.zeros((len(texts), self.encoder.dimension), dtype=np.float32)
        for row, digest in enumerate(digests):
            out[row] = np.frombuffer(known[digest], dtype=np.float32)
        return out


_NOTHING_CONFIRMED: Final = Memory.of((), None)


class Scoring:
    """Memory and catalogue as of the start of a run, and the models that read them."""

    def __init__(
        self, models: Models, memory: Memory, catalogue: Catalogue, confirmations: Sequence[Confirmation]
    ) -> None:
        self._models, self._memory, self._catalogue = models, memory, catalogue
        self._changes: dict[str, list[Confirmation]] = {}
        self._billable = {row.id: row.billable for row in confirmations}
        ordered = sorted(confirmations, key=lambda row: row.known_at)
        self._known_at = [row.known_at for row in ordered]
        last: dict[tuple[str, WorkItem], bool | None] = {}
        for row in ordered:
            booked = row.person, row.item
            if row.item != NOT_WORK and (booked not in last or last[booked] != row.billable):
                last[booked] = row.billable
                self._changes.setdefault(row.person, []).append(row)

    @classmethod
    def of(
        cls, master: MasterData, confirmations: Sequence[Confirmation], models: Models, *, cache: VectorCache
    ) -> "Scoring":
        """Build once a run. Vectors come from the store where they were made before."""
        encode = None if models.encoder is None else CachedEncoder(models.encoder, cache)
        items = [row.item for row in confirmations]
        return cls(models, Memory.of(confirmations, encode), Catalogue.of(master, items, encode), confirmations)

    @classmethod
    def of_the_unknown(cls, catalogue: Catalogue, models: Models) -> "Scoring":
        """For work items of which nothing was ever confirmed."""
        return cls(models, _NOTHING_CONFIRMED, catalogue, ())

    @property
    def model(self) -> ModelRef:
        """Who answers."""
        return self._models.scorer.ref

    @property
    def policy(self) -> BandPolicy:
        """Who routes."""
        return self._models.policy

    def under(self, policy: BandPolicy) -> "Scoring":
        """The same with another policy; memory and catalogue are shared."""
        other = copy(self)
        other._models = replace(self._models, policy=policy)  # noqa: SLF001 - of its own kind
        return other

    def known_items(self, person: str, *, as_of: datetime) -> list[WorkItem]:
        """What the person had confirmed by then, for firms that give no master data."""
        return list(self._last_billable(person, as_of))

    def _last_billable(self, person: str, as_of: datetime) -> dict[WorkItem, bool | None]:
        """The person's confirmed items, each as it was last billed; nothing that became known after ``as_of``."""
        known = takewhile(lambda row: row.known_at <= as_of, self._changes.get(person, ()))
        return {row.item: row.billable for row in known}

    def pairs(
        self, candidates: Sequence[Candidate], *, as_of: datetime | Sequence[datetime], cache: VectorCache
    ) -> PairFrame:
        """The feature matrix of every (block, work item) pair, which is what a scorer reads and what training fits on.

        Time stands still between confirmations: "how long ago" is told as of the newest one that was known by ``as_of``, so
        that the same question asked again an hour later, when nobody has said anything new, has the same answer.
        """
        encoder = self._models.encoder
        encode = None if encoder is None else CachedEncoder(encoder, cache)
        settled = self._settled(as_of) if isinstance(as_of, datetime) else [self._settled(instant) for instant in as_of]
        return frame(candidates, as_of=settled, memory=self._memory, catalogue=self._catalogue, encode=encode)

    def _settled(self, instant: datetime) -> datetime:
        """When the newest confirmation became known that was known at ``instant``; ``instant`` itself before the first."""
        known = bisect_right(self._known_at, instant)
        return self._known_at[known - 1] if known else instant

    def scores(
        self,
        candidates: Sequence[Candidate],
        *,
        as_of: datetime | Sequence[datetime],
        cache: VectorCache,
        explained: bool = True,
        each: int = 0,
    ) -> Iterator[tuple[Candidate, tuple[Score, ...]]]:
        """Each candidate with its scores, most probable first; ties keep the order of the work items.

        ``as_of`` is one instant, or one a candidate: nothing that became known later is read.
        Reasons take most of the time: an answer below every band, which nobody is shown, has none, and a replay that nobody
        reads leaves them out with ``explained=False``. They change no answer. ``each`` is how many of a candidate's answers,
        the most probable ones, are explained beside, however unsure they are.
        """
        if not candidates:
            return
        models = self._models
        pairs = self.pairs(candidates, as_of=as_of, cache=cache)
        probabilities = at_temperature(
            models.scorer.probabilities(pairs.matrix, pairs.group), pairs.group, models.policy.temperature
        )
        # Group by group, the most probable first; ties keep the order of the work items.
        order = np.lexsort((-probabilities, pairs.group))
        starts = np.searchsorted(pairs.group, np.arange(len(candidates) + 1)).tolist()
        told = _proposed(pairs, order, starts) if explained else np.zeros(0, dtype=np.int64)
        told = told[probabilities[told] >= models.policy.ask.value]
        if each:
            told = np.union1d(
                told, [row for first, end in pairwise(starts) for row in order[first : min(first + each, end)]]
            )
        contributions = dict(zip(told.tolist(), models.scorer.contributions(pairs.matrix[told]), strict=True))
        instants = [as_of] * len(candidates) if isinstance(as_of, datetime) else as_of
        askers = [(row.block.person, instant) for row, instant in zip(candidates, instants, strict=True)]
        billable = {asker: self._last_billable(*asker) for asker in set(askers)}
        for number, (candidate, asker) in enumerate(zip(candidates, askers, strict=True)):
            rows, last = order[starts[number] : starts[number + 1]], billable[asker]
            items = map(pairs.items.__getitem__, pairs.item[rows].tolist())
            shares = probabilities[rows].tolist()
            scores = (
                [Score(item, share, last_billable=last.get(item)) for item, share in zip(items, shares, strict=True)]
                if last
                else list(map(Score, items, shares))
            )
            # Only the first two may have been explained, see _proposed, and as many as were asked for.
            for place, row in enumerate(rows[: max(2, each)].tolist()):
                if row in contributions:
                    scores[place] = scores[place]._replace(
                        features=_named(pairs.matrix[row]),
                        contributions=_named(contributions[row]),
                        neighbours=self._leaning(pairs, number, scores[place].item),
                    )
            yield candidate, tuple(scores)

    def _leaning(self, pairs: PairFrame, number: int, item: WorkItem) -> tuple[Neighbour, ...]:
        found = neighbours(pairs.queries, number, item, self._memory)
        return tuple(
            Neighbour(entry=entry, similarity=similarity, billable=self._billable.get(entry))
            for entry, similarity in found
        )


def _proposed(pairs: PairFrame, order: NDArray[np.int64], starts: Sequence[int]) -> NDArray[np.int64]:
    """Of each candidate the row of the work item that may be proposed: the most probable one, "not work" left out.

    ``order`` holds the rows by candidate, most probable first, and ``starts`` where each candidate's begin. To explain one
    takes longer than to score sixty, and nobody is told why another one is likely.
    """
    bookable = [item != NOT_WORK for item in pairs.items]
    few = [order[begin : min(begin + 2, end)].tolist() for begin, end in pairwise(starts)]
    found = [next((row for row in rows if bookable[pairs.item[row]]), -1) for rows in few]
    return np.array([row for row in found if row >= 0], dtype=np.int64)


def _named(row: NDArray[np.float64]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(SPEC.names, row, strict=True) if not np.isnan(value)}
