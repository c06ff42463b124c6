"""``backtest mapping``: how well would it have mapped my work?"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Task
from hourtrail.flows.backtest import metrics
from hourtrail.flows.backtest.baselines import LastLabels, frozen_text_model, majority, ranked_hits
from hourtrail.flows.backtest.benchmark import Benchmark, overlaps, read_benchmark, split_row
from hourtrail.flows.backtest.replay import Outcome, Replay
from hourtrail.flows.backtest.world import World
from hourtrail.flows.simulated import says_simulated
from hourtrail.sources.contract_files import read_all
from hourtrail.wiring import Models, refitter, text_model, threshold_selector

LEVELS: Final = ("auto", "project", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingOptions:
    """The command's options; days and shares as the data contract states them."""

    level: str = "auto"
    split: str = "0.5"
    delay_days: float = 1.0
    refit_days: float = 30.0
    target_precision: float = 0.95
    pretrained_only: bool = False
    zone: str = ""
    record: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise InvalidInput(f"--level {self.level!r} is not one of {', '.join(LEVELS)}")
        if not 0 <= self.delay_days <= 365 or not 1 <= self.refit_days <= 3650:
            raise InvalidInput("--delay is 0 to 365 days, --refit 1 to 3650 days")
        if not 0.5 <= self.target_precision < 1:
            raise InvalidInput("--target-precision is at least 0.5 and under 1")


@dataclass(slots=True)
class MappingReport:
    """The answer in the data contract's keys, and the rows that could not be read."""

    answer: dict[str, Any]
    refused: list[Rejected] = field(default_factory=list)


def backtest_mapping(
    path: Path,
    options: MappingOptions,
    *,
    models: Models,
    today: date,
    tasks: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> MappingReport:
    """Replay a labelled file in time order and measure the rows after the split, beside the baselines.

    Raises NothingRead when no labelled row is there, InvalidInput for options that do not fit.
    """
    began = time.monotonic()
    rows, refused = read_benchmark(
        path, ReadOptions(today=today, zone=options.zone, record=options.record), delay_days=options.delay_days
    )
    listed: list[Task] = []
    if tasks is not None:
        good, bad = read_all(tasks, "tasks", ReadOptions(today=today, zone=options.zone))
        listed = [row for row in good if isinstance(row, Task)]
        refused += bad
    split = split_row(rows, options.split)
    if not rows.eligible[split:].any():
        raise InvalidInput(f"--split {options.split}: no row is left to measure; {len(rows)} rows end before it")
    rows, level = _at_level(rows, split, options.level)
    world = World.of(rows, models.encoder, _tasks_at(listed, level), zone=options.zone)
    replay = Replay(
        rows=rows,
        world=world,
        scorer=models.scorer,
        refitter=None if options.pretrained_only else refitter(),
        selector=threshold_selector(),
        refit_days=options.refit_days,
        target_precision=options.target_precision,
        progress=progress,
    )
    outcome = replay.run(split)
    measured = np.flatnonzero(rows.eligible & (np.arange(len(rows)) >= split))
    answer = _answer(rows, world, outcome, measured, split=split, options=options, level=level)
    keys = rows.keys
    first_model = f"{models.scorer.ref.name} {models.scorer.ref.version}"
    # A refit that grew on from a model has seen what that one saw.
    seen = {*replay.scorer.trained_on, *(models.scorer.trained_on if first_model in outcome.models else ())}
    answer["overlap"] = overlaps([keys[row] for row in measured], seen)
    answer["seconds"] = round(time.monotonic() - began, 3)
    answer["events_per_second"] = round(len(rows) / max(time.monotonic() - began, 1e-9), 1)
    answer["peak_rss_mb"] = round(_peak_rss_mb(), 1)
    return MappingReport(answer=answer, refused=refused)


def _at_level(rows: Benchmark, split: int, level: str) -> tuple[Benchmark, str]:
    """The finest level at which at most half of the measured rows are unseen, or the one that was asked for."""
    if level == "project":
        return rows.at_project(), level
    if level == "task" or _unseen_share(rows, split) <= 0.5:
        return rows, "task"
    return rows.at_project(), "project"


def _unseen_share(rows: Benchmark, split: int) -> float:
    first: dict[Any, float] = {}
    for item, known in zip(rows.items, rows.known.tolist(), strict=True):
        first[item] = min(known, first.get(item, np.inf))
    measured = [row for row in range(split, len(rows)) if rows.eligible[row]]
    return float(np.mean([first[rows.items[row]] > rows.asked[row] for row in measured])) if measured else 0.0


def _tasks_at(tasks: Sequence[Task], level: str) -> list[Task]:
    if level == "task":
        return list(tasks)
    by_project: dict[Any, Task] = {}
    for task in tasks:
        by_project.setdefault(
            task.item.at_project, Task(item=task.item.at_project, name=task.name, keywords=task.keywords)
        )
    return list(by_project.values())


def _answer(
    rows: Benchmark,
    world: World,
    outcome: Outcome,
    measured: NDArray[np.int64],
    *,
    split: int,
    options: MappingOptions,
    level: str,
) -> dict[str, Any]:
    is_measured = np.zeros(len(rows), dtype=np.bool_)
    is_measured[measured] = True
    people = [row.person for row in rows.activities]
    last = LastLabels(people, world.label, rows.asked, rows.known)
    switch = last.last[measured, 0] != world.label[measured]
    ranked = outcome.ranked(measured, world.unseen)
    shown = outcome.shown[measured]
    numbers = np.unique(people, return_inverse=True)[1]
    return {
        "n": len(measured),
        "classes": len(np.unique(world.label)),
        "level": level,
        **metrics.summary(ranked, at_switch=switch, people=numbers[measured]),
        "coverage_at_target": metrics.mean(shown),
        "precision_at_target": metrics.ratio(int((ranked.right & shown).sum()), int(shown.sum())),
        "target_precision": options.target_precision,
        "model": outcome.models[-1] if outcome.models else None,
        "baselines": baselines(rows, world, outcome, last, measured=is_measured, split=split),
        **({"data": "simulated"} if says_simulated(rows.activities) else {}),
    }


def baselines(
    rows: Benchmark, world: World, outcome: Outcome, last: LastLabels, *, measured: NDArray[np.bool_], split: int
) -> dict[str, Any]:
    """Top-1 and top-3 of what must be beaten, by name; None where a set has no containers."""
    containers = [row.container for row in rows.activities]
    of_container = None
    if any(containers):
        of_container = LastLabels(containers, world.label, rows.asked, rows.known).score(world.label, measured)
    texts = [row.title or row.text for row in rows.activities]
    split_at = rows.asked[split] if split < len(rows) else np.inf
    return {
        "last_label": last.score(world.label, measured),
        "last_label_of_container": of_container,
        "majority": majority(world.label, rows.asked, rows.known, measured),
        "knn_own_history": ranked_hits(outcome.knn[measured], world.label[measured]),
        "text_model_frozen": frozen_text_model(
            text_model(), texts, world.label, known=rows.known, split_at=split_at, measured=measured
        ),
    }


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS (getrusage(2) of each).
    return peak / 1024 / 1024 if sys.platform == "darwin" else peak / 1024
