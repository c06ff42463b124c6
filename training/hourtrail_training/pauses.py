"""Fit the pause model on folders of activities and confirmed time: ``python -m hourtrail_training.pauses FOLDER...``.

A folder holds the files of ``hourtrail simulate firm`` (or a firm's own in the same form). One row is a minute of a pause
between two traces, its features those of the product, its label whether a time entry covers it; habits are those of the
entries known when the day's week began. Every second folder-wide view leaves out a kind of source, so that the model holds
for firms without it. Prints the coefficients that ``hourtrail.capture.pause_model`` carries.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from hourtrail.capture import CaptureSettings, HabitLearner
from hourtrail.capture.grid import Days, floor_minute
from hourtrail.capture.learning import clock_span
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pause_model import FEATURES, features
from hourtrail.capture.pipeline import pauses_of
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import local_date, zone_named
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.backtest.capture_files import CaptureFiles, CaptureInput, read_capture
from hourtrail_training.scripts import FOLDER, say, script

Floats = NDArray[np.float64]
Rows = tuple[Floats, Floats]

LONGEST: Final = 240
"""Minutes: longer pauses teach nothing about those that may be bridged."""

EVERY: Final = 4
"""Minutes of one pause are much alike: every fourth is a row."""

STRENGTH: Final = 0.3
"""Inverse of the L2 penalty on standardised columns."""

_TALK: Final = frozenset({"slack", "mail"})
_WINDOWS_AND_TICKETS: Final = frozenset({"activitywatch", "jira", "redmine"})
VIEWS: Final[tuple[Callable[[Activity], bool], ...]] = (
    lambda _: True,
    lambda row: row.source not in _WINDOWS_AND_TICKETS,
    lambda row: row.source not in _TALK,
    lambda row: row.source not in _TALK and row.source != "activitywatch",
)
"""What a firm may see: everything; no windows and tickets; no mail and chat; neither windows nor talk."""


def fit(parts: Sequence[Rows]) -> Floats:
    """Coefficients, one a column of ``FEATURES``; ``parts`` are rows of shape (n, len(FEATURES)) and their labels.

    Raises InvalidInput when the labels do not hold both worked and unworked minutes.
    """
    if not parts:
        raise InvalidInput("no pause between two traces of one day was found")
    matrix, worked = np.concatenate([rows for rows, _ in parts])[:, 1:], np.concatenate([known for _, known in parts])
    if len(np.unique(worked)) < 2:
        raise InvalidInput("every pause was worked, or none: there is nothing to tell apart")
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=300).fit((matrix - mean) / scale, worked)
    weights = model.coef_[0] / scale
    return np.append(model.intercept_[0] - weights @ mean, weights)


def rows_of(person: Person, activities: Sequence[Activity], entries: Sequence[TimeEntry]) -> Iterator[Rows]:
    """Features and labels of each of a person's days with a pause."""
    settings, zone = CaptureSettings(), zone_named(person.zone)
    known = sorted(span for entry in entries if (span := clock_span(entry)) is not None)
    worked = Minutes.of(known)
    learner = HabitLearner(activities, Days(zone), settings)
    by_week: dict[object, list[Activity]] = {}
    for row in activities:
        by_week.setdefault(monday_of(local_date(row.start, zone)), []).append(row)
    learned = 0
    for week in sorted(by_week, key=str):
        begin = floor_minute(min(row.start for row in by_week[week]))
        while learned < len(known) and known[learned][1] <= begin:
            learner.learn(*known[learned])
            learned += 1
        habits = learner.habits()
        asked = pauses_of(person, by_week[week], settings=settings, habits=habits)
        pauses = [pause for pause in asked if pause.minutes <= LONGEST]
        if pauses:
            minutes = np.concatenate([np.arange(pause.start, pause.end) for pause in pauses])
            labels = (worked.before(minutes + 1) - worked.before(minutes)).astype(np.float64)
            yield features(pauses, habits)[::EVERY], labels[::EVERY]


def read(folder: Path) -> CaptureInput:
    """Activities and the true time of one firm."""
    files = CaptureFiles(
        activities=(folder / "activities.jsonl",),
        time_entries=folder / "truth" / "time-entries.csv",
        people=folder / "people.csv",
    )
    return read_capture(files, today=datetime.now(UTC).date(), zone="", person="", progress=lambda _done: None)


@script(__doc__)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=FOLDER)
def main(folders: tuple[Path, ...]) -> None:
    """Fit on every folder and print the coefficients by name."""
    parts: list[Rows] = []
    for folder in folders:
        given = read(folder)
        for name in sorted(set(given.activities) & set(given.truth)):
            for view in VIEWS:
                seen = [row for row in given.activities[name] if view(row)]
                parts.extend(rows_of(given.person(name), seen, given.truth[name]))
    for name, value in zip(FEATURES, fit(parts), strict=True):
        say(f"{name:16}{value:9.3f}")


if __name__ == "__main__":
    main()
