"""Invoices: posted drafts, with what other systems call them, what was paid on them and what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hourtrail.domain.activity import SourceRef
from hourtrail.domain.billing import ClaimedLine
from hourtrail.domain.billing.wire import draft_to_json, money_to_json, taxes_to_json, totals_to_json
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.ledger import Payment
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import add_up, gross_totals
from hourtrail.flows.ledger import INVOICES
from hourtrail.store import Store, TenantStore
from hourtrail.store.billing import KeptDraft

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Some invoices in the order in which their drafts were made; ``more`` tells whether others follow."""

    rows: list[Json]
    more: bool


def invoices(
    store: Store,
    tenant: str,
    *,
    ref: SourceRef | None = None,
    client: str = "",
    contract: str = "",
    after: str = "",
    limit: int = 100,
) -> InvoicePage:
    """Posted drafts, oldest first, behind the draft ``after``; with ``ref`` the one that a system calls so, or none.

    Raises InvalidInput when ``after`` is none of them.
    """
    with store.tenant(tenant, read_only=True) as db:
        wanted = None if ref is None else set(db.referenced(INVOICES, [ref]).values())
        if after and not db.posted_drafts(1, ids=[after], client=client, contract=contract):
            raise InvalidInput("this cursor is of another list; begin without one")
        rest = db.posted_drafts(limit + 1, after=after, ids=wanted, client=client, contract=contract)
        return InvoicePage([_invoice(db, kept) for kept in rest[:limit]], len(rest) > limit)


def _invoice(db: TenantStore, kept: KeptDraft) -> Json:
    lines = db.draft_lines(kept.draft.id)
    totals = totals_to_json(add_up(line.amount for line in lines))
    return {
        **draft_to_json(kept.draft, kept.word),
        "totals": totals,
        **taxes_to_json(lines),
        **settlement(db, kept.draft.id, lines),
    }


def settled(store: Store, tenant: str, draft: str) -> Json:
    """:func:`settlement` of one draft."""
    with store.tenant(tenant, read_only=True) as db:
        return settlement(db, draft, db.draft_lines(draft))


def settlement(db: TenantStore, draft: str, lines: Sequence[ClaimedLine]) -> Json:
    """What other systems call a draft, the payments on it, and what they leave open of its gross (or net) total."""
    payments = db.payments_on([draft]).get(draft, [])
    billed = gross_totals(lines) or add_up(line.amount for line in lines)
    paid = add_up(Money(row.amount, row.currency) for row in payments)
    return {
        "references": [
            {"source": ref.source, "external_id": ref.external_id}
            for ref in db.references_of(INVOICES, [draft]).get(draft, ())
        ],
        "payments": [_payment(row) for row in payments],
        "paid": totals_to_json(paid),
        "open": totals_to_json(add_up([*billed, *_negative(paid)])),
    }


def _negative(amounts: Iterable[Money]) -> list[Money]:
    return [Money(-money.amount, money.currency) for money in amounts]


def _payment(row: Payment) -> Json:
    return {
        "source": row.source,
        "external_id": row.external_id,
        "amount": money_to_json(Money(row.amount, row.currency)),
        "received_on": row.received_on.isoformat(),
        "note": row.note,
    }
