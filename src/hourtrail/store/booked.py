"""Time on some work items, for questions about a client or a contract: which items, how much, and the entries themselves."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, text

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import RoundingRule
from hourtrail.store.entries import Entries, entry_of, in_order
from hourtrail.store.schema import time_entry
from hourtrail.store.scope import CHUNK
from hourtrail.store.types import clean
from hourtrail.store.upsert import chunks

# From one distinct value to the next by the index (tenant, client, project, task): a step for each work item, however many
# entries it has. DISTINCT would read them all.
_ITEMS: Final = """
WITH RECURSIVE booked(project) AS (
  SELECT (SELECT min(e.project) FROM time_entry e WHERE e.tenant = :tenant AND e.client = :client)
  UNION ALL
  SELECT (SELECT min(e.project) FROM time_entry e WHERE e.tenant = :tenant AND e.client = :client AND e.project > b.project)
  FROM booked b WHERE b.project IS NOT NULL
), place(client, project) AS (
  SELECT CAST(:client AS TEXT), b.project FROM booked b WHERE b.project IS NOT NULL AND CAST(:client AS TEXT) <> ''
  UNION ALL
  SELECT CAST('' AS TEXT), {listed}
), item(client, project, task) AS (
  SELECT p.client, p.project, (
    SELECT min(e.task) FROM time_entry e WHERE e.tenant = :tenant AND e.client = p.client AND e.project = p.project
  ) FROM place p
  UNION ALL
  SELECT i.client, i.project, (
    SELECT min(e.task) FROM time_entry e
    WHERE e.tenant = :tenant AND e.client = i.client AND e.project = i.project AND e.task > i.task
  ) FROM item i WHERE i.task IS NOT NULL
)
SELECT client, project, task FROM item WHERE task IS NOT NULL
"""

# The same steps over the projects of entries that leave the client out.
_WITHOUT_CLIENT: Final = """
WITH RECURSIVE booked(project) AS (
  SELECT (SELECT min(e.project) FROM time_entry e WHERE e.tenant = :tenant AND e.client = '')
  UNION ALL
  SELECT (SELECT min(e.project) FROM time_entry e WHERE e.tenant = :tenant AND e.client = '' AND e.project > b.project)
  FROM booked b WHERE b.project IS NOT NULL
)
SELECT project FROM booked WHERE project IS NOT NULL
"""

_TOGETHER: Final = 100
"""Work items in one question."""

_LISTED: Final = {
    "sqlite": "l.value FROM json_each(:projects) l",
    "postgresql": "l.value FROM json_array_elements_text(CAST(:projects AS JSON)) l(value)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSum:
    """Entries of one day that are priced alike, added up: minutes worked, and minutes billed as the contract rounds them.

    ``person`` is empty, and nothing is said of rates, where the sum runs over everybody. ``entries`` is how many they are.
    """

    item: WorkItem
    date: date
    billable: bool | None
    minutes: int
    billed: int
    entries: int
    person: str = ""
    hourly_rate: Decimal | None = None
    currency: str = ""


class EntryMark(NamedTuple):
    """Where an entry belongs, and what changes when it does."""

    person: str
    client: str
    project: str
    id: str
    digest: str
    status: EntryStatus


class Booked(Entries):
    """Booked time by work item."""

    def booked_items(self, client: str, projects: Collection[str]) -> list[WorkItem]:
        """The work items of entries for ``client``, and of those on ``projects`` that leave the client out."""
        query = _ITEMS.format(listed=_LISTED[self._connection.dialect.name])
        given = {
            "tenant": self.tenant,
            "client": clean(client),
            "projects": json.dumps([clean(name) for name in sorted(projects)], ensure_ascii=False),
        }
        return sorted(WorkItem(*row) for row in self._connection.execute(text(query), given))

    def projects_without_client(self) -> set[str]:
        """The projects on which entries, also ones taken back since, leave the client out."""
        return set(self._connection.scalars(text(_WITHOUT_CLIENT), {"tenant": self.tenant}))

    def entries_on(self, items: Collection[WorkItem]) -> list[TimeEntry]:
        """Live ones on exactly these work items (as ``booked_items`` tells them), in the order of ``entries``."""
        wanted = set(items)
        found = [entry_of(row) for among in _among(wanted) for row in self._stream(self._live().where(among))]
        return sorted((row for row in found if row.item in wanted), key=in_order)

    def marks(
        self,
        *,
        people: Collection[str] | None = None,
        clients: Collection[str] | None = None,
        projects: Collection[str] | None = None,
    ) -> Iterator[EntryMark]:
        """What tells whether entries are still those that were read: of all live ones; of these people's; of those for
        ``clients``; of those on ``projects`` that leave the client out. Streams.
        """
        columns = time_entry.c
        query = self._live(columns.person, columns.client, columns.project, columns.id, columns.digest, columns.status)
        if people is not None:
            query = query.where(columns.person.in_(sorted(people)))
        if clients is not None:
            query = query.where(columns.client.in_(sorted(clients)))
        if projects is not None:
            query = query.where(columns.client == "", columns.project.in_(sorted(projects)))
        for row in self._connection.execute(query, execution_options={"yield_per": CHUNK}):
            yield EntryMark(*row)

    def sums_on(
        self, items: Collection[WorkItem], *, step: int, rule: RoundingRule, by_rate: bool
    ) -> Iterator[BookedSum]:
        """What was booked on each day on exactly these work items, rejected entries left out.

        ``step`` and ``rule`` round what an entry bills; ``by_rate`` keeps people and rates apart, for sums in money.
        """
        columns = time_entry.c
        keys = [columns.client, columns.project, columns.task, columns.date, columns.billable]
        keys += [columns.person, columns.hourly_rate, columns.currency] if by_rate else []
        minutes = [func.sum(columns.minutes), func.sum(_billed(step, rule)), func.count()]
        wanted = set(items)
        for among in _among(wanted):
            query = self._live(*keys, *minutes).where(among, columns.status != EntryStatus.REJECTED.value)
            for row in self._connection.execute(query.group_by(*keys)):
                client, project, task, day, billable, *who, worked, billed, entries = row
                person, rate, currency = who or ("", None, "")
                if (item := WorkItem(client, project, task)) in wanted:
                    yield BookedSum(
                        item=item, date=day, billable=billable, minutes=int(worked), billed=int(billed), entries=entries,
                        person=person, hourly_rate=rate, currency=currency,
                    )  # fmt: skip


def _among(items: Collection[WorkItem]) -> Iterator[ColumnElement[bool]]:
    """Conditions on client, project and task, in the order of their index, that hold for ``items`` and few others.

    An OR over the items would be exact, but SQLite then reads everything of the tenant to group it in the index's order.
    """
    by_client: defaultdict[str, list[WorkItem]] = defaultdict(list)
    for item in items:
        by_client[item.client].append(item)
    for client, own in by_client.items():
        for some in chunks(sorted(own), _TOGETHER):
            yield and_(
                time_entry.c.client == client,
                time_entry.c.project.in_(sorted({item.project for item in some})),
                time_entry.c.task.in_(sorted({item.task for item in some})),
            )


def _billed(step: int, rule: RoundingRule) -> Any:
    """``hourtrail.domain.pricing.quantity`` in the words of the database: whole minutes, halves up."""
    columns = time_entry.c
    left = case((columns.minutes > columns.write_off_minutes, columns.minutes - columns.write_off_minutes), else_=0)
    width = literal(max(step, 1))
    rounded = {
        RoundingRule.NONE: left,
        RoundingRule.UP: (left + width - 1) // width * width,
        RoundingRule.NEAREST: (left * 2 + width) // (width * 2) * width,
    }[rule]
    agreed = columns.billable_minutes.is_not(None) & (columns.write_off_minutes == 0)
    return case((agreed, columns.billable_minutes), else_=rounded)
