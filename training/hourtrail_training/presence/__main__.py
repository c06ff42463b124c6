"""Fit the model of presence: ``python -m hourtrail_training.presence OUT FIT... -- MEASURE...``.

A folder holds the files of ``hourtrail simulate firm`` (or a firm's own in the same form, with the true time in ``truth``). The
trees learn from the first ones; how far they are from the truth of the last ones stands with them.
OUT becomes an artefact; its digest, printed last, is what ``bundled/digests.toml`` pins.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import click

from hourtrail.capture.presence import SPEC
from hourtrail_models.artefact import Manifest, TrainingData, library_versions, write
from hourtrail_models.presence import NAME, artefact_files
from hourtrail_training.presence.fit import PARAMETERS, ROUNDS, defaults_of, everybody, fit, measured
from hourtrail_training.presence.people import Worker
from hourtrail_training.scripts import NEW_FOLDER, folders_in_groups, say, script

THRESHOLD: Final = 0.45
"""From which probability work is proposed to somebody unknown: total hours come out even on the public build."""


@script(__doc__)
@click.argument("out", type=NEW_FOLDER)
@click.argument("words", nargs=-1, metavar="FIT... -- MEASURE...")
def main(out: Path, words: tuple[str, ...]) -> None:
    """Fit, measure, write."""
    folders, held_out = folders_in_groups(words, ("fit on", "measure"))
    firms = {folder: list(everybody([folder], say=say)) for folder in folders}
    people = [row for rows in firms.values() for row in rows]
    defaults = defaults_of(worker for worker, _ in people)
    say(f"{len(people)} people in their guises; fitting")
    booster, rows = fit(people, defaults)
    counts = iter(rows)
    data = [_data(folder, seen, sum(islice(counts, len(seen)))) for folder, seen in firms.items()]
    metrics = measured(booster, list(everybody(held_out, say=say)), defaults)
    artefact = write(
        out,
        Manifest(
            name=NAME, version=f"{datetime.now(UTC).date():%Y.%m.%d}", created=datetime.now(UTC), spec=SPEC,
            libraries=library_versions("lightgbm", "numpy"),
            training_data=tuple(data), metrics=metrics,
            about={
                "data": "simulated firms, public build; nothing of it is a real person's",
                "measured on": ", ".join(folder.name for folder in held_out),
                "parameters": json.dumps(dict(PARAMETERS)), "rounds": str(ROUNDS),
            },
        ),
        artefact_files(booster, defaults, THRESHOLD),
    )  # fmt: skip
    say(f'{sum(rows):,} rows, {metrics}; {NAME} = "{artefact.digest}"')


def _data(folder: Path, people: Sequence[tuple[Worker, int]], rows: int) -> TrainingData:
    digest = hashlib.sha256((folder / "activities.jsonl").read_bytes()).hexdigest()
    newest = max(worker.activities[-1].start for worker, _ in people).date()
    return TrainingData(name=folder.name, digest=digest, ends=newest, rows=rows)


if __name__ == "__main__":
    main()
