"""How much of people's time is found: ``python -m hourtrail_training.capture_report CACHE [SEED...]``.

One table, a line for each simulated firm and view of it: minute F1 beside ``fixed_gap``, total hours against the true ones, the
daily error. Firms are of the held-out build (other mechanisms of traces, bias and faults than those that anything was fitted
or tuned on), eight people and eight weeks, the last four measured, habits learned as the replay goes. CACHE keeps them.
The seeds are 1001 to 1008 unless others are named.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles
from hourtrail.wiring import Models, load_models, with_time_models
from hourtrail_training.presence.people import VIEWS
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.run import simulate

SEEDS: Final = tuple(range(1001, 1009))
PEOPLE: Final = 8
FIRST: Final = date(2026, 1, 5)
MEASURED: Final = date(2026, 2, 2)
LAST: Final = date(2026, 2, 28)


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


def line(name: str, found: Mapping[str, Any]) -> str:
    """One row of the table."""
    gap = found["baselines"]["fixed_gap"]
    gain = found["minute_f1"] - gap["minute_f1"]
    return (
        f"| {name} | {found['minute_f1']:.3f} ({found['minute_precision']:.2f} / {found['minute_recall']:.2f}) "
        f"| {gap['minute_f1']:.3f} | {gain:+.3f} | {found['total_ratio']:.2f} | {found['daily_hours_mae']:.2f} "
        f"({gap['daily_hours_mae']:.2f}) | {found['boundary_error_minutes']['p90']:.0f} |"
    )


def main(arguments: Sequence[str]) -> int:
    """Print the table; the ranker plays no part in minutes, so the rules name the work items."""
    cache = Path(arguments[0])
    seeds = [int(seed) for seed in arguments[1:]] or list(SEEDS)
    models = with_time_models(load_models(rules_only=True))
    _say(f"SIMULATED, held-out build; {models.presence.ref if models.presence else 'no model of presence'}")
    _say(
        "| firm, view | minute F1 (precision / recall) | fixed gap | gain | total | daily error, h (fixed gap) | edges, 90 % |"
    )
    _say("|---|---|---|---|---|---|---|")
    for seed in seeds:
        folder = firm(cache, seed)
        for view in list(VIEWS)[:-1]:
            _say(line(f"{seed}, {view}", measured(folder, view, models)))
    return 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
