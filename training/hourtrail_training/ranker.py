"""Fit, calibrate and bundle the ranker from a labelled public file, in time order.

Three stretches of time: the trees see the first, the temperature comes from its newest fifth, the thresholds from a
stream of the second that neither has seen; everything behind it is left for ``hourtrail backtest mapping``.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

import numpy as np

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import Encoder
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import Benchmark, read_benchmark, row_digest, split_row
from hourtrail.flows.backtest.world import World
from hourtrail_models.artefact import Artefact, Manifest, TrainingData, library_versions, write
from hourtrail_models.fitting import PARAMETERS, ROUNDS, boost_here, fit_ranker
from hourtrail_models.ranker import RankerScorer, artefact_files
from hourtrail_training.answers import Answers, thresholds

CHUNK: Final = 2_000
SKETCH_SIZE: Final = 4_096

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """Which stretch of the file teaches what: [fit_from, calibrate_from) trees, [calibrate_from, until) thresholds."""

    fit_from: date
    calibrate_from: date
    until: date
    level: str = "project"
    delay_days: float = 1.0
    most_rows: int = 40_000

    def __post_init__(self) -> None:
        if not self.fit_from < self.calibrate_from < self.until:
            raise InvalidInput("--fit-from, --calibrate-from and --until must follow each other")
        if not 0 <= self.delay_days <= 365:
            raise InvalidInput("--delay is 0 to 365 days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A fitted scorer with its thresholds, everything that its artefact states, and the records that were refused.

    ``grown_on`` is what the ranker learned from whose trees these grow on; empty for trees from nothing.
    """

    scorer: RankerScorer
    metrics: dict[str, float]
    data: TrainingData
    encoder: str
    refused: tuple[Rejected, ...]
    grown_on: tuple[TrainingData, ...] = ()


def train(path: Path, options: TrainOptions, encoder: Encoder, *, today: date, say: Say) -> Trained:
    """Fit on one stretch, calibrate on the next, each on the labels that were known at its end.

    Raises NothingRead when no labelled row is there, InvalidInput when a stretch holds too few.
    """
    say("reading")
    rows, refused = read_benchmark(path, ReadOptions(today=today), delay_days=options.delay_days)
    if options.level == "project":
        rows = rows.at_project()
    begin, middle, end = (
        split_row(rows, day.isoformat()) for day in (options.fit_from, options.calibrate_from, options.until)
    )
    if not begin < middle < end:
        raise InvalidInput(
            f"{path}: {middle - begin:,} rows to learn from and {end - middle:,} for the thresholds; the file reaches from "
            f"{rows.activities[0].start.date()} to {rows.activities[-1].start.date()}, choose --fit-from, --calibrate-from "
            "and --until inside"
        )
    rows = cut(rows, end)
    say(f"encoding {len(rows):,} texts")
    world = World.of(rows, encoder, (), zone="")
    begin = max(begin, middle - options.most_rows)
    say(f"features of {middle - begin:,} rows to learn from")
    scorer = _fit(world, begin, middle, known_by=midnight(options.calibrate_from))
    say(f"streaming {end - middle:,} rows for the thresholds")
    stream = answers_to(world, scorer, middle, end)
    stream = stream.only(rows.eligible[middle:end] & (rows.known[middle:end] <= midnight(options.until)))
    if not len(stream):
        raise InvalidInput(
            f"{path}: no measured row (eligible, its label known) between {options.calibrate_from} and {options.until}"
        )
    name = path.resolve().parent.name
    return Trained(
        scorer=replace(
            scorer,
            thresholds=thresholds(stream, _said(stream, name, options)),
            trained_on=tuple(sorted(row_digest(key) for key in rows.keys[begin:end])[:SKETCH_SIZE]),
        ),
        metrics=stream.metrics(),
        data=TrainingData(name=name, digest=file_digest(path), ends=rows.activities[-1].start.date(), rows=end - begin),
        encoder=encoder.fingerprint,
        refused=tuple(refused),
    )


def midnight(day: date) -> float:
    """Its first instant in UTC, in seconds since 1970."""
    return datetime.combine(day, time(), UTC).timestamp()


def file_digest(path: Path) -> str:
    """SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cut(rows: Benchmark, end: int) -> Benchmark:
    """Nothing behind ``end`` is even loaded into the memory."""
    return Benchmark(
        rows.activities[:end],
        rows.items[:end],
        rows.known_at[:end],
        rows.asked[:end],
        rows.known[:end],
        rows.eligible[:end],
    )


def _fit(world: World, begin: int, end: int, *, known_by: float) -> RankerScorer:
    matrices, groups, chosen = [], [], []
    for first in range(begin, end, CHUNK):
        matrix, pairs = world.features(first, min(first + CHUNK, end))
        use = world.rows.known[first + pairs.query] <= known_by
        matrices.append(matrix[use])
        groups.append(first + pairs.query[use])
        chosen.append(world.right(first, pairs)[use])
    rows = (np.concatenate(matrices), np.concatenate(groups), np.concatenate(chosen))
    return fit_ranker(*rows, SPEC, boost=boost_here)


def answers_to(world: World, scorer: RankerScorer, begin: int, end: int) -> Answers:
    """Frozen scores of consecutive rows."""
    parts: list[Answers] = []
    for first in range(begin, end, CHUNK):
        matrix, pairs = world.features(first, min(first + CHUNK, end))
        parts.append(
            Answers.of(
                scorer.probabilities(matrix, pairs.query),
                pairs.query,
                none=pairs.item == world.none,
                label=pairs.item == world.label[first + pairs.query],
            )
        )
    return Answers.joined(parts)


def _said(stream: Answers, name: str, options: TrainOptions) -> str:
    return (
        f"{len(stream):,} labels of {name}, {options.calibrate_from} to {options.until}; not yet proven for your firm"
    )


def write_artefact(trained: Trained, folder: Path, version: str) -> Artefact:
    """The data-only artefact: trees, calibration, sketch of the rows seen. Raises Conflict when the folder is not empty."""
    manifest = Manifest(
        name="ranker",
        version=version,
        created=datetime.now(UTC).replace(microsecond=0),
        spec=SPEC,
        encoder=trained.encoder,
        libraries=library_versions("lightgbm", "numpy", "onnxruntime"),
        training_data=(*trained.grown_on, trained.data),
        metrics=trained.metrics,
        about={"objective": str(PARAMETERS["objective"]), "rounds": str(ROUNDS), "parameters": json.dumps(PARAMETERS)},
    )
    return write(folder, manifest, artefact_files(trained.scorer))
