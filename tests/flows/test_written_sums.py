"""What a write reads of a client is little, and tells the same as all of it: limits of every kind, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import event

from hourtrail.checks.reach import Reach, checks_within
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Milestone, Person, Rate, Task, WorkItem
from hourtrail.domain.money import RoundingRule
from hourtrail.domain.review import FindingStatus
from hourtrail.flows.approvals import WAITING_CHECKS
from hourtrail.flows.stored_checks import check_stored
from hourtrail.flows.written_checks import check_written
from hourtrail.store import Store, open_store

MONDAY, TODAY = date(2026, 3, 2), date(2026, 3, 27)
NOW = datetime(2026, 3, 27, 18, tzinfo=UTC)
LOCAL = {*checks_within(Reach.PERSON_WEEKS), *checks_within(Reach.CLIENT), *WAITING_CHECKS}
HOURS, MONEY, BLOCK, STAGE, OPEN, OWN = (
    WorkItem("acme", "hours", "build"), WorkItem("bolt", "money", "build"), WorkItem("bolt", "block", "build"),
    WorkItem("acme", "stage", "plan"), WorkItem("acme", "open", "help"), WorkItem("firm", "inside", "learn"),
)  # fmt: skip
ITEMS = (
    *(HOURS, MONEY, BLOCK, STAGE, OPEN, OWN),
    *(
        WorkItem("", "money", "build"),
        WorkItem("bolt", "money", "biuld"),
        WorkItem("acme", "lost"),
        WorkItem("", "gone"),
    ),
)
PEOPLE = ("ann", "bob", "cem")


def _contract(name: str, item: WorkItem, kind: ContractKind, **terms: object) -> Contract:
    return Contract(id=name, client=item.client, project=item.project, kind=kind, currency="EUR", **terms)


MASTER = (
    *(Person(id=name, zone="Europe/Berlin", grade="senior" if name == "ann" else "junior") for name in PEOPLE),
    *(Task(item=item, contract=f"K-{item.project}") for item in (HOURS, MONEY, BLOCK, STAGE, OPEN)),
    Task(item=OWN, contract="K-inside", budget_hours=Decimal(6)),
    Assignment(person="ann", item=HOURS), Assignment(person="bob", item=MONEY, grade="lead", ends_on=date(2026, 3, 11)),
    Assignment(person="bob", item=MONEY), Assignment(person="cem", item=WorkItem("acme", "unlisted")),
    _contract("K-hours", HOURS, ContractKind.CAPPED, cap_hours=Decimal(8), rounding_minutes=30, rounding_rule=RoundingRule.UP),
    _contract("K-money", MONEY, ContractKind.CAPPED, cap_amount=Decimal(1_200), budget_amount=Decimal(1_000),
              rounding_minutes=15, rounding_rule=RoundingRule.NEAREST),
    _contract("K-block", BLOCK, ContractKind.PREPAID, included_hours=Decimal(6), blended_rate=Decimal(80)),
    _contract("K-stage", STAGE, ContractKind.MILESTONE, budget_hours=Decimal(10)),
    _contract("K-open", OPEN, ContractKind.TIME_AND_MATERIALS), _contract("K-inside", OWN, ContractKind.INTERNAL),
    Rate(contract="K-money", hourly_rate=Decimal(90), currency="EUR"),
    Rate(contract="K-money", hourly_rate=Decimal(150), currency="EUR", grade="lead"),
    Rate(contract="K-money", hourly_rate=Decimal(120), currency="EUR", person="cem", valid_from=date(2026, 3, 10)),
    Rate(contract="K-open", hourly_rate=Decimal(100), currency="EUR"),
    Milestone(contract="K-stage", milestone="M1", name="Plan", due_on=date(2026, 3, 6), amount=Decimal(900)),
)  # fmt: skip


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


def _drawn(seed: int, count: int) -> list[TimeEntry]:
    """Work of three people in four weeks; a row whose id was there before replaces it."""
    drawn = Random(seed)
    rows = []
    for number in range(count):
        day = drawn.randrange(26)
        minutes = drawn.choice((0, 10, 50, 125, 240, 480))
        stated = drawn.random() < 0.3
        rows.append(
            TimeEntry(
                id=f"te_{drawn.randrange(count)}", person=drawn.choice(PEOPLE), date=MONDAY + timedelta(days=day),
                minutes=minutes, item=drawn.choice(ITEMS), billable=drawn.choice((None, True, False)),
                narrative=f"part {number}", hourly_rate=Decimal(drawn.choice((90, 95))) if stated else None,
                currency="EUR" if stated else "", status=drawn.choice(tuple(EntryStatus)),
                created_at=datetime(2026, 3, 2, 19, tzinfo=UTC) + timedelta(days=day, minutes=number),
                write_off_minutes=drawn.choice((0, 0, 0, 5, 60)), billable_minutes=drawn.choice((None, None, minutes, 15)),
            )
        )  # fmt: skip
    return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_sums_made_by_the_database_tell_what_all_entries_tell(store: Store, seed: int) -> None:
    with store.tenant("t") as db:
        db.put_master(MASTER)
    known: dict[str, TimeEntry] = {}
    drawn = _drawn(seed, 60)
    for start in range(0, len(drawn), 4):
        rows = drawn[start : start + 4]
        with store.tenant("t") as db:
            db.put_entries(rows)
        check_written(store, "t", [*rows, *(known[row.id] for row in rows if row.id in known)], today=TODAY, now=NOW)
        known |= {row.id: row for row in rows}
    with store.tenant("t", read_only=True) as db:
        told = {row.finding.check for row in db.raised(status=FindingStatus.OPEN)}
    assert {*checks_within(Reach.CLIENT)} <= told, "each has something to say here"
    again = check_stored(store, "t", today=TODAY, now=NOW).changes
    with store.tenant("t", read_only=True) as db:
        others = [row for row in db.raised() if row.finding.check not in LOCAL]
    assert (again.updated, again.resolved, again.reopened, again.created) == (0, 0, 0, len(others))


def test_what_a_write_asks_does_not_grow_with_the_firm(store: Store) -> None:
    row = TimeEntry(id="te_1", person="ann", date=MONDAY, minutes=60, item=HOURS, created_at=NOW)

    def statements() -> list[str]:
        told: list[str] = []
        listener = lambda *given: told.append(given[2])  # noqa: E731 - the statement, of what SQLAlchemy tells
        event.listen(store.engine, "before_cursor_execute", listener)
        check_written(store, "t", [row], today=TODAY, now=NOW)
        event.remove(store.engine, "before_cursor_execute", listener)
        return told

    with store.tenant("t") as db:
        db.put_master(MASTER)
        db.put_entries([row])
    check_written(store, "t", [row], today=TODAY, now=NOW)
    few = statements()
    with store.tenant("t") as db:
        items = [replace(HOURS, client=f"c{number}", project=f"p{number}") for number in range(200)]
        db.put_master([Task(item=item) for item in items])
        db.put_master([Person(id=f"x{number}") for number in range(200)])
        db.put_master([Assignment(person=f"x{number}", item=item) for number, item in enumerate(items)])
        db.put_entries(
            [replace(row, id=f"x{number}", person=f"x{number}", item=items[number]) for number in range(200)]
        )
    assert statements() == few
