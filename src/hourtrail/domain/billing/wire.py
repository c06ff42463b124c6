"""The JSON bodies of billing: drafts, disputes, proposed rates. The only place that knows their keys."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from hourtrail.domain.billing.disputes import Dispute, DisputedClient
from hourtrail.domain.billing.drafts import ClaimedLine, InvoiceDraft
from hourtrail.domain.billing.last_word import LastWord
from hourtrail.domain.billing.rate_changes import RateChange
from hourtrail.domain.instants import format_instant
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import InvoiceLine, LineTax, gross_totals, tax_totals

Json = dict[str, Any]


def money_to_json(money: Money | None) -> Json | None:
    """``{"amount", "currency"}`` with the amount in the currency's minor unit."""
    return None if money is None else {"amount": format(money.to_cents().amount, "f"), "currency": money.currency}


def totals_to_json(totals: Iterable[Money]) -> list[Json | None]:
    """One sum for each currency."""
    return [money_to_json(money) for money in totals]


def rate_to_json(rate: Money | None) -> Json | None:
    """An hourly rate, exactly as it is stated."""
    return None if rate is None else {"amount": _plain(rate.amount), "currency": rate.currency}


def _plain(value: Decimal) -> str:
    return format(value, "f")


def draft_to_json(draft: InvoiceDraft, word: LastWord | None) -> Json:
    """A stored draft without its lines; ``status`` is open, posted or withdrawn."""
    return {
        "id": draft.id,
        "status": word.word.value if word else "open",
        "contract": draft.contract,
        "client": draft.client,
        "project": draft.project,
        "entity": draft.entity,
        "from": draft.first.isoformat(),
        "to": draft.last.isoformat(),
        "posting_date": draft.posting_date.isoformat(),
        "actor": draft.actor,
        "at": format_instant(draft.at),
        "policy": {"version": draft.policy},
        "last_word": word_to_json(word),
    }


def word_to_json(word: LastWord | None) -> Json | None:
    """The last word on something; null while nobody said one."""
    if word is None:
        return None
    return {
        "object": word.object,
        "word": word.word.value,
        "actor": word.actor,
        "at": format_instant(word.at),
        "note": word.note,
        "effective_on": word.effective_on.isoformat() if word.effective_on else None,
    }


def line_to_json(line: ClaimedLine) -> Json:
    """One line of a stored draft."""
    return {
        "id": line.id,
        "draft": line.draft,
        "number": line.number,
        "kind": line.kind.value,
        "date": line.date.isoformat(),
        "entry": line.entry or None,
        "milestone": line.milestone or None,
        "project": line.project,
        "minutes": line.minutes,
        "rate": rate_to_json(line.rate),
        "amount": money_to_json(line.amount),
        "tax": tax_to_json(line.tax),
        "why": line.why,
    }


def tax_to_json(tax: LineTax | None) -> Json | None:
    """The tax of a line; null where none is worked out."""
    if tax is None:
        return None
    return {"code": tax.code, "rate": _plain(tax.rate), "amount": money_to_json(tax.amount), "note": tax.note}


def taxes_to_json(lines: Sequence[ClaimedLine]) -> Json:
    """``taxes`` by code and rate, and ``gross`` totals; both empty where no tax is worked out."""
    taxes = [
        {
            "code": row.code,
            "rate": _plain(row.rate),
            "note": row.note,
            "net": money_to_json(row.net),
            "tax": money_to_json(row.tax),
        }
        for row in tax_totals(lines)
    ]
    return {"taxes": taxes, "gross": totals_to_json(gross_totals(lines))}


def invoice_line_to_json(line: InvoiceLine) -> Json:
    """One line as the client reads it."""
    return {
        "description": line.description,
        "kind": line.kind.value,
        "hours": _plain(line.hours),
        "rate": rate_to_json(line.rate),
        "amount": money_to_json(line.amount),
        "tax": tax_to_json(line.tax),
        "parts": list(line.parts),
    }


def dispute_to_json(row: Dispute, word: LastWord | None) -> Json:
    """A dispute; ``status`` is open, upheld, dismissed or withdrawn."""
    return {
        "id": row.id,
        "status": word.word.value if word else "open",
        "reason": row.reason.value,
        "blame": row.blame.value,
        "raised_by": row.raised_by,
        "actor": row.actor,
        "at": format_instant(row.at),
        "line": row.line or None,
        "entry": row.entry or None,
        "contract": row.contract,
        "client": row.client,
        "project": row.project,
        "amount": money_to_json(row.amount),
        "note": row.note,
        "last_word": word_to_json(word),
    }


def disputed_client_to_json(row: DisputedClient) -> Json:
    """A client that disputes too often, with its reasons, the most frequent first."""
    return {
        "client": row.client,
        "disputes": [one.id for one in row.disputes],
        "reasons": {reason.value: number for reason, number in row.reasons},
        "blame": row.blame.value,
    }


def rate_change_to_json(row: RateChange, word: LastWord | None) -> Json:
    """A proposed rate; ``status`` is proposed, approved, rejected or withdrawn."""
    return {
        "id": row.id,
        "status": word.word.value if word else "proposed",
        "contract": row.contract,
        "rate": rate_to_json(row.hourly_rate),
        "grade": row.grade,
        "task": row.task,
        "person": row.person,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "reason": row.reason,
        "proposed_by": row.actor,
        "at": format_instant(row.at),
        "last_word": word_to_json(word),
    }
