"""The bundled ranker: grown on three public sets, each cut off in time before the stretch that it is measured on, and on firms
that were simulated.

``python -m hourtrail_training.public_mix DATA_DIR OUT --simulated ROWS`` reads ``openstack-switch``, ``nifi-modules`` and
``hadoop-commits`` in that folder. The trees see the first stretch of each; the scale of the scores and the thresholds come
from a stretch of OpenStack that no tree has seen; everything behind is left for measuring
(``hourtrail_training.mapping_report``).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.ports import Encoder
from hourtrail.domain.suggestion import ModelRef
from hourtrail.features import SPEC
from hourtrail.features.rules import WEIGHED
from hourtrail.flows.backtest.benchmark import read_benchmark, row_digest, split_row
from hourtrail.flows.backtest.world import World
from hourtrail_models.artefact import Artefact, Manifest, TrainingData, library_versions, write
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import PARAMETERS, ROUNDS, boost_here, fit_scale, untrained_columns
from hourtrail_models.ranker import RankerScorer, artefact_files
from hourtrail_training.answers import Answers, thresholds
from hourtrail_training.mixed_rows import Rows, joined, read_rows
from hourtrail_training.ranker import SKETCH_SIZE, answers_to, cut, file_digest, midnight
from hourtrail_training.release_gate import OnDisk
from hourtrail_training.simulated_mix import SHARE, weighted

CHUNK: Final = 2_000
_CONTAINER: Final = [SPEC.names.index(f"container_{name}") for name in ("own_share", "own_count", "firm_share")]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A set's stretch [begin, end) for the trees; ``weight`` is that of each of its blocks."""

    folder: str
    level: str
    begin: date
    end: date
    weight: float = 1.0

    def file(self, data: Path) -> Path:
        """The set's file. Raises InvalidInput when the folder does not hold it."""
        for name in ("activities.jsonl.gz", "activities.jsonl"):
            if (data / self.folder / name).is_file():
                return data / self.folder / name
        raise InvalidInput(f"{data / self.folder} holds no activities.jsonl or activities.jsonl.gz")


OPENSTACK: Final = Portion(folder="openstack-switch", level="project", begin=date(2016, 7, 1), end=date(2018, 7, 1))
NIFI: Final = Portion(folder="nifi-modules", level="task", begin=date(2014, 1, 1), end=date(2020, 1, 1), weight=2.0)
HADOOP: Final = Portion(
    folder="hadoop-commits", level="project", begin=date(2009, 1, 1), end=date(2012, 1, 31), weight=2.0
)
"""The first half of the file, which is what ``--split 0.5`` leaves unmeasured."""
PUBLIC: Final = (OPENSTACK, NIFI, HADOOP)
CALIBRATED_UNTIL: Final = date(2019, 1, 1)
"""The scale and the thresholds come from OpenStack between the end of its portion and this day."""


def world_of(data: Path, portion: Portion, encoder: Encoder, until: date | None) -> World:
    """A set as a replay sees it, with one day until a label is known; nothing from ``until`` on is even loaded."""
    rows, _ = read_benchmark(portion.file(data), ReadOptions(today=datetime.now(UTC).date()), delay_days=1.0)
    if portion.level == "project":
        rows = rows.at_project()
    if until is not None:
        rows = cut(rows, split_row(rows, until.isoformat()))
    return World.of(rows, encoder, (), zone="")


def rows_of(data: Path, portion: Portion, encoder: Encoder) -> Rows:
    """The pairs of a portion, with labels that were known at its end. Raises InvalidInput when there is no row."""
    world = world_of(data, portion, encoder, portion.end)
    first, last = split_row(world.rows, portion.begin.isoformat()), len(world.rows)
    if first >= last:
        raise InvalidInput(f"{portion.file(data)} has no row between {portion.begin} and {portion.end}")
    # Where all lies in one repository, trees would learn that a repository says nothing, and keep to it elsewhere.
    silent = _CONTAINER if len({row.container for row in world.rows.activities}) == 1 else []
    matrices, groups, chosen = [], [], []
    for begin in range(first, last, CHUNK):
        matrix, pairs = world.features(begin, min(begin + CHUNK, last))
        right = world.right(begin, pairs)
        use = world.rows.known[begin + pairs.query] <= midnight(portion.end)
        matrix[:, silent] = np.nan
        matrices.append(matrix[use].astype(np.float32))
        groups.append(begin + pairs.query[use])
        chosen.append(right[use])
    return Rows(
        name=portion.folder,
        matrix=np.concatenate(matrices),
        group=np.concatenate(groups),
        chosen=np.concatenate(chosen),
        weight=np.full(sum(map(len, groups)), portion.weight),
        keys=tuple(world.rows.keys[first:last]),
        digest=file_digest(portion.file(data)),
        ends=world.rows.activities[-1].start.date(),
    )


def grown(parts: Sequence[Rows]) -> Any:
    """One booster on several sets; no group spans two of them."""
    rows = joined(parts)
    return boost_here(rows.matrix, rows.group, rows.chosen, rows.weight)


