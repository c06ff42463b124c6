"""The parts of the report: the bundled model, models that never saw the set, new people and projects, and the cost."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from hourtrail.domain.ports import Encoder
from hourtrail.flows.backtest.benchmark import overlaps, split_row
from hourtrail.flows.backtest.world import World
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import fit_ranker
from hourtrail_models.ranker import RankerScorer
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training.mapping_report.measure import Replayed, replayed
from hourtrail_training.mixed_rows import Rows
from hourtrail_training.public_mix import HADOOP, NIFI, OPENSTACK, PUBLIC, Portion, fitted, rows_of, world_of

Say = Callable[[str], None]
Line = dict[str, Any]
MEASURED: Final = {OPENSTACK.folder: "2019-01-01", NIFI.folder: "2020-01-01", HADOOP.folder: "0.5"}
"""Where the measured rows of each set begin: behind what the bundled model learned from."""
STEPS: Final = (0, 1, 5, 20, 50)
"""Confirmations after which the cold-start curve is read: each row counts from its step to before the next."""
TURNS: Final = 7
BATCH: Final = 2_000
YEAR_BEHIND: Final = {OPENSTACK.folder: ("2018-07-01", "2019-01-01"), NIFI.folder: ("2020-01-01", "2021-01-01")}
"""Rows that set the scale of a model grown without a set: behind the portion of one that it did learn from."""


@dataclass
class Report:
    """Worlds are laid out once and shared between the parts, unless rows to learn from need their place."""

    data: Path
    say: Say
    encoder: Encoder
    simulated: Rows | None = None

    @classmethod
    def of(cls, data: Path, say: Say) -> "Report":
        """With the bundled encoder."""
        return cls(data, say, bundled_encoder())

    @cached_property
    def _worlds(self) -> dict[str, World]:
        return {}

    def world(self, portion: Portion) -> World:
        """The whole set."""
        if portion.folder not in self._worlds:
            self.say(f"reading and encoding {portion.folder}")
            self._worlds[portion.folder] = world_of(self.data, portion, self.encoder, None)
        return self._worlds[portion.folder]

    def forget(self, portion: Portion) -> None:
        """Give its memory back."""
        self._worlds.pop(portion.folder, None)

    def first(self, portion: Portion) -> int:
        """The first measured row."""
        return split_row(self.world(portion).rows, MEASURED[portion.folder])

    def bundled(self, portion: Portion, *refits: float | None) -> Iterator[Line]:
        """A set behind what the bundled model learned from: as it is (None), and refitted every so many days."""
        scorer = bundled_scorer()
        for refit in refits:
            done = self._as_it_is(portion) if refit is None else self._refitted(portion, scorer, refit)
            yield {
                "part": "bundled",
                "set": portion.folder,
                "from": MEASURED[portion.folder],
                "refit_days": refit,
                "overlap": self._overlap(done, scorer),
                **done.line(done.measured()),
                # Whatever is copied or frozen is the same beside each model.
                **({"baselines": done.baselines()} if refit is None else {}),
            }

    def _refitted(self, portion: Portion, scorer: RankerScorer, days: float) -> Replayed:
        world, first = self.world(portion), self.first(portion)
        return replayed(world, scorer, first, refitter=fit_ranker, refit_days=days, say=self.say)

    @cached_property
    def _replays(self) -> dict[str, Replayed]:
        return {}

    def _as_it_is(self, portion: Portion) -> Replayed:
        if portion.folder not in self._replays:
            self._replays[portion.folder] = replayed(
                self.world(portion), bundled_scorer(), self.first(portion), say=self.say
            )
        return self._replays[portion.folder]

    def zero_shot(self) -> Iterator[Line]:
        """For each set: a model grown on the other two, measured on all that the set has behind its portion."""
        for portion in PUBLIC:
            scorer = self._without(portion)
            done = replayed(self.world(portion), scorer, self.first(portion), say=self.say)
            yield {
                "part": "zero-shot",
                "set": portion.folder,
                "learned_from": [
                    *(other.folder for other in PUBLIC if other is not portion),
                    *([] if self.simulated is None else [self.simulated.name]),
                ],
                "overlap": self._overlap(done, scorer),
                **done.line(done.measured()),
            }

    def new_people(self) -> Iterator[Line]:
        """Top-1 on OpenStack by what had been confirmed of a new person, and of a person on the right project."""
        done = self._as_it_is(OPENSTACK)
        rows = np.arange(done.first, len(done.world.rows))
        people = _numbers([row.person for row in done.world.rows.activities])
        before = _confirmed_before(done.world, people)
        new = _first_of_each(people)[people] >= done.first
        yield from _curve(done, rows[new[rows]], before, "of a new person", OPENSTACK.folder)
        pairs = _numbers([f"{person}:{label}" for person, label in zip(people, done.world.label, strict=True)])
        before = _confirmed_before(done.world, pairs)
        yield from _curve(done, rows, before, "of a person on the right project", OPENSTACK.folder)

    def new_projects(self) -> Iterator[Line]:
        """Top-1 on NiFi by the confirmations of the right module by anybody, for a model that never saw NiFi."""
        done = replayed(self.world(NIFI), self._without(NIFI), 0, say=self.say)
        rows = np.arange(len(done.world.rows))
        before = _confirmed_before(done.world, _numbers([str(label) for label in done.world.label]))
        yield from _curve(done, rows, before, "of the right module by anybody", NIFI.folder)

    def cost(self) -> Iterator[Line]:
        """Processor time of features and ranker for a batch of OpenStack events, vectors at hand, median of several turns."""
        world, scorer = self.world(OPENSTACK), bundled_scorer()
        first = self.first(OPENSTACK)
        with threadpool_limits(limits=1, user_api="blas"):  # a second thread that waits would count as work
            world.features(first - BATCH, first - BATCH + 50)  # the memory's indexes are built on first use
            features, ranking, pairs_of = [], [], 0
            for turn in range(TURNS):
                begin = first + turn * BATCH
                clock = time.process_time()
                matrix, pairs = world.features(begin, begin + BATCH)
                features.append(time.process_time() - clock)
                clock = time.process_time()
                for part in range(0, len(matrix), 15_000):  # under the bound from which a second thread would help
                    scorer.probabilities(matrix[part : part + 15_000], pairs.query[part : part + 15_000])
                ranking.append(time.process_time() - clock)
                pairs_of = len(matrix)
        spent = [1_000 * statistics.median(clocks) / BATCH for clocks in (features, ranking)]
        yield {
            "part": "cost",
            "events": BATCH,
            "pairs_an_event": round(pairs_of / BATCH, 1),
            "features_ms": round(spent[0], 3),
            "ranker_ms": round(spent[1], 3),
            "both_ms": round(sum(spent), 3),
            "blas": _kernel(),
        }

    @cached_property
    def _without_each(self) -> dict[str, RankerScorer]:
        return {}

    @cached_property
    def _rows(self) -> dict[str, Rows]:
        return {}

    def _portion(self, portion: Portion) -> Rows:
        if portion.folder not in self._rows:
            # The rows of a large set and its world, both at once, would be more than a machine of 4 GB has.
            self._worlds.clear()
            self.say(f"features of {portion.folder} to learn from")
            self._rows[portion.folder] = rows_of(self.data, portion, self.encoder)
        return self._rows[portion.folder]

    def _without(self, portion: Portion) -> RankerScorer:
        if portion.folder not in self._without_each:
            parts = [self._portion(other) for other in PUBLIC if other is not portion]
            behind = OPENSTACK if portion is not OPENSTACK else NIFI
            begin, end = (split_row(self.world(behind).rows, day) for day in YEAR_BEHIND[behind.folder])
            self.say(f"growing a model without {portion.folder}")
            model, _ = fitted(parts, self.world(behind), begin, end, said=behind.folder, simulated=self.simulated)
            self._without_each[portion.folder] = model
        return self._without_each[portion.folder]

    def _overlap(self, done: Replayed, scorer: RankerScorer) -> bool:
        keys = done.world.rows.keys
        return overlaps([keys[row] for row in done.measured()], scorer.trained_on)


def _kernel() -> str:
    """What multiplies numpy's matrices, and for which processor it was made: a third of the cost depends on it."""
    loaded = [library for library in threadpool_info() if library["user_api"] == "blas"]
    # scipy brings a library of its own; the product of two arrays is numpy's.
    own = [library for library in loaded if "numpy" in library["filepath"]] or loaded
    return ", ".join(f"{library['internal_api']} {library.get('architecture', '')}".strip() for library in own[:1])


def _numbers(names: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _first_of_each(group: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(group, return_index=True)[1].astype(np.int64)


def _confirmed_before(world: World, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row: how many rows of its group were known when it was asked."""
    before = np.zeros(len(group), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        before[rows] = np.searchsorted(np.sort(world.rows.known[rows]), world.rows.asked[rows], side="right")
    return before


def _curve(
    done: Replayed, rows: NDArray[np.int64], before: NDArray[np.int64], what: str, folder: str
) -> Iterator[Line]:
    for step, following in zip(STEPS, (*STEPS[1:], None), strict=True):
        some = rows[(before[rows] >= step) & (before[rows] < (following or np.iinfo(np.int64).max))]
        line = done.line(some)
        yield {
            "part": "cold-start",
            "of": what,
            "set": folder,
            "confirmations": _between(step, following),
            **{name: line[name] for name in ("n", "top1", "interval", "top3", "knn_own_history", "last_label")},
        }


def _between(step: int, following: int | None) -> str:
    if following is None:
        return f"{step} and more"
    return str(step) if following == step + 1 else f"{step} to {following - 1}"
