"""Who is assigned to what, from when to when, and how much of their time it takes.

A person holds 1 + Poisson engagements. At the days of a renewal process, and when one of them ends, some are handed on and
others taken up (models.md B1, row Assignment).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Final, TypeAlias

import numpy as np

from hourtrail.domain.firm import Assignment, WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.catalogue import SELLING
from hourtrail_training.simulator.founding.engagements import Engagement
from hourtrail_training.simulator.founding.kinds import LEAD, PHASES
from hourtrail_training.simulator.founding.people import GRADES, Member
from hourtrail_training.simulator.founding.works import INTERNAL_PROJECT
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Work

_DAY: Final = timedelta(days=1)
_SENIOR: Final = GRADES.index("senior")
_SHORTEST_WEEKS: Final = 2
_MOST_LIVE: Final = 9
_WORTH_TAKING_UP: Final = timedelta(days=7)
"""What an engagement must have left before it ends, for somebody to be put on it."""
_SMALLEST: Final = 0.2
"""Weight of the smallest client when work is dealt out."""
_LONGEST_BEFORE: Final = 150
"""Days before the horizon from which on somebody may have been on an engagement."""
_JUNIOR_SALES: Final = 0.1
_INTERNAL_SHARES: Final = {"ADMIN": 1.0, "SALES": 0.9, "TRAINING": 0.5, "TOOLS": 0.3}


Span: TypeAlias = tuple[int, date, date | None]
"""Index of an engagement, the first day on it, and the last one, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """Assignments in order of person and date, and the weight of every work item that a person has."""

    assignments: tuple[Assignment, ...]
    weights: dict[tuple[str, WorkItem], float]


@dataclass(slots=True)
class _Hand:
    """What one person holds at the moment, while their time is dealt out."""

    practice: str
    held: dict[int, date]
    """Index of an engagement -> since when."""
    spans: list[Span]


class Dealing:
    """Deals engagements out to people."""

    def __init__(
        self,
        engagements: tuple[Engagement, ...],
        projects: Mapping[str, list[Work]],
        options: SimulateOptions,
        parameters: Parameters,
    ) -> None:
        self.engagements = engagements
        self.projects = projects
        self.options = options
        self.parameters = parameters
        self._number = {row.project: index for index, row in enumerate(engagements)}

    def deal(self, members: tuple[Member, ...], moves: Mapping[str, tuple[date, str]]) -> Deal:
        """Everybody's assignments. ``moves``: person -> (day, practice afterwards), for those whose team changes."""
        assignments: list[Assignment] = []
        weights: dict[tuple[str, WorkItem], float] = {}
        for member in members:
            person = member.employee.id
            dice = Dice(stream(self.options.seed, "assigned", person))
            spans = self._spans(member, moves.get(person), dice)
            tasks = self._tasks(member, spans)
            named = {index for index in tasks if dice.chance(self.parameters["task_level_share"])}
            assignments += _rows(member, spans, tasks, named)
            assignments.append(_internal(member, self.projects[INTERNAL_PROJECT][0].item))
            weights |= {(person, item): weight for items in tasks.values() for item, weight in items.items()}
            for work in self.projects[INTERNAL_PROJECT]:
                share = _INTERNAL_SHARES[work.item.task] * (0.4 + 1.2 * dice.uniform())
                juniors = _JUNIOR_SALES if work.item.task == SELLING and member.grade < _SENIOR else 1.0
                weights[person, work.item] = share * juniors
        return Deal(assignments=tuple(assignments), weights=weights)

    def _tasks(self, member: Member, spans: list[Span]) -> dict[int, dict[WorkItem, float]]:
        """Weights of the tasks of each engagement that the person ever holds; a renamed project keeps its weight."""
        numbers = stream(self.options.seed, "assignments", member.employee.id)
        sizes = numbers.gamma(self.parameters["weight_concentration"], size=len(self.engagements))
        tasks: dict[int, dict[WorkItem, float]] = {}
        for index, _, _ in spans:
            if index not in tasks:
                row = self.engagements[index]
                before = self._number.get(row.predecessor)
                size = float(sizes[index if before is None or before not in tasks else before]) + 0.01
                tasks[index] = _task_weights(self.projects[row.project], size, member.grade, numbers)
        return tasks

    def _spans(self, member: Member, move: tuple[date, str] | None, dice: Dice) -> list[Span]:
        """Everything that the person holds within the horizon, in order of first days."""
        employee, parameters = member.employee, self.parameters
        start = max(self.options.first, employee.joins_on or self.options.first)
        end = employee.leaves_on or self.options.last
        hand = _Hand(practice=member.practice, held={}, spans=[])
        self._fill(hand, start, dice, already=employee.joins_on is None)
        renewal = start + _pause(parameters, dice)
        while True:
            ends = min((self.engagements[index].ends_on for index in hand.held), default=end) + _DAY
            day = min(renewal, ends, move[0] if move is not None else renewal)
            if day > end:
                break
            handed_on = {index for index in hand.held if self.engagements[index].ends_on < day}
            if move is not None and day == move[0]:
                handed_on |= set(hand.held)
                hand.practice = move[1]
                move = None
            elif day == renewal:
                handed_on |= {index for index in sorted(hand.held) if dice.chance(parameters["reassigned_share"])}
            self._hand_on(hand, handed_on, day)
            if day == renewal:
                renewal = day + _pause(parameters, dice)
            self._fill(hand, day, dice)
        hand.spans += [(index, since, employee.leaves_on) for index, since in sorted(hand.held.items())]
        return sorted(hand.spans, key=lambda row: (row[1], row[0]))

    def _hand_on(self, hand: _Hand, indices: set[int], day: date) -> None:
        """Ends what is handed on the day before; a renamed project goes on under its new code."""
        for index in sorted(indices):
            since = hand.held.pop(index)
            if since < day:
                hand.spans.append((index, since, day - _DAY))
            row = self.engagements[index]
            if row.successor and row.ends_on < day:
                hand.held[self._number[row.successor]] = day

    def _fill(self, hand: _Hand, day: date, dice: Dice, *, already: bool = False) -> None:
        """Takes up engagements that are live on ``day`` until the person holds as many as drawn.

        ``already``: the person has been on them for some months, as at the beginning of the horizon.
        """
        wanted = min(1 + dice.poisson(self.parameters["extra_engagements"]), _MOST_LIVE)
        if len(hand.held) >= wanted:
            return
        rows = self.engagements
        soonest = day + _WORTH_TAKING_UP
        live = [index for index, row in enumerate(rows) if row.starts_on <= day and soonest <= row.ends_on]
        while len(hand.held) < wanted:
            free = [index for index in live if index not in hand.held]
            own = [index for index in free if rows[index].kind.practice == hand.practice]
            choice = own if own and dice.chance(self.parameters["own_practice_share"]) else free
            if not choice:
                return
            index = dice.weighted(choice, list(accumulate(_SMALLEST + rows[index].client.weight for index in choice)))
            since = day - timedelta(days=1 + dice.below(_LONGEST_BEFORE)) if already else day
            hand.held[index] = max(rows[index].starts_on, since)


