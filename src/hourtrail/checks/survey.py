"""One walk over the entries of a contract, for every check that asks what was used and at which rates."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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


@dataclass(slots=True)
class _Place:
    """What one person's entries on one work item have in common; ``grade`` is None where it changes with the day."""

    billed: bool
    grade: str | None


class Survey:
    """The result of the walk.

    ``is_billed`` says of a work item whether it is, ``grade_of`` the grade of an entry, ``steady_grade`` that of a person on
    a work item, or None where it changes with the day.
    """

    def __init__(
        self,
        contract: Contract,
        entries: Iterable[TimeEntry],
        *,
        rates: HourlyRates,
        currency: str,
        is_billed: Callable[[WorkItem], bool],
        grade_of: GradeOf,
        steady_grade: Callable[[str, WorkItem], str | None],
    ) -> None:
        self._contract, self._rates, self._currency = contract, rates, currency
        self._is_billed, self._grade_of, self._steady_grade = is_billed, grade_of, steady_grade
        self._by_the_hour = contract.kind in BY_THE_HOUR
        self._places: dict[tuple[str, WorkItem], _Place] = {}
        self._worked: dict[date, int] = {}
        self._billed: dict[date, int] = {}
        # Whole minutes at each rate are summed first; a million decimal products would be most of the work.
        self._at_rate: dict[tuple[date, Decimal], int] = {}
        self.deviations: list[RateDeviation] = []
        for entry in entries:
            self._take(entry)
        amount: dict[date, Decimal] = {}
        for (day, price), minutes in self._at_rate.items():
            amount[day] = amount.get(day, Decimal(0)) + price * minutes / 60
        self.used = Used(_as_decimals(self._worked), _as_decimals(self._billed), amount)

    def _take(self, entry: TimeEntry) -> None:
        day = entry.date
        self._worked[day] = self._worked.get(day, 0) + entry.minutes
        key = (entry.person, entry.item)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(self._is_billed(entry.item), self._steady_grade(*key))
        if not (place.billed if entry.billable is None else entry.billable):
            return
        minutes = quantity(self._contract, entry)
        self._billed[day] = self._billed.get(day, 0) + minutes
        if self._by_the_hour or (entry.hourly_rate is not None and self._contract.kind is not ContractKind.INTERNAL):
            self._price(entry, place, minutes)

    def _price(self, entry: TimeEntry, place: _Place, minutes: int) -> None:
        day = entry.date
        grade = self._grade_of(entry) if place.grade is None else place.grade
        expected = self._rates.rate(day, person=entry.person, grade=grade, task=entry.item.task)
        stated = None if entry.hourly_rate is None else _stated(entry, expected)
        if expected is None:
            if self._by_the_hour:
                self.deviations.append(RateDeviation(entry, self._contract, grade, stated, None))
        elif stated is not None and stated != expected and not self._also_right(entry, grade, stated):
            self.deviations.append(RateDeviation(entry, self._contract, grade, stated, expected))
        rate = expected or stated
        if self._by_the_hour and rate is not None and rate.currency == (self._currency or rate.currency):
            key = (day, rate.amount)
            self._at_rate[key] = self._at_rate.get(key, 0) + minutes

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


def _as_decimals(minutes: Mapping[date, int]) -> dict[date, Decimal]:
    return {day: Decimal(value) for day, value in minutes.items()}
