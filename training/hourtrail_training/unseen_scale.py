"""Why a firm that no model saw is told confidences that are off: ``python -m hourtrail_training.unseen_scale DATA FIRMS``.

For each public set a model grown without it, on development rows alone (no test year of the evaluation page is read). Its scale
comes from a set that it did learn from (as shipped), or from the other sets left out in turn; each with and without the firm's own
temperature, which the product fits weekly from its 300th label on. The scale that the set itself would have wanted is printed
beside, as the bound of what any scale can do. All of it once with simulated firms among what is learned from and once without.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.confidence import Outcome
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Encoder
from hourtrail.flows.backtest.benchmark import split_row
from hourtrail.flows.backtest.metrics import expected_calibration_error
from hourtrail.flows.backtest.world import World
from hourtrail.policy.confidence.temperature import fit, tempered
from hourtrail.wiring import load_models
from hourtrail_models.encoder import bundled_encoder
from hourtrail_models.fitting import PARAMETERS, ROUNDS, Scale, fit_scale
from hourtrail_models.ranker import RankerScorer
from hourtrail_training.mix_shares import LEARNED, UNTIL, kept_or, markdown
from hourtrail_training.mixed_rows import Rows
from hourtrail_training.public_mix import CHUNK, fitted, rows_of, world_of
from hourtrail_training.release_gate import OnDisk
from hourtrail_training.simulated_firms import Say, keep
from hourtrail_training.simulated_mix import FIRMS, together
from hourtrail_training.simulated_mix import rows_of as rows_of_firms

VERSION: Final = "1"
MEASURED_FROM: Final = (date(2018, 7, 1), date(2017, 1, 1), date(2010, 1, 1))
"""Of a set that was left out, earlier rows count too: its model saw none of them."""
DAY: Final = 86_400.0
RENEWED: Final = 7 * DAY
WINDOW: Final = 3_000
"""The newest labels that the product's weekly temperature looks at."""

SHIPPED, LEFT_OUT, OWN = "a set that it saw", "sets left out in turn", "this very set (bound)"

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Line = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A set's measured rows as a model that never saw it is asked: pairs, and when each row was asked and known."""

    name: str
    matrix: NDArray[np.float32]
    query: Ints
    none: Bools
    label: Bools
    right: Bools
    asked: Floats
    known: Floats

    @classmethod
    def of(cls, name: str, world: World, begin: int) -> "Target":
        """The eligible rows from ``begin`` on."""
        matrices, queries, nones, labels, rights = [], [], [], [], []
        eligible = world.rows.eligible
        number = np.cumsum(eligible[begin:]) - 1
        for first in range(begin, len(world.rows), CHUNK):
            matrix, pairs = world.features(first, min(first + CHUNK, len(world.rows)))
            rows = first + pairs.query
            use = eligible[rows]
            matrices.append(matrix[use].astype(np.float32))
            queries.append(number[rows[use] - begin])
            nones.append((pairs.item == world.none)[use])
            labels.append((pairs.item == world.label[rows])[use])
            rights.append(world.right(first, pairs)[use])
        there = np.flatnonzero(eligible[begin:]) + begin
        return cls(
            name, np.concatenate(matrices), np.concatenate(queries), np.concatenate(nones), np.concatenate(labels),
            np.concatenate(rights), world.rows.asked[there], world.rows.known[there],
        )  # fmt: skip

    def own_scale(self, scorer: RankerScorer) -> Scale:
        """The scale that these rows would have wanted."""
        raw = np.asarray(scorer.booster.predict(self.matrix.astype(np.float64), raw_score=True), dtype=np.float64)
        return fit_scale(raw, self.query, self.right)

    def outcomes(self, scorer: RankerScorer) -> list[Outcome]:
        """Each row's answer beside what it was, in the order asked."""
        probability = scorer.probabilities(self.matrix.astype(np.float64), self.query)
        order = np.lexsort((-np.where(self.none, -1.0, probability), self.query))
        found = []
        for number, rows in enumerate(np.split(order, np.flatnonzero(np.diff(self.query[order])) + 1)):
            found.append(
                Outcome(
                    id=str(number), person="any", known_at=datetime.fromtimestamp(self.known[number], UTC),
                    scores=tuple(probability[rows].tolist()), right=bool(self.label[rows[0]]), shown=False,
                )
            )  # fmt: skip
        return found


