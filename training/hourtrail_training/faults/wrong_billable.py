"""The billable flag on its head: internal work billed, billed work given away, an open case decided the wrong way."""

from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Billable
from hourtrail_training.faults.fault import Change, FaultType, fault, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import flagged
from hourtrail_training.faults.scene import Scene

NAME: Final = "wrong_billable"
_RULES: Final = {
    Difficulty.EASY: Billable.NO,
    Difficulty.MEDIUM: Billable.YES,
    Difficulty.HARD: Billable.DEPENDS,
}


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, _random: np.random.Generator) -> Change | None:
    """The target with its flag turned, as a system keeps such a line; where the task leaves it open, whichever way it was."""
    task = scene.known.master.task(target.item)
    rule = _RULES[difficulty]
    if target.billable is None or task is None or task.billable is not rule:
        return None
    if rule is not Billable.DEPENDS and target.billable is not (rule is Billable.YES):
        return None
    turned = flagged(target, scene, billable=not target.billable)
    # The money of the line as it would be billed, lost or asked for without right.
    billed = turned if turned.billable else target
    money = scene.value(billed, target.minutes if turned.billable else -target.minutes)
    cause = Blame.CONTRACT if rule is Billable.DEPENDS else Blame.ENTRY
    return Change(label=fault(NAME, target, difficulty, cause=cause, money=money), replaced=(turned,))


def twin(target: TimeEntry, scene: Scene, _random: np.random.Generator) -> Change | None:
    """A line that is rightly not billed although its task leaves it open; it stays as it is."""
    task = scene.known.master.task(target.item)
    if task is None or task.billable is not Billable.DEPENDS or target.billable:
        return None
    return left_alone(NAME, target)


FAULT: Final = FaultType(name=NAME, low=0.005, high=0.03, make=make, twin=twin)
