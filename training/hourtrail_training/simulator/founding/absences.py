"""When people are away: leave in weeks and in single days, sickness in short spells, training, and rarely parental leave."""

from datetime import date, timedelta
from typing import Final

from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Absence

_TITLES: Final = {
    "leave": ("Annual leave", "Urlaub", "OOO", "Out of office", "Vacation", "Congés", "Holiday", "frei"),
    "sickness": ("Sick", "krank", "Out of office", "Sick leave", "Arrêt maladie"),
    "training": ("Training course", "Conference", "Schulung", "Certification course", "Formation"),
    "parental": ("Parental leave", "Elternzeit", "Congé parental"),
}
_SPELLS: Final = {
    "leave": (1, 1, 2, 5, 5, 10, 12),
    "sickness": (1, 1, 2, 2, 3, 5),
    "training": (1, 2, 3),
    "parental": (60, 90),
}
"""Calendar or working days that a spell may last, each as likely: leave comes in single days and in whole weeks."""
_MEAN: Final = {reason: sum(days) / len(days) for reason, days in _SPELLS.items()}
_YEAR: Final = 365.25


def absences(person: str, options: SimulateOptions, parameters: Parameters) -> tuple[Absence, ...]:
    """A person's days off within the horizon, none overlapping another, in order of date."""
    dice = Dice(stream(options.seed, "absences", person))
    years = ((options.last - options.first).days + 1) / _YEAR
    days_a_year = {
        "leave": parameters["leave_days"],
        "sickness": parameters["sickness_days"],
        "training": parameters["training_days"],
        "parental": parameters["parental_share"] * _MEAN["parental"],
    }
    taken: list[Absence] = []
    for reason, days in days_a_year.items():
        for _ in range(min(dice.poisson(days / _MEAN[reason] * years), 400)):
            absence = _one(reason, dice, options)
            if all(absence.last < other.first or other.last < absence.first for other in taken):
                taken.append(absence)
    return tuple(sorted(taken, key=lambda row: row.first))


def _one(reason: str, dice: Dice, options: SimulateOptions) -> Absence:
    length = dice.one(_SPELLS[reason])
    first = options.first + timedelta(days=dice.below((options.last - options.first).days + 1))
    if length >= 5 and reason == "leave":
        first = monday_of(first)
    first = max(first, options.first)
    last = min(_after(first, length) if reason != "parental" else first + timedelta(days=length), options.last)
    return Absence(first=first, last=last, reason=reason, title=dice.one(_TITLES[reason]))


def _after(first: date, working_days: int) -> date:
    """The day on which as many weekdays have passed, ``first`` included."""
    day, left = first, working_days - (first.weekday() < 5)
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
