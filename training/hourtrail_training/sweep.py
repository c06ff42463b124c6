"""Does a conclusion hold over the whole range of a number that nobody has published? (models.md B5, 8)

The same small firms are simulated at several values of one parameter, and the product's capture is scored against their
truth at each. What is read is the conclusion, "better than a fixed gap", not the height of a number.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles
from hourtrail.wiring import Models
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.ranges import RANGES
from hourtrail_training.simulator.run import simulate

FIRST: Final = date(2026, 1, 5)
HISTORY_WEEKS: Final = 2
"""Weeks before those that are measured, for the product to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """How large the firms are, and how many of them at how many values."""

    parameters: tuple[str, ...]
    values: int = 3
    seeds: int = 2
    people: int = 4
    weeks: int = 4

    def __post_init__(self) -> None:
        if self.values < 2 or self.seeds < 1 or self.weeks <= HISTORY_WEEKS:
            raise InvalidInput(
                f"a sweep needs at least 2 values, 1 seed and {HISTORY_WEEKS + 1} weeks "
                f"({HISTORY_WEEKS} of them are history)"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One firm at one value, scored against its truth."""

    parameter: str
    value: float
    seed: int
    minute_f1: float
    fixed_gap_f1: float
    minute_f1_labelled: float | None
    total_ratio: float | None

    @property
    def gain(self) -> float:
        """Minute F1 above that of the fixed gap."""
        return self.minute_f1 - self.fixed_gap_f1

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**asdict(self), "gain": self.gain}


def sweep(options: SweepOptions, *, models: Models, say: Callable[[str], None]) -> list[Point]:
    """Every parameter over its width, everything else as each seed draws it.

    Raises InvalidInput for a parameter that does not exist.
    """
    known = {row.name: row for row in RANGES}
    for name in options.parameters:
        if name not in known:
            raise InvalidInput(f"there is no parameter {name!r}; `hourtrail simulate parameters` lists them")
    found: list[Point] = []
    for name in options.parameters:
        for value in np.linspace(known[name].low, known[name].high, options.values):
            say(f"{name} = {value:.3g}")
            found += [_point(name, float(value), seed, options, models) for seed in range(1, options.seeds + 1)]
    return found


def _point(name: str, value: float, seed: int, options: SweepOptions, models: Models) -> Point:
    last = FIRST + timedelta(weeks=options.weeks, days=-1)
    firm = SimulateOptions(seed=seed, people=options.people, first=FIRST, last=last, faults=False)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "firm"
        simulate(firm, draw(seed, {name: value}), out, forms=("activities",), workers=1, say=lambda _line: None)
        answer = _score(out, last, models)
    return Point(
        parameter=name, value=value, seed=seed, minute_f1=answer["minute_f1"],
        fixed_gap_f1=answer["baselines"]["fixed_gap"]["minute_f1"], minute_f1_labelled=answer["minute_f1_labelled"],
        total_ratio=answer["total_ratio"],
    )  # fmt: skip


def _score(firm: Path, last: date, models: Models) -> dict[str, Any]:
    files = CaptureFiles(
        activities=(firm / "activities.jsonl",), time_entries=firm / "truth" / "time-entries.csv",
        reported=firm / "time-entries.csv", tasks=firm / "tasks.csv", assignments=firm / "assignments.csv",
        people=firm / "people.csv",
    )  # fmt: skip
    measured = CaptureOptions(first=FIRST + timedelta(weeks=HISTORY_WEEKS), last=last, truth="simulator")
    return backtest_capture(files, measured, models=models, today=last).answer


def holds(points: Sequence[Point]) -> dict[str, bool]:
    """Parameter -> whether the product was ahead of the fixed gap at every value, in the mean over the seeds."""
    found: dict[str, bool] = {}
    for name in dict.fromkeys(point.parameter for point in points):
        values = {point.value for point in points if point.parameter == name}
        found[name] = all(
            np.mean([point.gain for point in points if (point.parameter, point.value) == (name, value)]) > 0
            for value in values
        )
    return found
