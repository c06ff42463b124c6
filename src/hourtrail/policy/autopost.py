"""What one entry has to be, so that a standing order may submit it: every condition, and the first that fails, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hourtrail.domain.autopost import OrderTerms
from hourtrail.domain.decision import Booking, Decision, Verdict
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import Band

VERSION: Final = "1"


class Left(StrEnum):
    """Why an entry is left to its owner. The text is a code: jobs count by it."""

    NOT_DRAFT = "not_a_draft"
    NOT_ACCEPTED = "not_accepted_by_its_owner"
    NOT_PREFILLED = "was_not_prefilled"
    CHANGED = "changed_since_it_was_confirmed"
    FLAGGED = "open_finding"
    NO_CONTRACT = "no_known_contract"
    REGULATED = "regulated_contract"
    NO_PRICE = "worth_is_unknown"
    OTHER_CURRENCY = "other_currency"
    TOO_MUCH = "over_the_amount"
    TOO_LONG = "over_the_minutes"
    OWNER_LIMITED = "owner_gets_suggestions_only"
    NOT_PREFILL_MODE = "mode_is_not_prefill"
    BREAKER = "circuit_breaker_is_off"
    WITHDRAWN = "changed_or_gone_meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything that is known of one entry at the moment of the act. ``worth`` is None where no rate is known."""

    entry: TimeEntry
    decision: Decision
    contract: Contract | None
    worth: Money | None
    flagged: bool


def why_left(ground: Ground, terms: OrderTerms) -> Left | None:
    """The first condition that the entry does not meet; None where it may be submitted."""
    return next(_faults(ground, terms), None)


def _faults(ground: Ground, terms: OrderTerms) -> Iterator[Left]:
    entry, decision, contract = ground.entry, ground.decision, ground.contract
    if entry.status is not EntryStatus.DRAFT:
        yield Left.NOT_DRAFT
    if decision.verdict is not Verdict.ACCEPT or decision.actor.strip() != entry.person.strip():
        yield Left.NOT_ACCEPTED
    if (decision.threshold or {}).get("band") != Band.PREFILL or decision.unshown is not None:
        yield Left.NOT_PREFILLED
    if decision.after != (decision.before,) or not _is(entry, decision.after[0]):
        yield Left.CHANGED
    if ground.flagged:
        yield Left.FLAGGED
    if contract is None:
        yield Left.NO_CONTRACT
    elif contract.regulated:
        yield Left.REGULATED
    if entry.minutes > terms.most_minutes:
        yield Left.TOO_LONG
    yield from _price(entry, ground.worth, terms)


def _is(entry: TimeEntry, booked: Booking) -> bool:
    """Whether the entry still is what its owner confirmed."""
    told = (entry.item, entry.minutes, entry.billable, entry.narrative)
    return told == (booked.item, booked.minutes, booked.billable, booked.narrative)


def _price(entry: TimeEntry, worth: Money | None, terms: OrderTerms) -> Iterator[Left]:
    if not entry.billable:
        return
    if worth is None:
        yield Left.NO_PRICE
    elif worth.currency != terms.most.currency:
        yield Left.OTHER_CURRENCY
    elif worth.amount > terms.most.amount:
        yield Left.TOO_MUCH
