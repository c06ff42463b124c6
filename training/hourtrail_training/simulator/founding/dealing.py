"""Who is assigned to what, from when to when, and how much of their time it takes.

A person holds 1 + Poisson engagements. At the days of a renewal process, and when one of them ends, some are handed on and
others taken up (models.md B1, row Assignment).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.domain.firm import Assignment, WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.engagements import Engagement
from hourtrail_training.simulator.founding.kinds import PHASES
from hourtrail_training.simulator.founding.people import GRADES, Member
from hourtrail_training.simulator.founding.works import INTERNAL_PROJECT, by_project
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Work

_DAY: Final = timedelta(days=1)
_SENIOR: Final = GRADES.index("senior")
_SHORTEST_WEEKS: Final = 2
_MOST_LIVE: Final = 9
_INTERNAL_SHARES: Final = {"ADMIN": 1.0, "SALES": 0.9, "TRAINING": 0.5, "TOOLS": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """Assignments in order of person and date, and the weight of every work item that a person has."""

    assignments: tuple[Assignment, ...]
    weights: dict[tuple[str, WorkItem], float]


@dataclass(slots=True)
class _Hand:
    """What one person holds at the moment, while their time is dealt out."""

    member: Member
    practice: str
    held: dict[int, date]
    """Index of an engagement -> since when."""
    spans: list[tuple[int, date, date | None]]


def deal(
    members: tuple[Member, ...],
    engagements: tuple[Engagement, ...],
    works: dict[WorkItem, Work],
    moves: dict[str, tuple[date, str]],
    options: SimulateOptions,
    parameters: Parameters,
) -> Deal:
    """Assignments of everybody. ``moves``: person -> (day, practice afterwards), for whom a reorganisation concerns."""
    assignments: list[Assignment] = []
    weights: dict[tuple[str, WorkItem], float] = {}
    projects = by_project(works)
    for member in members:
        person = member.employee.id
        numbers = stream(options.seed, "assignments", person)
        dice = Dice(stream(options.seed, "assigned", person))
        rows = _spans(member, engagements, moves.get(person), options, parameters, dice)
        sizes = numbers.gamma(parameters["weight_concentration"], size=len(engagements))
        tasks: dict[int, dict[WorkItem, float]] = {}
        for index, _, _ in rows:
            if index not in tasks:
                before = next((i for i in tasks if engagements[i].project == engagements[index].predecessor), None)
                size = float(sizes[index if before is None else before]) + 0.01
                tasks[index] = _task_weights(projects[engagements[index].project], size, member.grade, numbers)
                weights |= {(person, item): weight for item, weight in tasks[index].items()}
        named = {index for index in tasks if dice.chance(parameters["task_level_share"])}
        assignments += _rows(member, rows, engagements, tasks, named)
        assignments.append(_internal(member, projects[INTERNAL_PROJECT][0].item))
        for work in projects[INTERNAL_PROJECT]:
            share = _INTERNAL_SHARES[work.item.task] * (0.4 + 1.2 * dice.uniform())
            weights[person, work.item] = share if work.item.task != "SALES" or member.grade >= _SENIOR else share * 0.1
    return Deal(assignments=tuple(assignments), weights=weights)


def _spans(
    member: Member, engagements: tuple[Engagement, ...], move: tuple[date, str] | None, options: SimulateOptions,
    parameters: Parameters, dice: Dice,
) -> list[tuple[int, date, date | None]]:  # fmt: skip
    """(index of the engagement, first day, last day or None) of everything that the person holds within the horizon."""
    employee = member.employee
    start, end = max(options.first, employee.joins_on or options.first), employee.leaves_on or options.last
    hand = _Hand(member=member, practice=member.practice, held={}, spans=[])
    _fill(hand, engagements, start, parameters, dice, already=employee.joins_on is None)
    renewal = start + _pause(parameters, dice)
    while True:
        ends = min((engagements[index].ends_on for index in hand.held), default=end) + _DAY
        day = min(renewal, ends, move[0] if move is not None else renewal)
        if day > end:
            break
        handed_on = {index for index in hand.held if engagements[index].ends_on < day}
        if move is not None and day == move[0]:
            handed_on |= set(hand.held)
            hand.practice = move[1]
            move = None
        elif day == renewal:
            handed_on |= {index for index in sorted(hand.held) if dice.chance(parameters["reassigned_share"])}
        _hand_on(hand, handed_on, engagements, day)
        if day == renewal:
            renewal = day + _pause(parameters, dice)
        _fill(hand, engagements, day, parameters, dice)
    last = employee.leaves_on
    hand.spans += [(index, since, last) for index, since in sorted(hand.held.items())]
    return sorted(hand.spans, key=lambda row: (row[1], row[0]))


def _pause(parameters: Parameters, dice: Dice) -> timedelta:
    """Until the next change: at least two weeks, about the firm's mean of weeks, in whole days."""
    weeks = _SHORTEST_WEEKS + dice.exponential(max(1.0, parameters["reassign_weeks"] - _SHORTEST_WEEKS))
    return timedelta(days=round(7 * weeks))


