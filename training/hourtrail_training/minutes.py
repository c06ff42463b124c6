"""Fit the model of booked minutes: ``python -m hourtrail_training.minutes OUT FIT... -- CALIBRATE... -- MEASURE...``.

Each name is a folder of ``hourtrail simulate firm``. Firms are replayed by the product; a row is a suggestion, its label the
minutes of the true stretch of work that it shares most time with, as somebody would book them who rounds in one of five ways
(models.md B3: not at all, to quarters, up to quarters, to half hours, to hours; by person, and the same for the entries that
they learned from). The interval is widened by conformalised quantile regression on people that the trees never saw. The last
folders are measured, beside the named baselines, and OUT becomes an artefact.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import click
import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.capture import CaptureSettings
from hourtrail.capture.grid import floor_minute
from hourtrail.capture.learning import LEARNED, clock_span
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.suggestion import ModelRef, Suggestion
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture
from hourtrail.flows.backtest.capture_replay import replay
from hourtrail.policy.minutes import SPEC, BookedBefore, minute_features
from hourtrail.wiring import Models, load_models, with_time_models
from hourtrail_models.artefact import Manifest, TrainingData, library_versions, write
from hourtrail_models.minutes import BOOSTERS, NAME, QuantilesOfMinutes, artefact_files
from hourtrail_training.scripts import NEW_FOLDER, folders_in_groups, say, script

Floats = NDArray[np.float64]

PARAMETERS: Final[Mapping[str, Any]] = {
    "learning_rate": 0.06, "num_leaves": 15, "min_data_in_leaf": 60, "feature_fraction": 0.7, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 5.0, "seed": 20261121, "deterministic": True, "force_row_wise": True, "verbosity": -1,
    "num_threads": 1,
}  # fmt: skip
ROUNDS: Final = 200
SHARE: Final = 0.8
HISTORY: Final = timedelta(weeks=2)
"""Rows begin so long after a firm's first entry."""
JOINED: Final = 5
"""Minutes: true stretches on one project this close are one piece of work."""

