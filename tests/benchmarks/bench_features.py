"""Features and rules of a person-week beside the least that any model must do: encode the texts and score the rows."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.block import Candidate, WorkBlock
from hourtrail.domain.firm import NOT_WORK, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.spans import Span
from hourtrail.features import SPEC, Catalogue, Memory, Pairs, Queries, RulesScorer, frame, pair_features
from hourtrail_models.artefact import load_bundled
from hourtrail_models.encoder import OnnxEncoder
from hourtrail_models.shipped import bundled_scorer

BLOCKS, ITEMS, PEOPLE, ENTRIES = 40, 59, 20, 12_000
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
WORDS = (
    *("review", "design", "migration", "login", "invoice", "export", "dashboard", "kickoff", "retro", "planning"),
    *("release", "hotfix", "audit", "training", "report", "pipeline", "contract", "workshop", "storage", "network"),
    *("backup", "schema", "interface", "pricing", "onboarding", "steering", "budget", "survey", "crane", "valve"),
)


def _texts(count: int, seed: int) -> list[str]:
    """Titles of six words; a few words are common and many are rare (Zipf), as in real ones."""
    drawn = np.random.default_rng(seed)
    ranks = np.minimum(drawn.zipf(1.3, size=(count, 6)), 3_000)
    return [" ".join(f"{WORDS[rank % len(WORDS)]}{rank // len(WORDS) or ''}" for rank in row) for row in ranks.tolist()]


@dataclass(frozen=True)
class Ratios:
    """Medians over turns of work / yardstick, and the processor time of the work in seconds."""

    processor: float
    elapsed: float
    spent: float

    def __str__(self) -> str:
        return f"{self.processor:.2f} in processor time, {self.elapsed:.2f} elapsed"


def _clocks(do: Callable[[], object]) -> tuple[float, float]:
    processor, elapsed = time.process_time(), time.perf_counter()
    do()
    return time.process_time() - processor, time.perf_counter() - elapsed


def _ratios(turns: int, work: Callable[[], object], yardstick: Callable[[], object]) -> Ratios:
    """Each turn measures both, one right after the other and in changing order, so that a busy machine slows both alike."""
    measured = []
    for turn in range(turns):
        if turn % 2:
            against, spent = _clocks(yardstick), _clocks(work)
        else:
            spent, against = _clocks(work), _clocks(yardstick)
        measured.append((spent[0] / against[0], spent[1] / against[1], spent[0]))
    return Ratios(*(statistics.median(column) for column in zip(*measured, strict=True)))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of a matrix product that wait for each other would count as processor time."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="module")
def firm() -> tuple[Memory, Catalogue, list[WorkItem]]:
    """A firm with a year of entries, as the memory of a running service holds it."""
    return _firm(ITEMS)


def _firm(size: int) -> tuple[Memory, Catalogue, list[WorkItem]]:
    items = [WorkItem(f"client{number % 12}", f"project{number}") for number in range(size)]
    drawn = np.random.default_rng(5)
    vectors = drawn.standard_normal((ENTRIES, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        Confirmation(
            id=f"e{number}", person=f"p{drawn.integers(PEOPLE)}", item=items[int(drawn.integers(size))],
            at=START - timedelta(hours=number * 0.7 + 24), known_at=START - timedelta(hours=number * 0.7), text=text,
            container=f"repo{number % 40}", series=f"s{number % 90}" if number % 3 == 0 else "",
        )
        for number, text in enumerate(_texts(ENTRIES, 1))
    ]  # fmt: skip
    master = MasterData(
        tasks=tuple(
            Task(item=item, name=f"{WORDS[n % 30]} {n}", keywords=(WORDS[n % 29],)) for n, item in enumerate(items)
        )
    )
    return (
        Memory.of(rows, lambda texts: vectors[: len(texts)]),
        Catalogue.of(master, (), lambda texts: vectors[: len(texts)]),
        items,
    )


def _week(items: list[WorkItem], seed: int) -> list[Candidate]:
    return [
        Candidate(
            block=WorkBlock(
                id=f"b{number}", person="p3", zone="Europe/Berlin", date=START.date(), kind=ActivityKind.MEETING, anchor="a",
                span=Span(START + timedelta(hours=number), START + timedelta(hours=number, minutes=45)), title=text, text=text,
                evidence=(), evidence_minutes=45, suggested_minutes=45, container=f"repo{number}", series=f"s{number}",
            ),
            items=(*items, NOT_WORK),
        )
        for number, text in enumerate(_texts(BLOCKS, seed))
    ]  # fmt: skip


def _booster(matrix: np.ndarray, group: np.ndarray) -> lightgbm.Booster:
    labels = (np.random.default_rng(2).random(len(matrix)) < 1 / 60).astype(int)
    data = lightgbm.Dataset(matrix, label=labels, group=np.bincount(group), params={"verbose": -1})
    params = {"objective": "lambdarank", "num_leaves": 31, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    return lightgbm.train(params, data, num_boost_round=200)


def test_a_person_week_costs_little_more_than_encoder_and_booster(firm):
    memory, catalogue, items = firm
    encoder = OnnxEncoder(load_bundled("encoder"))
    first = frame(_week(items, 100), as_of=START, memory=memory, catalogue=catalogue, encode=encoder.encode)
    booster = _booster(first.matrix, first.group)
    seeds = iter(range(200, 10_000))

    def bare() -> None:
        encoder.encode(_texts(BLOCKS, next(seeds)))
        booster.predict(first.matrix, num_threads=1)

    def whole() -> None:
        week = frame(_week(items, next(seeds)), as_of=START, memory=memory, catalogue=catalogue, encode=encoder.encode)
        booster.predict(week.matrix, num_threads=1)

    ratios = _ratios(31, whole, bare)
    print(f"\nfeatures + scoring of {BLOCKS} x {ITEMS + 1} pairs / bare encoder + booster: {ratios}")  # noqa: T201 - what `make bench` shows
    assert first.matrix.shape == (BLOCKS * (ITEMS + 1), len(SPEC.names))
    assert ratios.processor < 1.5


def _events() -> tuple[list[Activity], NDArray[np.float32]]:
    """A replay's events in time order, and the vectors of their texts."""
    drawn = np.random.default_rng(3)
    known = sorted(drawn.integers(ENTRIES, size=1_600).tolist(), reverse=True)
    events = [
        Activity(
            source="s", external_id=f"a{number}", kind=ActivityKind.COMMIT, person=f"p{number % PEOPLE}", title=text,
            start=START - timedelta(hours=entry * 0.7), container=f"repo{number % 40}",
        )
        for number, (entry, text) in enumerate(zip(known, _texts(len(known), 300), strict=True))
    ]  # fmt: skip
    vectors = drawn.standard_normal((len(events), 384)).astype(np.float32)
    return events, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_features_and_the_shipped_ranker_cost_a_fraction_of_encoding():
    memory, catalogue, items = _firm(28)
    numbers = [catalogue.index[item] for item in (*items, NOT_WORK)]
    events, vectors = _events()
    encoder, scorer, seeds = OnnxEncoder(load_bundled("encoder")), bundled_scorer(), iter(range(400, 10_000))

    def ask() -> None:
        queries = Queries.of_activities(events, encode=lambda texts: vectors[: len(texts)])
        matrix = pair_features(queries, Pairs.of([numbers] * len(events)), memory, catalogue)
        # In parts, so that everything stays on one thread.
        for part in np.array_split(np.arange(len(events)), 4):
            rows = slice(part[0] * len(numbers), (part[-1] + 1) * len(numbers))
            scorer.probabilities(matrix[rows], np.repeat(part, len(numbers)))

    ask()
    ratios = _ratios(7, ask, lambda: encoder.encode(_texts(BLOCKS, next(seeds))))
    share, milliseconds = ratios.processor * BLOCKS / len(events), 1_000 * ratios.spent / len(events)
    print(  # noqa: T201 - what `make bench` shows
        f"\nfeatures + shipped ranker of an event of {len(numbers)} work items: {milliseconds:.2f} ms of processor time, "
        f"{share:.2f} of encoding its text"
    )
    assert share < 0.5


def test_a_replay_costs_less_per_event_than_single_questions():
    memory, catalogue, items = _firm(28)
    numbers = [catalogue.index[item] for item in (*items, NOT_WORK)]
    events, vectors = _events()

    def ask(some: list[Activity]) -> None:
        queries = Queries.of_activities(some, encode=lambda texts: vectors[: len(texts)])
        matrix = pair_features(queries, Pairs.of([numbers] * len(some)), memory, catalogue)
        RulesScorer().probabilities(matrix, np.repeat(np.arange(len(some)), len(numbers)))

    few = events[:: len(events) // BLOCKS]
    ratios = _ratios(7, lambda: ask(events), lambda: [ask([event]) for event in few])
    share = len(few) / len(events)
    milliseconds = 1_000 * ratios.spent / len(events)
    print(  # noqa: T201 - as above
        f"\nan event of a replay of {len(events)} x {len(numbers)} pairs / asked alone: {ratios.processor * share:.2f} "
        f"in processor time, {ratios.elapsed * share:.2f} elapsed; {milliseconds:.2f} ms of processor time an event"
    )
    assert ratios.processor * share < 0.25
