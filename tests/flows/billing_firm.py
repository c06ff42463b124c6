"""A small firm that bills: contracts of several kinds, people with managers, and two people in finance."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.flows.firm import Firm

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Assignment, Contract, ContractKind, Milestone, Period, Person, Rate, Task, WorkItem
from hourtrail.domain.pricing import BillingPeriod
from hourtrail.flows.billing.closing import post
from hourtrail.flows.billing.draft import Drafted, DraftRequest, draft
from hourtrail.flows.billing.settings import set_billing_policy
from hourtrail.policy.billing import load

MARCH = BillingPeriod(date(2026, 3, 1), date(2026, 3, 31))
APRIL = BillingPeriod(date(2026, 4, 1), date(2026, 4, 30))
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
DEV, OPS = WorkItem("acme", "portal", "DEV"), WorkItem("globex", "ops")
SHOP = WorkItem("initech", "shop")

MASTER = (
    Person(id="ada", manager="kim", grade="senior"),
    Person(id="ben", manager="kim", grade="junior"),
    *(Person(id=name) for name in ("kim", "vera", "fin", "flo")),
    Task(item=DEV, contract="C-TM"),
    Task(item=OPS, contract="C-CAP"),
    Task(item=SHOP, contract="C-MS"),
    Contract(
        id="C-TM", client="acme", kind=ContractKind.TIME_AND_MATERIALS, currency="EUR", starts_on=date(2026, 1, 1)
    ),
    Contract(id="C-CAP", client="globex", kind=ContractKind.CAPPED, currency="EUR", cap_amount=Decimal(500)),
    Contract(id="C-MS", client="initech", kind=ContractKind.MILESTONE, currency="EUR", budget_amount=Decimal(9000)),
    *(Assignment(person=name, item=item.at_project) for name in ("ada", "ben") for item in (DEV, OPS, SHOP)),
    Rate(contract="C-TM", hourly_rate=Decimal(150), currency="EUR", grade="senior"),
    Rate(contract="C-TM", hourly_rate=Decimal(100), currency="EUR", grade="junior"),
    Rate(contract="C-CAP", hourly_rate=Decimal(100), currency="EUR"),
    Milestone(
        contract="C-MS", milestone="M1", due_on=date(2026, 3, 10), accepted_on=date(2026, 3, 12), amount=Decimal(4000)
    ),
    Milestone(contract="C-MS", milestone="M2", due_on=date(2026, 3, 20), amount=Decimal(5000)),
    Period(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), closed=False),
    Period(starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30), closed=False),
)


def entry(name: str, person: str = "ada", **changes: object) -> TimeEntry:
    values = {
        "id": name, "person": person, "date": date(2026, 3, 3), "minutes": 60, "item": DEV, "narrative": f"Work on {name}",
        "billable": True, "status": EntryStatus.APPROVED,
    }  # fmt: skip
    row = TimeEntry(**{**values, **changes})
    return replace(row, created_at=datetime.combine(row.date, datetime.min.time(), UTC))


def fill(firm: Firm, *rows: object, policy: str = "") -> None:
    """Store the firm, its entries and further master data; put a billing policy in force where one is given."""
    with firm.store.tenant(firm.tenant) as db:
        db.put_master([*MASTER, *(row for row in rows if not isinstance(row, TimeEntry))])
        db.put_entries([row for row in rows if isinstance(row, TimeEntry)])
    if policy:
        set_billing_policy(firm.store, firm.tenant, load(f'version = "test"\n{policy}'), "vera", now=NOW)


def bill(
    firm: Firm, contract: str = "C-TM", period: BillingPeriod = MARCH, *, now: datetime = NOW, **more: object
) -> Drafted:
    values = {"actor": "fin", "period": period, "contract": contract, **more}
    return draft(firm.store, firm.tenant, DraftRequest(**values), now=now)


def post_it(firm: Firm, made: Drafted, actor: str = "flo", **more: object):
    return post(firm.store, firm.tenant, made.draft.id, actor, **{"now": NOW, **more})


def amounts(made: Drafted) -> list[tuple[str, str]]:
    return [(line.entry or line.milestone, str(line.amount)) for line in made.lines]


def reasons(made: Drafted) -> dict[str, set[tuple[str, str]]]:
    """What is held back, with policy and rule of every objection that stops it."""
    return {row.claim.split()[1]: {(one.policy, one.rule) for one in row.objections} for row in made.held}


def actions(firm: Firm) -> list[str]:
    with firm.store.tenant(firm.tenant) as db:
        assert db.verify_audit()[1] == []
        return [event.action.text for event in db.audit_events()]
