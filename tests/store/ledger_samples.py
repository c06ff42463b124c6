"""An expense and a payment, as another system tells them."""

from datetime import date
from decimal import Decimal

from tests.store.billing_samples import DRAFT

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ledger import Expense, Payment

EXPENSE = Expense(
    source="psa", external_id="e-1", person="ann", date=date(2026, 3, 2), item=WorkItem("acme", "portal"),
    amount=Decimal("48.50"), currency="EUR", billable=True, category="travel", narrative="Train to the client",
    receipt="R-17", revision="1", extra={"tax": "3.10"},
)  # fmt: skip
PAYMENT = Payment(
    source="erp", external_id="p-1", draft=DRAFT.id, amount=Decimal("100.00"), currency="EUR",
    received_on=date(2026, 4, 2), note="Thanks", revision="1",
)  # fmt: skip
