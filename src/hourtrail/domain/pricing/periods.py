"""Billing periods: calendar months, quarters and years, and the accounting period that takes a posting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Period

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
DEFAULT_UNIT: Final = "month"
"""The period of a retainer that states none."""


@dataclass(frozen=True, slots=True, order=True)
class BillingPeriod:
    """Days from ``first`` to ``last``, both included. Raises InvalidInput when they run backwards."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput(f"the billing period ends on {self.last}, before it begins on {self.first}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(day: date, unit: str) -> BillingPeriod:
    """The calendar month, quarter or year that holds ``day``. Raises InvalidInput for another word."""
    if unit not in _MONTHS:
        raise InvalidInput(f"period {unit!r} is none of {', '.join(_MONTHS)}")
    length = _MONTHS[unit]
    month = (day.month - 1) // length * length + 1
    first = date(day.year, month, 1)
    if first.year == date.max.year and month + length > 12:
        return BillingPeriod(first, date.max)
    following = date(first.year + (month + length > 12), (month + length - 1) % 12 + 1, 1)
    return BillingPeriod(first, following - timedelta(days=1))


def periods_from(first: date, last: date, unit: str) -> Iterator[BillingPeriod]:
    """Every calendar period that holds a day from ``first`` to ``last``, in order."""
    day = first
    while day <= last:
        period = period_of(day, unit)
        yield period
        if period.last == date.max:
            return
        day = period.last + timedelta(days=1)


def is_closed(day: date, periods: Iterable[Period]) -> bool:
    """Whether a closed accounting period holds ``day`` and no open one does."""
    holding = [row.closed for row in periods if row.starts_on <= day <= row.ends_on]
    return bool(holding) and all(holding)


def next_open(day: date, periods: Iterable[Period]) -> Period | None:
    """The first open accounting period that ends on ``day`` or later; None when none is left."""
    left = [row for row in periods if not row.closed and row.ends_on >= day]
    return min(left, key=lambda row: (row.starts_on, row.ends_on), default=None)
