"""Two lines of one person that claim the same time: wholly, for the most part, by some minutes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.instants import midnight, zone_named
from hourtrail_training.faults.fault import Change, FaultType, benign, fault
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "overlap"
_SHARES: Final[Mapping[Difficulty, float]] = {Difficulty.EASY: 1.0, Difficulty.MEDIUM: 0.6, Difficulty.HARD: 0.2}
"""How much of the earlier line the later one covers."""
_SHORTEST: Final = 30
"""Minutes; a fifth of less is no more than the slack of any clock."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target and another line of that day, their clock times set so that they overlap; minutes stay."""
    pair = _pair(target, scene, random)
    if pair is None:
        return None
    first, second = pair
    begin = first.start or _morning(first, scene, random)
    start = begin + timedelta(minutes=int(first.minutes * (1 - _SHARES[difficulty])))
    shared = min(begin + timedelta(minutes=first.minutes), start + timedelta(minutes=second.minutes)) - start
    minutes = int(shared.total_seconds() // 60)
    label = fault(NAME, second, difficulty, minutes=minutes, money=scene.value(second, minutes), twin=first.id)
    return Change(label=label, replaced=(_at(first, begin), _at(second, start)))


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """Two lines that abut exactly: read by two zones' clocks, or with their bounds included, they seem to overlap."""
    pair = _pair(target, scene, random)
    if pair is None:
        return None
    first, second = pair
    begin = first.start or _morning(first, scene, random)
    start = begin + timedelta(minutes=first.minutes)
    return Change(
        label=benign(NAME, second, twin=first.id),
        replaced=(_at(first, begin), _at(second, start)),
    )


def _pair(target: TimeEntry, scene: Scene, random: np.random.Generator) -> tuple[TimeEntry, TimeEntry] | None:
    """The target and another line of the same day, of another client where there is one; the one written later comes second."""
    others = [
        row
        for row in scene.day(target.person, target.date)
        if row.id != target.id and row.item != target.item and row.minutes >= _SHORTEST and scene.is_free(row)
    ]
    if target.minutes < _SHORTEST or not others:
        return None
    elsewhere = [row for row in others if row.item.client != target.item.client]
    day = scene.day(target.person, target.date)
    order = {row.id: (row.created_at.timestamp() if row.created_at else 0.0, at) for at, row in enumerate(day)}
    first, second = sorted((target, pick(elsewhere or others, random)), key=lambda row: order[row.id])
    return first, second


def _morning(entry: TimeEntry, scene: Scene, random: np.random.Generator) -> datetime:
    """A usual hour to begin, in the person's zone."""
    zone = zone_named(scene.known.master.person(entry.person).zone)
    return midnight(entry.date, zone) + timedelta(minutes=9 * 60 + int(random.integers(0, 16)) * 15)


def _at(entry: TimeEntry, start: datetime) -> TimeEntry:
    return replace(entry, start=start, end=start + timedelta(minutes=entry.minutes))


FAULT: Final = FaultType(name=NAME, low=0.003, high=0.03, make=make, twin=twin)
