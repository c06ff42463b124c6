"""The series of a firm: stand-ups and team meetings, one-to-ones, and the meetings of projects.

A series has one rule and one list of people for as long as it runs. Where people join, leave or change teams, their series
ends and another one begins, as an organiser would do it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings import titles
from hourtrail_training.simulator.meetings.clock import at, suits
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Roster, roster_of
from hourtrail_training.simulator.world import ChangeKind, Employee, Firm, Series, Work

_GRADES: Final = {grade: rank for rank, grade in enumerate(("analyst", "consultant", "senior", "principal", "partner"))}
_SEGMENT_WEEKS: Final = 8
"""A project's meetings are set up anew so often, for whoever is on it by then."""
_EVERY_DAY: Final = (1, 2, 3, 4, 5)
_ALL_HANDS_AT_MOST: Final = 40
_TRIES: Final = 6
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A series before its time of day and its dates are found."""

    title: str
    item: WorkItem
    people: tuple[Employee, ...]
    """The organiser first."""
    outsiders: tuple[str, ...] = ()
    weekdays: tuple[int, ...]
    every_weeks: int
    minutes: int
    first: date
    last: date
    earliest: int = 9 * 60
    latest: int = 16 * 60 + 30
    private: bool = False


def plan(firm: Firm, options: SimulateOptions, parameters: Parameters) -> tuple[Series, ...]:
    """Every series that has an occurrence within the horizon."""
    roster = roster_of(firm)
    administration = WorkItem(roster.own_client, "internal", "ADMIN")
    wishes = [
        *_team_meetings(roster, administration, options, parameters),
        *_one_to_ones(roster, administration, options, parameters),
        *_project_meetings(roster, options, parameters),
    ]
    series: list[Series] = []
    for wish in wishes:
        dice = Dice(
            stream(options.seed, "series", str(wish.item), wish.title, wish.first.isoformat(), wish.people[0].id)
        )
        made = _series(f"series-{len(series) + 1:05d}@{firm.domain}", wish, parameters, dice)
        if made is not None:
            series.append(made)
    return tuple(series)


def _team_meetings(roster: Roster, item: WorkItem, options: SimulateOptions, parameters: Parameters) -> Iterator[_Wish]:
    firm = roster.firm
    teams = {row.person.team for row in firm.employees}
    turning = {row.on for row in firm.changes if row.kind is ChangeKind.REORGANISATION}
    for team in sorted(teams):
        dice = Dice(stream(options.seed, "team meetings", team))
        standup, weekday = dice.chance(parameters["standup_share"]), 1 + dice.below(5)
        names = dice.one(titles.STANDUPS).format(team=team), dice.one(titles.TEAM).format(team=team)
        ever = [
            row
            for row in firm.employees
            if any(roster.team(row.id, day) == team for day in (options.first, options.last))
        ]
        for first, last in _segments(ever, turning, options):
            people = _by_rank(
                row for row in ever if roster.team(row.id, first) == team and _stays(roster, row, first, last)
            )
            if len(people) < 2:
                continue
            wish = _Wish(
                title=names[1],
                item=item,
                people=people,
                weekdays=(weekday,),
                every_weeks=1,
                minutes=45,
                first=first,
                last=last,
            )
            yield wish
            if standup:
                yield replace(wish, title=names[0], weekdays=_EVERY_DAY, minutes=15, latest=10 * 60 + 30)
    everybody = _by_rank(row for row in firm.employees if _stays(roster, row, options.first, options.last))
    if 3 <= len(everybody) <= _ALL_HANDS_AT_MOST:
        yield _Wish(
            title="All hands", item=item, people=everybody, weekdays=(4,), every_weeks=4, minutes=60, first=options.first,
            last=options.last, earliest=13 * 60,
        )  # fmt: skip


def _segments(people: Iterable[Employee], turning: set[date], options: SimulateOptions) -> Iterator[tuple[date, date]]:
    """The horizon cut where one of the people joins or leaves, and at reorganisations."""
    cuts = {options.first, *turning}
    for row in people:
        cuts |= {row.joins_on} if row.joins_on is not None else set()
        cuts |= {row.leaves_on + _DAY} if row.leaves_on is not None else set()
    days = sorted(day for day in cuts if options.first <= day <= options.last)
    yield from zip(days, [*(day - _DAY for day in days[1:]), options.last], strict=True)


def _one_to_ones(roster: Roster, item: WorkItem, options: SimulateOptions, parameters: Parameters) -> Iterator[_Wish]:
    for row in roster.firm.employees:
        manager = roster.employees.get(row.person.manager)
        if manager is None:
            continue
        dice = Dice(stream(options.seed, "one-to-one", row.id))
        first = max(options.first, row.joins_on or options.first, manager.joins_on or options.first)
        last = min(options.last, row.leaves_on or options.last, manager.leaves_on or options.last)
        names = row.person.name.split()[0], manager.person.name.split()[0]
        title = dice.one(
            (f"1:1 {names[0]} / {names[1]}", f"1:1 {names[0]}", f"{names[1]} <> {names[0]}", f"Jour fixe {names[0]}")
        )
        private = dice.chance(parameters["private_share"])
        yield _Wish(
            title=dice.one(titles.PRIVATE) if private and dice.chance(0.5) else title, item=item, people=(manager, row),
            weekdays=(1 + dice.below(5),), every_weeks=dice.one((1, 2, 2)), minutes=30, first=first, last=last, private=private,
        )  # fmt: skip


def _project_meetings(roster: Roster, options: SimulateOptions, parameters: Parameters) -> Iterator[_Wish]:
    projects: dict[str, list[Work]] = defaultdict(list)
    for work in roster.firm.works.values():
        if work.item.client != roster.own_client and work.item.task != "TRAVEL":
            projects[work.item.project].append(work)
    segment = monday_of(options.first)
    while segment <= options.last:
        until = segment + timedelta(days=7 * _SEGMENT_WEEKS - 1)
        first, last = max(segment, options.first), min(until, options.last)
        holders = _holders(roster, first, last)
        for project in sorted(projects):
            for work in sorted(
                projects[project], key=lambda one: (one.item.task != "PM", one.item.task != "", one.item)
            ):
                opens, closes = work.task.opens_on or first, work.task.closes_on or last
                if opens <= last and closes >= first:
                    dice = Dice(stream(options.seed, "project meetings", project, segment.isoformat()))
                    people = holders.get(work.item, ())
                    yield from _of_project(
                        roster, work, people, (max(first, opens), min(last, closes)), parameters=parameters, dice=dice
                    )
                    break
        segment = until + _DAY


def _holders(roster: Roster, first: date, last: date) -> dict[WorkItem, tuple[Employee, ...]]:
    """Who may work on each item for at least half of the weeks from ``first`` to ``last``, and stays all that time."""
    days = [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, 7)]
    found: dict[WorkItem, list[Employee]] = defaultdict(list)
    for row in roster.firm.employees:
        if not _stays(roster, row, first, last):
            continue
        counts: dict[WorkItem, int] = defaultdict(int)
        for day in days:
            for item, _ in roster.live(row.id, day):
                counts[item] += 1
        for item, count in counts.items():
            if 2 * count >= len(days):
                found[item].append(row)
    return {item: _by_rank(rows) for item, rows in found.items()}


def _of_project(
    roster: Roster,
    work: Work,
    people: tuple[Employee, ...],
    span: tuple[date, date],
    *,
    parameters: Parameters,
    dice: Dice,
) -> Iterator[_Wish]:
    firm = roster.firm
    client = firm.clients[work.item.client]
    contacts = firm.contacts.get(work.item.client, ())
    generic = dice.chance(parameters["generic_title_share"])
    title = (
        dice.one(titles.GENERIC)
        if generic
        else titles.of_project(dice.one(titles.PROJECT), work, client, firm.name, dice)
    )
    outside = tuple(dice.some(contacts, 1 + dice.below(3))) if dice.chance(parameters["client_share"]) else ()
    weekday, every = 1 + dice.below(5), dice.one((1, 1, 2))
    minutes = dice.one((30, 30, 45, 60))
    if len(people) >= 2 or (people and outside):
        yield _Wish(
            title=title, item=work.item, people=people[:12], outsiders=outside, weekdays=(weekday,), every_weeks=every,
            minutes=minutes, first=span[0], last=span[1],
        )  # fmt: skip
    if len(people) >= 3 and dice.chance(parameters["inside_share"]):
        yield _Wish(
            title=titles.of_project(dice.one(titles.INSIDE), work, client, firm.name, dice), item=work.item,
            people=people[:12], weekdays=dice.one(((2, 4), (1,), (3,), (1, 3, 5))), every_weeks=1, minutes=30, first=span[0],
            last=span[1],
        )  # fmt: skip


def _series(uid: str, wish: _Wish, parameters: Parameters, dice: Dice) -> Series | None:
    """The series at the time of day that suits most; None when it would have no occurrence or nobody to meet."""
    first = next(
        (
            day
            for day in (wish.first + timedelta(days=offset) for offset in range(7))
            if day.isoweekday() in wish.weekdays
        ),
        wish.first,
    )
    if first > wish.last:
        return None
    organiser = wish.people[0]
    zones = [row.person.zone for row in wish.people]
    days = [first + timedelta(days=offset) for offset in range(0, (wish.last - first).days + 1, 28)]
    best: tuple[int, int, set[str]] | None = None
    for _ in range(_TRIES):
        start = wish.earliest + 15 * dice.below((wish.latest - wish.earliest) // 15 + 1)
        fitting = suits(zones, organiser.person.zone, start, wish.minutes, (*days, wish.last))
        count = sum(zone in fitting for zone in zones)
        if best is None or count > best[0]:
            best = count, start, fitting
    if best is None or best[0] + len(wish.outsiders) < 2:
        return None
    people = tuple(row.id for row in wish.people if row.person.zone in best[2] or row is organiser)
    return Series(
        uid=uid, title=wish.title, item=wish.item, organiser=organiser.id, attendees=(*people, *wish.outsiders),
        zone=organiser.person.zone, weekdays=wish.weekdays, every_weeks=wish.every_weeks, local_start=best[1],
        minutes=wish.minutes, first=first, last=wish.last, private=wish.private, online=dice.chance(parameters["online_share"]),
        created=at(first - timedelta(days=3 + dice.below(20)), 9 * 60 + dice.below(480), organiser.person.zone),
    )  # fmt: skip


def _stays(roster: Roster, row: Employee, first: date, last: date) -> bool:
    return roster.employed(row, first) and roster.employed(row, last)


def _by_rank(people: Iterable[Employee]) -> tuple[Employee, ...]:
    return tuple(sorted(people, key=lambda row: (-_GRADES[row.person.grade], row.id)))
