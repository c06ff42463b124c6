"""Who works there: names, grades, zones, teams, and the traits that make people report as they do."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, cast

import numpy as np

from hourtrail.domain.firm import Person
from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.absences import absences
from hourtrail_training.simulator.founding.calendars import calendar_of, currency_of
from hourtrail_training.simulator.founding.names import FIRST_NAMES, LAST_NAMES
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Channel, Employee, Rounding, Traits

GRADES: Final = ("analyst", "consultant", "senior", "principal", "partner")
_PYRAMID: Final = (0.22, 0.56, 0.82, 0.95, 1.0)
"""Running shares of the grades: few partners, many consultants."""
_COST: Final = {"analyst": 32, "consultant": 42, "senior": 55, "principal": 72, "partner": 95}
_PART_TIME: Final = ((32, "1-4"), (32, "1,2,4,5"), (24, "1-3"), (30, "1-5"), (20, "1-5"), (16, "2,4"))
_TEAM_SIZE: Final = 8
_CODING: Final = frozenset({"Engineering", "Data", "Cloud"})
_ASCII: Final = str.maketrans({"ø": "o", "Ø": "O", "ö": "oe", "ä": "ae", "ü": "ue", "ß": "ss", "ł": "l"})
_EARLIEST, _LATEST = 6 * 60 + 30, 10 * 60 + 45
_USUAL_START: Final = 8 * 60 + 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An employee and the practice that they belong to."""

    employee: Employee
    practice: str
    grade: int
    """Index into GRADES."""


def handle_of(first: str, last: str) -> str:
    """``first.last`` in plain lower-case ASCII."""
    text = unicodedata.normalize("NFKD", f"{first}.{last}".translate(_ASCII))
    return text.encode("ascii", "ignore").decode().lower().replace(" ", "").replace("'", "")


