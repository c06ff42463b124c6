"""What a line of the timesheet carries besides minutes: its rate, where it stands by the end of the horizon, its mistakes."""

from calendar import monthrange
from datetime import date
from typing import Final

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.firm import Contract, WorkItem
from hourtrail.domain.ratecard import RateCard
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Employee, Firm

_REMEMBERED: Final = 100
"""Rates kept at hand a person: a day's items come again at once or never, and a firm has hundreds of people."""


class Rates:
    """The rate that a person's time on an item has on a day, as the contract's card says. Looked up once a day and item."""

    def __init__(self, firm: Firm, employee: Employee) -> None:
        self._firm, self._employee = firm, employee
        self._cards: dict[str, RateCard] = {}
        self._known: dict[tuple[WorkItem, date], tuple[str, str]] = {}
        self._assignments = tuple(row for row in firm.assignments if row.person == employee.id and row.grade)

    def of(self, item: WorkItem, day: date) -> tuple[str, str]:
        """(hourly rate as decimal text, currency); both empty where no card has a rate."""
        key = (item, day)
        if key not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[key] = self._look_up(item, day)
        return self._known[key]

    def _look_up(self, item: WorkItem, day: date) -> tuple[str, str]:
        contract = contract_of(self._firm, item)
        if not contract:
            return "", ""
        if contract not in self._cards:
            self._cards[contract] = RateCard.of(contract, self._firm.rates)
        rate = self._cards[contract].rate(day, person=self._employee.id, grade=self._grade(item, day), task=item.task)
        return ("", "") if rate is None else (format(rate.amount, "f"), rate.currency)

    def _grade(self, item: WorkItem, day: date) -> str:
        """The grade that the assignment names, else the person's own."""
        named = [row.grade for row in self._assignments if row.covers(item, day)]
        return named[0] if named else self._employee.person.grade


def contract_of(firm: Firm, item: WorkItem) -> str:
    """Id of the contract that an item is paid under: its task's, else the one that names its project, else the client's own."""
    work = firm.works.get(item)
    if work is not None and work.task.contract:
        return work.task.contract
    fitting: list[Contract] = [row for row in firm.contracts if row.client == item.client]
    named = [row for row in fitting if row.project == item.project] or [row for row in fitting if not row.project]
    return named[0].id if len(named) == 1 else ""


def status_on(
    last: date, day: date, reported: date, parameters: Parameters, *, billable: bool, draw: float
) -> EntryStatus:
    """Where a line of ``day`` stands on the evening of ``last``; ``draw`` in [0, 1) decides about the few sent back."""
    if (last - reported).days < parameters["submit_days"]:
        return EntryStatus.DRAFT
    if (last - reported).days < parameters["approve_days"]:
        return EntryStatus.SUBMITTED
    if draw < parameters["rejected"]:
        return EntryStatus.REJECTED
    month_end = day.replace(day=monthrange(day.year, day.month)[1])
    invoiced = (last - max(month_end, reported)).days >= parameters["invoice_days"]
    return EntryStatus.INVOICED if billable and invoiced else EntryStatus.APPROVED