def _pause(parameters: Parameters, dice: Dice) -> timedelta:
    """Until the next change: at least two weeks, about the firm's mean of weeks, in whole days."""
    weeks = _SHORTEST_WEEKS + dice.exponential(max(1.0, parameters["reassign_weeks"] - _SHORTEST_WEEKS))
    return timedelta(days=round(7 * weeks))


def _task_weights(works: list[Work], size: float, grade: int, numbers: np.random.Generator) -> dict[WorkItem, float]:
    """How a person's time on a project divides over its tasks; leading is the seniors' work, travel takes no share."""
    shares = {
        work.item: _share(work, grade, chief=work is works[0]) * float(numbers.gamma(1.2))
        + (0.02 if work.item.task not in {"PM", "TRAVEL"} else 0.0)
        for work in works
    }
    total = sum(shares.values()) or 1.0  # zero for a project that is nothing but journeys
    return {item: size * share / total for item, share in shares.items()}


def _share(work: Work, grade: int, *, chief: bool) -> float:
    """Leading is the seniors' work, unless it is the ``chief`` task of the project, as in a programme office."""
    if work.item.task == LEAD.code and not chief:
        return LEAD.share * 2 if grade >= _SENIOR else 0.0
    return PHASES[work.item.task].share if work.item.task else 1.0


def _rows(
    member: Member, spans: list[Span], tasks: dict[int, dict[WorkItem, float]], named: set[int]
) -> list[Assignment]:
    """A row for each span; for the engagements in ``named`` a row for each task of it."""
    sizes = {index: sum(items.values()) for index, items in tasks.items()}
    hours = float(member.employee.person.weekly_hours or 40) * member.employee.traits.utilisation
    made: list[Assignment] = []
    for index, first, last in spans:
        beside = sum(
            sizes[other] for other, since, until in spans if since <= first and (until is None or first <= until)
        )
        items = sorted(tasks[index]) if index in named else [next(iter(tasks[index])).at_project]
        planned = Decimal(max(2, round(hours * sizes[index] / (beside or 1.0) / 2) * 2))
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
