"""What stands in one person's calendar alone: private appointments, reminders and kept-free blocks, days off."""

from collections.abc import Iterator
from datetime import date, timedelta

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.meetings import titles
from hourtrail_training.simulator.meetings.clock import at
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Roster
from hourtrail_training.simulator.world import Employee, Minute, Occurrence

NO_WORK = WorkItem("", "")
"""The item of what is not work."""


def of_person(
    employee: Employee, roster: Roster, monday: date, options: SimulateOptions, parameters: Parameters
) -> Iterator[Occurrence]:
    """The person's own entries in the week of ``monday``; an absence of several weeks stands in its first one."""
    days = [
        day
        for day in (monday + timedelta(days=offset) for offset in range(5))
        if options.first <= day <= options.last and roster.is_working_day(employee, day)
    ]
    dice = Dice(stream(options.seed, "personal", employee.id, monday.isoformat()))
    domain, zone = roster.firm.domain, employee.person.zone
    share = len(days) / 5
    for number in range(dice.poisson(parameters["private_events"] * share)):
        start = at(dice.one(days), 8 * 60 + 30 + 30 * dice.below(18), zone)
        minutes, title = dice.one((30, 45, 60, 90)), dice.one(titles.APPOINTMENTS)
        uid = f"p-{employee.handle}-{monday:%Y%m%d}-{number + 1}@{domain}"
        yield _own(employee, uid, title, start, start + minutes, private=True)
    for number in range(dice.poisson(parameters["free_events"] * share)):
        start = at(dice.one(days), 8 * 60 + 30 * dice.below(18), zone)
        minutes, title = dice.one((15, 30, 60, 120)), dice.one(titles.REMINDERS)
        uid = f"f-{employee.handle}-{monday:%Y%m%d}-{number + 1}@{domain}"
        yield _own(employee, uid, title, start, start + minutes, show_as="free")
    for absence in employee.absences:
        if monday <= absence.first <= monday + timedelta(days=6) and dice.chance(parameters["announced_absence_share"]):
            start, end = at(absence.first, 0, zone), at(absence.last + timedelta(days=1), 0, zone)
            uid = f"a-{employee.handle}-{absence.first:%Y%m%d}@{domain}"
            yield _own(employee, uid, absence.title, start, end, show_as="oof", all_day=True)


def _own(
    employee: Employee, uid: str, title: str, start: Minute, end: Minute, *, private: bool = False, show_as: str = "busy",
    all_day: bool = False,
) -> Occurrence:  # fmt: skip
    created = start - 3 * 24 * 60 - len(title) * 97  # some days before, another time for each title
    return Occurrence(
        uid=uid, title=title, item=NO_WORK, organiser=employee.id, attendees=(employee.id,), zone=employee.person.zone,
        start=start, end=end, planned_start=start, all_day=all_day, private=private, show_as=show_as, online=False,
        created=created, changed=created,
    )  # fmt: skip
