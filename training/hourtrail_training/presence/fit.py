"""Rows of people's weeks, each by what was known when it began, and the trees that are fitted to them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.capture import CaptureSettings, Habits
from hourtrail.capture.learning import LEARNED
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pipeline import sighted_of
from hourtrail.capture.presence import REACH, SPEC, features
from hourtrail.capture.profile import SHAPES, STEP, Tally, grid_of, tallied
from hourtrail.capture.sighted import days_around
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.weeks import monday_of
from hourtrail_training.pauses import read
from hourtrail_training.presence.people import TIMESHEETS, VIEWS, Worker, at_odd_hours, busy, workers

Floats = NDArray[np.float64]
Defaults = Mapping[str, Floats]

PARAMETERS: Final[Mapping[str, Any]] = {
    "objective": "cross_entropy", "learning_rate": 0.1, "num_leaves": 31, "min_data_in_leaf": 300, "feature_fraction": 0.6,
    "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10.0, "seed": 20261121, "deterministic": True,
    "force_row_wise": True, "verbosity": -1, "num_threads": 1,
}  # fmt: skip
ROUNDS: Final = 150

EVERY: Final = 3
"""Rows of one day are much alike: every third of a person with all sources, every ninth of one in many guises."""

UNKNOWN: Final = 8
"""Every eighth person is learned from as if nothing were known of them, so that the first week is served too."""

_PRIOR: Final = 60.0
_DELAY: Final = timedelta(days=1)


def everybody(folders: Sequence[Path], say: Callable[[str], None]) -> Iterator[tuple[Worker, int]]:
    """Every person of every firm in every guise, and how many rows of a day stand for one."""
    for folder in folders:
        given = read(folder)
        crowded = busy(given)
        for view, seen in VIEWS.items():
            alone = view == "commits alone"
            for kept in TIMESHEETS if alone else ("as it was",):
                for worker in workers(given, seen, kept):
                    yield worker, EVERY
                    if alone:
                        yield at_odd_hours(worker), EVERY
        for kept in TIMESHEETS:
            for worker in workers(crowded, VIEWS["commits alone"], kept):
                yield worker, 3 * EVERY
                yield at_odd_hours(worker), 3 * EVERY
        say(f"{folder}: read")


def defaults_of(people: Iterable[Worker]) -> dict[str, Floats]:
    """Shares of worked minutes around the traces of everybody, by table: what a person's own are shrunk towards."""
    tally, nothing = Tally(), Minutes.of(())
    for worker in people:
        days, known = worker.days, _by_day(worker)
        sighted = sighted_of(worker.activities, CaptureSettings(), Habits())
        for day in sighted.days(days, worker.spans[0][0], worker.spans[-1][1]):
            tally.add(grid_of(day, REACH), known.get(day.day, nothing), sighted.names, 1.0)
    return {name: (tally.worked[name] + _PRIOR / 2) / (tally.asked[name] + _PRIOR) for name in SHAPES}


def rows_of(worker: Worker, defaults: Defaults, *, known: bool = True) -> Iterator[tuple[Floats, Floats]]:
    """Features and worked share of the rows of each of a person's days; without ``known`` nothing is learned on the way."""
    days, by_day = worker.days, _by_day(worker)
    worked = Minutes.of(worker.spans)
    sighted = sighted_of(worker.activities, CaptureSettings(), Habits())
    found = list(sighted.days(days, worker.spans[0][0], worker.spans[-1][1]))
    reported = {day.isocalendar()[:2] for day in by_day}
    for week in sorted({monday_of(day.day) for day in found}):
        until = week - _DELAY
        past = {day: minutes for day, minutes in by_day.items() if week - LEARNED <= day < until and known}
        before = [day for day in found if week - LEARNED <= day.day < until and known]
        before = [day for day in before if day.day.isocalendar()[:2] in reported]
        profile = tallied(before, past, sighted.names, today=week, reach=REACH).profile(defaults)
        for day in (day for day in found if monday_of(day.day) == week):
            grid, matrix = features(day, sighted.names, profile)
            yield matrix, (worked.before(grid.starts + STEP) - worked.before(grid.starts)) / STEP


def fit(people: Sequence[tuple[Worker, int]], defaults: Defaults) -> tuple[Any, list[int]]:
    """The booster, and the number of rows that it saw of each person. Raises InvalidInput when there are none."""
    columns, labels, counts = _table(people, defaults)
    data = lightgbm.Dataset(columns, labels, feature_name=list(SPEC.names))
    return lightgbm.train(dict(PARAMETERS), data, ROUNDS), counts


def measured(booster: Any, people: Sequence[tuple[Worker, int]], defaults: Defaults) -> dict[str, float]:
    """How far its probabilities lie from the worked share of rows that it never saw, beside one probability for all of them."""
    columns, worked, _ = _table(people, defaults)
    said = np.asarray(booster.predict(columns), dtype=np.float64)
    always = np.full(len(worked), worked.mean())
    return {
        "measured_rows": float(len(worked)),
        "cross_entropy": _cross_entropy(said, worked),
        "cross_entropy_of_one_for_all": _cross_entropy(always, worked),
        "squared_error": float(np.mean((said - worked) ** 2)),
        "squared_error_of_one_for_all": float(np.mean((always - worked) ** 2)),
        "mean_said": float(said.mean()),
        "mean_worked": float(worked.mean()),
    }


def _cross_entropy(said: Floats, worked: Floats) -> float:
    sure = np.clip(said, 1e-6, 1 - 1e-6)
    return float(-np.mean(worked * np.log(sure) + (1 - worked) * np.log(1 - sure)))


def _table(people: Sequence[tuple[Worker, int]], defaults: Defaults) -> tuple[NDArray[np.float32], Floats, list[int]]:
    """Features, worked shares, and how many rows each person has. Raises InvalidInput when there are none."""
    columns: list[NDArray[np.float32]] = []
    labels: list[Floats] = []
    counts: list[int] = []
    for number, (worker, every) in enumerate(people):
        before = len(labels)
        for matrix, share in rows_of(worker, defaults, known=number % UNKNOWN != 0):
            first = number % every
            columns.append(matrix[first::every].astype(np.float32))
            labels.append(share[first::every])
        counts.append(sum(map(len, labels[before:])))
    if not columns:
        raise InvalidInput("nobody has activities and true time in these folders")
    return np.concatenate(columns), np.concatenate(labels), counts


def _by_day(worker: Worker) -> dict[Any, Minutes]:
    return {day: Minutes.of(parts) for day, parts in days_around(worker.spans, worker.days).items()}
