"""What a person still knows of a day when they write it down (models.md B1 and B3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Doing, Minute, Stretch, Topic, TrueDay

MINUTES_A_DAY = 1440


@dataclass(slots=True)
class Pile:
    """What one line of the timesheet will be about, before it is rounded."""

    item: WorkItem
    doing: Doing
    billable: bool
    topic: Topic | None
    meeting: str = ""
    minutes: int = 0
    longest: int = 0

    def add(self, stretch: Stretch) -> None:
        """More minutes of the same; the longest stretch gives the words."""
        self.minutes += stretch.minutes
        if stretch.minutes > self.longest:
            self.longest, self.doing, self.billable = stretch.minutes, stretch.doing, stretch.billable
            self.topic = stretch.topic or self.topic


@dataclass(slots=True)
class Remembered:
    """One day in its person's memory."""

    date: date
    piles: list[Pile] = field(default_factory=list)

    @property
    def main(self) -> Pile | None:
        """What the day was mostly about."""
        return max(self.piles, key=lambda pile: pile.minutes, default=None)


def recall(
    age_days: np.ndarray, minutes: np.ndarray, cued: np.ndarray, half_life_days: float, parameters: Parameters
) -> np.ndarray:
    """Probability that a block is remembered: ``(1-m) * 2^(-age/h)^(20/minutes)^.5 + m``, m where a calendar shows it.

    All arrays have one value a block; ages are never negative.
    """
    floor = np.where(cued, parameters["recall_cue"], 0.0)
    pace = np.sqrt(parameters["recall_length"] / np.maximum(minutes, 1))
    kept: np.ndarray = (1 - floor) * np.exp2(-np.maximum(age_days, 0) / half_life_days * pace) + floor
    return kept


def remember(
    days: Sequence[TrueDay],
    written: Mapping[date, Minute],
    half_life_days: float,
    parameters: Parameters,
    random: np.random.Generator,
    *,
    itemises: bool,
) -> list[Remembered]:
    """The days as remembered when they are written down, one value a day. Short blocks join the day's main work."""
    stretches = [stretch for day in days for stretch in day.stretches]
    if not stretches:
        return [Remembered(day.date) for day in days]
    at = np.array([written[day.date] for day in days for _ in day.stretches])
    age = (at - np.array([stretch.end for stretch in stretches])) / MINUTES_A_DAY
    minutes = np.array([stretch.minutes for stretch in stretches])
    cued = np.array([bool(stretch.meeting) for stretch in stretches])
    known = (random.random(len(stretches)) < recall(age, minutes, cued, half_life_days, parameters)).tolist()
    days_remembered, position = [], 0
    for day in days:
        flags = known[position : position + len(day.stretches)]
        position += len(day.stretches)
        days_remembered.append(_one(day, flags, int(parameters["short_block"]), itemises=itemises))
    return days_remembered


def _one(day: TrueDay, known: Sequence[bool], short: int, *, itemises: bool) -> Remembered:
    piles: dict[tuple[WorkItem, str], Pile] = {}
    stray: list[Stretch] = []
    result = Remembered(day.date)
    for stretch, is_known in zip(day.stretches, known, strict=True):
        if not is_known:
            continue
        key = (stretch.item, stretch.meeting if itemises else "")
        if key not in piles and stretch.minutes <= short:
            stray.append(stretch)
            continue
        pile = piles.get(key)
        if pile is None:
            pile = piles[key] = Pile(
                item=stretch.item, doing=stretch.doing, billable=stretch.billable, topic=stretch.topic, meeting=key[1]
            )
        pile.add(stretch)
    result.piles = list(piles.values())
    main = result.main
    for stretch in stray:
        own = piles.get((stretch.item, ""))
        target = own or main
        if target is not None:
            target.minutes += stretch.minutes
    return result
