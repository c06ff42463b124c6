"""What the master data says of the work item on an entry.

Time entries may leave out the client, and may book on a project whose tasks are listed one by one; both are read in the
entry's favour, because a code that was never asked for is not an error.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hourtrail.domain.firm import Assignment, Contract, Task, WorkItem
from hourtrail.domain.master import MasterData


def _means(booked: WorkItem, listed: WorkItem) -> bool:
    return booked.project == listed.project and booked.client in {"", listed.client}


class WorkItems:
    """Lookups by work item; every answer is computed once."""

    def __init__(self, tasks: Sequence[Task], assignments: Sequence[Assignment], contracts: Sequence[Contract]) -> None:
        self._master = MasterData(tasks=tuple(tasks), assignments=tuple(assignments), contracts=tuple(contracts))
        self._by_project: dict[str, list[Task]] = {}
        for task in tasks:
            self._by_project.setdefault(task.item.project, []).append(task)
        self._assigned_by_project: dict[str, list[Assignment]] = {}
        for row in assignments:
            self._assigned_by_project.setdefault(row.item.project, []).append(row)
        self._tasks: dict[WorkItem, tuple[Task, ...]] = {}
        self._contracts: dict[WorkItem, Contract | None] = {}
        self._reaching: dict[tuple[str, WorkItem], tuple[Assignment, ...]] = {}

    def tasks(self, item: WorkItem) -> tuple[Task, ...]:
        """The tasks that ``item`` may mean: its own, or all of its project when it names no task and the project is listed by task."""
        if item not in self._tasks:
            of_project = [task for task in self._by_project.get(item.project, ()) if _means(item, task.item)]
            own = [task for task in of_project if task.item.task == item.task]
            self._tasks[item] = tuple(own or ([] if item.task else of_project))
        return self._tasks[item]

    def known(self, item: WorkItem) -> bool:
        """Whether the task list holds it, or an assignment names it although the task list skips its whole project."""
        if self.tasks(item):
            return True
        if any(_means(item, task.item) for task in self._by_project.get(item.project, ())):
            return False
        return any(
            _means(item, row.item) and row.item.task in {"", item.task}
            for row in self._assigned_by_project.get(item.project, ())
        )

    def project_known(self, item: WorkItem) -> bool:
        """Whether the task list holds anything of its project."""
        return any(_means(item, task.item) for task in self._by_project.get(item.project, ()))

    def contract(self, item: WorkItem) -> Contract | None:
        """The contract that the work is done under, if the master data leaves no doubt about it."""
        if item not in self._contracts:
            self._contracts[item] = self._find_contract(item)
        return self._contracts[item]

    def _find_contract(self, item: WorkItem) -> Contract | None:
        tasks = self.tasks(item)
        if len(tasks) == 1:
            return self._master.contract(tasks[0].item)
        clients = {task.item.client for task in tasks}
        clients |= {row.client for row in self._master.contracts if row.project and row.project == item.project}
        if not item.client and len(clients) == 1:
            item = replace(item, client=clients.pop())
        return self._master.contract(item)

    def assignments(self, person: str, item: WorkItem) -> tuple[Assignment, ...]:
        """The person's assignments that let them book ``item`` on some day."""
        key = (person, item)
        if key not in self._reaching:
            self._reaching[key] = tuple(
                row
                for row in self._master.assignments_of(person)
                if _means(item, row.item) and (not row.item.task or not item.task or row.item.task == item.task)
            )
        return self._reaching[key]

    def assignments_of(self, person: str) -> tuple[Assignment, ...]:
        """All assignments of that person."""
        return self._master.assignments_of(person)


def days_outside(day: date, first: date | None, last: date | None) -> int:
    """How many days ``day`` lies outside [first, last], both included; 0 inside."""
    if first is not None and day < first:
        return (first - day).days
    if last is not None and day > last:
        return (day - last).days
    return 0
