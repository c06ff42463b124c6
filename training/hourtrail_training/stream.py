"""Streams of scored answers: a benchmark's eligible rows, also with a break injected, or a store's decision log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.confidence import Outcome
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import Encoder, Scorer
from hourtrail.features import Pairs, Queries, pair_features
from hourtrail.flows.backtest.benchmark import Benchmark, split_row
from hourtrail.flows.backtest.world import World

CHUNK: Final = 2_000
LEAST_SCORE: Final = 5e-4
"""Probabilities below this do not move a confidence, and are left out of an outcome."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in the order in which they were asked. ``outcome`` is None where "none of these" led: then nothing is shown.

    ``right`` says whether the best real answer was the label; ``instants`` are seconds since 1970.
    """

    asked: NDArray[np.float64]
    outcome: tuple[Outcome | None, ...]
    right: NDArray[np.bool_]
    person: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.asked)

    def between(self, first: date, last: date) -> NDArray[np.bool_]:
        """The rows asked from ``first`` on and before ``last`` (UTC)."""
        return (self.asked >= midnight(first)) & (self.asked < midnight(last))


def midnight(day: date) -> float:
    """The UTC start of a day in seconds since 1970."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def broken(rows: Benchmark, first: date, last: date, *, share: float, seed: int) -> tuple[Benchmark, int]:
    """The same rows with a break: in [first, last), the labels of a random ``share`` of events are made unpredictable.

    Each becomes one of the person's other labels (of all their rows before ``last``), every one alike. Memory, neighbours and
    outcomes see the changed labels. Somebody with a single label keeps it. Returns how many labels were changed.
    """
    begin, end = split_row(rows, first.isoformat()), split_row(rows, last.isoformat())
    draw = np.random.default_rng(seed)
    picked = begin + np.sort(draw.choice(end - begin, size=round(share * (end - begin)), replace=False))
    own: dict[str, set[WorkItem]] = {}
    for row in range(end):
        own.setdefault(rows.activities[row].person, set()).add(rows.items[row])
    items, changed = list(rows.items), 0
    for row in picked.tolist():
        others = sorted(own[rows.activities[row].person] - {items[row]})
        if others:
            items[row] = others[int(draw.integers(len(others)))]
            changed += 1
    return replace(rows, items=tuple(items)), changed


def scored(rows: Benchmark, encoder: Encoder | None, scorer: Scorer, first: date, last: date) -> Stream:
    """The eligible rows of [first, last), each scored with what was known at its instant.

    Raises NothingRead when there is none.
    """
    world = World.of(rows, encoder, (), zone="")
    begin, end = split_row(rows, first.isoformat()), split_row(rows, last.isoformat())
    chosen = begin + np.flatnonzero(rows.eligible[begin:end])
    if not len(chosen):
        raise NothingRead(f"no eligible row lies between {first} and {last}")
    outcomes: list[Outcome | None] = []
    right = np.zeros(len(chosen), dtype=np.bool_)
    for start in range(0, len(chosen), CHUNK):
        few = chosen[start : start + CHUNK]
        found, hits = _chunk(world, scorer, few)
        outcomes += found
        right[start : start + len(few)] = hits
    return Stream(
        asked=rows.asked[chosen],
        outcome=tuple(outcomes),
        right=right,
        person=tuple(rows.activities[row].person for row in chosen.tolist()),
    )


def _chunk(world: World, scorer: Scorer, chosen: NDArray[np.int64]) -> tuple[list[Outcome | None], NDArray[np.bool_]]:
    rows = world.rows
    bookable = (next(world.candidates.of_rows(row, row + 1)) for row in chosen.tolist())
    pairs = Pairs.of([np.append(items, world.none) for items in bookable])
    activities = [rows.activities[row] for row in chosen.tolist()]
    queries = replace(
        Queries.of_activities(activities, encode=world.encode, zone=world.zone), asked_at=rows.asked[chosen]
    )
    probability = scorer.probabilities(pair_features(queries, pairs, world.memory, world.catalogue), pairs.query)
    order = np.lexsort((-probability, pairs.query))
    starts = np.searchsorted(pairs.query, np.arange(len(chosen) + 1))
    top = order[starts[:-1]]
    is_none = pairs.item[top] == world.none
    right = (pairs.item[top] == world.label[chosen]) & ~is_none
    found: list[Outcome | None] = []
    for number, row in enumerate(chosen.tolist()):
        ranked = probability[order[starts[number] : starts[number + 1]]]
        scores = ranked[ranked >= LEAST_SCORE]
        found.append(
            None
            if is_none[number]
            else Outcome(
                id=rows.activities[row].key,
                person=rows.activities[row].person,
                known_at=rows.known_at[row],
                scores=tuple(np.minimum(scores if len(scores) else ranked[:1], 1.0).tolist()),
                right=bool(right[number]),
                shown=False,
            )
        )
    return found, right


def of_outcomes(outcomes: Sequence[Outcome]) -> Stream:
    """A decision log as a stream. Raises NothingRead for an empty one."""
    rows = sorted((row for row in outcomes if row.asked_at is not None), key=lambda row: (row.asked_at, row.id))
    if not rows:
        raise NothingRead("the decision log holds no answer whose truth is known")
    return Stream(
        asked=np.array([row.asked_at.timestamp() for row in rows if row.asked_at is not None]),
        outcome=tuple(rows),
        right=np.array([row.right for row in rows], dtype=np.bool_),
        person=tuple(row.person for row in rows),
    )
