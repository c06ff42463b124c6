"""Puts a firm together from its parts."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.calendars import holidays, periods
from hourtrail_training.simulator.founding.dealing import Dealing
from hourtrail_training.simulator.founding.engagements import Client, Engagement, engagements, practices_of
from hourtrail_training.simulator.founding.names import CONTACT_ROLES, FIRM_STEMS, FIRST_NAMES, LAST_NAMES
from hourtrail_training.simulator.founding.people import Member, handle_of, members
from hourtrail_training.simulator.founding.terms import terms_of
from hourtrail_training.simulator.founding.works import by_project, internal_works, works_of
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Change, ChangeKind, Firm

_SHORTEST_TO_REORGANISE: Final = 28
"""Days: nobody deals teams anew within less than four weeks."""


def found(options: SimulateOptions, parameters: Parameters) -> Firm:
    """The firm that ``options`` and ``parameters`` describe; the same ones give the same firm."""
    stem = FIRM_STEMS[int(stream(options.seed, "firm").integers(len(FIRM_STEMS)))]
    code = stem.lower()
    domain = f"{code}.example"
    practices = practices_of(options)
    people = members(options, parameters, domain, practices)
    rows = engagements(options, parameters, practices)
    works = works_of(rows, code, options, parameters)
    works |= internal_works(code, options)
    moved = _reorganisation(people, practices, options, parameters)
    moves = {row.about: (row.on, row.after.rstrip(" 0123456789")) for row in moved}
    dealt = Dealing(rows, by_project(works), options, parameters).deal(people, moves)
    clients = {row.client.code: row.client for row in rows}
    firm = Firm(
        name=f"{stem} Consulting",
        domain=domain,
        organisation=code,
        employees=tuple(member.employee for member in people),
        works=works,
        clients={key: clients[key].name for key in sorted(clients)} | {code: f"{stem} Consulting"},
        client_domains={key: clients[key].domain for key in sorted(clients)} | {code: domain},
        contacts={key: _contacts(clients[key], options) for key in sorted(clients)},
        contracts=(),
        rates=(),
        assignments=dealt.assignments,
        weights=dealt.weights,
        milestones=(),
        holidays=holidays((member.employee.person.calendar for member in people), options.first, options.last),
        periods=periods(options.first, options.last),
        changes=(),
        twins=tuple((row.twin, row.project) for row in rows if row.twin),
    )
    terms = terms_of(firm, rows, options, parameters)
    changes = (*moved, *terms.changes, *_changes(rows, options))
    return replace(
        firm,
        contracts=terms.contracts,
        rates=terms.rates,
        milestones=terms.milestones,
        changes=tuple(sorted(changes, key=lambda row: (row.on, row.kind, row.about))),
    )


def _contacts(client: Client, options: SimulateOptions) -> tuple[str, ...]:
    """The people of a client whom the firm meets, and two shared addresses."""
    dice = Dice(stream(options.seed, "contacts", client.code))
    count = 2 + dice.below(4) + round(2 * client.weight)
    names = [handle_of(dice.one(FIRST_NAMES), dice.one(LAST_NAMES)) for _ in range(count)]
    shared = dice.some(CONTACT_ROLES, 2)
    return tuple(dict.fromkeys(f"{name}@{client.domain}" for name in (*names, *shared)))


def _reorganisation(
    people: tuple[Member, ...], practices: tuple[str, ...], options: SimulateOptions, parameters: Parameters
) -> tuple[Change, ...]:
    """Half-way, on a Monday, some people change teams; one row a person, with the teams as ``before`` and ``after``."""
    days = (options.last - options.first).days + 1
    teams = sorted({member.employee.person.team for member in people})
    if days < _SHORTEST_TO_REORGANISE or len(teams) < 2:
        return ()
    middle = options.first + timedelta(days=days // 2)
    on: date = monday_of(middle)
    dice = Dice(stream(options.seed, "reorganisation"))
    followers = [member.employee for member in people[len(practices) :]] or [people[-1].employee]
    stay = [row for row in followers if row.joins_on is None or row.joins_on < on]
    chosen = dice.some(stay, max(1, round(parameters["reorganised_share"] * len(people))))
    return tuple(
        Change(
            on=on,
            kind=ChangeKind.REORGANISATION,
            about=employee.id,
            before=employee.person.team,
            after=dice.one([team for team in teams if team != employee.person.team]),
        )
        for employee in chosen
    )


def _changes(rows: tuple[Engagement, ...], options: SimulateOptions) -> tuple[Change, ...]:
    """Renames, openings and endings of projects within the horizon."""
    changes: list[Change] = []
    for row in rows:
        if row.predecessor:
            changes.append(
                Change(
                    on=row.starts_on,
                    kind=ChangeKind.RENAME,
                    about=row.client.code,
                    before=row.predecessor,
                    after=row.project,
                )
            )
        elif options.first < row.starts_on <= options.last:
            changes.append(Change(on=row.starts_on, kind=ChangeKind.OPEN, about=row.client.code, after=row.project))
        if not row.successor and options.first <= row.ends_on < options.last:
            changes.append(Change(on=row.ends_on, kind=ChangeKind.CLOSE, about=row.client.code, before=row.project))
    return tuple(changes)
