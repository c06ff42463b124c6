"""What the contracts, rate cards and milestones say of the entries; built once for all checks about money."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from hourtrail.checks.work_items import WorkItems
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Billable, Contract, ContractKind, Milestone, Person, Rate, WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BY_THE_HOUR, HourlyRates, currency_of, quantity, stated_rate
from hourtrail.domain.ratecard import RateCard

Row = TypeVar("Row", Rate, Milestone)


@dataclass(frozen=True, slots=True)
class RateDeviation:
    """A billed entry whose rate is not the contract's: ``expected`` is None when the contract has none for it."""

    entry: TimeEntry
    contract: Contract
    grade: str
    stated: Money | None
    expected: Money | None


@dataclass(slots=True)
class Used:
    """What was used under a contract, on each date: minutes worked, minutes billed, and their price in the contract's currency."""

    worked: dict[date, Decimal]
    billed: dict[date, Decimal]
    amount: dict[date, Decimal]


class Billing:
    """Lookups about money; every answer is computed once, and one pass over the entries serves all contracts."""

    def __init__(
        self,
        entries: Sequence[TimeEntry],
        work_items: WorkItems,
        *,
        people: Iterable[Person],
        contracts: Iterable[Contract],
        rates: Iterable[Rate],
        milestones: Iterable[Milestone],
    ) -> None:
        self._entries = entries
        self._items = work_items
        self._grades = {person.id: person.grade for person in people}
        self.contracts: Mapping[str, Contract] = {contract.id: contract for contract in contracts}
        self.rates: Mapping[str, list[Rate]] = _grouped(rates)
        self.milestones: Mapping[str, list[Milestone]] = _grouped(milestones)
        self._cards: dict[str, RateCard] = {}
        self._hourly: dict[str, HourlyRates] = {}
        self._billable: dict[WorkItem, Billable] = {}

    def billable(self, item: WorkItem) -> Billable:
        """Whether work on ``item`` is billed, as its tasks and its contract say; ``depends`` where they leave it open."""
        if item not in self._billable:
            contract = self._items.contract(item)
            said = {task.billable for task in self._items.tasks(item)}
            if contract is not None and contract.kind is ContractKind.INTERNAL:
                said = {Billable.NO}
            self._billable[item] = said.pop() if len(said) == 1 else Billable.DEPENDS
        return self._billable[item]

    def billed(self, entry: TimeEntry) -> bool:
        """Whether the client pays for the entry: its own word, else its task's."""
        return self.billable(entry.item) is not Billable.NO if entry.billable is None else entry.billable

    def grade(self, entry: TimeEntry) -> str:
        """The grade under which the person works there: the assignment's on that day, else their own; empty when not known."""
        for row in self._items.assignments(entry.person, entry.item):
            if row.grade and row.covers(replace(entry.item, client=row.item.client), entry.date):
                return row.grade
        return self._grades.get(entry.person, "")

    @cached_property
    def by_contract(self) -> Mapping[str, list[TimeEntry]]:
        """The entries under each contract, earliest first."""
        groups: dict[str, list[TimeEntry]] = {}
        for entry in self._entries:
            contract = self._items.contract(entry.item)
            if contract is not None:
                groups.setdefault(contract.id, []).append(entry)
        return groups

    def to_price(self, contract: str) -> Iterator[TimeEntry]:
        """The entries under a contract, each saying by itself whether it is billed."""
        for entry in self.by_contract.get(contract, ()):
            yield entry if entry.billable is not None or self.billed(entry) else replace(entry, billable=False)

    def card(self, contract: str) -> RateCard:
        """The contract's rate card."""
        if contract not in self._cards:
            self._cards[contract] = RateCard(contract, tuple(self.rates.get(contract, ())))
        return self._cards[contract]

    def currency(self, contract: Contract) -> str:
        """The currency of the contract, or of its rate card where it states none."""
        return currency_of(contract, self.card(contract.id))

    def hourly(self, contract: Contract) -> HourlyRates:
        """The contract's hourly rates."""
        if contract.id not in self._hourly:
            self._hourly[contract.id] = HourlyRates(contract, self.card(contract.id), self.currency(contract))
        return self._hourly[contract.id]

    @cached_property
    def deviations(self) -> tuple[RateDeviation, ...]:
        """Every billed entry under a contract by the hour whose rate is missing, or differs from the one that it states."""
        return tuple(
            deviation
            for contract in self.contracts.values()
            if contract.kind in BY_THE_HOUR
            for deviation in self._deviations(contract)
        )

    def _deviations(self, contract: Contract) -> Iterator[RateDeviation]:
        rates = self.hourly(contract)
        for entry in self.by_contract.get(contract.id, ()):
            if not self.billed(entry):
                continue
            grade = self.grade(entry)
            expected = rates.rate(entry.date, person=entry.person, grade=grade, task=entry.item.task)
            stated = _stated(entry, expected)
            if expected is None or (stated is not None and stated != expected):
                yield RateDeviation(entry, contract, grade, stated, expected)

    def used(self, contract: Contract) -> Used:
        """What was used under ``contract`` on each date. An entry without a rate at the contract uses its own, if it states one."""
        used, rates, currency = Used({}, {}, {}), self.hourly(contract), self.currency(contract)
        for entry in self.by_contract.get(contract.id, ()):
            _add(used.worked, entry.date, Decimal(entry.minutes))
            if not self.billed(entry):
                continue
            minutes = quantity(contract, entry)
            _add(used.billed, entry.date, Decimal(minutes))
            grade = self.grade(entry)
            rate = rates.rate(entry.date, person=entry.person, grade=grade, task=entry.item.task) or stated_rate(entry)
            if rate is not None and rate.currency == (currency or rate.currency):
                _add(used.amount, entry.date, rate.amount * minutes / 60)
        return used


def _stated(entry: TimeEntry, expected: Money | None) -> Money | None:
    """The entry's own rate; one without a currency is meant in the expected one."""
    if entry.hourly_rate is not None and not entry.currency and expected is not None:
        return Money(entry.hourly_rate, expected.currency)
    return stated_rate(entry)


def _add(sums: dict[date, Decimal], day: date, value: Decimal) -> None:
    sums[day] = sums.get(day, Decimal(0)) + value


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.contract, []).append(row)
    return groups
