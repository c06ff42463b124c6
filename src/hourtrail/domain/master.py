"""The firm's master data in one value, and the one question that everything asks of it: what may this person book?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from hourtrail.domain.firm import (
    Assignment,
    Contract,
    Holiday,
    Milestone,
    Period,
    Person,
    Rate,
    Task,
    TaxRate,
    WorkItem,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData:
    """Everything that other systems own, as they last told it. Empty parts mean "not given", never "nothing allowed"."""

    people: tuple[Person, ...] = ()
    tasks: tuple[Task, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    contracts: tuple[Contract, ...] = ()
    rates: tuple[Rate, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    periods: tuple[Period, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    _people: dict[str, Person] = field(init=False, repr=False, compare=False)
    _tasks: dict[WorkItem, Task] = field(init=False, repr=False, compare=False)
    _contracts: dict[str, Contract] = field(init=False, repr=False, compare=False)
    _assigned: dict[str, list[Assignment]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_people", {row.id: row for row in self.people})
        object.__setattr__(self, "_tasks", {row.item: row for row in self.tasks})
        object.__setattr__(self, "_contracts", {row.id: row for row in self.contracts})
        assigned: dict[str, list[Assignment]] = {}
        for row in self.assignments:
            assigned.setdefault(row.person, []).append(row)
        object.__setattr__(self, "_assigned", assigned)

    def person(self, person: str) -> Person:
        """The person's row, or one with defaults for somebody whom the master data does not know."""
        return self._people.get(person) or Person(id=person)

    def task(self, item: WorkItem) -> Task | None:
        """The task's row, if there is one."""
        return self._tasks.get(item)

    def contract(self, item: WorkItem) -> Contract | None:
        """The contract of a work item: the task's own, else the one that names its project, else the client's only one."""
        task = self.task(item)
        if task is not None and task.contract:
            return self._contracts.get(task.contract)
        of_project = [row for row in self.contracts if row.client == item.client and row.project == item.project]
        of_client = [row for row in self.contracts if row.client == item.client and not row.project]
        for rows in (of_project, of_client):
            if len(rows) == 1:
                return rows[0]
        return None

    def assignments_of(self, person: str) -> tuple[Assignment, ...]:
        """Every assignment of that person, whatever its dates."""
        return tuple(self._assigned.get(person, ()))

    def bookable(self, person: str, day: date, known: Iterable[WorkItem] = ()) -> tuple[WorkItem, ...]:
        """The work items that ``person`` may book on ``day``, in stable order. Closed, unassigned or out-of-date ones never are.

        Where the firm has given assignments, they decide; where it has given tasks only, every open task is bookable;
        where it has given neither, the items in ``known`` (confirmed before) are. A project that has tasks is booked
        through them.
        """
        if not self.tasks and not self.assignments:
            return tuple(dict.fromkeys(known))
        open_items = [task.item for task in self.tasks if task.open_on(day)]
        if not self.assignments:
            return tuple(open_items)
        mine = self.assignments_of(person)
        allowed = [item for item in open_items if any(row.covers(item, day) for row in mine)]
        # An assignment to a project that the task list does not mention is bookable as the project itself.
        listed = {(task.item.client, task.item.project) for task in self.tasks}
        for row in mine:
            bare = (row.item.client, row.item.project) not in listed
            if bare and row.covers(row.item, day) and row.item not in allowed:
                allowed.append(row.item)
        return tuple(allowed)
