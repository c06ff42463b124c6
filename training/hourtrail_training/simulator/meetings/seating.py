"""Who sits in which meeting: what they answered, and whether and when they were really there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings.clock import local_day
from hourtrail_training.simulator.meetings.occurring import Held, of_series
from hourtrail_training.simulator.meetings.personal import of_person
from hourtrail_training.simulator.meetings.singles import Circle, of_organiser
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Roster, roster_of
from hourtrail_training.simulator.world import Employee, Firm, Minute, Seat, Series

_WORTH_JOINING: Final = 10
"""Minutes that must be left of a meeting for somebody to join it after another one."""
_SHORTEST: Final = 3


def seats_of_week(  # noqa: PLR0917 - one argument for each thing that decides
    firm: Firm,
    plan: Sequence[Series],
    options: SimulateOptions,
    parameters: Parameters,
    monday: date,
    people: Iterable[str],
) -> dict[str, list[Seat]]:
    """The seats of ``people`` in the week of ``monday``, in order of start; the same whoever else is asked about.

    Everybody of the firm who is an attendee of a series has a seat in each of its occurrences, cancelled and deleted ones
    as well. Truly attended spans of one person never overlap. Raises KeyError for somebody who is not with the firm.
    """
    roster = roster_of(firm)
    wanted = {person: roster.employees[person] for person in people}
    meetings: dict[str, list[Held]] = defaultdict(list)
    for series in plan:
        if (
            series.first <= monday + timedelta(days=6)
            and series.last >= monday
            and not wanted.keys().isdisjoint(series.attendees)
        ):
            for held in of_series(series, monday, options, parameters):
                _hand_out(held, wanted, meetings)
    circle = Circle(roster, monday)
    for employee in firm.employees:
        for held in of_organiser(employee, circle, monday, options, parameters):
            _hand_out(held, wanted, meetings)
    for person, employee in wanted.items():
        for own in of_person(employee, roster, monday, options, parameters):
            meetings[person].append(Held(own, own.start, own.end))
    dice_of = {person: Dice(stream(options.seed, "seat", person, monday.isoformat())) for person in wanted}
    return {
        person: _seats(employee, roster, meetings[person], parameters, dice_of[person])
        for person, employee in wanted.items()
    }


def _hand_out(held: Held, wanted: dict[str, Employee], meetings: dict[str, list[Held]]) -> None:
    for address in held.occurrence.attendees:
        if address in wanted:
            meetings[address].append(held)


def _seats(employee: Employee, roster: Roster, meetings: list[Held], parameters: Parameters, dice: Dice) -> list[Seat]:
    """The person's seats in order of start; ``dice`` belong to the person and the week."""
    seats: list[Seat] = []
    busy_until: Minute = 0
    for held in sorted(
        meetings, key=lambda row: (row.occurrence.start, row.occurrence.uid, row.occurrence.planned_start)
    ):
        occurrence = held.occurrence
        if not occurrence.item.project:
            seats.append(Seat(person=employee.id, occurrence=occurrence, response="accepted"))
            if occurrence.private:
                busy_until = max(busy_until, occurrence.end)
            continue
        day = local_day(occurrence.start, employee.person.zone)
        response = _response(employee, occurrence.organiser, parameters, dice)
        goes = dice.chance(_attendance(response, parameters))
        delay, switches = int(dice.exponential(parameters["arrival_mean"])), dice.chance(parameters["joins_late_share"])
        if not (roster.is_working_day(employee, day) and roster.may_work_on(employee.id, occurrence.item, day)):
            response = "none" if response != "declined" else response
            goes = False
        joined, left = held.began + delay, held.ended
        if joined < busy_until:
            goes = goes and switches and left - busy_until >= _WORTH_JOINING
            joined = busy_until
        if occurrence.cancelled or not goes or left - joined < _SHORTEST:
            seats.append(Seat(person=employee.id, occurrence=occurrence, response=response))
            continue
        busy_until = left
        seats.append(Seat(person=employee.id, occurrence=occurrence, response=response, joined=joined, left=left))
    return seats


def _response(employee: Employee, organiser: str, parameters: Parameters, dice: Dice) -> str:
    """The answer to an invitation; whoever calls a meeting has accepted it."""
    at = dice.uniform()
    if organiser == employee.id:
        return "accepted"
    for response, share in (
        ("declined", employee.traits.decline_share),
        ("tentative", parameters["tentative_share"]),
        ("none", parameters["no_answer_share"]),
    ):
        if at < share:
            return response
        at -= share
    return "accepted"


def _attendance(response: str, parameters: Parameters) -> float:
    """Probability of going after that answer."""
    if response == "accepted":
        return 1 - parameters["no_show_share"]
    return parameters[
        {"tentative": "attends_tentative", "none": "attends_unanswered", "declined": "attends_declined"}[response]
    ]
