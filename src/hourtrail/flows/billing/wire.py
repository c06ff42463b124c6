"""What came of drafting as JSON: the lines, and for everything held back its policy, rule, clause, blame and owner."""

from typing import Any

from hourtrail.domain.billing.wire import (
    draft_to_json,
    invoice_line_to_json,
    line_to_json,
    money_to_json,
    taxes_to_json,
    totals_to_json,
)
from hourtrail.domain.pricing import add_up
from hourtrail.flows.billing.closing import ShownDraft
from hourtrail.flows.billing.draft import Drafted, HeldBack, repriced
from hourtrail.flows.billing.gates import Objected

Json = dict[str, Any]


def drafted_to_json(made: Drafted) -> Json:
    """The answer to a request for a draft; ``draft`` is null when nothing could be billed."""
    return {
        "draft": draft_to_json(made.draft, None) if made.draft else None,
        "lines": [line_to_json(line) for line in made.lines],
        "totals": totals_to_json(made.totals),
        **taxes_to_json(made.lines),
        "shown": [invoice_line_to_json(line) for line in made.shown],
        "held": [_held(row) for row in made.held],
        "held_totals": totals_to_json(add_up(row.worth for row in made.held)),
        "told": [_objected(row) for row in made.told],
        "on_other_drafts": [{"claim": row.claim, "draft": row.draft} for row in made.elsewhere],
        "repriced": [
            {"claim": row.claim, "draft": row.draft, "then": totals_to_json(row.then), "now": totals_to_json(row.now)}
            for row in repriced(made.elsewhere)
        ],
        "unbilled": made.unbilled,
    }


def shown_to_json(row: ShownDraft) -> Json:
    """A stored draft with its lines, and the same as its client reads it."""
    return {
        **draft_to_json(row.kept.draft, row.kept.word),
        "lines": [line_to_json(line) for line in row.lines],
        "totals": totals_to_json(add_up(line.amount for line in row.lines)),
        **taxes_to_json(row.lines),
        "shown": [invoice_line_to_json(line) for line in row.shown],
    }


def _held(row: HeldBack) -> Json:
    return {
        "claim": row.claim,
        "entry": row.entry or None,
        "date": row.date.isoformat(),
        "minutes": row.minutes,
        "worth": money_to_json(row.worth),
        "objections": [_objected(one) for one in row.objections],
    }


def _objected(row: Objected) -> Json:
    return {
        "policy": row.policy,
        "rule": row.rule,
        "clause": row.clause,
        "why": row.why,
        "stops": row.stops,
        "blame": row.blame.value,
        "queue": row.place.queue,
        "owner": row.place.owner,
        "finding": row.finding or None,
    }
