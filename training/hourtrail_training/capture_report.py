"""How much of people's time is found: ``python -m hourtrail_training.capture_report CACHE [SEED...]``.

One table, a line for each simulated firm and view of it: minute F1 beside ``fixed_gap``, total hours against the true ones, the
daily error. Firms are of the held-out build (other mechanisms of traces, bias and faults than those that anything was fitted
or tuned on), eight people and eight weeks, the last four measured, habits learned as the replay goes. CACHE keeps them.
The seeds are 1001 to 1008 unless others are named.

``python -m hourtrail_training.capture_report CACHE --commits FOLDER...``: the people of firms that were simulated before, as if they
left nothing but commits (their own, or as many as a busy developer), in four ways to keep a timesheet; from the ninth week on.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from hourtrail.capture.grid import instant
from hourtrail.domain.wire import activity_to_json
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles
from hourtrail.wiring import Models, load_models, with_time_models
from hourtrail_training.pauses import read
from hourtrail_training.presence.people import TIMESHEETS, VIEWS, at_odd_hours, busy, workers
from hourtrail_training.scripts import FOLDER, NEW_FOLDER, say, script
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import simulate

SEEDS: Final = tuple(range(1001, 1009))
PEOPLE: Final = 8
FIRST: Final = date(2026, 1, 5)
MEASURED: Final = date(2026, 2, 2)
LAST: Final = date(2026, 2, 28)
HISTORY: Final = timedelta(weeks=8)


def firm(cache: Path, seed: int) -> Path:
    """The folder of a held-out firm, simulated where it is not in the cache yet."""
    folder = cache / f"held-out-{seed}"
    if not (folder / "simulation.json").is_file():
        options = SimulateOptions(
            seed=seed, people=PEOPLE, first=FIRST, last=LAST, traces="renewal", bias="threshold", fault_types="held_out"
        )
        simulate(options, draw(seed, {}), folder, forms=("activities", "truth"), workers=1, say=lambda _line: None)
    return folder


def seen_in(folder: Path, view: str) -> Path:
    """The activities of a firm that a view lets through, as a file."""
    path = folder / f"activities, {view}.jsonl"
    if not path.is_file():
        with (folder / "activities.jsonl").open(encoding="utf-8") as lines:
            kept = [line for line in lines if VIEWS[view](json.loads(line)["source"])]
        path.write_text("".join(kept), encoding="utf-8")
    return path


def measured(folder: Path, view: str, models: Models) -> dict[str, Any]:
    """What ``hourtrail backtest capture`` says of a firm in a view."""
    files = CaptureFiles(
        activities=(seen_in(folder, view),), time_entries=folder / "truth" / "time-entries.csv",
        people=folder / "people.csv",
    )  # fmt: skip
    options = CaptureOptions(first=MEASURED, last=LAST, truth="simulator")
    return backtest_capture(files, options, models=models, today=LAST).answer


def disguised(cache: Path, folder: Path, kept: str, *, is_busy: bool, odd: bool) -> tuple[Path, Path]:
    """Activities and time entries of a firm's people in a guise, as files."""
    given = read(folder)
    people = list(workers(busy(given) if is_busy else given, VIEWS["commits alone"], kept))
    out = cache / f"{folder.name}, {kept}, {'busy' if is_busy else 'own'}, {'odd' if odd else 'office'}"
    out.mkdir(parents=True, exist_ok=True)
    with (
        (out / "activities.jsonl").open("w", encoding="utf-8") as lines,
        (out / "time-entries.csv").open("w", encoding="utf-8", newline="") as sheet,
    ):
        rows = csv.writer(sheet)
        rows.writerow(("id", "person", "date", "minutes", "client", "project", "start", "end"))
        for worker in map(at_odd_hours, people) if odd else people:
            lines.writelines(json.dumps(activity_to_json(row)) + "\n" for row in worker.activities)
            for number, (start, end) in enumerate(worker.spans):
                day = worker.days.of(start)[0].isoformat()
                times = (instant(start).isoformat(), instant(end).isoformat())
                rows.writerow((f"{worker.name}-{number}", worker.name, day, end - start, "any", "any", *times))
    return out / "activities.jsonl", out / "time-entries.csv"


def commits_alone(cache: Path, folders: Sequence[Path], models: Models) -> None:
    """A line for each guise of each firm."""
    for folder in folders:
        first = date.fromisoformat(json.loads((folder / "simulation.json").read_text())["options"]["first"])
        for is_busy, odd in ((False, False), (True, False), (True, True)):
            for kept in TIMESHEETS:
                activities, entries = disguised(cache, folder, kept, is_busy=is_busy, odd=odd)
                files = CaptureFiles(activities=(activities,), time_entries=entries, people=folder / "people.csv")
                options = CaptureOptions(first=first + HISTORY, truth="simulator")
                found = backtest_capture(files, options, models=models, today=datetime.now(UTC).date()).answer
                often = "as often as the busy" if is_busy else "their own commits"
                say(line(f"{folder.name}, {often}, {'odd' if odd else 'office'} hours, {kept}", found))


def line(name: str, found: Mapping[str, Any]) -> str:
    """One row of the table."""
    gap = found["baselines"]["fixed_gap"]
    gain = found["minute_f1"] - gap["minute_f1"]
    return (
        f"| {name} | {found['minute_f1']:.3f} ({found['minute_precision']:.2f} / {found['minute_recall']:.2f}) "
        f"| {gap['minute_f1']:.3f} | {gain:+.3f} | {found['total_ratio']:.2f} | {found['daily_hours_mae']:.2f} "
        f"({gap['daily_hours_mae']:.2f}) | {found['boundary_error_minutes']['p90'] or 0:.0f} |"
    )


@script(__doc__)
@click.argument("cache", type=NEW_FOLDER)
@click.option("--commits", is_flag=True, help="As if the people of these FOLDERs left nothing but commits.")
@click.argument("words", nargs=-1, metavar="[SEED...]")
def main(cache: Path, words: tuple[str, ...], *, commits: bool) -> None:
    """Print the table; the ranker plays no part in minutes, so the rules name the work items."""
    folders = [FOLDER.convert(word, None, None) for word in words] if commits else []
    seeds = [click.INT(word) for word in words] if not commits else []
    if commits and not folders:
        raise click.UsageError("--commits needs folders of firms that were simulated before")
    models = with_time_models(load_models(rules_only=True))
    ref = models.presence.ref if models.presence else None
    say(f"SIMULATED people; model of presence: {f'{ref.version} {ref.digest[:12]}' if ref else 'none'}")
    say(
        "| firm, view | minute F1 (precision / recall) | fixed gap | gain | total | daily error, h (fixed gap) | edges, 90 % |"
    )
    say("|---|---|---|---|---|---|---|")
    if commits:
        commits_alone(cache, folders, models)
        return
    for seed in seeds or SEEDS:
        folder = firm(cache, seed)
        for view in list(VIEWS)[:-1]:
            say(line(f"{seed}, {view}", measured(folder, view, models)))


if __name__ == "__main__":
    main()
