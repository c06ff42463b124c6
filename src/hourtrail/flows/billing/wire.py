"""What came of drafting as JSON: the lines, and for everything held back its policy, rule, clause, blame and owner."""

from typing import Any

from hourtrail.domain.billing import ClaimedLine
from hourtrail.domain.billing.wire import (
    dispute_to_json,
    disputed_client_to_json,
    draft_to_json,
    invoice_line_to_json,
    line_to_json,
    money_to_json,
    taxes_to_json,
    totals_to_json,
)
from hourtrail.domain.pricing import add_up
from hourtrail.flows.billing.closing import ShownDraft
from hourtrail.flows.billing.disputes import Disputes
from hourtrail.flows.billing.draft import Drafted, HeldBack, repriced
from hourtrail.flows.billing.gates import Objected
from hourtrail.store.billing import KeptDraft

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


def claimed_to_json(kept: KeptDraft, line: ClaimedLine) -> Json:
    """One line with what a program has to know of its draft."""
    one = kept.draft
    return {
        **line_to_json(line),
        "draft_status": kept.word.word.value if kept.word else "open",
        "contract": one.contract,
        "client": one.client,
        "entity": one.entity,
        "posting_date": (
            kept.word.effective_on if kept.word and kept.word.effective_on else one.posting_date
        ).isoformat(),
    }


def disputes_to_json(found: Disputes) -> Json:
    """Disputes with queue and owner, and the clients that dispute often."""
    return {
        "disputes": [
            {**dispute_to_json(row.dispute, row.word), "queue": place.queue, "owner": place.owner}
            for row, place in found.rows
        ],
        "clients": [disputed_client_to_json(row) for row in found.clients],
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
