"""A ceiling by amount, by hours or by both: how much of an entry still fits under it."""

from decimal import Decimal

from hourtrail.domain.firm import Contract
from hourtrail.domain.money import Money, minutes_from_hours
from hourtrail.domain.pricing.terms import OverCap, price_of


class Cap:
    """What is left under a contract's cap. Work must be asked in order."""

    def __init__(self, contract: Contract, currency: str, over: OverCap) -> None:
        self._minutes = None if contract.cap_hours is None else minutes_from_hours(contract.cap_hours)
        self._amount = _in_minor_units(contract.cap_amount, currency)
        self._over = over
        self._reached = False
        self.clause = " and ".join(
            [f"{contract.cap_amount} {currency}".strip()] * (contract.cap_amount is not None)
            + [f"{contract.cap_hours} h"] * (contract.cap_hours is not None)
        )

    def take(self, minutes: int, rate: Money | None) -> tuple[int, Money | None]:
        """Minutes and amount of one piece of work that fit; they are used up.

        The part that reaches a cap by amount is billed to the cent: its amount is exactly what was left, its minutes are
        whole minutes rounded down. Work without a rate uses hours only.
        """
        worth = None if rate is None else price_of(rate, minutes)
        if self._reached and self._over is OverCap.HOLD:
            return 0, None
        fitting, amount = minutes, worth
        if self._minutes is not None and minutes > self._minutes:
            fitting = self._minutes
            amount = None if rate is None else price_of(rate, fitting)
        if self._amount is not None and rate is not None and amount is not None and amount.amount > self._amount:
            fitting = int(self._amount * 60 / rate.amount)
            amount = Money(self._amount, rate.currency)
        if fitting < minutes or amount != worth:
            self._reached = True
            if self._over is OverCap.HOLD:
                return 0, None
        self._use(fitting, amount)
        return fitting, amount

    def _use(self, minutes: int, amount: Money | None) -> None:
        if self._minutes is not None:
            self._minutes -= minutes
        if self._amount is not None and amount is not None:
            self._amount = max(self._amount - amount.amount, Decimal(0))


def _in_minor_units(amount: Decimal | None, currency: str) -> Decimal | None:
    return Money(amount, currency).to_cents().amount if amount is not None and currency else amount
