"""``python -m hourtrail_training.capture_alternatives CACHE [SEED...] [-- FOLDER...]``: the product's blocks beside others.

A line for each simulated firm, view and way to make blocks: minute F1, macro F1 by project, the edges of matched blocks, the daily
error, total hours, minutes invented and missed. SEEDs name firms of the held-out build (1001 to 1003 unless told; CACHE keeps
them), FOLDERs such of ``hourtrail simulate firm``. The last four of eight weeks are measured, as in ``capture_report``; the rules
name the work items, for every way alike.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from hourtrail.capture import capture
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture
from hourtrail.flows.backtest.capture_replay import Capturing
from hourtrail.wiring import Models, load_models, with_time_models
from hourtrail_training.capture_alternatives.gaps import GapByMixture
from hourtrail_training.capture_alternatives.resolver import GridResolver
from hourtrail_training.capture_report import LAST, MEASURED, firm, seen_in
from hourtrail_training.presence.people import VIEWS
from hourtrail_training.scripts import CUT, FOLDER, NEW_FOLDER, say, script

SEEDS: Final = (1001, 1002, 1003)
SCALES: Final = (1.0, 0.25)
"""Weights of the resolver as stated, and a quarter of them."""
_HEAD: Final = (
    "| firm, view, blocks | minute F1 | by project | edges, 90 % | daily error, h | total | invented, h | missed, h |\n"
    "|---|---|---|---|---|---|---|---|"
)


def files_of(folder: Path, view: str) -> CaptureFiles:
    """The files of a firm with what a view lets through, and what can be booked."""
    return CaptureFiles(
        activities=(seen_in(folder, view),), time_entries=folder / "truth" / "time-entries.csv", people=folder / "people.csv",
        tasks=folder / "tasks.csv", assignments=folder / "assignments.csv",
    )  # fmt: skip


def ways(files: CaptureFiles) -> Mapping[str, Capturing]:
    """The product's way to make blocks, and the others."""
    given = read_capture(files, today=LAST, zone="", person="", progress=lambda _done: None)
    return {
        "as shipped": capture,
        "gap by mixture": GapByMixture(given.activities),
        **{f"grid resolver, scale {scale}": GridResolver(scale) for scale in SCALES},
    }


def line(name: str, found: Mapping[str, Any]) -> str:
    """One row of the table."""
    return (
        f"| {name} | {found['minute_f1']:.4f} | {found['minute_f1_by_project']:.3f} | {found['boundary_error_minutes']['p90']:.0f} "
        f"| {found['daily_hours_mae']:.2f} | {found['total_ratio']:.2f} | {found['minutes_invented'] / 60:.0f} "
        f"| {found['minutes_missed'] / 60:.0f} |"
    )


def report(folder: Path, models: Models) -> None:
    """Every view and way of one firm."""
    for view in list(VIEWS)[:-1]:
        files = files_of(folder, view)
        for way, capturing in ways(files).items():
            options = CaptureOptions(first=MEASURED, last=LAST, truth="simulator")
            found = backtest_capture(files, options, models=models, today=LAST, capturing=capturing).answer
            say(line(f"{folder.name}, {view}, {way}", found))


@script(__doc__)
@click.argument("cache", type=NEW_FOLDER)
@click.argument("words", nargs=-1, metavar="[SEED...] [-- FOLDER...]")
def main(cache: Path, words: tuple[str, ...]) -> None:
    """Print the table, firm by firm."""
    cut = words.index(CUT) if CUT in words else len(words)
    seeds = [click.INT(word) for word in words[:cut]] or list(SEEDS)
    folders = [FOLDER.convert(word, None, None) for word in words[cut + 1 :]]
    models = with_time_models(load_models(rules_only=True))
    say(f"SIMULATED people\n{_HEAD}")
    for folder in (*(firm(cache, seed) for seed in seeds), *folders):
        report(folder, models)


if __name__ == "__main__":
    main()
