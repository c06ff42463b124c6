"""Small records of billing for store tests; they belong to the entry ``te_1`` of ``samples``."""

from datetime import date
from decimal import Decimal

from tests.store.samples import ITEM, NINE

from hourtrail.domain.billing import ClaimedLine, Dispute, DisputeReason, InvoiceDraft, RateChange
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import LineKind, LineTax

MONEY = Money(Decimal("83.30"), "EUR")
DRAFT = InvoiceDraft(
    id="draft_1", contract="C1", client=ITEM.client, first=date(2026, 3, 1), last=date(2026, 3, 31),
    posting_date=date(2026, 3, 31), actor="kim", at=NINE, policy="p1", entity="north",
)  # fmt: skip
LINE = ClaimedLine(
    id="line_1", draft="draft_1", number=1, claim="entry te_1", part=1, kind=LineKind.TIME, date=date(2026, 3, 2),
    why="at the rate card's rate", minutes=50, rate=Money(Decimal(100), "EUR"), amount=MONEY, entry="te_1",
    project=ITEM.project, content="content_1",
    tax=LineTax(code="de-19", rate=Decimal("0.19"), amount=Money(Decimal("15.83"), "EUR")),
)  # fmt: skip
DISPUTE = Dispute(
    id="dispute_1", reason=DisputeReason.WRONG_HOURS, raised_by="Lee of acme", actor="kim", at=NINE, line="line_1",
    entry="te_1", contract="C1", client=ITEM.client, project=ITEM.project, amount=MONEY, content="content_1", note="Half of it",
)  # fmt: skip
RATE_CHANGE = RateChange(
    id="change_1", contract="C1", hourly_rate=Money(Decimal(120), "EUR"), valid_from=date(2026, 4, 1), reason="Letter of May",
    actor="kim", at=NINE, grade="senior",
)  # fmt: skip
