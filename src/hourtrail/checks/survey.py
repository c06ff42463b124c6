"""One walk over the entries of a contract, for every check that asks what was used and at which rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from hourtrail.checks.alike import Alike, sums_by_day
from hourtrail.checks.columns import Codes, Columns
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Contract, ContractKind, WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BY_THE_HOUR, GradeOf, HourlyRates, quantity, stated_rate


@dataclass(frozen=True, slots=True)
class RateDeviation:
    """A billed entry whose rate is not the contract's: ``expected`` is None when the contract has none for it."""

    entry: TimeEntry
    contract: Contract
    grade: str
    stated: Money | None
    expected: Money | None


@dataclass(frozen=True, slots=True)
class Used:
    """What was used under a contract on each date: minutes worked, minutes billed, and their price in the contract's currency.

    Prices are those of contracts by the hour; an entry without a rate at the contract uses its own, if it states one.
    """

    worked: Mapping[date, Decimal]
    billed: Mapping[date, Decimal]
    amount: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class _Priced:
    """One sort of entries: ``rate`` is what an hour uses up of the contract's amounts, None where that is not known."""

    grade: str
    stated: Money | None
    expected: Money | None
    deviates: bool
    rate: Decimal | None


class Survey:
    """The result of the walk over ``rows``, those of the entries under the contract.

    ``is_billed`` says of a work item whether it is, ``grade_of`` the grade of an entry. Entries of one sort are priced by
    one of them (``hourtrail.checks.alike``).
    """

    def __init__(
        self,
        contract: Contract,
        rows: Codes,
        columns: Columns,
        alike: Alike,
        *,
        rates: HourlyRates,
        currency: str,
        is_billed: Callable[[WorkItem], bool],
        grade_of: GradeOf,
    ) -> None:
        self._contract, self._rates, self._currency = contract, rates, currency
        self._is_billed, self._grade_of = is_billed, grade_of
        self._by_the_hour = contract.kind in BY_THE_HOUR
        day = columns.day[rows]
        sorts, sort = np.unique(alike.sort[rows], return_inverse=True)
        samples = [alike.samples[number] for number in sorts.tolist()]
        billed = np.array([self._bills(entry) for entry in samples], np.bool_)
        quantities, number = np.unique(alike.quantity[rows], return_inverse=True)
        table = [quantity(contract, alike.quantities[one]) for one in quantities.tolist()]
        minutes = np.array(table, np.int64)[number]
        priced = [self._price(entry) if bills else None for entry, bills in zip(samples, billed.tolist(), strict=True)]
        counts = billed[sort]
        self.used = Used(
            _as_decimals(sums_by_day(day, columns.minutes[rows])),
            _as_decimals(sums_by_day(day[counts], minutes[counts])),
            _amounts(day, sort, minutes, [one.rate if one else None for one in priced]),
        )
        deviating = np.array([one is not None and one.deviates for one in priced], np.bool_)
        self.deviations: list[RateDeviation] = []
        for at in np.flatnonzero(deviating[sort]).tolist():
            if one := priced[sort[at]]:
                entry = columns.entries[int(rows[at])]
                self.deviations.append(RateDeviation(entry, contract, one.grade, one.stated, one.expected))

    def _bills(self, entry: TimeEntry) -> bool:
        return self._is_billed(entry.item) if entry.billable is None else entry.billable

    def _price(self, entry: TimeEntry) -> _Priced | None:
        """The price of a billed entry; None where nobody asks for one."""
        if not self._by_the_hour and (entry.hourly_rate is None or self._contract.kind is ContractKind.INTERNAL):
            return None
        grade = self._grade_of(entry)
        expected = self._rates.rate(entry.date, person=entry.person, grade=grade, task=entry.item.task)
        stated = None if entry.hourly_rate is None else _stated(entry, expected)
        if expected is None:
            deviates = self._by_the_hour
        else:
            deviates = stated is not None and stated != expected and not self._also_right(entry, grade, stated)
        rate = expected or stated
        counts = self._by_the_hour and rate is not None and rate.currency == (self._currency or rate.currency)
        return _Priced(grade, stated, expected, deviates=deviates, rate=rate.amount if rate and counts else None)

    def _also_right(self, entry: TimeEntry, grade: str, stated: Money) -> bool:
        """Whether an entry states a rate that its contract has beside the first: the card's beside a blended one, or the overage rate."""
        by_hours_alone = self._contract.kind in {ContractKind.TIME_AND_MATERIALS, ContractKind.CAPPED}
        overage = None if by_hours_alone else self._contract.overage_rate
        if overage is not None and (stated.amount, stated.currency) == (overage, self._currency):
            return True
        if not self._rates.blended:
            return False
        return stated == self._rates.card_rate(entry.date, person=entry.person, grade=grade, task=entry.item.task)


def _stated(entry: TimeEntry, expected: Money | None) -> Money | None:
    """The entry's own rate; one without a currency is meant in the expected one."""
    if entry.hourly_rate is None or expected is None or entry.currency not in {"", expected.currency}:
        return stated_rate(entry)
    # Nearly every entry states what is expected, and needs no amount of its own.
    return expected if entry.hourly_rate == expected.amount else Money(entry.hourly_rate, expected.currency)


def _amounts(day: Codes, sort: Codes, minutes: Codes, rates: Sequence[Decimal | None]) -> dict[date, Decimal]:
    """What the minutes of each day cost; ``rates`` are those of the sorts."""
    # Whole minutes at each rate are summed first; a million decimal products would be most of the work.
    known = {rate: number for number, rate in enumerate(sorted({rate for rate in rates if rate is not None}))}
    amount: dict[date, Decimal] = {}
    of_sort = np.array([-1 if rate is None else known[rate] for rate in rates], np.int64)
    for rate, number in known.items():
        rows = of_sort[sort] == number
        for on, total in sums_by_day(day[rows], minutes[rows]).items():
            amount[on] = amount.get(on, Decimal(0)) + rate * total / 60
    return amount


def _as_decimals(minutes: Mapping[date, int]) -> dict[date, Decimal]:
    return {day: Decimal(value) for day, value in minutes.items()}
