"""The terms of one contract as pricing reads them: currency, fee, allowance, roll-over, and the choices that a firm makes."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.money import Money, minutes_from_hours
from hourtrail.domain.ratecard import RateCard


class OverCap(StrEnum):
    """What happens to the entry that crosses a cap."""

    SPLIT = "split"
    """Its part up to the cap is billed, the rest is held."""
    HOLD = "hold"
    """It is held whole, and so is all work after it: somebody has to decide."""


class RoundingScope(StrEnum):
    """What a contract's rounding is applied to."""

    ENTRY = "entry"
    DAY = "day"
    """The sum of a person's day on one work item."""


class Rollover(StrEnum):
    """What becomes of hours that a retainer's period includes and nobody used."""

    NONE = "none"
    """They lapse. An empty cell says the same."""
    ONE_PERIOD = "one_period"
    """They may be used in the next period, and lapse after it."""
    ALL = "all"
    """They stay until they are used or the contract ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingPolicy:
    """The firm's choices where a contract leaves one.

    Only entries in ``billable_statuses`` come onto a draft. With ``stated_rates`` an entry's own rate counts where the
    rate card has none; without it such an entry is held.
    """

    over_cap: OverCap = OverCap.SPLIT
    rounding_scope: RoundingScope = RoundingScope.ENTRY
    billable_statuses: frozenset[EntryStatus] = frozenset({EntryStatus.APPROVED})
    stated_rates: bool = False


BY_THE_HOUR: Final = frozenset({ContractKind.TIME_AND_MATERIALS, ContractKind.CAPPED, ContractKind.USAGE})
"""Kinds in which every billable minute has an hourly rate."""

PAID_BY_FEE: Final = frozenset({ContractKind.FIXED_FEE, ContractKind.MILESTONE})
"""Kinds in which time is tracked and priced at zero."""


def rollover_of(contract: Contract) -> Rollover:
    """The contract's roll-over, written with a blank, a hyphen or an underscore.

    Raises InvalidInput naming the contract and the values there are.
    """
    word = "_".join(contract.rollover.lower().replace("-", " ").split())
    if not word:
        return Rollover.NONE
    try:
        return Rollover(word)
    except ValueError:
        known = ", ".join(Rollover)
        raise InvalidInput(
            f"contract {contract.id}: rollover {contract.rollover[:40]!r} is none of {known}; correct it in the contract"
        ) from None


def currency_of(contract: Contract, card: RateCard) -> str:
    """The contract's currency; where it states none, that of its rate card if all rows agree; else empty."""
    if contract.currency:
        return contract.currency
    stated = {row.currency for row in card.rates}
    return stated.pop() if len(stated) == 1 else ""


def fee_of(contract: Contract) -> Decimal | None:
    """The fee of one period, of the whole work or of the block: ``budget_amount``, else the included hours at the blended rate."""
    if contract.budget_amount is not None:
        return contract.budget_amount
    if contract.included_hours is not None and contract.blended_rate is not None:
        return contract.included_hours * contract.blended_rate
    return None


def included_minutes(contract: Contract) -> int | None:
    """The included hours as minutes; None when the contract states none."""
    return None if contract.included_hours is None else minutes_from_hours(contract.included_hours)


def price_of(rate: Money, minutes: int) -> Money:
    """``minutes`` at an hourly rate, rounded half up to the currency's minor unit."""
    return Money(rate.amount * minutes / 60, rate.currency).to_cents()
