"""A firm and a year of its time, made inside the database: SQL multiplies people by days, so that thousands of people take seconds.

Every person books three entries in two days on their three projects, and once a week the firm's own meeting; a client has
the work of ten people and one contract, capped for every second one; four days in a hundred have an open finding.
Simulated; the same rows every time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import (
    Assignment,
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
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, PolicyRef, Suggestion, Threshold
from hourtrail.store import Store

TENANT: Final = "firm"
LAST_DAY: Final = date(2026, 6, 30)
FIRST_DAY: Final = LAST_DAY - timedelta(days=364)
CLIENT_OF: Final = 10
"""People for each client, whatever the size of the firm: what one contract holds does not grow with it."""

_PROJECTS, _TASKS, _GRADES = 4, ("analysis", "build", "test", "rollout"), ("junior", "senior", "lead")
_HOLIDAYS: Final = ("01-01", "05-01", "12-25", "12-26")
_OWN: Final = WorkItem("own", "internal", "meetings")


@dataclass(frozen=True, slots=True)
class Year:
    """How large the firm is."""

    people: int

    @property
    def clients(self) -> int:
        return self.people // CLIENT_OF

    def items(self, person: int) -> tuple[WorkItem, ...]:
        """What somebody may book: a task in each of three projects, two of them of their first client."""
        first, second = person % self.clients, (person * 7 + 3) % self.clients
        places = ((first, 0), (first, 1 + person % 3), (second, 2))
        return tuple(
            WorkItem(f"c{client:04}", f"c{client:04}-{project}", _TASKS[(person // self.clients + project) % 4])
            for client, project in places
        )


def name(person: int) -> str:
    """The id of somebody, by number."""
    return f"p{person:05}"


def build(store: Store, year: Year) -> None:
    """Fill the tenant; statistics as the database's own housekeeping would have them."""
    with store.tenant(TENANT) as db:
        db.put_master(list(_master(year)))
    with store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.set_config("app.tenant", TENANT, True)))
        _book(connection, year)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _master(year: Year) -> Iterator[Person | Task | Assignment | Contract | Rate | Holiday | Period | Milestone]:
    start = date(2025, 1, 1)
    yield Contract(id="K-own", client="own", kind=ContractKind.INTERNAL, currency="EUR")
    yield Task(item=_OWN, contract="K-own")
    for number in range(year.clients):
        client, contract = f"c{number:04}", f"K{number:04}"
        capped = number % 2 == 0
        yield Contract(
            id=contract, client=client, currency="EUR", starts_on=start, narrative_required=number % 3 == 0,
            kind=ContractKind.CAPPED if capped else ContractKind.TIME_AND_MATERIALS,
            cap_hours=Decimal(1_000_000) if capped else None, budget_hours=Decimal(1_000_000) if capped else None,
        )  # fmt: skip
        for grade, rate in zip(_GRADES, (90, 120, 150), strict=True):
            yield Rate(contract=contract, hourly_rate=Decimal(rate), currency="EUR", grade=grade)
        yield Milestone(contract=contract, milestone="M1", due_on=date(2026, 12, 1))
        for project in range(_PROJECTS):
            for task in _TASKS:
                yield Task(
                    item=WorkItem(client, f"{client}-{project}", task), name=f"{task} {project}", contract=contract
                )
    for number in range(year.people):
        yield Person(
            id=name(number), name=f"Person {number}", zone="Europe/Berlin", grade=_GRADES[number % 3], team=f"t{number // 12}",
            manager=name(number // 12 * 12), weekly_hours=Decimal(40), calendar="DE",
        )  # fmt: skip
        for item in (*year.items(number), _OWN):
            yield Assignment(person=name(number), item=item, starts_on=start)
    for month in _HOLIDAYS:
        for on in (2025, 2026):
            yield Holiday(calendar="DE", date=date.fromisoformat(f"{on}-{month}"))
    for closed in (False, True):
        first = date(2026, 4, 1) if not closed else FIRST_DAY
        yield Period(starts_on=first, ends_on=LAST_DAY if not closed else date(2026, 3, 31), closed=closed)


def _book(connection: sa.Connection, year: Year) -> None:
    """Three entries for each person in two working days, and findings on some of them."""
    postgres = connection.dialect.name == "postgresql"
    at = "(d.day + time '{0}') AT TIME ZONE 'UTC'" if postgres else "d.day || ' {0}:00.000000'"
    true, amount = ("true", "120") if postgres else ("1", "'120'")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE d (n INTEGER, day DATE)")
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE own (person TEXT, n INTEGER, part INTEGER, client TEXT, project TEXT, task TEXT)"
    )
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(365)]
    working = [day for day in days if day.weekday() < 5 and f"{day:%m-%d}" not in _HOLIDAYS]
    connection.execute(
        sa.text("INSERT INTO d VALUES (:n, :day)"), [{"n": n, "day": day.isoformat()} for n, day in enumerate(working)]
    )
    connection.execute(
        sa.text("INSERT INTO own VALUES (:person, :n, :part, :client, :project, :task)"),
        [
            {"person": name(number), "n": number, "part": part, "client": item.client, "project": item.project, "task": item.task}
            for number in range(year.people)
            for part, item in enumerate(year.items(number))
        ],
    )  # fmt: skip
    weekly = "d.n % 5 = 0 AND own.part = 0"
    what = ", ".join(f"CASE WHEN {weekly} THEN '{value}' ELSE own.{column} END" for column, value in
                     (("client", _OWN.client), ("project", _OWN.project), ("task", _OWN.task)))  # fmt: skip
    _execute(
        connection,
        "INSERT INTO time_entry (tenant, id, person, client, project, task, narrative, currency, source, digest, date,"
        ' minutes, start, "end", billable, hourly_rate, status, created_at, write_off_minutes, extra)'
        f" SELECT '{TENANT}', 'e' || own.person || '-' || d.n || '-' || own.part, own.person, {what},"
        " 'prepared figure ' || ((d.n * 7 + own.n) % 997) || ' for the quarterly review', 'EUR', 'timesheet', '', d.day,"
        " CASE d.n % 2 WHEN 1 THEN 480 ELSE 240 END,"
        f" CASE own.part WHEN 0 THEN {at.format('07:00')} ELSE {at.format('12:00')} END,"
        f" CASE WHEN d.n % 2 = 1 THEN {at.format('15:00')} WHEN own.part = 0 THEN {at.format('11:00')} ELSE {at.format('16:00')} END,"
        f" CASE WHEN {weekly} THEN NOT {true} ELSE {true} END, NULL, 'approved', {at.format('18:00')}, 0, '{{}}'"
        " FROM own JOIN d ON own.part = 0 OR (d.n % 2 = 0 AND own.part = 1 + d.n / 2 % 2)",
    )
    entry = "'e' || own.person || '-' || d.n || '-0'"
    _execute(
        connection,
        'INSERT INTO finding (tenant, fingerprint, id, "check", digest, status, severity, score, measured, expected,'
        " explanation, blame, time_entry, person, period, project, contract, comparables, worker, of_client, of_project,"
        " cause, worked_on, raised_at, amount, currency)"
        f" SELECT '{TENANT}', 'fact_' || {entry}, 'finding_' || {entry}, 'late_entry', '', 'open', 'warn', 1.0, 'late',"
        f" 'in time', 'Late.', 'entry', {entry}, '', '', '', '', '[]', own.person, own.client, own.project, '', d.day,"
        f" {at.format('18:00')}, {amount}, 'EUR'"
        " FROM own CROSS JOIN d WHERE own.part = 0 AND d.n % 5 <> 0 AND (d.n * 31 + own.n) % 20 = 0",
    )


