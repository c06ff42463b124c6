"""Effective-dated rates: the most specific row that is valid on the day wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hourtrail.domain.firm import Rate
from hourtrail.domain.money import Money


@dataclass(frozen=True, slots=True)
class RateCard:
    """The rates of one contract, in the order in which they were given."""

    contract: str
    rates: tuple[Rate, ...]

    @classmethod
    def of(cls, contract: str, rates: Iterable[Rate]) -> "RateCard":
        """The rows that belong to ``contract``."""
        return cls(contract, tuple(row for row in rates if row.contract == contract))

    def rate(self, day: date, *, person: str = "", grade: str = "", task: str = "") -> Money | None:
        """The hourly rate in force: the person's row; else task and grade; else grade; else the contract's own.

        A row counts only where everything it names fits. Of two equally specific rows the one that became valid later
        wins. None when no row fits: a missing rate is a finding, not a zero.
        """
        fitting = [
            row
            for row in self.rates
            if (not row.person or row.person == person)
            and (not row.grade or row.grade == grade)
            and (not row.task or row.task == task)
            and (row.valid_from is None or row.valid_from <= day)
            and (row.valid_to is None or day <= row.valid_to)
        ]
        if not fitting:
            return None
        best = max(
            fitting, key=lambda row: (bool(row.person), bool(row.task), bool(row.grade), row.valid_from or date.min)
        )
        return Money(best.hourly_rate, best.currency)