def confidences(target: Target, outcomes: Sequence[Outcome], *, own: bool) -> Floats:
    """Of each answer; with ``own`` the weekly temperature on the labels known by then changes it, as in the product."""
    if not own:
        return np.array([row.scores[0] for row in outcomes])
    found, temperature, renewed = np.empty(len(outcomes)), 1.0, -np.inf
    by_known = np.argsort(target.known, kind="stable")
    for row, asked in enumerate(target.asked.tolist()):
        if asked >= renewed + RENEWED:
            known = by_known[: int(np.searchsorted(target.known[by_known], asked, side="right"))][-WINDOW:]
            temperature, renewed = fit([outcomes[one] for one in known.tolist()]), asked
        found[row] = tempered(outcomes[row].scores, temperature)
    return found


def measured(target: Target, scorer: RankerScorer, scale: Scale) -> Line:
    """Top-1, mean confidence and ECE at a scale, frozen and with the firm's own temperature."""
    outcomes = target.outcomes(replace(scorer, temperature=scale.temperature, power=scale.power))
    right = np.array([row.right for row in outcomes])
    frozen, own = (confidences(target, outcomes, own=own) for own in (False, True))
    return {
        "scale": [round(scale.temperature, 3), round(scale.power, 3)],
        "rows": len(right),
        "top1": round(float(right.mean()), 4),
        "confidence": round(float(frozen.mean()), 4),
        "ece": round(expected_calibration_error(frozen, right) or 0.0, 4),
        "own_confidence": round(float(own.mean()), 4),
        "own_ece": round(expected_calibration_error(own, right) or 0.0, 4),
    }


@dataclass(frozen=True)
class Given:
    """Rows to learn from, the sets' development rows, and those measured when a set is left out."""

    public: Sequence[Rows]
    simulated: Rows
    worlds: Sequence[World]
    targets: Sequence[Target]

    def grown(self, sets: Sequence[int], *, simulated: bool) -> RankerScorer:
        """A model of those sets, its scale from the development rows of the first of them."""
        world = self.worlds[sets[0]]
        begin = split_row(world.rows, LEARNED[sets[0]].end.isoformat())
        scorer, _ = fitted(
            [self.public[one] for one in sets], world, begin, len(world.rows), said="development rows",
            simulated=self.simulated if simulated else None,
        )  # fmt: skip
        return scorer

    def wanted(self, one: int) -> Line:
        """A model of one set and the simulated firms: the scale that each other set would have wanted of it."""
        scorer = self.grown([one], simulated=True)
        scales = {other: self.targets[other].own_scale(scorer) for other in self.places if other != one}
        return {"wanted": {str(other): [scale.temperature, scale.power] for other, scale in scales.items()}}

    @property
    def places(self) -> range:
        """The numbers of the sets."""
        return range(len(self.targets))

    def without(self, left: int, scales: Mapping[str, Scale], *, simulated: bool) -> Line:
        """The model without a set, on that set, at the scale of a set that it saw, at ``scales``, and at the set's own."""
        scorer = self.grown([one for one in self.places if one != left], simulated=simulated)
        target = self.targets[left]
        every = {SHIPPED: Scale(scorer.temperature, scorer.power), **scales, OWN: target.own_scale(scorer)}
        return {
            "set": target.name, "simulated": simulated,
            "ways": {name: measured(target, scorer, scale) for name, scale in every.items()},
        }  # fmt: skip

    def seen(self, scale: Scale) -> Line:
        """A model of all three on later rows of OpenStack: at its own scale, and at one for firms that were not seen."""
        scorer = self.grown(list(self.places), simulated=True)
        world = self.worlds[0]
        target = Target.of(LEARNED[0].folder, world, split_row(world.rows, LEARNED[0].end.isoformat()))
        ways = {SHIPPED: Scale(scorer.temperature, scorer.power), LEFT_OUT: scale}
        return {
            "set": f"{target.name}, seen", "simulated": True,
            "ways": {name: measured(target, scorer, one) for name, one in ways.items()},
        }  # fmt: skip

    def key(self) -> str:
        """What a kept line must agree in."""
        said = [VERSION, json.dumps([PARAMETERS, ROUNDS], sort_keys=True), self.simulated.digest]
        return hashlib.sha256("\n".join([*said, *(rows.digest for rows in self.public)]).encode()).hexdigest()


