"""Meetings that somebody calls once: about a subject of their work, with colleagues and sometimes with the client."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings import titles
from hourtrail_training.simulator.meetings.clock import at, suits
from hourtrail_training.simulator.meetings.occurring import Held, held
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Roster
from hourtrail_training.simulator.world import Employee, Occurrence

_LENGTHS: Final = (15, 30, 45, 60, 90, 120)
_DAY_MINUTES: Final = 24 * 60
_MOST_COLLEAGUES: Final = 4
_MOST: Final = 20
"""Single meetings that one person calls in a week, at most."""


class Circle:
    """Who works beside whom in one week: by project, and by team."""

    def __init__(self, roster: Roster, monday: date) -> None:
        self.roster = roster
        self.projects: dict[tuple[str, str], list[Employee]] = defaultdict(list)
        self.teams: dict[str, list[Employee]] = defaultdict(list)
        for row in roster.firm.employees:
            self.teams[roster.team(row.id, monday)].append(row)
            for key in dict.fromkeys((item.client, item.project) for item, _ in roster.live(row.id, monday)):
                self.projects[key].append(row)

    def beside(self, employee: Employee, item: WorkItem, day: date) -> list[Employee]:
        """Who works on the item's project with the person, or is in their team for the firm's own work."""
        if item.client == self.roster.own_client:
            near = self.teams[self.roster.team(employee.id, day)]
        else:
            near = self.projects[item.client, item.project]
        return [row for row in near if self.roster.employed(row, day)]


def of_organiser(
    employee: Employee, circle: Circle, monday: date, options: SimulateOptions, parameters: Parameters
) -> Iterator[Held]:
    """The single meetings that the person calls in the week of ``monday``."""
    roster = circle.roster
    days = [
        day
        for day in (monday + timedelta(days=offset) for offset in range(5))
        if options.first <= day <= options.last and roster.is_working_day(employee, day)
    ]
    if not days:
        return
    dice = Dice(stream(options.seed, "single", employee.id, monday.isoformat()))
    for number in range(min(dice.poisson(parameters["single_meetings"] * len(days) / 5), _MOST)):
        uid = f"m-{employee.handle}-{monday:%Y%m%d}-{number + 1}@{roster.firm.domain}"
        made = _single(uid, employee, circle, dice.one(days), parameters=parameters, dice=dice)
        if made is not None:
            yield held(made, parameters, dice)


def _single(
    uid: str, employee: Employee, circle: Circle, day: date, *, parameters: Parameters, dice: Dice
) -> Occurrence | None:
    """A meeting on ``day``; None when nobody else could come."""
    roster = circle.roster
    firm = roster.firm
    live = [(item, weight) for item, weight in roster.live(employee.id, day) if weight > 0]
    if not live:
        return None
    item = dice.weighted([row for row, _ in live], list(accumulate(weight for _, weight in live)))
    work = firm.works[item]
    near = circle.beside(employee, item, day)
    colleagues = dice.some([row for row in near if row is not employee], 1 + dice.below(_MOST_COLLEAGUES))
    contacts = firm.contacts.get(item.client, ()) if dice.chance(parameters["client_share"] / 2) else ()
    outside = tuple(dice.some(contacts, 1 + dice.below(2)))
    sigma = parameters["meeting_sigma"]
    wanted = dice.lognormal(parameters["meeting_minutes"] / math.exp(sigma * sigma / 2), sigma)
    minutes = min(_LENGTHS, key=lambda length: abs(length - wanted))
    local = 9 * 60 + 15 * dice.below(32)
    fitting = suits((row.person.zone for row in colleagues), employee.person.zone, local, minutes, (day,))
    people = (employee.id, *(row.id for row in colleagues if row.person.zone in fitting))
    if len(people) + len(outside) < 2:
        return None
    start = at(day, local, employee.person.zone)
    late = dice.chance(parameters["late_booked_share"])
    notice = 5 + dice.below(55) if late else 90 + int(dice.exponential(parameters["notice_days"] * _DAY_MINUTES))
    topic = dice.one(work.topics)
    client = firm.clients.get(item.client, firm.name)
    occurrence = Occurrence(
        uid=uid, title=titles.of_subject(work, topic, client, parameters["generic_title_share"], dice), item=item,
        organiser=employee.id, attendees=(*people, *outside), zone=employee.person.zone, start=start, end=start + minutes,
        planned_start=start, online=dice.chance(parameters["online_share"]), created=start - notice, changed=start - notice, topic=topic,
    )  # fmt: skip
    fate = dice.uniform()
    if fate < parameters["cancelled_share"]:
        return replace(occurrence, cancelled=True, sequence=1, changed=start - min(notice, 60))
    if fate < parameters["cancelled_share"] + parameters["moved_share"] and local + 60 + minutes <= 18 * 60:
        return replace(
            occurrence, start=start + 60, end=start + 60 + minutes, sequence=1, changed=start - min(notice, 30)
        )
    return occurrence
