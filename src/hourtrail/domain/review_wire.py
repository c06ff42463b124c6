"""The JSON bodies of the reviewers' queue: the only place that knows their keys."""

from typing import Any, Final

from hourtrail.domain.instants import format_instant
from hourtrail.domain.precision import CheckReport
from hourtrail.domain.queue import Item
from hourtrail.domain.review import Clearing, FindingReview
from hourtrail.domain.wire import finding_to_json

Json = dict[str, Any]

MOST_MEMBERS: Final = 200
"""Members of a line that are listed by id; ``size`` counts them all."""


def item_to_json(item: Item, rank: int | None = None) -> Json:
    """One line of the queue: its finding, and why it stands where it stands."""
    return {
        "id": item.id,
        "rank": rank,
        "finding": finding_to_json(item.finding),
        "size": len(item.members),
        "members": [row.finding.id for row in item.members[:MOST_MEMBERS]],
        "probability": round(item.probability, 4),
        "value_at_risk": [
            {"amount": str(money.to_cents().amount), "currency": money.currency} for money in item.at_risk
        ],
        "age_days": item.age_days,
        "weight": round(item.weight, 6),
        "reason": item.reason,
        "queue": item.place.queue,
        "owner": item.place.owner,
        "due": item.due.isoformat() if item.due else None,
        "escalated": item.escalated,
        "version": item.version,
    }


def review_to_json(row: FindingReview) -> Json:
    """One row of the review log."""
    return {
        "id": row.id,
        "finding": row.finding,
        "act": row.act,
        "kind": row.kind.value,
        "actor": row.actor,
        "at": format_instant(row.at),
        "reason_code": row.reason_code,
        "note": row.note,
        "assignee": row.assignee,
        "seconds": row.seconds,
        "supersedes": row.supersedes or None,
        "shown": dict(row.shown),
    }


def clearing_to_json(row: Clearing) -> Json:
    """One clearing. Which entries were drawn is not told: the audit is blind."""
    return {
        "id": row.id,
        "actor": row.actor,
        "at": format_instant(row.at),
        "from": row.first.isoformat(),
        "to": row.last.isoformat(),
        "cleared": row.cleared,
        "flagged": row.flagged,
        "own": row.own,
        "sampled": row.sampled,
        "seconds": row.seconds,
    }


def check_report_to_json(row: CheckReport) -> Json:
    """One check of the precision report; ``precision`` is null before the first verdict."""
    tally = row.tally
    return {
        "check": row.check,
        "true_issues": tally.true_issues,
        "looks": tally.looks,
        "precision": round(tally.true_issues / tally.looks, 4) if tally.looks else None,
        "probability": round(row.probability, 4),
        "upper": round(row.upper, 4),
        "muted": row.muted,
        "why": row.why,
        "open": row.open,
    }
