"""What an hour of a person brings on average: the price of time that is missing, which no entry can tell."""

from collections.abc import Iterable
from decimal import Decimal

from hourtrail.checks.reporting import worth
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.money import Money


class Prices:
    """The average price of all minutes that each person booked, billed or not."""

    def __init__(self, entries: Iterable[TimeEntry]) -> None:
        self._minutes: dict[str, int] = {}
        self._amounts: dict[str, dict[str, Decimal]] = {}
        for entry in entries:
            self._minutes[entry.person] = self._minutes.get(entry.person, 0) + entry.minutes
            if money := worth(entry):
                amounts = self._amounts.setdefault(entry.person, {})
                amounts[money.currency] = amounts.get(money.currency, Decimal(0)) + money.amount

    def of(self, person: str, minutes: int) -> Money | None:
        """What ``minutes`` more of the person would bring; None without prices, or with prices in several currencies."""
        amounts = self._amounts.get(person, {})
        total = self._minutes.get(person, 0)
        if len(amounts) != 1 or not total:
            return None
        [(currency, amount)] = amounts.items()
        return Money(amount * minutes / total, currency).to_cents()
