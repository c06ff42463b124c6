"""Work at a time when this person does not work: a weekend's night, a holiday of theirs, long before they rise."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.instants import midnight, zone_named
from hourtrail.domain.workcalendar import WorkCalendar
from hourtrail_training.faults.fault import Change, FaultType, beginning, benign, fault, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.rewriting import excused, moved_to
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "odd_time"
_REMARKS: Final = ("weekend cut-over", "agreed with client", "deployment window", "Wochenende abgestimmt", "on call")
_REACH: Final = 45
"""Days around a line in which a holiday to move it to is looked for."""


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target at another time; its minutes stay. By day alone where the line has no clock."""
    if difficulty is Difficulty.EASY:
        moved = moved_to(target, _weekend(target.date, random), scene)
        moved = moved if target.start is None else _by_night(moved, scene, 60, 240, random)
    elif difficulty is Difficulty.MEDIUM:
        holidays = _own_holidays(target, scene)
        if not holidays:
            return None
        moved = moved_to(target, pick(holidays, random), scene)
    elif target.start is None:
        return None
    else:
        moved = _by_night(target, scene, 240, 330, random)
    return Change(label=fault(NAME, moved, difficulty), replaced=(moved,))


def _weekend(day: date, random: np.random.Generator) -> date:
    """Saturday or Sunday of that week."""
    return day + timedelta(days=5 + int(random.integers(2)) - day.weekday())


def _by_night(entry: TimeEntry, scene: Scene, first: int, last: int, random: np.random.Generator) -> TimeEntry:
    """Beginning between these minutes after local midnight."""
    zone = zone_named(scene.known.master.person(entry.person).zone)
    minute = int(random.integers(first, last)) // 5 * 5
    return beginning(entry, midnight(entry.date, zone) + timedelta(minutes=minute))


def _own_holidays(entry: TimeEntry, scene: Scene) -> list[date]:
    """Holidays of the person's own calendar near the line, on days that they would work otherwise."""
    master = scene.known.master
    person = master.person(entry.person)
    return sorted(
        row.date
        for row in master.holidays
        if row.calendar == person.calendar and abs((row.date - entry.date).days) <= _REACH and row.date.weekday() < 5
    )


def twin(target: TimeEntry, scene: Scene, random: np.random.Generator) -> Change | None:
    """A working day that is a holiday elsewhere, which stays as it is; or a weekend that was agreed on."""
    master = scene.known.master
    person = master.person(target.person)
    elsewhere = {row.date for row in master.holidays if row.calendar != person.calendar}
    if target.date in elsewhere and WorkCalendar.of(person, master.holidays).is_working_day(target.date):
        return left_alone(NAME, target)
    saturday = _weekend(target.date, random)
    moved = excused(moved_to(target, saturday, scene), _REMARKS, random)
    return Change(label=benign(NAME, moved), replaced=(moved,))


FAULT: Final = FaultType(name=NAME, low=0.001, high=0.01, make=make, twin=twin)
