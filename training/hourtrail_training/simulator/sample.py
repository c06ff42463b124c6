"""The sample firm in ``data/sample``: small enough to read, and always the same bytes."""

import gzip
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import Simulated, simulate

SAMPLE: Final = SimulateOptions(
    seed=2026,
    people=8,
    first=date(2026, 2, 16),
    last=date(2026, 3, 29),
    zones=("Europe/Berlin", "Europe/London", "America/New_York"),
)
"""Six weeks in which daylight saving time begins in America and in Europe."""
FORMS: Final = ("calendars", "repositories", "tickets", "transcripts", "activitywatch")
PACKED: Final = ("activities.jsonl", "truth/labels.jsonl")
"""Files that are kept compressed; the product reads them as they are."""


def write_sample(folder: Path, *, say: Callable[[str], None]) -> Simulated:
    """Write the sample firm. Histories stay streams of ``git fast-import``: a repository cannot stand in a repository.

    Raises Conflict when the folder holds something that the simulator did not write.
    """
    done = simulate(SAMPLE, draw(SAMPLE.seed), folder, forms=FORMS, workers=1, repositories=False, say=say)
    for name in PACKED:
        path = folder / name
        # No name and no time in the header, so that the bytes depend on the content alone.
        with (
            path.open("rb") as plain,
            path.with_name(f"{path.name}.gz").open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        ):
            shutil.copyfileobj(plain, packed)
        path.unlink()
    # The same calendars once more, as another interface tells them: a third of the sample's size.
    shutil.rmtree(folder / "graph")
    return done
