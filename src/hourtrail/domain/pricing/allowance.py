"""Included hours: granted by period or as one block, drawn down oldest first, and rolled over as the contract says."""

from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta

from hourtrail.domain.pricing.periods import BillingPeriod, period_of
from hourtrail.domain.pricing.terms import Rollover


@dataclass(slots=True)
class _Lot:
    """Minutes granted together: in which period, counted from the first, and how many are left."""

    number: int
    minutes: int


class Allowance:
    """Minutes that are paid for otherwise.

    With a ``unit`` every calendar period grants ``minutes`` anew from the one that holds ``first`` on; a period that the
    contract covers in part grants them in full. Without a unit they are granted once. Days must be asked in order.
    """

    def __init__(self, minutes: int, *, first: date, unit: str = "", rollover: Rollover = Rollover.NONE) -> None:
        self._granted = minutes
        self._unit = unit
        self._rollover = rollover
        self._number = 0
        self._period = period_of(first, unit) if unit else BillingPeriod(date.min, date.max)
        self._lots = deque([_Lot(0, minutes)])

    def draw(self, day: date, minutes: int) -> int:
        """How many of ``minutes`` are covered on ``day``; they are used up, the oldest grant first."""
        while day > self._period.last:
            self._next_period()
        covered = 0
        while self._lots and covered < minutes:
            lot = self._lots[0]
            taken = min(lot.minutes, minutes - covered)
            lot.minutes -= taken
            covered += taken
            if not lot.minutes:
                self._lots.popleft()
        return covered

    def left(self, day: date) -> int:
        """Minutes that may still be drawn on ``day``."""
        while day > self._period.last:
            self._next_period()
        return sum(lot.minutes for lot in self._lots)

    def _next_period(self) -> None:
        self._number += 1
        self._period = period_of(self._period.last + timedelta(days=1), self._unit)
        if self._rollover is Rollover.NONE:
            self._lots.clear()
        elif self._rollover is Rollover.ONE_PERIOD:
            while self._lots and self._lots[0].number < self._number - 1:
                self._lots.popleft()
        if self._granted:
            self._lots.append(_Lot(self._number, self._granted))
