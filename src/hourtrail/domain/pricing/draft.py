"""What pricing gives back: lines that may be billed, what was held back and why, and one total for each currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from hourtrail.domain.finding import Blame
from hourtrail.domain.money import Money
from hourtrail.domain.pricing.periods import BillingPeriod


class LineKind(StrEnum):
    """What a draft line bills."""

    TIME = "time"
    """Minutes at an hourly rate."""
    OVERAGE = "overage"
    """Minutes beyond what a fee or a block pays for, at the rate of the overage."""
    COVERED = "covered"
    """Minutes that a fee, a block or an allowance pays for: tracked at a price of zero."""
    FEE = "fee"
    """A fixed fee, an instalment of one, or the fee of a period."""
    MILESTONE = "milestone"
    """A deliverable that the client accepted."""
    BLOCK = "block"
    """A prepaid block of hours."""
    UNBILLED = "unbilled"
    """Work that is never billed: internal, or marked not billable."""


class HeldReason(StrEnum):
    """Why something stays off the draft."""

    NOT_APPROVED = "not_approved"
    ALREADY_INVOICED = "already_invoiced"
    OUTSIDE_CONTRACT = "outside_contract"
    MISSING_NARRATIVE = "missing_narrative"
    MISSING_RATE = "missing_rate"
    OTHER_CURRENCY = "other_currency"
    MISSING_TERM = "missing_term"
    NOT_ACCEPTED = "not_accepted"
    OVER_CAP = "over_cap"
    BLOCK_USED_UP = "block_used_up"
    MISSING_TAX_CODE = "missing_tax_code"
    TAX_RULE = "tax_rule"


_OWNERS: Final = {
    HeldReason.MISSING_RATE: Blame.MASTER_DATA,
    HeldReason.OTHER_CURRENCY: Blame.MASTER_DATA,
    HeldReason.MISSING_TERM: Blame.CONTRACT,
    HeldReason.NOT_ACCEPTED: Blame.CONTRACT,
    HeldReason.OVER_CAP: Blame.CONTRACT,
    HeldReason.BLOCK_USED_UP: Blame.CONTRACT,
    HeldReason.MISSING_TAX_CODE: Blame.MASTER_DATA,
    HeldReason.TAX_RULE: Blame.MASTER_DATA,
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against billing, in words."""

    reason: HeldReason
    why: str

    @property
    def blame(self) -> Blame:
        """Whose matter it is; what master data or the contract lacks is not held against the consultant."""
        return _OWNERS.get(self.reason, Blame.ENTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """The tax on one line: its code, the rate as a fraction, the amount, and what the invoice has to say of it."""

    code: str
    rate: Decimal
    amount: Money
    note: str = ""

    def __str__(self) -> str:
        return f"{self.code} {percent(self.rate)}: {self.amount}"


def percent(rate: Decimal) -> str:
    """A fraction as people write it: 0.14975 is 14.975 %."""
    return f"{(rate * 100).normalize():f} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line of a draft invoice. ``minutes`` is the quantity after the contract's rounding; ``why`` is the clause in words.

    ``amount`` is net, rounded to the currency's minor unit; None where there is no money in any currency, as in internal
    work. ``tax`` is None where no tax is worked out.
    """

    kind: LineKind
    contract: str
    date: date
    why: str
    amount: Money | None = None
    minutes: int = 0
    rate: Money | None = None
    entry: str = ""
    milestone: str = ""
    tax: LineTax | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something that stays off the draft, with every reason. ``worth`` is its price, where it has one."""

    contract: str
    date: date
    objections: tuple[Objection, ...]
    minutes: int = 0
    worth: Money | None = None
    entry: str = ""
    milestone: str = ""

    @property
    def reasons(self) -> tuple[HeldReason, ...]:
        """The reasons alone."""
        return tuple(row.reason for row in self.objections)

    @property
    def why(self) -> str:
        """All reasons in words."""
        return "; ".join(row.why for row in self.objections)


Priced: TypeAlias = DraftLine | Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The draft of one contract over one billing period, in the order of the work."""

    contract: str
    period: BillingPeriod
    lines: tuple[DraftLine, ...]
    held: tuple[Held, ...]

    @property
    def totals(self) -> tuple[Money, ...]:
        """The net sum of the lines, one for each currency, by its code."""
        return add_up(line.amount for line in self.lines)

    @property
    def held_totals(self) -> tuple[Money, ...]:
        """What was held back and has a price, one for each currency."""
        return add_up(row.worth for row in self.held)


def add_up(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    """One sum for each currency, by its code: currencies are never mixed."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        if money is not None:
            sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))
