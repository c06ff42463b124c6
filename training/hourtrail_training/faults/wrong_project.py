"""Right minutes on the wrong work: a project the person never had, one of nearly the same name, the task beside it."""

from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money
from hourtrail_training.faults.fault import EVERY, Change, FaultType, difference, fault, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import rebooked
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "wrong_project"


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target on another item, as a slip in the list of projects leaves it."""
    options = [item for item in _options(target, difficulty, scene) if item != target.item]
    if not options:
        return None
    item = pick(options, random)
    moved = rebooked(target, item, scene)
    money = _overpaid(target, moved, scene)
    return Change(label=fault(NAME, target, difficulty, money=money), replaced=(moved,))


def _options(target: TimeEntry, difficulty: Difficulty, scene: Scene) -> list[WorkItem]:
    own = scene.own(target.person)
    here = target.item
    if difficulty is Difficulty.EASY:
        bare = {item.at_project for item in own}
        return [item for item in scene.items if item not in own and item.at_project not in bare]
    if difficulty is Difficulty.MEDIUM:
        alike = scene.known.alike.get(here.project, ())
        twins = [item for item in scene.items if item.project in alike]
        same_task = [item for item in twins if item.task == here.task]
        # Without twins by name: the client's other projects, which lie side by side in every list.
        return (
            same_task
            or twins
            or [item for item in scene.items if item.client == here.client and item.project != here.project]
        )
    siblings = [item for item in scene.items if item.at_project == here.at_project and item != here]
    return siblings or sorted(own - {here})


def _overpaid(target: TimeEntry, moved: TimeEntry, scene: Scene) -> Money | None:
    """Its value where it stands now; less what the same client would have paid where it belongs."""
    after = scene.value(moved, moved.minutes)
    if moved.item.client != target.item.client:
        return after
    return difference(after, scene.value(target, target.minutes))


def twin(target: TimeEntry, scene: Scene, _random: np.random.Generator) -> Change | None:
    """The first line of a person on an item that is new to them, and right. It stays as it is."""
    return left_alone(NAME, target) if scene.is_new(target) else None


FAULT: Final = FaultType(name=NAME, low=0.005, high=0.03, make=make, twin=twin, week=EVERY)
