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
from numpy.typing import NDArray

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ports import Encoder
from hourtrail.domain.suggestion import Band, Threshold
from hourtrail.features import SPEC
from hourtrail.flows.backtest.benchmark import Benchmark, read_benchmark, row_digest, split_row
from hourtrail.flows.backtest.metrics import expected_calibration_error
from hourtrail.flows.backtest.world import World
from hourtrail_models.artefact import Artefact, Manifest, TrainingData, library_versions, write
from hourtrail_models.fitting import PARAMETERS, ROUNDS, fit_ranker
from hourtrail_models.ranker import RankerScorer, artefact_files
from hourtrail_models.thresholds import learn_then_test

CHUNK: Final = 2_000
SKETCH_SIZE: Final = 4_096
PREFILL_PROMISE, PREFILL_AIM = 0.95, 0.97
"""Aim at 97 % to promise 95 % (docs/explanation/measured-choices.md)."""
SUGGEST_PROMISE: Final = 0.90
ASK_COVERAGE: Final = 0.90
"""The least ambiguous sets of answers that hold the right one for 90 % (LAC; Sadinle, Lei and Wasserman, JASA 2019)."""
LEAST_ASKED: Final = 0.01
"""Nobody is asked about an answer less likely than this, whatever the coverage."""
MOST_ASKED: Final = 3
"""Larger sets are useless on a screen (docs/explanation/measured-choices.md), so the coverage that is stated is that of three answers."""

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
    """A fitted scorer with its thresholds, everything that its artefact states, and the records that were refused."""

    scorer: RankerScorer
    metrics: dict[str, float]
    data: TrainingData
    encoder: str
    refused: tuple[Rejected, ...]


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
    rows = _cut(rows, end)
    say(f"encoding {len(rows):,} texts")
    world = World.of(rows, encoder, (), zone="")
    begin = max(begin, middle - options.most_rows)
    say(f"features of {middle - begin:,} rows to learn from")
    scorer = _fit(world, begin, middle, known_by=_midnight(options.calibrate_from))
    say(f"streaming {end - middle:,} rows for the thresholds")
    stream = _Stream.of(world, scorer, middle, end)
    stream = stream.only(rows.eligible[middle:end] & (rows.known[middle:end] <= _midnight(options.until)))
    if not len(stream.confidence):
        raise InvalidInput(
            f"{path}: no measured row (eligible, its label known) between {options.calibrate_from} and {options.until}"
        )
    name = path.resolve().parent.name
    return Trained(
        scorer=replace(
            scorer,
            thresholds=_thresholds(stream, name, options),
            trained_on=tuple(sorted(row_digest(key) for key in rows.keys[begin:end])[:SKETCH_SIZE]),
        ),
        metrics=stream.metrics(),
        data=TrainingData(name=name, digest=_digest(path), ends=rows.activities[-1].start.date(), rows=end - begin),
        encoder=encoder.fingerprint,
        refused=tuple(refused),
    )


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _cut(rows: Benchmark, end: int) -> Benchmark:
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
    return fit_ranker(np.concatenate(matrices), np.concatenate(groups), np.concatenate(chosen), SPEC)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Frozen scores of consecutive rows. "None of these" is never shown as a suggestion, so places count real answers.

    ``confidence`` and ``right`` are of the best real answer, ``none_top`` says that "none of these" beat it; ``truth`` is
    the right answer's probability and ``place`` how many real answers stand before it (0 and a large number where it was
    no candidate).
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    none_top: NDArray[np.bool_]
    truth: NDArray[np.float64]
    place: NDArray[np.int64]

    @classmethod
    def of(cls, world: World, scorer: RankerScorer, begin: int, end: int) -> "_Stream":
        count = end - begin
        confidence, truth = np.zeros(count), np.zeros(count)
        right, none_top = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
        place = np.full(count, np.iinfo(np.int64).max)
        for first in range(begin, end, CHUNK):
            matrix, pairs = world.features(first, min(first + CHUNK, end))
            probability = scorer.probabilities(matrix, pairs.query)
            none = pairs.item == world.none
            order = np.lexsort((-np.where(none, -1.0, probability), pairs.query))
            starts = np.searchsorted(pairs.query, np.arange(int(pairs.query[-1]) + 1))
            before = np.empty(len(order), dtype=np.int64)
            before[order] = np.arange(len(order)) - starts[pairs.query]
            best = order[starts]
            rows = slice(first - begin, first - begin + len(best))
            label = world.label[first + pairs.query]
            confidence[rows] = probability[best]
            right[rows] = pairs.item[best] == label[best]
            none_top[rows] = none[best] | (
                np.maximum.reduceat(np.where(none, probability, 0.0), starts) > probability[best]
            )
            hit = pairs.item == label
            truth[first - begin + pairs.query[hit]] = probability[hit]
            place[first - begin + pairs.query[hit]] = before[hit]
        return cls(confidence, right, none_top, truth, place)

    def only(self, rows: NDArray[np.bool_]) -> "_Stream":
        """Those rows."""
        return _Stream(self.confidence[rows], self.right[rows], self.none_top[rows], self.truth[rows], self.place[rows])

    def metrics(self) -> dict[str, float]:
        return {
            "calibration_rows": float(len(self.right)),
            "calibration_top1": float(self.right.mean()),
            "calibration_ece": expected_calibration_error(self.confidence, self.right) or 0.0,
        }


