"""Entries that wait for somebody: rejected ones that nobody corrected, submitted ones that nobody approved."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from hourtrail.checks import CheckContext
from hourtrail.checks.wording import count, day
from hourtrail.domain.entry import Approval, EntryStatus, TimeEntry
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import ModelRef
from hourtrail.policy.review import ReviewPolicy

DISPUTED: Final = "disputed_entry"
MISSING: Final = "missing_approval"
WAITING_CHECKS: Final = (DISPUTED, MISSING)
"""Raised from stored entries only: a file does not tell who moved an entry."""


def waiting(context: CheckContext, moves: Mapping[str, Approval], policy: ReviewPolicy) -> Iterator[Finding]:
    """One finding for each rejected entry, and for each one submitted longer ago than the policy waits.

    ``moves`` holds the newest move of an entry. An imported entry that was never moved here is taken to be submitted on the
    day on which it was created, else on its work date.
    """
    days = policy.approval_days
    disputed, missing = policy.producer(DISPUTED), policy.producer(MISSING)
    for entry in context.entries:
        risk = context.worth(entry)
        move = moves.get(entry.id)
        if entry.status is EntryStatus.REJECTED:
            yield _disputed(entry, move, risk, disputed)
        elif entry.status is EntryStatus.SUBMITTED:
            since = move.at.date() if move else entry.created_at.date() if entry.created_at else entry.date
            if (context.as_of - since).days > days:
                yield _unapproved(entry, since, days, risk, missing)


def _disputed(entry: TimeEntry, move: Approval | None, risk: Money | None, producer: ModelRef) -> Finding:
    by = f" by {move.actor} on {day(move.at.date())}" if move else ""
    why = f": {move.note}" if move and move.note else ""
    return _finding(
        producer,
        entry,
        risk,
        key=(entry.id, move.id if move else ""),
        measured="rejected",
        expected="corrected, or taken back",
        explanation=f"{entry.person}'s entry of {day(entry.date)} on {entry.item} was rejected{by}{why}.".replace(
            "..", "."
        ),
    )


def _unapproved(entry: TimeEntry, since: date, days: int, risk: Money | None, producer: ModelRef) -> Finding:
    # How long it has waited is told by the date alone: a sentence that changes every day would be a new one every day.
    return _finding(
        producer,
        entry,
        risk,
        key=(entry.id, since.isoformat()),
        measured=f"submitted since {day(since)}",
        expected=f"approved or rejected within {count(days, 'day', 'days')}",
        explanation=f"{entry.person}'s entry of {day(entry.date)} on {entry.item} has waited for approval since {day(since)}.",
    )


def _finding(
    producer: ModelRef,
    entry: TimeEntry,
    risk: Money | None,
    *,
    key: tuple[str, ...],
    measured: str,
    expected: str,
    explanation: str,
) -> Finding:
    return Finding(
        id=stable_id("finding", (producer.name, *key)),
        check=producer.name,
        severity=Severity.WARN,
        subject=Subject(time_entry=entry.id),
        score=1.0,
        measured=measured,
        expected=expected,
        explanation=explanation,
        fingerprint=stable_id("fact", (producer.name, *key)),
        value_at_risk=risk,
        producer=producer,
    )
