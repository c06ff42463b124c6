"""Rows of simulated firms for the bundled ranker: ``python -m hourtrail_training.simulated_mix WORK OUT.npz``.

Public histories hold no calendar series, attendees, assignments or ticket prefixes of a task list. Simulated firms do: each is
played through ingest, suggest and decide (``hourtrail_training.simulator.play``), and what its people confirmed, slips and lured
acceptances included, is relived as rows. The hidden truth is never read. WORK keeps the firms that were played; the mix was
measured in docs/decisions/0009, on firms of other seeds and mechanisms.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import click
import numpy as np

from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.flows.decision_log import read_log
from hourtrail.flows.relive import relive
from hourtrail.store import open_store
from hourtrail.wiring import Models, load_models, sources, with_time_models
from hourtrail_training.dataset import digest_of
from hourtrail_training.mixed_rows import Rows, joined, read_rows, write_rows
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.play import PlayOptions, play
from hourtrail_training.simulator.run import simulate

NAME: Final = "simulated firms (seeds 11 and 21 to 28)"
SHARE: Final = 0.3
"""Of the weight of all rows that the trees see: measured beside 0 and .1 (docs/decisions/0009)."""
FIRST: Final = date(2026, 1, 5)
HISTORY: Final = timedelta(weeks=4)
WINDOWS: Final = "activitywatch"
LOG: Final = "log.db"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """``weeks`` are played after the four of history, whose timesheets are read as they were booked."""

    seed: int
    people: int = 6
    weeks: int = 6
    windows: bool = True


FIRMS: Final = (
    Firm(seed=11, people=8, weeks=8),
    # Many firms record no windows.
    *(Firm(seed=seed, windows=seed % 2 == 1) for seed in range(21, 29)),
)


def played(work: Path, firm: Firm, models: Models) -> str:
    """The address of a store that holds the firm's decision log; simulated and played where WORK lacks it."""
    folder = work / str(firm.seed)
    if not folder.is_dir():
        # Under another name until it is whole, so that a run that was ended is never taken for one.
        begun = folder.with_suffix(".begun")
        shutil.rmtree(begun, ignore_errors=True)
        _play(begun, firm, models)
        begun.replace(folder)
    return f"sqlite:///{folder / LOG}"


def _play(folder: Path, firm: Firm, models: Models) -> None:
    options = SimulateOptions(
        seed=firm.seed, people=firm.people, first=FIRST, last=FIRST + HISTORY + timedelta(weeks=firm.weeks, days=-1)
    )
    parameters = draw(firm.seed, {})
    files = folder / "firm"
    simulate(options, parameters, files, forms=("activities", "truth"), workers=1, repositories=False, say=_silent)
    if not firm.windows:
        _leave_out_windows(files / "activities.jsonl")
    store = open_store(f"sqlite:///{folder / LOG}")
    try:
        weeks = PlayOptions(seed=firm.seed, first=FIRST + HISTORY, weeks=firm.weeks, bias=options.bias)
        play(store, "default", files, weeks, parameters, models=models, sources=sources())
    finally:
        store.close()


def _leave_out_windows(activities: Path) -> None:
    with activities.open(encoding="utf-8") as lines:
        kept = [line for line in lines if json.loads(line)["source"] != WINDOWS]
    activities.write_text("".join(kept), encoding="utf-8")


def _silent(_line: str) -> None:
    return None


def rows_of_log(url: str, models: Models) -> Rows:
    """What a firm's people confirmed, as rows. Raises InvalidInput when that is nothing."""
    store = open_store(url)
    try:
        with store.tenant("default", read_only=True) as db:
            relived = relive(db, read_log(db).labelled, models)
    finally:
        store.close()
    if not len(relived):
        raise InvalidInput(f"{url} holds no confirmed suggestion")
    weights = np.array([row.weight for row in relived.examples])
    asked = [row.asked_at for row in relived.examples if row.asked_at is not None]
    return Rows(
        name=NAME,
        matrix=relived.matrix.astype(np.float32),
        group=relived.query,
        chosen=relived.chosen,
        weight=weights[relived.query],
        keys=tuple(row.suggestion.block.anchor for row in relived.examples if row.suggestion),
        digest=digest_of(relived.examples),
        ends=max(asked, default=datetime.now(UTC)).date(),
    )


def made(work: Path, firms: Sequence[Firm], models: Models, say: Say) -> Rows:
    """The rows of all firms, in the order of their seeds."""
    work.mkdir(parents=True, exist_ok=True)
    parts = []
    for firm in firms:
        say(f"firm {firm.seed}: {firm.people} people, {firm.weeks} weeks")
        parts.append(rows_of_log(played(work, firm, models), models))
    together = joined(parts)
    digests = "\n".join(part.digest for part in parts)
    return replace(together, digest=sha256(digests.encode()).hexdigest())


def weighted(rows: Rows, public: Sequence[Rows], share: float = SHARE) -> Rows:
    """The rows with the weight that makes them ``share`` of everything, public rows included."""
    if not 0 < share < 1:
        raise InvalidInput(f"a share of {share} is not between 0 and 1")
    # Weights are of pairs, while a ranker is judged by blocks: each counts once, whatever its number of candidates.
    total = sum(part.block_weight for part in public)
    return replace(rows, weight=rows.weight * (share / (1 - share) * total / rows.block_weight))


@click.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def main(work: Path, out: Path) -> None:
    """Play the firms into WORK where they are missing, and write their rows to OUT."""
    try:
        models = with_time_models(load_models())
        write_rows(out, made(work, FIRMS, models, lambda words: click.echo(words, err=True)))
        rows = read_rows(out)
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    ref = models.scorer.ref
    click.echo(
        f"{out}: {len(rows.keys):,} SIMULATED rows of {len(FIRMS)} firms played with {ref.name} {ref.version}, digest {rows.digest}"
    )


if __name__ == "__main__":
    main()
