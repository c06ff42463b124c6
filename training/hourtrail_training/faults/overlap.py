"""Two lines of one person that claim the same time: wholly, for the most part, by some minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail_training.faults.fault import Change, FaultType, beginning, benign, fault
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "overlap"
_SHARES: Final[Mapping[Difficulty, float]] = {Difficulty.EASY: 1.0, Difficulty.MEDIUM: 0.6, Difficulty.HARD: 0.2}
"""How much of the earlier line the later one covers."""
_SHORTEST: Final = 30
"""Minutes; a fifth of less is no more than the slack of any clock."""


def targets(scene: Scene) -> list[TimeEntry]:
    """Lines with a clock: where nobody says when, nothing can overlap, and a clock on one line alone would stand out."""
    return [row for row in scene.entries if row.start is not None]


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """Another line of that day moved onto the target, or the target onto it; minutes stay."""
    pair = _pair(target, scene, random)
    if pair is None:
        return None
    first, second = pair
    start = _start(first) + timedelta(minutes=int(first.minutes * (1 - _SHARES[difficulty])))
    moved = beginning(second, start)
    minutes = shared_minutes(first, moved)
    if minutes <= 0 or _meets_others(scene, first, moved):
        return None
    label = fault(NAME, moved, difficulty, minutes=minutes, money=scene.value(moved, minutes), twin=first.id)
    return Change(label=label, replaced=(moved,), touched=(first.id,))


def twin(target: TimeEntry, scene: Scene, _random: np.random.Generator) -> Change | None:
    """A line that begins when another ends: with bounds included, or read by two zones' clocks, they seem to overlap."""
    if target.start is None or _meets_others(scene, target):
        return None
    day = scene.day(target.person, target.date)
    before = [row for row in day if row.end == target.start and row.id != target.id and scene.is_free(row)]
    if not before:
        return None
    return Change(label=benign(NAME, target, twin=before[0].id), touched=(before[0].id,))


def shared_minutes(first: TimeEntry, second: TimeEntry) -> int:
    """Minutes that two lines both claim; 0 where one has no clock."""
    if first.start is None or second.start is None:
        return 0
    ends = [_start(row) + timedelta(minutes=row.minutes) for row in (first, second)]
    return max(0, int((min(ends) - max(first.start, second.start)).total_seconds() // 60))


def _meets_others(scene: Scene, *rows: TimeEntry) -> bool:
    """Whether any other line of that day claims some of their time: then more would overlap than the label says."""
    mine = {row.id for row in rows}
    others = [row for row in scene.day(rows[0].person, rows[0].date) if row.id not in mine]
    return any(shared_minutes(row, other) > 0 for row in rows for other in others)


def _start(entry: TimeEntry) -> datetime:
    if entry.start is None:
        raise AssertionError("only lines with a clock are compared")
    return entry.start


def _pair(target: TimeEntry, scene: Scene, random: np.random.Generator) -> tuple[TimeEntry, TimeEntry] | None:
    """The target and another line of the same day, of another client where there is one; the one written later comes second."""
    others = [
        row
        for row in scene.day(target.person, target.date)
        if row.id != target.id
        and row.item != target.item
        and row.start is not None
        and row.minutes >= _SHORTEST
        and scene.is_free(row)
    ]
    if target.start is None or target.minutes < _SHORTEST or not others:
        return None
    elsewhere = [row for row in others if row.item.client != target.item.client]
    day = scene.day(target.person, target.date)
    order = {row.id: (row.created_at.timestamp() if row.created_at else 0.0, at) for at, row in enumerate(day)}
    first, second = sorted((target, pick(elsewhere or others, random)), key=lambda row: order[row.id])
    return first, second


FAULT: Final = FaultType(name=NAME, low=0.003, high=0.03, make=make, twin=twin, targets=targets)
