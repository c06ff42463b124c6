"""The same work booked twice: as it was, on the next day, or in other words, in part, by a colleague."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeAlias

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail_training.faults.fault import (
    Change,
    FaultType,
    benign,
    fault,
    lasting,
    later,
    left_alone,
    new_id,
    words_of,
)
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import excused, moved_to, rebooked
from hourtrail_training.faults.scene import Grain, Scene, pick

NAME: Final = "duplicate"
_STAND_UP: Final = 15
"""Minutes of the standing meeting that is rightly booked every day alike."""
_Disguise: TypeAlias = Callable[[TimeEntry, TimeEntry, Scene, np.random.Generator], TimeEntry]
_STANDING: Final = ("Daily", "Daily stand-up", "Stand-up", "Morning sync", "Tägliche Abstimmung")
_IN_A_PAIR: Final = ("pairing", "in a pair", "four eyes", "zu zweit")
_PAUSE: Final = 3
"""Minutes between a line and the next of one sitting, at most one less than this."""
_NEAR: Final = 5
"""Minutes by which a disguised copy is longer or shorter."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """A copy of the target, disguised the more the harder it is to find."""
    if target.minutes < 2:
        return None
    # Somebody saves twice, or writes it down again in the same sitting; a clock saves when it stops.
    copy = replace(target, id=new_id(target, NAME))
    if difficulty is Difficulty.MEDIUM:
        copy = moved_to(copy, target.date + timedelta(days=1), scene)
    if target.start is None:
        copy = later(copy, int(random.integers(_PAUSE)))
    elif difficulty is Difficulty.HARD:
        disguises: list[_Disguise] = [_other_words, _a_part, _by_a_colleague]
        copy = pick(disguises, random)(target, copy, scene, random)
    money = scene.value(copy, copy.minutes)
    label = fault(NAME, copy, difficulty, minutes=copy.minutes, money=money, twin=target.id)
    return Change(label=label, added=(copy,), touched=(target.id,))


def _other_words(target: TimeEntry, copy: TimeEntry, scene: Scene, random: np.random.Generator) -> TimeEntry:
    minutes = target.minutes + (_NEAR if random.random() < 0.5 or target.minutes <= 2 * _NEAR else -_NEAR)
    others = words_of(scene.day(target.person, target.date), target) or words_of(scene.entries[:500], target)
    words = pick(others, random) if others else " ".join(reversed(target.narrative.split(" ", 1)))
    return replace(lasting(copy, minutes), narrative=words)


def _a_part(target: TimeEntry, copy: TimeEntry, _scene: Scene, _random: np.random.Generator) -> TimeEntry:
    """Half of it once more, as if the work had been split in two."""
    return lasting(copy, max(1, target.minutes // 2))


def _by_a_colleague(target: TimeEntry, copy: TimeEntry, scene: Scene, random: np.random.Generator) -> TimeEntry:
    colleagues = scene.colleagues(target)
    if not colleagues:
        return _other_words(target, copy, scene, random)
    return rebooked(replace(copy, person=pick(colleagues, random)), target.item, scene)


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """A stand-up booked alike on two days, or two people who worked in a pair."""
    if scene.grain is Grain.WEEK:
        return left_alone(NAME, target)
    colleagues = scene.colleagues(target)
    if colleagues and random.random() < 0.5:
        partner = pick(colleagues, random)
        written = later(target, int(random.integers(_PAUSE))) if target.start is None else target
        paired = replace(written, id=new_id(target, "paired"), person=partner)
        paired = excused(rebooked(paired, target.item, scene), _IN_A_PAIR, random)
        return Change(label=benign(NAME, paired, twin=target.id), added=(paired,), touched=(target.id,))
    if target.start is not None:
        return None  # Of a clock's lines two would hold the same minutes, or one would have no clock.
    first = replace(lasting(target, _STAND_UP), id=new_id(target, "stand-up", 1), narrative=pick(_STANDING, random))
    second = replace(moved_to(first, target.date + timedelta(days=1), scene), id=new_id(target, "stand-up", 2))
    return Change(label=benign(NAME, second, twin=first.id), added=(first, second), touched=(target.id,))


FAULT: Final = FaultType(name=NAME, low=0.002, high=0.01, make=make, twin=twin, week=(Difficulty.EASY,))
