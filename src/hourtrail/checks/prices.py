"""What time costs the client: of entries at their rates, and of a person's hour on average, where no entry can tell."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.money import Money

Worth: TypeAlias = Callable[[TimeEntry, int | Decimal | None], Money | None]
"""What so many minutes of an entry cost the client; None where nothing prices them."""


class Prices:
    """The average price of all minutes that a person booked, billed or not; found when it is first asked for."""

    def __init__(self, minutes_at_rates: Callable[[str], tuple[int, Mapping[Money, int]]]) -> None:
        self._minutes_at_rates = minutes_at_rates
        self._known: dict[str, tuple[int, dict[str, Decimal]]] = {}

    def of(self, person: str, minutes: int) -> Money | None:
        """What ``minutes`` more of the person would bring; None without prices, or with prices in several currencies."""
        if person not in self._known:
            self._known[person] = self._sums(person)
        total, amounts = self._known[person]
        if len(amounts) != 1 or not total:
            return None
        [(currency, amount)] = amounts.items()
        return Money(amount * minutes / total, currency).to_cents()

    def _sums(self, person: str) -> tuple[int, dict[str, Decimal]]:
        """The minutes of all entries, and what they cost in each currency, unrounded."""
        total, at_rate = self._minutes_at_rates(person)
        amounts: dict[str, Decimal] = {}
        for rate, minutes in at_rate.items():
            amounts[rate.currency] = amounts.get(rate.currency, Decimal(0)) + rate.amount * minutes / 60
        return total, amounts


def worth_of_excess(entries: Sequence[TimeEntry], limit: Decimal | int, worth: Worth) -> Money | None:
    """What the minutes over ``limit`` cost at the entries' average price; None without rates, or in several currencies."""
    total = sum(entry.minutes for entry in entries)
    priced = [money for entry in entries if (money := worth(entry, entry.minutes))]
    if not priced or len({money.currency for money in priced}) > 1:
        return None
    amount = sum((money.amount for money in priced), Decimal(0))
    return Money(amount * (total - limit) / total, priced[0].currency).to_cents()
