"""A rate that is not the one in force: another client's, last year's, another role's."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.money import Money
from hourtrail_training.faults.fault import Change, FaultType, difference, fault, left_alone
from hourtrail_training.faults.labels import Difficulty
from hourtrail_training.faults.scene import Scene, pick

NAME: Final = "rate"
_NEAR_A_CHANGE: Final = timedelta(days=21)


def make(target: TimeEntry, difficulty: Difficulty, scene: Scene, random: np.random.Generator) -> Change | None:
    """The target at a wrong rate of the right currency."""
    right = scene.rate(target)
    if not target.billable or right is None or target.hourly_rate is None:
        return None
    wrong = _wrong(target, difficulty, scene)
    options = sorted(
        {row for row in wrong if row.currency == right.currency and row != right}, key=lambda row: row.amount
    )
    if not options:
        return None
    chosen = pick(options, random)
    gap = difference(chosen, right)
    cause = Blame.ENTRY if difficulty is Difficulty.EASY else Blame.MASTER_DATA
    money = gap.times(Decimal(target.minutes) / 60) if gap else None
    return Change(
        label=fault(NAME, target, difficulty, cause=cause, money=money),
        replaced=(replace(target, hourly_rate=chosen.amount, currency=chosen.currency),),
    )


def _wrong(target: TimeEntry, difficulty: Difficulty, scene: Scene) -> list[Money]:
    """Rates that somebody could have taken by mistake."""
    known = scene.known
    if difficulty is Difficulty.EASY:
        others = [item for item in scene.items if item.client != target.item.client]
        cards = [known.rate(target.person, item, target.date) for item in others[:200]]
        stated = [scene.rate(row) for row in scene.entries[:500] if row.item.client != target.item.client]
        return [row for row in (*cards, *stated) if row is not None]
    card = known.card(known.contract_id(target.item))
    person = known.master.person(target.person)
    if difficulty is Difficulty.MEDIUM:
        ends = {row.valid_to for row in card.rates if row.valid_to is not None and row.valid_to < target.date}
        old = [card.rate(day, person=person.id, grade=person.grade, task=target.item.task) for day in sorted(ends)]
        return [row for row in old if row is not None]
    grades = sorted({row.grade for row in card.rates if row.grade} - {person.grade})
    other = [card.rate(target.date, grade=grade, task=target.item.task) for grade in grades]
    return [row for row in other if row is not None]


def twin(target: TimeEntry, scene: Scene, _random: np.random.Generator) -> Change | None:
    """A line from before a change at the rate of then, which looks old and is right; it stays as it is."""
    if target.hourly_rate is None:
        return None
    card = scene.known.card(scene.known.contract_id(target.item))
    changes = [row.valid_to for row in card.rates if row.valid_to is not None]
    near = any(timedelta(0) <= change - target.date <= _NEAR_A_CHANGE for change in changes)
    return left_alone(NAME, target) if near else None


FAULT: Final = FaultType(name=NAME, low=0.001, high=0.01, make=make, twin=twin)
