"""What is on a draft keeps its place: however late the rest is approved, a cap or a block is never used twice."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract, ContractKind, Rate, WorkItem
from hourtrail.domain.pricing import BillingPeriod, LineKind, add_up, period_of, price
from hourtrail.domain.ratecard import RateCard

CARD = RateCard("K", (Rate(contract="K", hourly_rate=Decimal(90), currency="EUR"),))
CAPPED = Contract(id="K", client="acme", kind=ContractKind.CAPPED, currency="EUR", cap_amount=Decimal(1000))
BLOCK = Contract(
    id="K", client="acme", kind=ContractKind.PREPAID, currency="EUR", budget_amount=Decimal(1000), included_hours=Decimal(10),
    starts_on=date(2026, 1, 1),
)  # fmt: skip

# Day of the quarter, minutes, and the round of drafting in which the entry is approved.
work = st.lists(st.tuples(st.integers(0, 89), st.integers(1, 600), st.integers(0, 3)), min_size=1, max_size=15)
MONTHS = [period_of(date(2026, month, 1), "month") for month in (1, 2, 3)]


def drafted_in_rounds(contract, rows):
    """Every month is drafted after each round of approvals; what an entry was once drafted at stands. All lines, in order."""
    entries = [
        TimeEntry(
            id=f"e{number}", person="ada", date=date(2026, 1, 1) + timedelta(days=day), minutes=minutes,
            item=WorkItem("acme", "portal"), billable=True, status=EntryStatus.APPROVED,
        )
        for number, (day, minutes, _) in enumerate(rows)
    ]  # fmt: skip
    settled, lines = set(), []
    for round_of_drafts in range(4):
        approved = [entry for entry, row in zip(entries, rows, strict=True) if row[2] <= round_of_drafts]
        for month in MONTHS:
            made = price(contract, approved, period=month, card=CARD, settled=settled)
            fresh = [line for line in made.lines if line.entry and line.entry not in settled]
            lines += fresh
            settled |= {line.entry for line in fresh}
    return lines


@given(work)
def test_drafts_never_bill_more_than_the_cap_in_whatever_order_time_is_approved(rows):
    lines = drafted_in_rounds(CAPPED, rows)
    total = sum((money.amount for money in add_up(line.amount for line in lines)), Decimal(0))
    assert total <= 1000
    worth = sum(minutes for _, minutes, _ in rows) * Decimal(90) / 60
    assert total >= min(Decimal(1000), worth) - len(rows), "and no less than what fits, but for the cents of rounding"


@given(work)
def test_a_block_covers_its_hours_once(rows):
    lines = drafted_in_rounds(BLOCK, rows)
    assert sum(line.minutes for line in lines if line.kind is LineKind.COVERED) <= 600


def test_without_settled_work_the_same_would_be_billed_twice():
    rows = [(60, 600, 0), (5, 600, 1)]
    assert sum(line.amount.amount for line in drafted_in_rounds(CAPPED, rows)) == 1000
    early = TimeEntry(
        id="late", person="ada", date=date(2026, 1, 6), minutes=600, item=WorkItem("acme", "portal"), billable=True,
        status=EntryStatus.APPROVED,
    )  # fmt: skip
    alone = price(CAPPED, [early], period=BillingPeriod(date(2026, 1, 1), date(2026, 1, 31)), card=CARD)
    assert [str(money) for money in alone.totals] == ["900.00 EUR"], "January alone does not know of March"