def _thresholds(stream: _Stream, name: str, options: TrainOptions) -> tuple[Threshold, ...]:
    """Most certain first; a band whose precision no threshold can promise is left out."""
    said = f"{len(stream.right):,} labels of {name}, {options.calibrate_from} to {options.until}; not yet proven for your firm"
    asked = ~stream.none_top
    prefill, suggest = (
        learn_then_test(stream.confidence[asked], stream.right[asked], target=aim)
        for aim in (PREFILL_AIM, SUGGEST_PROMISE)
    )
    if prefill is not None and (suggest is None or suggest > prefill):
        # Each test starts at a height of its own, so this can happen; what keeps 97 % keeps 90 %.
        suggest = prefill
    earned = tuple(
        Threshold(band=band, value=value, target_precision=promise, basis=f"Learn-then-Test at {aim:.2f} on {said}")
        for band, value, promise, aim in (
            (Band.PREFILL, prefill, PREFILL_PROMISE, PREFILL_AIM),
            (Band.SUGGEST, suggest, SUGGEST_PROMISE, SUGGEST_PROMISE),
        )
        if value is not None
    )
    return (*earned, _ask(stream, min((row.value for row in earned), default=1.0), said))


def _ask(stream: _Stream, lowest: float, said: str) -> Threshold:
    """The bound of the LAC sets; its basis states how often the answers that are really shown held the right one."""
    value = float(np.quantile(stream.truth, 1 - ASK_COVERAGE, method="lower"))
    value = max(LEAST_ASKED, min(value, lowest))
    held = float(((stream.truth >= value) & (stream.place < MOST_ASKED)).mean())
    basis = f"at most {MOST_ASKED} answers of at least {value:.1%} hold the right one for {held:.0%} of {said}"
    return Threshold(band=Band.ASK, value=value, target_precision=SUGGEST_PROMISE, basis=basis)


def write_artefact(trained: Trained, folder: Path, version: str) -> Artefact:
    """The data-only artefact: trees, calibration, sketch of the rows seen. Raises Conflict when the folder is not empty."""
    manifest = Manifest(
        name="ranker",
        version=version,
        created=datetime.now(UTC).replace(microsecond=0),
        spec=SPEC,
        encoder=trained.encoder,
        libraries=library_versions("lightgbm", "numpy", "onnxruntime"),
        training_data=(trained.data,),
        metrics=trained.metrics,
        about={"objective": str(PARAMETERS["objective"]), "rounds": str(ROUNDS), "parameters": json.dumps(PARAMETERS)},
    )
    return write(folder, manifest, artefact_files(trained.scorer))