def geometric_mean(scales: Sequence[Sequence[float]]) -> Scale:
    """Of temperatures and powers."""
    return Scale(*(float(value) for value in np.exp(np.log(scales).mean(axis=0))))


def lines(rows: Given, work: Path, say: Say) -> Iterator[Line]:
    """Everything, each model kept as soon as it is measured."""
    key = rows.key()

    def once(name: str, measure: Callable[[], Line]) -> Line:
        say(name)
        return kept_or(work / f"{name}.json", key, measure)

    wanted = {one: once(f"wanted-of-{one}", partial(rows.wanted, one))["wanted"] for one in rows.places}
    of_pairs = []
    for left in rows.places:
        one, other = (place for place in rows.places if place != left)
        # Neither model nor scale knows the set: each of the others says what it wanted of a model of the other alone.
        scale = geometric_mean([wanted[one][str(other)], wanted[other][str(one)]])
        line = once(f"without-{left}", partial(rows.without, left, {LEFT_OUT: scale}, simulated=True))
        of_pairs.append(line["ways"][OWN]["scale"])
        yield line
        yield once(f"without-{left}-public", partial(rows.without, left, {}, simulated=False))
    yield once("seen", partial(rows.seen, geometric_mean(of_pairs)))


_HEAD: Final = (
    "measured on", "simulated firms learned from", "scale from", "temperature, power", "rows", "top-1", "mean confidence, ECE",
    "with own temperature",
)  # fmt: skip


def table(found: Sequence[Line]) -> str:
    """One line a model and scale."""
    rows = []
    for line in found:
        for way, one in line["ways"].items():
            rows.append(
                (
                    line["set"], "yes" if line["simulated"] else "no", way, "{:.2f}, {:.2f}".format(*one["scale"]),
                    f"{one['rows']:,}", f"{one['top1']:.3f}", f"{one['confidence']:.3f}, {one['ece']:.3f}",
                    f"{one['own_confidence']:.3f}, {one['own_ece']:.3f}",
                )
            )  # fmt: skip
    return markdown(_HEAD, rows)


def given(data: Path, firms: Path, ranker: Path | None, encoder: Encoder, say: Say) -> Given:
    """The rows of everything."""
    simulated = together(rows_of_firms(keep(firms, FIRMS, ranker, say), load_models(), say))
    public, worlds, targets = [], [], []
    for portion, until, begin in zip(LEARNED, UNTIL, MEASURED_FROM, strict=True):
        say(f"rows of {portion.folder}")
        public.append(rows_of(data, portion, encoder))
        worlds.append(world_of(data, portion, encoder, until))
        targets.append(Target.of(portion.folder, worlds[-1], split_row(worlds[-1].rows, begin.isoformat())))
    return Given(public=public, simulated=simulated, worlds=worlds, targets=targets)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("firms", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".unseen-scale"),
    show_default=True,
    help="Folder that keeps what is done; a second run goes on from there.",
)
@click.option("--vectors", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the text vectors.")
@click.option(
    "--ranker",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Artefact of the ranker that made the firms' suggestions, in place of the bundled one.",
)
def main(data: Path, firms: Path, work: Path, vectors: Path | None, ranker: Path | None) -> None:
    """Print how well calibrated a model is on a set that it never saw, at several scales."""
    try:
        work.mkdir(parents=True, exist_ok=True)
        encoder = bundled_encoder() if vectors is None else OnDisk(bundled_encoder(), vectors)
        rows = given(data, firms, ranker, encoder, lambda words: click.echo(words, err=True))
        found = list(lines(rows, work, lambda words: click.echo(words, err=True)))
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    click.echo(table(found))


if __name__ == "__main__":
    main()
