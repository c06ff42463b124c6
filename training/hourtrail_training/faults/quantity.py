"""Too many minutes: a slipped decimal point, a tripled value, a generous rounding up."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail_training.faults.fault import EVERY, Change, FaultType, benign, fault, lasting, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import excused
from hourtrail_training.faults.scene import Grain, Scene

NAME: Final = "quantity"
_FACTORS: Final[Mapping[Grain, Mapping[Difficulty, tuple[float, float]]]] = {
    Grain.DAY: {Difficulty.EASY: (10, 10), Difficulty.MEDIUM: (3, 3), Difficulty.HARD: (1.3, 1.6)},
    # A week's line of 36 hours times ten is no riddle: there the factors are 3 to 6.
    Grain.WEEK: {Difficulty.EASY: (5, 6), Difficulty.MEDIUM: (4, 5), Difficulty.HARD: (3, 4)},
}
_LONGEST: Final = {Grain.DAY: 16 * 60, Grain.WEEK: 31 * 1440}
_SHORTEST: Final = 6
_REMARKS: Final = (
    "overtime agreed",
    "go-live",
    "long day before the release",
    "Überstunden abgestimmt",
    "late session",
)
_OVERTIME: Final = (630, 720)
"""Minutes of a long and rightful day: ten and a half to twelve hours."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target with its minutes multiplied, kept on the step that they were rounded to."""
    low, high = _FACTORS[scene.grain][difficulty]
    wanted = target.minutes * float(random.uniform(low, high))
    step = next(size for size in (60, 30, 15, 1) if target.minutes % size == 0)
    if difficulty is Difficulty.HARD and scene.grain is Grain.DAY:
        step = min(step, 15)
    minutes = max(int(wanted / step + 0.5) * step, target.minutes + step)
    if target.minutes < _SHORTEST or minutes > _LONGEST[scene.grain]:
        return None
    added = minutes - target.minutes
    label = fault(NAME, target, difficulty, minutes=added, money=scene.value(target, added))
    return Change(label=label, replaced=(lasting(target, minutes),))


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """Overtime that was agreed: a line as long as some faults make them, in a day that was really that long."""
    if scene.grain is Grain.WEEK:
        return left_alone(NAME, target)
    total = sum(row.minutes for row in scene.day(target.person, target.date))
    wanted = int(random.integers(*_OVERTIME)) // 15 * 15
    if not 300 <= total < wanted or target.minutes < 60:
        return None
    longer = excused(lasting(target, target.minutes + wanted - total), _REMARKS, random)
    return Change(label=benign(NAME, longer), replaced=(longer,))


FAULT: Final = FaultType(name=NAME, low=0.002, high=0.01, make=make, twin=twin, week=EVERY)
