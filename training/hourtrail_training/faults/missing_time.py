"""Work that was done and not booked: a whole day, some hours that left their traces, an hour that left none."""

from dataclasses import replace
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Billable
from hourtrail.domain.money import Money
from hourtrail_training.faults.fault import Change, FaultType, benign, every_day, fault
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import rebooked
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "missing_time"
_HOURS: Final = (90, 240)
"""Minutes of a line that leaves a gap of some hours."""
_ELSEWHERE: Final = (
    "Training day",
    "Course",
    "Onboarding of a colleague",
    "Team day",
    "Reading up",
    "Certification",
    "",
)
"""What people write on the rightful hours that are missed elsewhere."""
_SEEN: Final = 0.5
"""Share of a line's minutes that must have left traces for the gap to be plain."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """Takes lines of the target's day away."""
    day = scene.day(target.person, target.date)
    if not all(scene.is_free(row) for row in day):
        return None
    if difficulty is Difficulty.EASY:
        gone = day
    else:
        fitting = [row for row in day if _fits(row, difficulty, scene)]
        if not fitting or len(day) == 1:
            return None
        gone = [pick(fitting, random)]
    minutes = sum(row.minutes for row in gone)
    if minutes == 0:
        return None
    label = fault(NAME, target, difficulty, minutes=-minutes, money=_worth(gone, scene))
    return Change(
        label=replace(label, entry=""),
        removed=tuple(row.id for row in gone),
        touched=tuple(row.id for row in day),
    )


def _fits(entry: TimeEntry, difficulty: Difficulty, scene: Scene) -> bool:
    """Whether leaving this line out makes a gap of that difficulty. Clock times count as traces where nothing else is known."""
    seen = scene.evidence.get(entry.id, 1.0 if entry.start else 0.0)
    if difficulty is Difficulty.MEDIUM:
        return _HOURS[0] <= entry.minutes <= _HOURS[1] and (seen >= _SEEN or not scene.evidence)
    return seen == 0 and entry.minutes <= _HOURS[1]


def _worth(gone: list[TimeEntry], scene: Scene) -> Money | None:
    """What the client is not asked to pay, in the first line's currency."""
    total: Money | None = None
    for row in gone:
        value = scene.value(row, -row.minutes)
        if value is not None and (total is None or total.currency == value.currency):
            total = value if total is None else total + value
    return total


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """A day with little on clients, because the rest was agreed training: the hours are there, elsewhere."""
    master = scene.known.master
    internal = [task.item for task in master.tasks if task.billable is Billable.NO and task.open_on(target.date)]
    day = scene.day(target.person, target.date)
    own = [item for item in internal if scene.is_own(target.person, item)]
    lines = [row for row in day if row.minutes >= _HOURS[0] and row.item not in internal]
    if not own or not lines or not all(scene.is_free(row) for row in day):
        return None
    line = pick(lines, random)
    moved = replace(rebooked(line, pick(own, random), scene), narrative=pick(_ELSEWHERE, random))
    return Change(label=benign(NAME, moved), replaced=(moved,), touched=tuple(row.id for row in day))


FAULT: Final = FaultType(name=NAME, low=0.05, high=0.2, make=make, twin=twin, targets=every_day)
