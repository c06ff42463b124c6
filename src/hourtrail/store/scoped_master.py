"""The part of the master data that a write can touch: read by key and by index, so that its cost is not that of the firm.

Nothing is kept between two reads. A cache would have to learn of every change that another process makes before anybody may
decide by it; these reads need no more than a few pages of an index each.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Table, func, select, union

from hourtrail.domain.firm import Assignment, Contract, Holiday, Milestone, Period, Person, Rate, Task, WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.store import schema
from hourtrail.store.master import Master, key_text
from hourtrail.store.records import record_of
from hourtrail.store.upsert import chunks

R = TypeVar("R")

_TABLES: Final[Mapping[type, Table]] = {
    Person: schema.person,
    Task: schema.task,
    Assignment: schema.assignment,
    Contract: schema.contract,
    Rate: schema.rate,
    Holiday: schema.holiday,
    Milestone: schema.milestone,
}


class ScopedMaster(Master):
    """Answers about some people and some work that are those of the whole master data.

    Where the firm gave a part, such as assignments, the answer holds at least one row of it, wanted or not, because an empty
    part means "not given". Who else is assigned to a project is told without their names.
    """

    def knows_person(self, person: str) -> bool:
        """Whether the firm's people hold that one; anybody is known where it gave none."""
        table = schema.person
        own = self._select(table, table.c.key).where(table.c.key == key_text(person))
        return self._one(own) is not None or self._one(self._select(table, table.c.key).limit(1)) is None

    def master_of(self, people: Collection[str], items: Collection[WorkItem]) -> MasterData:
        """What bears on these people and these work items."""
        return self.with_people(self.master_of_work(items), people)

    def master_of_work(self, items: Collection[WorkItem], client: str = "") -> MasterData:
        """Tasks, contracts and their terms, periods; with a ``client``, of all its projects too. People are left out."""
        master, ids = self._work(items, client)
        return replace(
            master,
            rates=self._given(Rate, self._by(Rate, schema.rate.c.contract, ids)),
            periods=tuple(
                record_of(Period, row) for row in self._all(self._select(schema.period).order_by(schema.period.c.key))
            ),
            milestones=self._given(Milestone, self._by(Milestone, schema.milestone.c.contract, ids)),
        )

    def bookable_of(self, person: str, items: Collection[WorkItem]) -> MasterData:
        """What somebody may book of these work items and under which contract, in half the reads: no terms, no people."""
        master, _ = self._work(items, "")
        own = self._by(Assignment, schema.assignment.c.person, [person])
        return replace(master, assignments=self._given(Assignment, own) + master.assignments)

    def planning_of(self, person: str, items: Collection[WorkItem] = ()) -> MasterData:
        """What bears on everything that somebody may book, and on ``items``; all of it where nobody is assigned to anything."""
        own = self._by(Assignment, schema.assignment.c.person, [person])
        if not own and self._one(self._select(schema.assignment, schema.assignment.c.key).limit(1)) is None:
            return self.master()
        return self.master_of([person], {*items, *(row.item for row in own.values())})

    def _work(self, items: Collection[WorkItem], client: str) -> tuple[MasterData, set[str]]:
        """Tasks, what anybody is assigned to, and contracts; and the ids of the contracts, known or only named."""
        projects = {item.project for item in items} | self._projects_of(client)
        tasks = self._by(Task, schema.task.c.project, projects)
        others = self._assigned(projects)
        of_projects = self._by(Contract, schema.contract.c.project, projects - {""})
        clients = {client, *(item.client for item in items), *(row.client for row in of_projects.values())}
        clients |= {row.item.client for row in tasks.values()} | {row.item.client for row in others}
        contracts = of_projects | self._by(Contract, schema.contract.c.client, clients - {""})
        named = {row.contract for row in tasks.values()} - {row.id for row in contracts.values()} - {""}
        contracts |= self._by(Contract, schema.contract.c.key, map(key_text, named))
        master = MasterData(
            tasks=self._given(Task, tasks), assignments=others, contracts=self._given(Contract, contracts)
        )
        return master, {row.id for row in contracts.values()} | named

    def with_people(self, master: MasterData, people: Collection[str]) -> MasterData:
        """``master`` and these people: themselves, what they are assigned to, and the holidays of their calendars."""
        rows = self._by(Person, schema.person.c.key, map(key_text, people))
        own = self._by(Assignment, schema.assignment.c.person, people)
        calendars = {row.calendar for row in rows.values()}
        return replace(
            master,
            people=self._given(Person, rows),
            assignments=self._given(Assignment, own) + master.assignments,
            holidays=self._given(Holiday, self._by(Holiday, schema.holiday.c.calendar, calendars)),
        )

    def task_codes(self) -> tuple[list[str], list[str]]:
        """The keys of the whole task list, and the code that each makes in one text; nothing else of it."""
        table = schema.task
        # One text for all, from the index of the keys alone: a row for each of ten thousand costs ten times as much. No key
        # holds a line break, which JSON escapes.
        together = self._connection.scalar(self._select(table, func.aggregate_strings(table.c.key, "\n")))
        return (together.split("\n"), _codes(together)) if together else ([], [])

    def tasks_of(self, keys: Iterable[str]) -> list[Task]:
        """The tasks with these keys."""
        return list(self._by(Task, schema.task.c.key, keys).values())

    def _projects_of(self, client: str) -> set[str]:
        if not client:
            return set()
        lists = [
            self._select(table, table.c.project).where(table.c.client == client)
            for table in (schema.task, schema.contract)
        ]
        return set(self._connection.scalars(union(*lists))) - {""}

    def _assigned(self, projects: Collection[str]) -> tuple[Assignment, ...]:
        """What anybody is assigned to in these projects; thousands of people share a few such items."""
        table = schema.assignment
        found: set[WorkItem] = set()
        for names in chunks(sorted(projects)):
            query = select(table.c.client, table.c.project, table.c.task).distinct()
            query = query.where(table.c.tenant == self.tenant, table.c.project.in_(names))
            found |= {WorkItem(*row) for row in self._connection.execute(query)}
        return tuple(Assignment(person="", item=item) for item in sorted(found))

    def _by(self, kind: type[R], column: ColumnElement[Any], values: Iterable[str]) -> dict[str, R]:
        """The rows whose ``column`` is one of ``values``, by key."""
        found: dict[str, R] = {}
        for names in chunks(sorted(values)):
            for row in self._all(self._select(_TABLES[kind]).where(column.in_(names))):
                found[row["key"]] = record_of(kind, row)
        return found

    def _given(self, kind: type[R], rows: Mapping[str, R]) -> tuple[R, ...]:
        """``rows`` in the order of their keys; any one row of the firm's where they are none."""
        if not rows:
            query = self._select(_TABLES[kind]).limit(1)
            return tuple(record_of(kind, row) for row in self._all(query))
        return tuple(rows[key] for key in sorted(rows))


def _codes(keys: str) -> list[str]:
    """What ``str`` of a work item is, for each line of ``keys``."""
    # Whole texts are replaced at once, where that is exact: an empty task leaves nothing behind, and no other part is empty
    # or holds a quotation mark or a backslash, which JSON escapes.
    text = keys.replace('", ""]', '"]')
    if '""' in text or "\\" in text:
        return ["/".join(filter(None, json.loads(key))) for key in keys.split("\n")]
    return text[2:-2].replace('", "', "/").split('"]\n["')
