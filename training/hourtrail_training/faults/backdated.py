"""Work put on an earlier day than it was done, for the sake of a month's budget. Only a held-out build has it."""

from datetime import timedelta
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail_training.faults.fault import Change, FaultType, fault, left_alone, on_day
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.scene import Scene

NAME: Final = "backdated"
_DAYS: Final = {Difficulty.EASY: (60, 90), Difficulty.MEDIUM: (20, 45), Difficulty.HARD: (4, 11)}
_LATE: Final = timedelta(days=10)


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target some days earlier, always in an earlier month; it was written when it was written."""
    days = int(random.integers(*_DAYS[difficulty]))
    day = target.date - timedelta(days=days)
    # A weekend would give it away.
    day -= timedelta(days=max(0, day.weekday() - 4))
    if (day.year, day.month) == (target.date.year, target.date.month):
        return None
    moved = on_day(target, day)
    label = fault(NAME, moved, difficulty, money=scene.value(target, target.minutes))
    return Change(label=label, replaced=(moved,))


def twin(target: TimeEntry, _scene: Scene, _random: np.random.Generator) -> Change | None:
    """A line that was written late and is about the day that it says; it stays as it is."""
    if target.created_at is None or target.created_at.date() - target.date < _LATE:
        return None
    return left_alone(NAME, target)


FAULT: Final = FaultType(name=NAME, low=0.002, high=0.01, make=make, twin=twin, held_out=True)