def _execute(connection: sa.Connection, statement: str) -> None:
    """As text, because a bare ``%`` means something to one of the drivers."""
    connection.execute(sa.text(statement))


def entry(year: Year, person: int, number: int, day: date) -> TimeEntry:
    """A new entry of somebody: work like their other work."""
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return TimeEntry(
        id=f"new-{person}-{number}", person=name(person), date=day, minutes=55, item=year.items(person)[number % 3], start=start,
        end=start + timedelta(minutes=55), billable=True, narrative=f"wrote part {number} of the report", status=EntryStatus.SUBMITTED,
        created_at=start + timedelta(hours=9), currency="EUR",
    )  # fmt: skip


def suggestion(year: Year, person: int, day: date) -> Suggestion:
    """An hour of somebody's that waits for their word."""
    start = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    key = f"{person}-{day}"
    block = WorkBlock(
        id=f"blk_{key}", person=name(person), zone="Europe/Berlin", date=day, span=Span(start, start + timedelta(hours=1)),
        kind=ActivityKind.MEETING, anchor=f"icalendar:{key}", title="Review", text="Review", evidence_minutes=60,
        suggested_minutes=60,
        evidence=(Evidence(activity=f"icalendar:{key}", kind=ActivityKind.MEETING, minutes=60, weight=0.1, why="attended"),),
    )  # fmt: skip
    item = year.items(person)[0]
    return Suggestion(
        id=f"sug_{key}", block=block, item=item, billable=True, billable_probability=0.9, billable_minutes=60, rounding="none",
        narrative="Review of the report", confidence=0.9, band=Band.SUGGEST, alternatives=(Alternative(item=item, confidence=0.9),),
        threshold=Threshold(band=Band.SUGGEST, value=0.3, target_precision=0.95, basis="stated"), reasons=("usual",), leans_on=(),
        model=ModelRef(name="rules", version="1", digest="0" * 64), policy=PolicyRef(version="p1"),
    )  # fmt: skip
