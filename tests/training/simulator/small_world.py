"""A firm of three people, made by hand: enough for traces and writers, so that their tests know every meeting and stretch."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hourtrail.domain.firm import (
    Assignment,
    Billable,
    Contract,
    ContractKind,
    Holiday,
    Milestone,
    Period,
    Person,
    Rate,
    Task,
    WorkItem,
)
from hourtrail.domain.money import RoundingRule
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.world import (
    Absence,
    Channel,
    Doing,
    Employee,
    Firm,
    Occurrence,
    PersonWeek,
    Rounding,
    Seat,
    Series,
    Stretch,
    Topic,
    Traits,
    TrueDay,
    Work,
    minute_of,
)

FIRST, LAST = date(2026, 3, 16), date(2026, 4, 5)  # Berlin's clocks change on 29 March
MONDAYS = tuple(FIRST + timedelta(days=7 * number) for number in range(3))
OPTIONS = SimulateOptions(seed=11, people=3, first=FIRST, last=LAST)
PORTAL, LAKE, HOSTING, ADMIN = (
    WorkItem("acme", "portal", "DEV"),
    WorkItem("globex", "lake"),
    WorkItem("initech", "hosting"),
    WorkItem("northlight", "internal", "ADMIN"),
)


def _traits(start: int) -> Traits:
    return Traits(
        diligence=0.5, memory_half_life_days=2.5, rounding=Rounding.STANDARD, stray_share=0.1, bias=0.3, decline_share=0.1,
        utilisation=0.7, start_minute=start, channels=frozenset(Channel), logs_work=True, answers=0.8,
    )  # fmt: skip


def _employee(handle: str, name: str, zone: str, **more: object) -> Employee:
    person = Person(
        id=f"{handle}@northlight.example", name=name, zone=zone, grade="senior", manager="", team="north",
        weekly_hours=Decimal(40), calendar=zone, cost_rate=Decimal("61.50"), currency="EUR",
    )  # fmt: skip
    return Employee(person=person, handle=handle, traits=_traits(540), **more)  # type: ignore[arg-type]


EMPLOYEES = (
    _employee("ada", "Ada Lindqvist", "Europe/Berlin"),
    _employee("ben", "Ben Okafor", "Europe/London", absences=(Absence(first=date(2026, 3, 25), last=date(2026, 3, 26), reason="leave", title="Away"),)),
    _employee("chloe", "Chloé Park, PMP", "America/New_York"),
)  # fmt: skip
_MIX = {Doing.CODE: 0.6, Doing.MAIL: 0.2, Doing.DOCUMENT: 0.1, Doing.UNSEEN: 0.1}
WORKS = {
    work.item: work
    for work in (
        Work(
            task=Task(item=PORTAL, name="Customer portal: development", keywords=("login", "checkout"), contract="C-1", ticket_prefixes=("PORTAL",), containers=("northlight/portal",), opens_on=date(2026, 1, 1)),
            billing_code="ACME-01", topics=(Topic(words=("portal", "checkout", "refund form"), ticket="PORTAL-12"), Topic(words=("portal", "login"), ticket="PORTAL-13")),
            repository="northlight/portal", tracker="jira", project_key="PORTAL", folder="Clients/Acme/Portal", channel="#acme-portal", aliases=("Portal",), mix=_MIX,
        ),
        Work(
            task=Task(item=LAKE, name="Lakehouse", billable=Billable.DEPENDS, contract="C-2"),
            billing_code="GLX-07", topics=(Topic(words=("orders feed", "parquet writer"), ticket="#41"), Topic(words=("ingestion", "retry"), ticket="#42")),
            repository="northlight/lake", tracker="github", folder="Clients/Globex", channel="#lake", mix=_MIX,
        ),
        Work(
            task=Task(item=HOSTING, name="Hosting support"), billing_code="INI-02", topics=(Topic(words=("backup", "restore test"), ticket="#301"),),
            tracker="redmine", project_key="hosting", folder="Clients/Initech", mix=_MIX,
        ),
        Work(task=Task(item=ADMIN, name="Administration", billable=Billable.NO), billing_code="INT", topics=(Topic(words=("team", "planning")),), mix=_MIX),
    )
}  # fmt: skip
FIRM = Firm(
    name="Northlight", domain="northlight.example", organisation="northlight", employees=EMPLOYEES, works=WORKS,
    clients={"acme": "Acme", "globex": "Globex", "initech": "Initech", "northlight": "Northlight"},
    client_domains={"acme": "acme.example", "globex": "globex.example"},
    contacts={"acme": ("kim@acme.example", "lee.roy@acme.example"), "globex": ("olu@globex.example",)},
    contracts=(
        Contract(id="C-1", client="acme", kind=ContractKind.CAPPED, project="portal", currency="EUR", cap_hours=Decimal(400), rounding_minutes=15, rounding_rule=RoundingRule.UP),
        Contract(id="C-2", client="globex", kind=ContractKind.MILESTONE, currency="GBP", extra={"note": "signed, twice"}),
    ),
    rates=(Rate(contract="C-1", hourly_rate=Decimal("140.00"), currency="EUR", grade="senior", valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 31)),),
    assignments=tuple(Assignment(person=employee.id, item=item, starts_on=FIRST) for employee in EMPLOYEES for item in WORKS),
    weights={(employee.id, item): 0.25 for employee in EMPLOYEES for item in WORKS},
    milestones=(Milestone(contract="C-2", milestone="M1", name="First feed", due_on=date(2026, 4, 1), amount=Decimal(9000), planned_share=Decimal("0.3")),),
    holidays=(Holiday(calendar="Europe/Berlin", date=date(2026, 4, 3), name="Karfreitag"),),
    periods=(Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=False),), changes=(),
)  # fmt: skip
STANDUP = Series(
    uid="standup@northlight.example", title="Stand-up", item=PORTAL, organiser="ada@northlight.example",
    attendees=(*(employee.id for employee in EMPLOYEES), "kim@acme.example"), zone="Europe/Berlin", weekdays=(1, 2, 3, 4, 5),
    every_weeks=1, local_start=570, minutes=15, first=FIRST, last=LAST, created=minute_of(datetime(2026, 3, 2, 8, tzinfo=UTC)),
)  # fmt: skip
FORTNIGHTLY = replace(
    STANDUP, uid="steering@northlight.example", title="Steering; portal, phase 2", weekdays=(2,), every_weeks=2, local_start=900,
    minutes=60, attendees=("ada@northlight.example", "kim@acme.example", "ben@northlight.example"),
)  # fmt: skip


def local(day: date, minutes: int, zone: str) -> int:
    """The minute since 1970 of a wall-clock time."""
    return minute_of(datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(zone)).astimezone(UTC))


def _occurrence(series: Series, day: date) -> Occurrence:
    start = local(day, series.local_start, series.zone)
    return Occurrence(
        uid=series.uid, title=series.title, item=series.item, organiser=series.organiser, attendees=series.attendees,
        zone=series.zone, start=start, end=start + series.minutes, planned_start=start, series=series,
        created=series.created, changed=series.created, topic=WORKS[PORTAL].topics[0],
    )  # fmt: skip


def _attended(person: str, occurrence: Occurrence) -> Seat:
    return Seat(person=person, occurrence=occurrence, response="accepted", joined=occurrence.start, left=occurrence.end)


def _seats(employee: Employee, monday: date) -> list[Seat]:
    seats = []
    for series in (STANDUP, FORTNIGHTLY):
        if employee.id not in series.attendees:
            continue
        for offset in range(5):
            day = monday + timedelta(days=offset)
            weeks = (monday - FIRST).days // 7
            if day.isoweekday() in series.weekdays and weeks % series.every_weeks == 0:
                seats.append(_special(employee, _occurrence(series, day), day))
    return seats + _singles(employee, monday)


def _special(employee: Employee, occurrence: Occurrence, day: date) -> Seat:
    changed = occurrence.created + 12_345
    match (occurrence.uid.partition("@")[0], day.isoweekday(), (day - FIRST).days // 7):
        case ("standup", 2, 0):
            occurrence = replace(
                occurrence, start=occurrence.start + 90, end=occurrence.end + 95, sequence=1, changed=changed
            )
        case ("standup", 3, 0):
            return Seat(
                person=employee.id,
                occurrence=replace(occurrence, cancelled=True, sequence=1, changed=changed),
                response="accepted",
            )
        case ("standup", 4, 1):
            return Seat(
                person=employee.id, occurrence=replace(occurrence, cancelled=True, deleted=True), response="accepted"
            )
        case ("standup", 5, 1):
            return Seat(person=employee.id, occurrence=occurrence, response="declined")
        case ("standup", 1, 2):
            return Seat(person=employee.id, occurrence=occurrence, response="none")
        case ("standup", 2, 2):
            return Seat(
                person=employee.id, occurrence=replace(occurrence, title="Stand-up, short"), response="tentative"
            )
    return _attended(employee.id, occurrence)


def _singles(employee: Employee, monday: date) -> list[Seat]:
    zone = employee.person.zone
    start = local(monday + timedelta(days=2), 840, zone)
    base = Occurrence(
        uid=f"single-{employee.handle}-{monday}@northlight.example", title="Refund form, walk-through", item=PORTAL, organiser=employee.id,
        attendees=(employee.id, "kim@acme.example"), zone=zone, start=start, end=start + 45, planned_start=start, created=start - 5000, changed=start - 4000,
        sequence=2,
    )  # fmt: skip
    private = replace(
        base,
        uid=f"private-{base.uid}",
        title="Dentist",
        item=WorkItem("", ""),
        attendees=(employee.id,),
        private=True,
        start=start + 120,
        end=start + 180,
        planned_start=start + 120,
        online=False,
    )
    free = replace(
        base,
        uid=f"free-{base.uid}",
        title="Keep free",
        item=ADMIN,
        show_as="free",
        attendees=(employee.id,),
        start=start - 60,
        end=start,
        planned_start=start - 60,
    )
    friday = monday + timedelta(days=4)
    away = replace(
        base, uid=f"away-{base.uid}", title="Out of office", item=WorkItem("", ""), attendees=(employee.id,), all_day=True, show_as="oof", online=False,
        start=local(friday, 0, zone), end=local(friday + timedelta(days=2), 0, zone), planned_start=local(friday, 0, zone),
    )  # fmt: skip
    seats = [
        _attended(employee.id, base),
        *(Seat(person=employee.id, occurrence=other, response="accepted") for other in (private, free, away)),
    ]
    return seats if employee.handle != "ben" else seats[:2]


def _day(employee: Employee, day: date, seats: list[Seat]) -> TrueDay:
    absence = next((one for one in employee.absences if one.first <= day <= one.last), None)
    if absence or day.isoweekday() > 5:
        return TrueDay(person=employee.id, date=day, stretches=(), absence=absence)
    at = local(day, 610, employee.person.zone)
    begin, stretches = at, []
    plan = (
        (PORTAL, Doing.CODE, 90, 0), (PORTAL, Doing.CODE, 30, 1), (LAKE, Doing.CODE, 60, 0), (HOSTING, Doing.TICKET, 40, 0), (ADMIN, Doing.MAIL, 35, 0),
        (PORTAL, Doing.UNSEEN, 25, None), (LAKE, Doing.DOCUMENT, 50, 1), (PORTAL, Doing.CALL, 20, 0), (LAKE, Doing.TRAVEL, 30, None),
    )  # fmt: skip
    for item, doing, minutes, topic in plan:
        stretches.append(
            Stretch(
                person=employee.id, start=at, end=at + minutes, item=item, doing=doing, billable=item != ADMIN,
                billing_code=WORKS[item].billing_code, topic=None if topic is None else WORKS[item].topics[topic],
            )
        )  # fmt: skip
        at += minutes + (0 if doing is Doing.CODE else 4)
    return TrueDay(person=employee.id, date=day, stretches=tuple(stretches), working=(begin, at))


def week_of(employee: Employee, monday: date) -> PersonWeek:
    """The person's week without traces."""
    seats = sorted(_seats(employee, monday), key=lambda seat: (seat.occurrence.start, seat.occurrence.uid))
    days = tuple(_day(employee, monday + timedelta(days=offset), seats) for offset in range(7))
    return PersonWeek(employee=employee, monday=monday, days=days, seats=tuple(seats))
