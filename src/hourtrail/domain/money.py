"""Money is a decimal and a currency; rounding of minutes is named and belongs to the contract."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from hourtrail.domain.errors import InvalidInput

_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST = Decimal(10) ** 15

# Absurd amounts, such as a damaged cap times a damaged rate, are still numbers: they must not end a run.
_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_UP)

# ISO 4217, list one: the currencies whose minor unit is not a hundredth.
_DECIMAL_PLACES: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"), 0
    ),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def parse_decimal(text: str, what: str) -> Decimal:
    """A finite decimal written with a point. Raises InvalidInput."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation as error:
        raise InvalidInput(f"{what} {text[:40]!r} is not a number; write decimals with a point, like 12.50") from error
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise InvalidInput(f"{what} {text[:40]!r} is out of range")
    return value


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one ISO 4217 currency. Amounts of two currencies never add up: that raises InvalidInput."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.currency):
            raise InvalidInput(f"currency {self.currency!r} is not an ISO 4217 code such as EUR")
        if not self.amount.is_finite():
            raise InvalidInput(f"amount {self.amount} is not a finite number")

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise InvalidInput(f"{self.currency} and {other.currency} cannot be added; keep currencies apart")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def times(self, factor: Decimal) -> "Money":
        """The amount times a factor, unrounded."""
        return Money(self.amount * factor, self.currency)

    def to_cents(self) -> "Money":
        """Rounded half up to the currency's minor unit (ISO 4217): the cent, but the whole yen and the fils.

        The one rounding of money in the product: once, on the amount of a line. Half up means away from zero, so that a
        credit mirrors its charge.
        """
        unit = Decimal(1).scaleb(-_DECIMAL_PLACES.get(self.currency, 2))
        return Money(self.amount.quantize(unit, context=_WIDE), self.currency)

    def __str__(self) -> str:
        return f"{self.to_cents().amount:f} {self.currency}"


class RoundingRule(StrEnum):
    """How a contract turns exact minutes into billable ones."""

    UP = "up"
    NEAREST = "nearest"
    NONE = "none"


def round_minutes(minutes: int, step: int, rule: RoundingRule) -> int:
    """``minutes`` rounded to multiples of ``step`` by the contract's rule; nearest rounds half up. Zero stays zero.

    Raises InvalidInput for negative minutes, or a step under one minute where the rule needs one.
    """
    if minutes < 0:
        raise InvalidInput(f"{minutes} minutes: a duration cannot be negative")
    if rule is RoundingRule.NONE:
        return minutes
    if step < 1:
        raise InvalidInput(f"rounding to {step} minutes is not possible; use at least 1")
    if rule is RoundingRule.UP:
        return -(-minutes // step) * step
    return (2 * minutes + step) // (2 * step) * step


def minutes_from_hours(hours: Decimal) -> int:
    """Decimal hours as whole minutes, rounded half up (the data contracts' rule)."""
    return int((hours * 60).to_integral_value(rounding=ROUND_HALF_UP))
