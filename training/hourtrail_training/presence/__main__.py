"""Fit the model of presence: ``python -m hourtrail_training.presence OUT FOLDER...``.

A folder holds the files of ``hourtrail simulate firm`` (or a firm's own in the same form, with the true time in ``truth``).
OUT becomes an artefact; its digest, printed last, is what ``bundled/digests.toml`` pins.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from hourtrail.capture.presence import SPEC
from hourtrail_models.artefact import Manifest, TrainingData, library_versions, write
from hourtrail_models.presence import NAME, artefact_files
from hourtrail_training.presence.fit import PARAMETERS, ROUNDS, defaults_of, everybody, fit
from hourtrail_training.scripts import FOLDER, NEW_FOLDER, say, script

THRESHOLD: Final = 0.45
"""From which probability work is proposed to somebody unknown: total hours come out even on the public build."""


@script(__doc__)
@click.argument("out", type=NEW_FOLDER)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=FOLDER)
def main(out: Path, folders: tuple[Path, ...]) -> None:
    """Fit on every folder and write the artefact."""
    people = list(everybody(folders, say=say))
    defaults = defaults_of(worker for worker, _ in people)
    say(f"{len(people)} people in their guises; fitting")
    booster, rows = fit(people, defaults)
    newest = max(worker.activities[-1].start for worker, _ in people).date()
    artefact = write(
        out,
        Manifest(
            name=NAME, version=f"{datetime.now(UTC).date():%Y.%m.%d}", created=datetime.now(UTC), spec=SPEC,
            libraries=library_versions("lightgbm", "numpy"),
            training_data=tuple(_data(folder, newest, rows) for folder in folders),
            about={
                "data": "simulated firms, public build; nothing of it is a real person's",
                "parameters": json.dumps(dict(PARAMETERS)), "rounds": str(ROUNDS),
            },
        ),
        artefact_files(booster, defaults, THRESHOLD),
    )  # fmt: skip
    say(f'{rows:,} rows; {NAME} = "{artefact.digest}"')


def _data(folder: Path, newest: date, rows: int) -> TrainingData:
    digest = hashlib.sha256((folder / "activities.jsonl").read_bytes()).hexdigest()
    return TrainingData(name=folder.name, digest=digest, ends=newest, rows=rows)


if __name__ == "__main__":
    main()
