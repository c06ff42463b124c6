"""Master data that other systems own: kept as they last told it, by natural key."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Table

from hourtrail.domain.firm import (
    Assignment,
    Client,
    Contract,
    Holiday,
    Milestone,
    Period,
    Person,
    Project,
    Rate,
    Task,
    TaxRate,
)
from hourtrail.domain.master import MasterData
from hourtrail.domain.ports import MasterRecord
from hourtrail.store import ledger_schema, schema
from hourtrail.store.records import content_digest, record_of, values_of
from hourtrail.store.scope import Scope
from hourtrail.store.types import clean
from hourtrail.store.upsert import Counts, put

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where a kind of record lives, and which columns name it."""

    table: Table
    key: tuple[str, ...]


_KINDS: Final[dict[type, _Kind]] = {
    Person: _Kind(schema.person, ("id",)),
    Client: _Kind(ledger_schema.client, ("id",)),
    Project: _Kind(ledger_schema.project, ("client", "project")),
    Task: _Kind(schema.task, ("client", "project", "task")),
    Assignment: _Kind(schema.assignment, ("person", "client", "project", "task", "starts_on")),
    Contract: _Kind(schema.contract, ("id",)),
    Rate: _Kind(schema.rate, ("contract", "grade", "task", "person", "valid_from")),
    Holiday: _Kind(schema.holiday, ("calendar", "date")),
    Period: _Kind(schema.period, ("starts_on",)),
    Milestone: _Kind(schema.milestone, ("contract", "milestone")),
    TaxRate: _Kind(schema.tax_rate, ("tax_code", "entity", "valid_from")),
}


def table_of(kind: type) -> Table:
    """Where records of that type live."""
    return _KINDS[kind].table


def key_of(record: MasterRecord) -> str:
    """What names the record among those of its kind: the parts of its natural key, as one text."""
    return _key_of(values_of(record), _KINDS[type(record)])


def _key_of(values: dict[str, Any], kind: _Kind) -> str:
    return key_text(*("" if values[name] is None else str(values[name]) for name in kind.key))


def key_text(*parts: str) -> str:
    """The key whose parts these are, as it is stored."""
    return json.dumps([clean(part) for part in parts], ensure_ascii=False)


def key_parts(key: str) -> list[str]:
    """The reverse of :func:`key_text`. Raises ValueError for what is no key."""
    parts = json.loads(key)
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("this is no key")
    return parts


def _row(record: MasterRecord, kind: _Kind) -> dict[str, Any]:
    values = values_of(record)
    return {**values, "key": _key_of(values, kind), "digest": content_digest(values)}


class Master(Scope):
    """People, clients, projects, tasks, assignments, contracts, rates, holidays, periods, milestones, taxes."""

    def put_master(self, rows: Sequence[MasterRecord]) -> Counts:
        """Create, replace or leave alone, by natural key; of several rows with one key the last wins."""
        by_kind: dict[type, list[dict[str, Any]]] = {}
        for record in rows:
            by_kind.setdefault(type(record), []).append(_row(record, _KINDS[type(record)]))
        total = Counts()
        for kind in _KINDS:
            if values := by_kind.get(kind):
                total += put(self, _KINDS[kind].table, values, key="key")
        return total

    def master(self) -> MasterData:
        """Everything that bears on time, each kind in the order of its natural key."""
        return MasterData(
            people=self._records(Person),
            tasks=self._records(Task),
            assignments=self._records(Assignment),
            contracts=self._records(Contract),
            rates=self._records(Rate),
            holidays=self._records(Holiday),
            periods=self._records(Period),
            milestones=self._records(Milestone),
            tax_rates=self._records(TaxRate),
        )

    def _records(self, kind: type[R]) -> tuple[R, ...]:
        table = _KINDS[kind].table
        return tuple(record_of(kind, row) for row in self._all(self._select(table).order_by(table.c.key)))