def _hand_on(hand: _Hand, indices: set[int], engagements: tuple[Engagement, ...], day: date) -> None:
    """Ends what is handed on the day before; a renamed project goes on under its new code."""
    for index in sorted(indices):
        since = hand.held.pop(index)
        if since < day:
            hand.spans.append((index, since, day - _DAY))
        row = engagements[index]
        if row.successor and row.ends_on < day:
            following = next(i for i, other in enumerate(engagements) if other.project == row.successor)
            hand.held[following] = day


def _fill(
    hand: _Hand,
    engagements: tuple[Engagement, ...],
    day: date,
    parameters: Parameters,
    dice: Dice,
    *,
    already: bool = False,
) -> None:
    """Takes up engagements that are live on ``day`` until the person holds as many as drawn.

    ``already``: the person has been on them for some months, as at the beginning of the horizon.
    """
    wanted = min(1 + dice.poisson(parameters["extra_engagements"]), _MOST_LIVE)
    if len(hand.held) >= wanted:
        return
    live = [index for index, row in enumerate(engagements) if row.starts_on <= day <= row.ends_on]
    while len(hand.held) < wanted:
        free = [index for index in live if index not in hand.held]
        own = [index for index in free if engagements[index].kind.practice == hand.practice]
        choice = own if own and dice.chance(parameters["own_practice_share"]) else free
        if not choice:
            return
        cumulated = np.cumsum([0.2 + engagements[index].client.weight for index in choice]).tolist()
        index = dice.weighted(choice, cumulated)
        since = day - timedelta(days=1 + dice.below(150)) if already else day
        hand.held[index] = max(engagements[index].starts_on, since)


def _task_weights(works: list[Work], size: float, grade: int, numbers: np.random.Generator) -> dict[WorkItem, float]:
    """How a person's time on a project divides over its tasks; leading is the seniors' work, travel takes no share."""
    shares = {
        work.item: _share(work, grade) * float(numbers.gamma(1.2))
        + (0.02 if work.item.task not in {"PM", "TRAVEL"} else 0.0)
        for work in works
    }
    total = sum(shares.values()) or 1.0
    return {item: size * share / total for item, share in shares.items()}


def _share(work: Work, grade: int) -> float:
    if work.item.task == "PM":
        return 0.8 if grade >= _SENIOR else 0.0
    return PHASES[work.item.task].share if work.item.task else 1.0


def _rows(
    member: Member, rows: list[tuple[int, date, date | None]], engagements: tuple[Engagement, ...],
    tasks: dict[int, dict[WorkItem, float]], named: set[int],
) -> list[Assignment]:  # fmt: skip
    made: list[Assignment] = []
    by_index: dict[int, float] = defaultdict(float)
    for index, items in tasks.items():
        by_index[index] = sum(items.values())
    total = sum(by_index.values()) or 1.0
    hours = float(member.employee.person.weekly_hours or 40) * member.employee.traits.utilisation
    for index, first, last in rows:
        planned = Decimal(max(2, round(hours * by_index[index] / total / 2) * 2))
        items = sorted(tasks[index]) if index in named else [next(iter(tasks[index])).at_project]
        made += [
            Assignment(
                person=member.employee.id,
                item=item,
                starts_on=first,
                ends_on=last,
                planned_hours_per_week=planned if len(items) == 1 else None,
                grade=GRADES[member.grade],
            )
            for item in items
        ]
    return made


def _internal(member: Member, item: WorkItem) -> Assignment:
    employee = member.employee
    return Assignment(
        person=employee.id, item=item.at_project, starts_on=employee.joins_on, ends_on=employee.leaves_on,
        grade=GRADES[member.grade],
    )  # fmt: skip
