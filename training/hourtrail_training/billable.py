"""Is work billed where its task says that it depends? ``python -m hourtrail_training.billable FOLDER...``.

Folders of ``hourtrail simulate firm``. Every reported entry on such a task is asked about in order of time, with what was
reported on that work item until the day before: the last value (the baseline), and what the product answers from that and the
three entries whose narrative is most like it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Billable, Task, WorkItem
from hourtrail.policy.billable import billable_of
from hourtrail.sources.contract_files import read_records
from hourtrail_models.encoder import bundled_encoder
from hourtrail_training.scripts import FOLDER, say, script

Vectors = dict[str, NDArray[np.float32]]
Known = tuple[date, bool, str]

NEAREST: Final = 3


def asked(folder: Path) -> Iterator[tuple[bool, float, float]]:
    """Whether each entry was billed, and the probability by the last value alone and with the entries most like it."""
    options = ReadOptions(today=datetime.now(UTC).date())
    tasks = [row for row in read_records(folder / "tasks.csv", "tasks", options) if isinstance(row, Task)]
    open_tasks = {row.item: row for row in tasks if row.billable is Billable.DEPENDS}
    entries = [
        row
        for row in read_records(folder / "time-entries.csv", "time-entries", options)
        if isinstance(row, TimeEntry) and row.item in open_tasks and row.billable is not None
    ]
    texts = sorted({row.narrative for row in entries})
    vectors: Vectors = dict(zip(texts, bundled_encoder().encode(texts), strict=True)) if texts else {}
    history: dict[WorkItem, list[Known]] = {}
    for row in sorted(entries, key=lambda row: (row.date, row.id)):
        known = [one for one in history.get(row.item, ()) if one[0] < row.date]
        if known:
            task, last = open_tasks[row.item], known[-1][1]
            alike = _alike(row.narrative, known, vectors)
            by_last, by_all = (billable_of(task, None, last, alike=near).probability for near in ((), alike))
            yield bool(row.billable), by_last, by_all
        history.setdefault(row.item, []).append((row.date, bool(row.billable), row.narrative))


def _alike(text: str, known: Sequence[Known], vectors: Vectors) -> list[tuple[float, bool]]:
    likeness = np.array([float(vectors[other] @ vectors[text]) for _, _, other in known])
    nearest = np.argsort(-likeness, kind="stable")[:NEAREST].tolist()
    return [(min(float(likeness[place]), 1.0), known[place][1]) for place in nearest if likeness[place] > 0]


@script(__doc__)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=FOLDER)
def main(folders: tuple[Path, ...]) -> None:
    """Print both, over all folders. Raises InvalidInput when no entry can be asked about."""
    rows = np.array([row for folder in folders for row in asked(folder)], dtype=np.float64)
    if not len(rows):
        raise InvalidInput("no entry on a task whose billing depends has an earlier one on the same work item")
    say(f"{len(rows):,} entries, {rows[:, 0].mean():.2f} of them billed")
    for column, name in ((1, "last value"), (2, "with the entries most like it")):
        right = ((rows[:, column] > 1 / 2) == rows[:, 0]).mean()
        say(f"{name}: right {right:.3f}, Brier score {np.mean((rows[:, column] - rows[:, 0]) ** 2):.3f}")


if __name__ == "__main__":
    main()
