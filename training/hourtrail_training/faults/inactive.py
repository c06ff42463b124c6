"""Time on a task that was closed: long ago, last week, or under the name of one that is open."""

from datetime import date
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Task
from hourtrail_training.faults.fault import Change, FaultType, benign, fault, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import rebooked
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "inactive"
_LAST_DAYS: Final = 14
"""A line this close to its task's last day looks late and is not."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target on a closed task: of the same client if there is one, for such slips are made in short lists."""
    fitting = [task for task in scene.known.closed if _fits(task, target.date, difficulty) and task.item != target.item]
    if difficulty is Difficulty.HARD:
        projects = {target.item.project, *scene.known.alike.get(target.item.project, ())}
        fitting = [task for task in fitting if task.item.project in projects]
    near = [task for task in fitting if task.item.client == target.item.client]
    if not fitting:
        return None
    chosen = pick(near or fitting, random)
    moved = rebooked(target, chosen.item, scene)
    label = fault(
        NAME, target, difficulty, money=scene.value(moved, moved.minutes),
        cause=Blame.MASTER_DATA if difficulty is Difficulty.HARD else Blame.ENTRY,
    )  # fmt: skip
    return Change(label=label, replaced=(moved,))


def _fits(task: Task, day: date, difficulty: Difficulty) -> bool:
    if task.closes_on is None:
        return False
    closed_for = (day - task.closes_on).days
    if difficulty is Difficulty.EASY:
        return closed_for > 60
    return 1 <= closed_for <= 7 if difficulty is Difficulty.MEDIUM else closed_for >= 1


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """A line on one of the last days of a task that is closed by now."""
    ending = [
        task
        for task in scene.known.closed
        if task.closes_on is not None and 0 <= (task.closes_on - target.date).days <= _LAST_DAYS
    ]
    if any(task.item == target.item for task in ending):
        return left_alone(NAME, target)
    own = [task for task in ending if scene.is_own(target.person, task.item)]
    if not own:
        return None
    moved = rebooked(target, pick(own, random).item, scene)
    return Change(label=benign(NAME, moved), replaced=(moved,))


FAULT: Final = FaultType(name=NAME, low=0.001, high=0.02, make=make, twin=twin)