ROUNDINGS: Final[tuple[Callable[[int], int], ...]] = (
    lambda minutes: minutes,
    lambda minutes: max(15, 15 * round(minutes / 15)),
    lambda minutes: max(15, 15 * -(-minutes // 15)),
    lambda minutes: max(30, 30 * round(minutes / 30)),
    lambda minutes: max(60, 60 * round(minutes / 60)),
)


@dataclass(frozen=True, slots=True)
class Work:
    """A true stretch of work on one project, in minutes of the grid."""

    start: int
    end: int
    item: WorkItem
    day: date


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Features, shape (rows, len(SPEC.names)), and booked minutes, shape (rows,)."""

    matrix: Floats
    booked: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedWeek:
    """One week of one person: ``matrix`` and ``booked`` of every suggestion that is not private, in order of time.

    ``booked`` is 0 where a suggestion stands for no true work; ``whole`` is all that was booked that week, suggested or not,
    and ``worked`` the same before it was rounded.
    """

    week: date
    matrix: Floats
    booked: Floats
    whole: int
    worked: int

    @property
    def suggested(self) -> Floats:
        """The minutes suggested, one a row."""
        return self.matrix[:, SPEC.names.index("suggested_minutes")]

    @property
    def stands(self) -> NDArray[np.bool_]:
        """Which suggestions stand for a true piece of work."""
        return self.booked > 0


def rows_of(folder: Path, models: Models) -> Rows:
    """Every suggestion of a firm that stands for a true piece of work."""
    weeks = [week for person in booked_weeks(folder, models) for week in person if week.stands.any()]
    return _joined([Rows(week.matrix[week.stands], week.booked[week.stands]) for week in weeks])


def booked_weeks(folder: Path, models: Models) -> list[list[BookedWeek]]:
    """Every person's weeks of a firm, replayed as the product would have suggested them; in order of time."""
    files = CaptureFiles(
        activities=(folder / "activities.jsonl",), time_entries=folder / "truth" / "time-entries.csv",
        people=folder / "people.csv", tasks=folder / "tasks.csv", assignments=folder / "assignments.csv",
    )  # fmt: skip
    given = read_capture(files, today=datetime.now(UTC).date(), zone="", person="", progress=lambda _done: None)
    dates = [row.date for rows in given.truth.values() for row in rows]
    first = min(dates) + HISTORY
    replayed = replay(
        given, first, max(dates), delay=timedelta(days=1), models=models, settings=CaptureSettings(),
        progress=lambda _done, _all: None,
    )  # fmt: skip
    return [
        list(_person_weeks(f"{folder.name}/{name}", shown, list(_works(given.truth[name]))))
        for name, shown in sorted(replayed.suggestions.items())
    ]


def _joined(parts: Sequence[Rows]) -> Rows:
    if not parts:
        raise InvalidInput("no suggestion stands for a true piece of work in these folders")
    return Rows(np.concatenate([part.matrix for part in parts]), np.concatenate([part.booked for part in parts]))


def _works(entries: Sequence[TimeEntry]) -> Iterator[Work]:
    placed = sorted((*span, row.item.at_project, row.date) for row in entries if (span := clock_span(row)) is not None)
    work: Work | None = None
    for start, end, item, day in placed:
        if work is not None and (work.item, work.day) == (item, day) and start - work.end <= JOINED:
            work = Work(work.start, max(work.end, end), item, day)
            continue
        if work is not None:
            yield work
        work = Work(start, end, item, day)
    if work is not None:
        yield work


def _person_weeks(name: str, shown: Sequence[Suggestion], works: Sequence[Work]) -> Iterator[BookedWeek]:
    rounded = ROUNDINGS[crc32(name.encode()) % len(ROUNDINGS)]
    stands_for = _pairs(shown, works)
    ordered = sorted((row for row in shown if not row.block.private), key=lambda row: row.span)
    for week, group in groupby(ordered, key=lambda row: monday_of(row.date)):
        rows = list(group)
        known = [(work.item, rounded(work.end - work.start)) for work in works if week - LEARNED <= work.day < week]
        asked = [(row.block, row.item.at_project if row.item else None) for row in rows]
        done = [work.end - work.start for work in works if monday_of(work.day) == week]
        yield BookedWeek(
            week=week,
            matrix=minute_features(asked, BookedBefore.of(known)),
            booked=np.array(
                [rounded(stands_for[row.id]) if row.id in stands_for else 0 for row in rows], dtype=np.float64
            ),
            whole=sum(map(rounded, done)),
            worked=sum(done),
        )


def _pairs(shown: Sequence[Suggestion], works: Sequence[Work]) -> dict[str, int]:
    """Suggestion -> minutes of the work that it shares most with; each work goes to the one that shares most with it."""
    best: dict[int, tuple[int, str]] = {}
    for row in shown:
        start, end = floor_minute(row.span.start), floor_minute(row.span.end)
        shared = [
            (min(end, work.end) - max(start, work.start), place)
            for place, work in enumerate(works)
            if work.start < end and work.end > start
        ]
        if shared:
            most, place = max(shared)
            best[place] = max(best.get(place, (0, "")), (most, row.id))
    return {row: works[place].end - works[place].start for place, (_, row) in best.items()}


def fitted(fit: Rows, calibrate: Rows) -> QuantilesOfMinutes:
    """Three quantiles of the log of the minutes, and the margin at which ``SHARE`` of ``calibrate`` lie inside."""
    logs = np.log1p(fit.booked)
    low, median, high = (
        lightgbm.train(
            {**PARAMETERS, "objective": "quantile", "alpha": alpha},
            lightgbm.Dataset(fit.matrix, logs, feature_name=list(SPEC.names)),
            ROUNDS,
        )
        for alpha in BOOSTERS.values()
    )
    known = np.log1p(calibrate.booked)
    outside = np.maximum(low.predict(calibrate.matrix) - known, known - high.predict(calibrate.matrix))
    margin = float(np.quantile(outside, min(1.0, SHARE * (1 + 1 / len(outside)))))
    nobody = ModelRef(name=NAME, version="", digest="")
    return QuantilesOfMinutes(ref=nobody, spec=SPEC, boosters=(low, median, high), share=SHARE, margin=margin)


def measured(model: QuantilesOfMinutes, fit: Rows, asked: Rows) -> tuple[list[str], dict[str, float]]:
    """Lines of a table: the model's median beside the baselines, and how many intervals hold; and the model's own numbers."""
    column = dict(zip(SPEC.names, asked.matrix.T, strict=True))
    everybody = float(np.median(fit.booked))
    own = np.where(np.isnan(column["own_median"]), everybody, column["own_median"])
    ends = model.intervals(asked.matrix)
    answers = {
        "median of everybody": np.full(len(asked.booked), everybody),
        "person's median on the item": np.where(np.isnan(column["item_median"]), own, column["item_median"]),
        "evidence minutes as they are": column["evidence_minutes"],
        "suggested minutes as they are": column["suggested_minutes"],
        "model, median": ends[:, 1],
    }
    mean_error, median_error = {}, {}
    lines = ["| minutes booked | MAE | median error | total |", "|---|---|---|---|"]
    for name, minutes in answers.items():
        error = np.abs(minutes - asked.booked)
        mean_error[name], median_error[name] = float(error.mean()), float(np.median(error))
        total = minutes.sum() / asked.booked.sum()
        lines.append(f"| {name} | {mean_error[name]:.1f} | {median_error[name]:.1f} | {total:.2f} |")
    low, high = np.round(ends[:, 0]), np.round(ends[:, 2])
    held = float(((asked.booked >= low) & (asked.booked <= high)).mean())
    lines.append(
        f"{len(asked.booked):,} rows; interval holds {held:.3f} (aim {model.share}), mean width {(high - low).mean():.0f} min"
    )
    ours, suggested = "model, median", "suggested minutes as they are"
    return lines, {
        "measured_rows": float(len(asked.booked)), "intervals_that_hold": held, "interval_width": float((high - low).mean()),
        "mean_error": mean_error[ours], "median_error": median_error[ours],
        "mean_error_of_suggested": mean_error[suggested], "median_error_of_suggested": median_error[suggested],
    }  # fmt: skip


@script(__doc__)
@click.argument("out", type=NEW_FOLDER)
@click.argument("words", nargs=-1, metavar="FIT... -- CALIBRATE... -- MEASURE...")
def main(out: Path, words: tuple[str, ...]) -> None:
    """Fit, calibrate, measure, write."""
    groups = folders_in_groups(words, ("fit on", "calibrate on", "measure"))
    models = with_time_models(load_models(rules_only=True))
    learned = [_told(folder, models) for folder in groups[0]]
    fit, calibrate = _joined(learned), _joined([_told(folder, models) for folder in groups[1]])
    model = fitted(fit, calibrate)
    say(f"{len(fit.booked):,} rows, margin {model.margin:.3f}; SIMULATED people, rounding injected")
    asked = []
    for folder in groups[2]:
        asked.append(_told(folder, models))
        say(f"{folder.name}: {measured(model, fit, asked[-1])[0][-1]}")
    lines, metrics = measured(model, fit, _joined(asked))
    say("\n".join(lines))
    data = tuple(_data(folder, len(rows.booked)) for folder, rows in zip(groups[0], learned, strict=True))
    artefact = write(out, _manifest(data, metrics, groups[2]), artefact_files(model))
    say(f'{NAME} = "{artefact.digest}"')


def _told(folder: Path, models: Models) -> Rows:
    say(f"{folder.name}: replaying")
    return rows_of(folder, models)


def _data(folder: Path, rows: int) -> TrainingData:
    return TrainingData(name=folder.name, digest=_digest(folder), ends=_last(folder), rows=rows)


def _manifest(data: tuple[TrainingData, ...], metrics: Mapping[str, float], asked: Sequence[Path]) -> Manifest:
    return Manifest(
        name=NAME, version=f"{datetime.now(UTC).date():%Y.%m.%d}", created=datetime.now(UTC), spec=SPEC,
        libraries=library_versions("lightgbm", "numpy"), training_data=data, metrics=metrics,
        about={
            "data": "simulated firms, public build, their minutes rounded in five ways; nothing of it is a real person's",
            "measured on": ", ".join(folder.name for folder in asked),
            "parameters": json.dumps(dict(PARAMETERS)), "rounds": str(ROUNDS),
        },
    )  # fmt: skip


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "activities.jsonl").read_bytes()).hexdigest()


def _last(folder: Path) -> date:
    return date.fromisoformat(json.loads((folder / "simulation.json").read_text(encoding="utf-8"))["options"]["last"])


if __name__ == "__main__":
    main()
