"""What the contracts, rate cards and milestones say of the entries; built once for all checks about money."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

import numpy as np

from hourtrail.checks.alike import Alike
from hourtrail.checks.columns import Codes, Columns, Groups, numbered
from hourtrail.checks.survey import RateDeviation, Survey, Used
from hourtrail.checks.work_items import WorkItems, days_outside
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import Assignment, Billable, Contract, ContractKind, Milestone, Person, Rate, WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import HourlyRates, currency_of, stated_rate
from hourtrail.domain.ratecard import RateCard

Row = TypeVar("Row", Rate, Milestone)


class Billing:
    """Lookups about money; every answer is computed once, and one pass over the entries serves all contracts."""

    def __init__(
        self,
        columns: Columns,
        work_items: WorkItems,
        *,
        people: Iterable[Person],
        contracts: Iterable[Contract],
        rates: Iterable[Rate],
        milestones: Iterable[Milestone],
    ) -> None:
        self._columns = columns
        self._items = work_items
        self._grades = {person.id: person.grade for person in people}
        self.contracts: Mapping[str, Contract] = {contract.id: contract for contract in contracts}
        self.rates: Mapping[str, list[Rate]] = _grouped(rates)
        self.milestones: Mapping[str, list[Milestone]] = _grouped(milestones)
        self._cards: dict[str, RateCard] = {}
        self._hourly: dict[str, HourlyRates] = {}
        self._billable: dict[WorkItem, Billable] = {}
        self._graded: dict[tuple[str, WorkItem], list[Assignment]] = {}
        self._surveys: dict[str, Survey] = {}
        self._stated: dict[tuple[Decimal, str], Money | None] = {}

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

    def rate(self, entry: TimeEntry) -> Money | None:
        """What an hour of the entry costs the client: the rate that it states, else the one that its contract has for the
        person's grade that day. None where the client does not pay for it, and where nothing prices it.

        A rate that is stated without a currency is meant in the contract's.
        """
        if not self.billed(entry):
            return None
        if entry.hourly_rate is not None and entry.currency:
            key = (entry.hourly_rate, entry.currency)
            if key not in self._stated:
                self._stated[key] = stated_rate(entry)
            return self._stated[key]
        contract = self._items.contract(entry.item)
        if contract is None:
            return None
        if entry.hourly_rate is not None:
            currency = self.currency(contract)
            return Money(entry.hourly_rate, currency) if currency else None
        return self.hourly(contract).rate(
            entry.date, person=entry.person, grade=self.grade(entry), task=entry.item.task
        )

    def grade(self, entry: TimeEntry) -> str:
        """The grade under which the person works there: the assignment's on that day, else their own; empty when not known."""
        for row in self._assigned_grades(entry.person, entry.item):
            if days_outside(entry.date, row.starts_on, row.ends_on) == 0:
                return row.grade
        return self._grades.get(entry.person, "")

    def steady_grade(self, person: str, item: WorkItem) -> str | None:
        """The person's own grade where no assignment to ``item`` states another; None where one does."""
        return None if self._assigned_grades(person, item) else self._grades.get(person, "")

    def _assigned_grades(self, person: str, item: WorkItem) -> list[Assignment]:
        key = (person, item)
        if key not in self._graded:
            self._graded[key] = [row for row in self._items.assignments(person, item) if row.grade]
        return self._graded[key]

    @cached_property
    def _rows_by_contract(self) -> Mapping[str, Codes]:
        """The places of the entries under each contract, earliest first."""
        of_item = [self._items.contract(item) for item in self._columns.items]
        numbers, names = numbered((contract.id if contract else "" for contract in of_item), len(of_item))
        groups = Groups(numbers[self._columns.item], self._columns.all_rows)
        return {
            names[number]: groups.rows(place) for place, number in enumerate(groups.numbers.tolist()) if names[number]
        }

    @cached_property
    def by_contract(self) -> Mapping[str, Sequence[TimeEntry]]:
        """The entries under each contract, earliest first."""
        return {name: self._columns.entries.take(rows) for name, rows in self._rows_by_contract.items()}

    @cached_property
    def _alike(self) -> Alike:
        return Alike(self._columns, self._changes, self._assigned_grades)

    def _changes(self, item: WorkItem) -> Codes:
        """The days on which the prices of ``item`` may change."""
        contract = self._items.contract(item)
        days = self.hourly(contract).changes if contract else ()
        return np.array([day.toordinal() for day in days], np.int64)

    @cached_property
    def _rates(self) -> list[Money | None]:
        """What an hour of each sort of entries costs the client."""
        return [self.rate(entry) for entry in self._alike.samples]

    def minutes_at_rates(self, person: str) -> tuple[int, Mapping[Money, int]]:
        """All minutes that the person booked, and how many cost the client how much an hour."""
        rows = np.array(self._columns.rows_of(person), np.int64)
        minutes = self._columns.minutes[rows]
        agreed = self._columns.entries.coded("billable_minutes")
        table = np.array([-1 if value is None else value for value in agreed.values], np.int64)
        billed = table[agreed.codes[rows]]
        sorts, sort = np.unique(self._alike.sort[rows], return_inverse=True)
        sums = np.bincount(sort, np.where(billed < 0, minutes, billed), len(sorts)).astype(np.int64)
        at: dict[Money, int] = {}
        for number, total in zip(sorts.tolist(), sums.tolist(), strict=True):
            if rate := self._rates[number]:
                at[rate] = at.get(rate, 0) + total
        return int(minutes.sum()), at

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

    def _also_right(self, contract: Contract, entry: TimeEntry, grade: str, stated: Money) -> bool:
        """Whether an entry states a rate that its contract has beside the first: the card's beside a blended one, or the overage rate."""
        by_hours_alone = contract.kind in {ContractKind.TIME_AND_MATERIALS, ContractKind.CAPPED}
        overage = None if by_hours_alone else contract.overage_rate
        if overage is not None and (stated.amount, stated.currency) == (overage, self.currency(contract)):
            return True
        rates = self.hourly(contract)
        return rates.blended and stated == rates.card_rate(
            entry.date, person=entry.person, grade=grade, task=entry.item.task
        )

    @property
    def deviations(self) -> Iterator[RateDeviation]:
        """Every billed entry that states another rate than its contract's, or has none under a contract by the hour."""
        for contract in self.contracts.values():
            yield from self._survey(contract).deviations

    def used(self, contract: Contract) -> Used:
        """What was used under ``contract``."""
        return self._survey(contract).used

    def _survey(self, contract: Contract) -> Survey:
        if contract.id not in self._surveys:
            self._surveys[contract.id] = Survey(
                contract,
                self._rows_by_contract.get(contract.id, np.zeros(0, np.int64)),
                self._columns,
                self._alike,
                rates=self.hourly(contract),
                currency=self.currency(contract),
                is_billed=lambda item: self.billable(item) is not Billable.NO,
                grade_of=self.grade,
            )
        return self._surveys[contract.id]


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.contract, []).append(row)
    return groups