def members(
    options: SimulateOptions, parameters: Parameters, domain: str, practices: tuple[str, ...]
) -> tuple[Member, ...]:
    """The firm's people, the most senior first; everybody but that one has a manager."""
    dice = Dice(stream(options.seed, "people"))
    names = stream(options.seed, "names").permutation(len(FIRST_NAMES) * len(LAST_NAMES))[: options.people]
    joining, leaving = _comings_and_goings(options, parameters, dice)
    grades = sorted((_grade(index, options.people, dice) for index in range(options.people)), reverse=True)
    # The first of each practice are spread evenly, so that every practice has somebody senior; the rest falls as it may.
    groups = [
        index % len(practices) if index < 2 * len(practices) else dice.below(len(practices))
        for index in range(options.people)
    ]
    teams = _teams(groups, practices)
    leads: dict[str, str] = {}
    found: list[Member] = []
    for index in range(options.people):
        first, last = FIRST_NAMES[names[index] // len(LAST_NAMES)], LAST_NAMES[names[index] % len(LAST_NAMES)]
        handle = handle_of(first, last)
        lead = leads.setdefault(teams[index], f"{handle}@{domain}")
        top = found[0].employee.id if found else ""
        person = _person(f"{handle}@{domain}", f"{first} {last}", index, options, parameters)
        person = _placed(person, GRADES[grades[index]], teams[index], lead if lead != person.id else top)
        traits = _traits(person.id, practices[groups[index]], options, parameters)
        days_off = absences(person.id, options, parameters)
        joins, leaves = joining.get(index), leaving.get(index)
        employee = Employee(
            person=person,
            handle=handle,
            traits=traits,
            absences=tuple(
                row
                for row in days_off
                if (joins is None or joins <= row.first) and (leaves is None or row.last <= leaves)
            ),
            joins_on=joins,
            leaves_on=leaves,
        )
        found.append(Member(employee=employee, practice=practices[groups[index]], grade=grades[index]))
    return tuple(found)


def _grade(index: int, people: int, dice: Dice) -> int:
    if people == 1:
        return GRADES.index("senior")
    if index == 0:
        return GRADES.index("partner")
    at = dice.uniform()
    return next(grade for grade, bound in enumerate(_PYRAMID) if at < bound)


def _teams(groups: list[int], practices: tuple[str, ...]) -> list[str]:
    """A team's name for each person: practices of more than a team's size are split evenly."""
    sizes = [groups.count(group) for group in range(len(practices))]
    seen = [0] * len(practices)
    teams: list[str] = []
    for group in groups:
        count = max(1, round(sizes[group] / _TEAM_SIZE))
        teams.append(practices[group] if count == 1 else f"{practices[group]} {1 + seen[group] % count}")
        seen[group] += 1
    return teams


def _comings_and_goings(
    options: SimulateOptions, parameters: Parameters, dice: Dice
) -> tuple[dict[int, date], dict[int, date]]:
    """Who joins and who leaves within the horizon, by index; never the most senior, and nobody both."""
    days = (options.last - options.first).days + 1
    others = list(range(max(1, options.people // 10), options.people))
    counts = [
        max(
            1 if options.people >= 8 else 0, dice.poisson(min(parameters[name] * options.people * days / 365.25, 500.0))
        )
        for name in ("joiners_per_year", "leavers_per_year")
    ]
    chosen = dice.some(others, sum(counts)) if days >= 14 and options.people >= 4 else []
    days_of = {index: options.first + timedelta(days=days // 6 + dice.below(max(1, days * 2 // 3))) for index in chosen}
    mixed = dice.some(chosen, counts[0])
    joining = {index: monday_of(day) for index, day in days_of.items() if index in set(mixed)}
    return joining, {index: day for index, day in days_of.items() if index not in joining}


def _person(identity: str, name: str, index: int, options: SimulateOptions, parameters: Parameters) -> Person:
    dice = Dice(stream(options.seed, "person", identity))
    zones = options.zones
    if options.people >= 2 * len(zones) and index < len(zones):
        zone = zones[index]
    else:
        weights = [1 / (position + 1) for position in range(len(zones))]
        zone = dice.weighted(zones, [sum(weights[: position + 1]) for position in range(len(zones))])
    hours, weekdays = (40, "1-5")
    if index and dice.chance(parameters["part_time_share"]):
        hours, weekdays = dice.one(_PART_TIME)
    return Person(
        id=identity, name=name, zone=zone, weekly_hours=Decimal(hours), workdays=weekdays, calendar=calendar_of(zone),
        currency=currency_of(zone),
    )  # fmt: skip


def _placed(person: Person, grade: str, team: str, manager: str) -> Person:
    return Person(
        id=person.id, name=person.name, zone=person.zone, grade=grade, manager=manager, team=team,
        weekly_hours=person.weekly_hours, workdays=person.workdays, calendar=person.calendar,
        cost_rate=Decimal(_COST[grade]), currency=person.currency,
    )  # fmt: skip


def _traits(person: str, practice: str, options: SimulateOptions, parameters: Parameters) -> Traits:
    numbers = stream(options.seed, "traits", person)
    dice = Dice(stream(options.seed, "habits", person))
    shape = parameters["diligence_shape"]
    mean, spread = parameters["utilisation_mean"], parameters["utilisation_concentration"]
    rounding = _mixture(options, parameters)
    start = _USUAL_START + parameters["start_spread"] * dice.normal()
    return Traits(
        diligence=float(numbers.beta(shape, shape)),
        memory_half_life_days=dice.lognormal(parameters["memory_half_life_median"], parameters["memory_half_life_sigma"]),
        rounding=dice.weighted(tuple(Rounding), rounding),
        stray_share=_share_around(parameters["stray_share"], numbers),
        bias=float(numbers.beta(parameters["bias_first_shape"], parameters["bias_second_shape"])),
        decline_share=_share_around(parameters["decline_share"], numbers),
        utilisation=min(max(float(numbers.beta(mean * spread, (1 - mean) * spread)), 0.2), 0.98),
        start_minute=int(min(max(start, _EARLIEST), _LATEST)) // 5 * 5,
        channels=_channels(practice, parameters, dice),
        logs_work=dice.chance(parameters["logs_work_share"]),
        answers=_share_around(parameters["answers_mean"], numbers),
    )  # fmt: skip


def _share_around(mean: float, numbers: np.random.Generator) -> float:
    """A share of that mean: Beta with shapes that sum to 12, so that most people lie near it and some do not."""
    return float(numbers.beta(12 * mean, 12 * (1 - mean)))


def _mixture(options: SimulateOptions, parameters: Parameters) -> list[float]:
    """Running shares of the firm's rounding habits: Dirichlet, models.md B3."""
    weights = [parameters[f"rounding_{habit}"] for habit in Rounding]
    return cast("list[float]", stream(options.seed, "rounding").dirichlet(weights).cumsum().tolist())


def _channels(practice: str, parameters: Parameters, dice: Dice) -> frozenset[Channel]:
    """Where the person leaves traces: everybody in mail, coders in commits and tickets, advisers in documents."""
    own = {Channel.COMMIT, Channel.TICKET} if practice in _CODING else {Channel.DOCUMENT}
    other = {Channel.COMMIT, Channel.TICKET, Channel.DOCUMENT} - own
    channels = {Channel.MAIL, *own}
    channels |= {channel for channel in sorted(other) if dice.chance(parameters["other_channel_share"])}
    for channel, name in (
        (Channel.CHAT, "chat_share"),
        (Channel.WINDOW, "window_share"),
        (Channel.CALL, "call_recorder_share"),
    ):
        if dice.chance(parameters[name]):
            channels.add(channel)
    return frozenset(channels)