def fitted(
    public: Sequence[Rows],
    stream: World,
    begin: int,
    end: int,
    *,
    said: str,
    simulated: Rows | None = None,
    share: float = SHARE,
) -> tuple[RankerScorer, Answers]:
    """The scorer of several sets and of simulated firms, which have ``share`` of the weight; scale and thresholds come from
    the eligible rows ``begin`` to ``end``.
    """
    parts = [*public, *([] if simulated is None else [weighted(simulated, public, share)])]
    booster = grown(parts)
    matrices, groups, rights = [], [], []
    for first in range(begin, end, CHUNK):
        matrix, pairs = stream.features(first, min(first + CHUNK, end))
        use = stream.rows.eligible[first + pairs.query]
        matrices.append(booster.predict(matrix[use], raw_score=True))
        groups.append(first + pairs.query[use])
        rights.append(stream.right(first, pairs)[use])
    scale = fit_scale(np.concatenate(matrices), np.concatenate(groups), np.concatenate(rights))
    untrained = _untrained(parts)
    scorer = RankerScorer(
        ref=ModelRef(name="ranker", version="unwritten", digest=""),
        spec=SPEC,
        booster=booster,
        temperature=scale.temperature,
        power=scale.power,
        untrained=untrained,
        unproven=tuple(
            column for column in _untrained(public) if column not in untrained and SPEC.names[column] in WEIGHED
        ),
        # Simulated ids are alike from firm to firm: a sketch of them would call other firms seen. Their seeds are stated instead.
        trained_on=tuple(digest for part in public for digest in part.sketch()),
    )
    answers = answers_to(stream, scorer, begin, end).only(stream.rows.eligible[begin:end])
    return replace(scorer, thresholds=thresholds(answers, said)), answers


def _untrained(parts: Sequence[Rows]) -> tuple[int, ...]:
    # All that matters of a column is its lowest and highest value and whether it is NaN anywhere: no second copy of the rows.
    reducers = (np.fmin.reduce, np.fmax.reduce, np.minimum.reduce)
    with np.errstate(invalid="ignore"):
        return untrained_columns(np.stack([reduced(part.matrix, axis=0) for part in parts for reduced in reducers]))


def bundle(
    data: Path, out: Path, version: str, encoder: Encoder, say: Say, *, simulated: Rows | None = None
) -> Artefact:
    """Fit on ``PUBLIC`` and on simulated firms, and write the artefact. Raises Conflict when ``out`` holds something."""
    parts = []
    for portion in PUBLIC:
        say(f"features of {portion.folder}, {portion.begin} to {portion.end}")
        parts.append(rows_of(data, portion, encoder))
    say("scale and thresholds")
    stream = world_of(data, OPENSTACK, encoder, CALIBRATED_UNTIL)
    begin, end = split_row(stream.rows, OPENSTACK.end.isoformat()), len(stream.rows)
    said = f"openstack-switch, {OPENSTACK.end} to {CALIBRATED_UNTIL}; not yet proven for your firm"
    count = int(stream.rows.eligible[begin:end].sum())
    scorer, answers = fitted(parts, stream, begin, end, said=f"{count:,} labels of {said}", simulated=simulated)
    seen = sorted(row_digest(key) for key in stream.rows.keys[begin:end])[:SKETCH_SIZE]
    calibration = TrainingData(
        name="openstack-switch (scale and thresholds)",
        digest=parts[0].digest,
        ends=stream.rows.activities[-1].start.date(),
        rows=end - begin,
    )
    manifest = Manifest(
        name="ranker",
        version=version,
        created=datetime.now(UTC).replace(microsecond=0),
        spec=SPEC,
        encoder=encoder.fingerprint,
        libraries=library_versions("lightgbm", "numpy", "onnxruntime"),
        training_data=(*(part.data() for part in (*parts, *([] if simulated is None else [simulated]))), calibration),
        metrics=answers.metrics(),
        about={"objective": str(PARAMETERS["objective"]), "rounds": str(ROUNDS), "parameters": json.dumps(PARAMETERS)},
    )
    return write(out, manifest, artefact_files(replace(scorer, trained_on=(*scorer.trained_on, *seen))))


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--version", default="3", show_default=True, help="Version of the model.")
@click.option(
    "--simulated",
    "simulated",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rows of simulated firms (hourtrail_training.simulated_mix); without them it learns from public data alone.",
)
@click.option("--vectors", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the text vectors.")
def main(data: Path, out: Path, version: str, simulated: Path | None, vectors: Path | None) -> None:
    """Write the artefact of the bundled ranker to OUT, from the public sets in DATA."""
    encoder = bundled_encoder() if vectors is None else OnDisk(bundled_encoder(), vectors)
    try:
        rows = None if simulated is None else read_rows(simulated)
        artefact = bundle(data, out, version, encoder, lambda words: click.echo(words, err=True), simulated=rows)
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: digest {artefact.digest}")


if __name__ == "__main__":
    main()
