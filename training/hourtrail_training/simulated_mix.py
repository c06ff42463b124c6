"""Rows of simulated firms for the bundled ranker: ``python -m hourtrail_training.simulated_mix WORK OUT.npz``.

Public histories hold no calendar series, attendees, assignments or ticket prefixes of a task list. Simulated firms do: each is
played through ingest, suggest and decide (``hourtrail_training.simulator.play``), and what its people confirmed, slips and lured
acceptances included, is relived as rows. The hidden truth is never read. WORK keeps the firms that were played; the mix was
measured in docs/decisions/0009, on firms of other seeds and mechanisms (``hourtrail_training.mix_shares``).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import click
import numpy as np

from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.flows.decision_log import read_log
from hourtrail.flows.relive import Relived, relive
from hourtrail.store import open_store
from hourtrail.wiring import Models, load_models
from hourtrail_models.artefact import load_bundled
from hourtrail_training.dataset import digest_of
from hourtrail_training.mixed_rows import Rows, joined, read_rows, write_rows
from hourtrail_training.simulated_firms import FIRST, HISTORY, Firm, Kept, Say, keep

NAME: Final = "simulated firms (seeds 11 and 21 to 28)"
SHARE: Final = 0.3
"""Of the weight of all rows that the trees see: measured beside other shares (docs/decisions/0009)."""
FIRMS: Final = (
    Firm(seed=11, people=8, weeks=8),
    # Many firms record no windows.
    *(Firm(seed=seed, windows=seed % 2 == 1) for seed in range(21, 29)),
)


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
    return as_rows(relived)


def as_rows(relived: Relived) -> Rows:
    """Relived questions as rows: each block counts its example's weight."""
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


def rows_of(firms: Sequence[Kept], models: Models, say: Say) -> list[Rows]:
    """The rows of each firm; in memory are those of all, at a hundredth of what playing takes."""
    parts = []
    for kept in firms:
        say(f"firm {kept.firm.seed}: reading its decision log as rows")
        parts.append(rows_of_log(kept.url, models))
    return parts


def together(parts: Sequence[Rows]) -> Rows:
    """All firms as one, under a digest of all their digests in that order."""
    digests = "\n".join(part.digest for part in parts)
    return replace(joined(parts), digest=sha256(digests.encode()).hexdigest())


def weighted(rows: Rows, public: Sequence[Rows], share: float = SHARE) -> Rows:
    """The rows with the weight that makes them ``share`` of everything, public rows included."""
    if not 0 < share < 1:
        raise InvalidInput(f"a share of {share} is not between 0 and 1")
    # Weights are of pairs, while a ranker is judged by blocks: each counts once, whatever its number of candidates.
    total = sum(part.block_weight for part in public)
    return replace(rows, weight=rows.weight * (share / (1 - share) * total / rows.block_weight))


def table(firms: Sequence[Kept], parts: Sequence[Rows]) -> str:
    """Each firm with its size, months, labels and what it cost, as Markdown."""
    lines = [
        "| SIMULATED firm (seed) | people | history from | played | windows | confirmed blocks | digest | seconds | peak, MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kept, rows in zip(firms, parts, strict=True):
        firm = kept.firm
        lines.append(
            f"| {firm.seed} | {firm.people} | {FIRST} | {FIRST + HISTORY} to {firm.last} ({firm.weeks} weeks) "
            f"| {'yes' if firm.windows else 'no'} | {len(rows.keys):,} | {rows.digest[:12]} | {kept.seconds:.0f} | {kept.peak_mb:,} |"
        )
    return "\n".join(lines)


def beside_the_bundled(rows: Rows) -> str:
    """Whether these are the labels that the bundled ranker learned from, in words."""
    manifest = load_bundled("ranker").manifest
    seen = next((row for row in manifest.training_data if row.name == rows.name), None)
    if seen is None:
        return f"The bundled ranker {manifest.version} learned from no {rows.name}."
    if seen.digest == rows.digest:
        return f"The bundled ranker {manifest.version} learned from these very labels (digest {seen.digest})."
    return (
        f"NOT the labels that the bundled ranker {manifest.version} learned from: it states {seen.rows:,} with digest {seen.digest}. "
        "Another ranker makes other suggestions, so people confirm other things; --ranker takes the artefact of an earlier one."
    )


@click.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--ranker",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Artefact of the ranker that makes the suggestions, in place of the bundled one.",
)
def main(work: Path, out: Path, ranker: Path | None) -> None:
    """Play the firms into WORK where they are missing, and write their rows to OUT.

    Each firm is played in a process of its own and kept: a run that was ended goes on with the first firm that is missing,
    and memory is that of one firm.
    """

    def say(words: str) -> None:
        click.echo(words, err=True)

    try:
        firms = keep(work, FIRMS, ranker, say)
        parts = rows_of(firms, load_models(), say)
        write_rows(out, together(parts))
        rows = read_rows(out)
    except HourtrailError as error:
        raise click.ClickException(str(error)) from error
    click.echo(table(firms, parts))
    click.echo(
        f"\n{out}: {len(rows.keys):,} SIMULATED rows of {len(FIRMS)} firms played with {firms[0].ranker}, digest {rows.digest}"
    )
    click.echo(beside_the_bundled(rows))


if __name__ == "__main__":
    main()
