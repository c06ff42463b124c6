"""How many independent labels the gate needs: ``python -m hourtrail_training.gate_needs FIRMS``.

Each held-out firm (``held_out_firms``, which the bundled ranker never saw) has a model refitted on the first three fifths of what its
people confirmed. On the blocks behind, the **true** work says which model is better, and by how much. Labels are then drawn from
those blocks, people whole, as if that many had been audited blindly: how often does "better than the champion" pass?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Scorer
from hourtrail.features import SPEC
from hourtrail.flows.decision_log import Outcome, read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.store import open_store
from hourtrail.wiring import Models, load_models
from hourtrail_models.fitting import fit_ranker
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training.dataset import FIT_SHARE
from hourtrail_training.evaluation import difference
from hourtrail_training.from_log import answers_of
from hourtrail_training.held_out_firms import HELD_OUT, true_blocks
from hourtrail_training.mix_shares import markdown
from hourtrail_training.simulated_firms import Kept, keep, named

COUNTS: Final = (50, 100, 250, 500, 1_000, 2_000)
PEOPLE: Final = (6, 20, 60)
DRAWS: Final = 200
SEED: Final = 20260302

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Contested:
    """Blocks behind what a refit learned from: whether each model named the true work, and whose block it was."""

    seed: int
    labels: int
    independent: float
    """Labels that no suggestion led to, by person and week, in the firm's log."""
    ours: Bools
    theirs: Bools
    people: Ints

    @property
    def gain(self) -> float:
        """Top-1 of the refit less that of the champion, by the truth."""
        return float(self.ours.mean() - self.theirs.mean())


def contested(kept: Kept, models: Models, champion: Scorer) -> Contested:
    """A firm's refit beside the champion."""
    store = open_store(kept.url)
    try:
        with store.tenant("default", read_only=True) as db:
            relived = relive(db, read_log(db).labelled, models)
    finally:
        store.close()
    cut = int(len(relived) * FIT_SHARE)
    until = relived.examples[cut].asked_at
    assert until is not None  # `relive` leaves out what was never asked
    fitting = relived.between(0, cut)
    known = np.array([row.known_at is not None and row.known_at <= until for row in fitting.examples])[fitting.query]
    refit = fit_ranker(fitting.matrix[known], fitting.query[known], fitting.chosen[known], SPEC)
    blocks = true_blocks(kept, models).relived
    asked = [row.asked_at is not None and row.asked_at >= until for row in blocks.examples]
    rows = blocks.between(asked.index(True), len(blocks))
    led_by_none = sum(row.audited or row.outcome is Outcome.NOT_ANSWERED for row in relived.examples)
    return Contested(
        seed=kept.firm.seed,
        labels=int(np.unique(fitting.query[known]).size),
        independent=led_by_none / (kept.firm.people * kept.firm.weeks),
        ours=answers_of(refit, rows).right,
        theirs=answers_of(champion, rows).right,
        people=_people(rows),
    )


def _people(rows: Relived) -> Ints:
    names = [row.suggestion.person if row.suggestion else "" for row in rows.examples]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def passing(firm: Contested, count: int, people: int) -> float:
    """Share of draws in which ``count`` labels of ``people`` people show the refit to be better, as the gate asks."""
    random = np.random.default_rng(SEED)
    passed = 0
    for _ in range(DRAWS):
        rows, owners = _drawn(firm, count, people, random)
        passed += difference(firm.ours[rows], firm.theirs[rows], np.ones(count), owners).low > 0
    return passed / DRAWS


def _drawn(firm: Contested, count: int, people: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Labels of drawn people (with repetition: a larger firm has more people of the same kinds), as even as they come."""
    rows, owners = [], []
    for number, person in enumerate(random.choice(np.unique(firm.people), people).tolist()):
        mine = np.flatnonzero(firm.people == person)
        size = count // people + (number < count % people)
        rows.append(random.choice(mine, size))
        owners.append(np.full(size, number))
    return np.concatenate(rows), np.concatenate(owners)


def table(firms: Sequence[Contested]) -> str:
    """Chance to pass by labels and people, for each firm; and the weeks that so many labels take there."""
    head = (
        "firm: gain by the truth", "labels learned from", "independent labels", *(f"{people} people: passes, weeks" for people in PEOPLE)
    )  # fmt: skip
    rows = []
    for firm in firms:
        for count in COUNTS:
            cells = [
                f"{passing(firm, count, people):.2f}, {count / max(firm.independent * people, 1e-9):,.0f}"
                for people in PEOPLE
            ]
            rows.append((f"{firm.seed}: {firm.gain:+.3f}", f"{firm.labels:,}", f"{count:,}", *cells))
    return markdown(head, rows)


@click.command()
@click.argument("folder", metavar="FIRMS", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--ranker",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Artefact of the ranker that made the firms' suggestions, in place of the bundled one.",
)
def main(folder: Path, ranker: Path | None) -> None:
    """Print how often a refit that is better passes the gate, by how many independent labels there are."""
    try:
        champion, models = bundled_scorer(), load_models()
        kept = keep(folder, HELD_OUT, ranker, lambda words: click.echo(words, err=True))
        firms = []
        for one in kept:
            click.echo(f"firm {one.firm.seed}: a refit beside {named(champion.ref)}", err=True)
            firms.append(contested(one, models, champion))
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    rates = ", ".join(f"{firm.independent:.1f}" for firm in firms)
    click.echo(
        f"SIMULATED people played with {kept[0].ranker}; independent labels by person and week: {rates}\n\n{table(firms)}"
    )


if __name__ == "__main__":
    main()
