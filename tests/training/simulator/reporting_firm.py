"""A hand-made firm and hand-made truth, for what people report, decide and get wrong."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hourtrail.domain.firm import Assignment, Billable, Contract, ContractKind, Holiday, Person, Rate, Task, WorkItem
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import (
    Channel,
    Doing,
    Employee,
    Firm,
    Occurrence,
    PersonWeek,
    Rounding,
    Seat,
    Stretch,
    Topic,
    Traits,
    TrueDay,
    Work,
    minute_of,
)

MONDAY = date(2026, 3, 2)
CHECKOUT = WorkItem("acme", "checkout", "DEV")
CHECKOUT_PM = WorkItem("acme", "checkout", "PM")
CHECK_IN = WorkItem("acme", "check-in", "DEV")
OLD = WorkItem("acme", "legacy", "DEV")
AUDIT = WorkItem("globex", "audit", "")
SUPPORT = WorkItem("globex", "support", "")
INTERNAL = WorkItem("house", "internal", "ADMIN")
ITEMS = (CHECKOUT, CHECKOUT_PM, CHECK_IN, AUDIT, SUPPORT, INTERNAL)
KINDS = (Rounding.STANDARD, Rounding.TIMER, Rounding.DIARY, Rounding.BILL_UP)


def options(weeks: int = 4, people: int = 4, seed: int = 7) -> SimulateOptions:
    return SimulateOptions(seed=seed, people=people, first=MONDAY, last=MONDAY + timedelta(days=7 * weeks - 1))


def work(item: WorkItem, contract: str, *, billable: Billable = Billable.YES, closes: date | None = None) -> Work:
    topics = (
        Topic(words=(item.project, "payment", "refund"), ticket=f"{item.project[:3].upper()}-1"),
        Topic(words=(item.project, "invoice", "export")),
    )
    name = f"{item.project} {item.task}".strip()
    task = Task(item=item, name=name, billable=billable, contract=contract, closed=closes is not None, closes_on=closes)
    return Work(task=task, billing_code=f"B-{item.project}", topics=topics, mix={Doing.CODE: 1.0})


def employee(number: int, rounding: Rounding, *, zone: str, diligence: float = 0.5, bias: float = 0.3) -> Employee:
    handle = f"person{number}"
    return Employee(
        person=Person(id=f"{handle}@firm.example", name=handle, zone=zone, grade="senior", calendar="de"),
        handle=handle,
        traits=Traits(
            diligence=diligence, memory_half_life_days=2.5, rounding=rounding, stray_share=0.05, bias=bias,
            decline_share=0.1, utilisation=0.7, start_minute=540, channels=frozenset(Channel), logs_work=True,
            answers=0.9,
        ),
    )  # fmt: skip


def firm(people: int = 4, **traits: float) -> Firm:
    zones = ("Europe/Berlin", "America/New_York")
    employees = tuple(employee(number, KINDS[number % 4], zone=zones[number % 2], **traits) for number in range(people))
    works = (
        work(CHECKOUT, "C-1"),
        work(CHECKOUT_PM, "C-1"),
        work(CHECK_IN, "C-2"),
        work(OLD, "C-1", closes=date(2026, 1, 31)),
        work(AUDIT, "C-3"),
        work(SUPPORT, "C-4", billable=Billable.DEPENDS),
        work(INTERNAL, "C-9", billable=Billable.NO),
    )
    kinds = {
        "C-1": ("acme", ContractKind.TIME_AND_MATERIALS), "C-2": ("acme", ContractKind.CAPPED),
        "C-3": ("globex", ContractKind.TIME_AND_MATERIALS), "C-4": ("globex", ContractKind.RETAINER),
        "C-9": ("house", ContractKind.INTERNAL),
    }  # fmt: skip
    rates = tuple(
        Rate(
            contract=contract, hourly_rate=Decimal(rate), currency="EUR", grade=grade, valid_from=since, valid_to=until
        )
        for contract, base in (("C-1", 100), ("C-2", 130), ("C-3", 150), ("C-4", 90))
        for grade, extra in (("senior", 0), ("junior", -40))
        for rate, since, until in (
            (base + extra, date(2025, 1, 1), date(2026, 3, 10)),
            (base + extra + 5, date(2026, 3, 11), None),
        )
    )
    return Firm(
        name="House", domain="firm.example", organisation="house", employees=employees,
        works={row.item: row for row in works}, clients={"acme": "Acme", "globex": "Globex", "house": "House"},
        client_domains={}, contacts={},
        contracts=tuple(
            Contract(
                id=name, client=client, kind=kind, currency="EUR", cap_hours=Decimal(1200) if name == "C-2" else None
            )
            for name, (client, kind) in kinds.items()
        ),
        rates=rates,
        assignments=tuple(Assignment(person=row.id, item=item) for row in employees for item in ITEMS),
        weights={}, milestones=(), holidays=(Holiday(calendar="de", date=date(2026, 3, 19), name="Local day"),),
        periods=(), changes=(), twins=(("checkout", "check-in"),),
    )  # fmt: skip


def true_week(of: Employee, monday: date, seed: int = 7) -> PersonWeek:
    """Eight hours on five days in blocks of some length, a daily meeting first."""
    random = stream(seed, "hand-made", of.id, monday.isoformat())
    zone = ZoneInfo(of.person.zone)
    days, seats = [], []
    for offset in range(5):
        day = monday + timedelta(days=offset)
        at = minute_of(datetime(day.year, day.month, day.day, 9, tzinfo=zone))
        end, item = at + 480, CHECKOUT
        meeting = Occurrence(
            uid=f"daily@{of.handle}", title="Daily", item=CHECKOUT, organiser=of.id, attendees=(of.id,),
            zone=of.person.zone, start=at, end=at + 15, planned_start=at,
        )  # fmt: skip
        seats.append(Seat(person=of.id, occurrence=meeting, response="accepted", joined=at, left=at + 15))
        stretches = [stretch(of, at, at + 15, CHECKOUT, Doing.MEETING, meeting.uid)]
        at += 15
        while at < end:
            until = min(end, at + max(3, int(random.lognormal(3.5, 1.0))))
            if random.random() > 0.65:
                item = ITEMS[int(random.integers(len(ITEMS)))]
            stretches.append(stretch(of, at, until, item, Doing.CODE))
            at = until
        days.append(TrueDay(person=of.id, date=day, stretches=tuple(stretches), working=(end - 480, end)))
    days += [TrueDay(person=of.id, date=monday + timedelta(days=offset), stretches=()) for offset in (5, 6)]
    return PersonWeek(employee=of, monday=monday, days=tuple(days), seats=tuple(seats))


def stretch(of: Employee, start: int, end: int, item: WorkItem, doing: Doing, meeting: str = "") -> Stretch:
    topic = Topic(words=(item.project, "payment", "refund"), ticket=f"{item.project[:3].upper()}-{start % 40 + 1}")
    return Stretch(
        person=of.id, start=start, end=end, item=item, doing=doing, billable=item != INTERNAL, billing_code="B",
        topic=topic, meeting=meeting, meeting_start=start if meeting else 0,
    )  # fmt: skip
