"""What refers to a row of the directory, so that nothing is removed under something that stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, func, select

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
from hourtrail.domain.ports import MasterRecord
from hourtrail.store import ledger_schema as ledger
from hourtrail.store import schema
from hourtrail.store.identity_schema import account
from hourtrail.store.records import values_of
from hourtrail.store.scope import Scope

_FIRST_DAY: Final = date.min
_LAST_DAY: Final = date.max


@dataclass(frozen=True, slots=True)
class Referrer:
    """Rows of one sort that refer to a row: what they are, by the word of their contract, and how many."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class _From:
    """Columns of a table and the fields of the row that they name."""

    what: str
    table: Table
    pairs: tuple[tuple[str, str], ...]


def _of(what: str, table: Table, **pairs: str) -> _From:
    return _From(what, table, tuple(pairs.items()))


_WORK: Final = {"client": "client", "project": "project"}
_ITEM: Final = {**_WORK, "task": "task"}

_REFERRING: Final[dict[type, tuple[_From, ...]]] = {
    Person: (
        _of("assignments", schema.assignment, person="id"),
        _of("rate-cards", schema.rate, person="id"),
        _of("people", schema.person, manager="id"),
        _of("projects", ledger.project, manager="id"),
        _of("activities", schema.activity, person="id"),
        _of("suggestions", schema.suggestion, person="id"),
        _of("time-entries", schema.time_entry, person="id"),
        _of("decisions", schema.decision, actor="id"),
        _of("expenses", ledger.expense, person="id"),
        _of("accounts", account, person="id"),
    ),
    Client: (
        _of("projects", ledger.project, client="id"),
        _of("tasks", schema.task, client="id"),
        _of("assignments", schema.assignment, client="id"),
        _of("contracts", schema.contract, client="id"),
        _of("time-entries", schema.time_entry, client="id"),
        _of("expenses", ledger.expense, client="id"),
        _of("invoice drafts", schema.invoice_draft, client="id"),
    ),
    Project: (
        _of("tasks", schema.task, **_WORK),
        _of("assignments", schema.assignment, **_WORK),
        _of("contracts", schema.contract, **_WORK),
        _of("time-entries", schema.time_entry, **_WORK),
        _of("expenses", ledger.expense, **_WORK),
        _of("invoice drafts", schema.invoice_draft, **_WORK),
    ),
    Task: (
        _of("assignments", schema.assignment, **_ITEM),
        _of("time-entries", schema.time_entry, **_ITEM),
        _of("expenses", ledger.expense, **_ITEM),
    ),
    Contract: (
        _of("tasks", schema.task, contract="id"),
        _of("rate-cards", schema.rate, contract="id"),
        _of("milestones", schema.milestone, contract="id"),
        _of("invoice drafts", schema.invoice_draft, contract="id"),
        _of("rate changes", schema.rate_change, contract="id"),
        _of("disputes", schema.dispute, contract="id"),
    ),
    Assignment: (),
    Rate: (),
    Holiday: (),
    Period: (),
    Milestone: (),
    TaxRate: (
        _of("contracts", schema.contract, tax_code="tax_code"),
        _of("draft lines", schema.draft_line, tax_code="tax_code"),
    ),
}
"""By what their own columns say; what else rests on a row is found by its days, below."""


class Referring(Scope):
    """Looks for what would be left without its ground."""

    def referrers(self, row: MasterRecord) -> list[Referrer]:
        """What refers to the row, by sort; empty when nothing does."""
        found, values = list[Referrer](), values_of(row)
        for one in _REFERRING[type(row)]:
            same = [one.table.c[column] == values[field] for column, field in one.pairs]
            found.append(Referrer(one.what, self._count(one.table, and_(*same))))
        found += self._resting_on(row)
        return [one for one in found if one.count]

    def _resting_on(self, row: MasterRecord) -> list[Referrer]:
        """Entries of an assignment's or a period's days, drafts of a rate's, lines that bill a milestone."""
        entry, draft, line = schema.time_entry, schema.invoice_draft, schema.draft_line
        if isinstance(row, Period):
            return [Referrer("time-entries", self._count(entry, _within(entry.c.date, row.starts_on, row.ends_on)))]
        if isinstance(row, Assignment):
            work = row.item
            item = [entry.c.person == row.person, entry.c.client == work.client, entry.c.project == work.project]
            item += [entry.c.task == work.task] if work.task else []
            days = _within(entry.c.date, row.starts_on, row.ends_on)
            return [Referrer("time-entries", self._count(entry, and_(days, *item)))]
        if isinstance(row, Rate):
            first, last = row.valid_from or _FIRST_DAY, row.valid_to or _LAST_DAY
            days = and_(draft.c.last >= first, draft.c.first <= last)
            return [Referrer("invoice drafts", self._count(draft, and_(draft.c.contract == row.contract, days)))]
        if isinstance(row, Milestone):
            drafts = select(draft.c.id).where(draft.c.tenant == self.tenant, draft.c.contract == row.contract)
            billed = and_(line.c.milestone == row.milestone, line.c.draft.in_(drafts))
            return [Referrer("draft lines", self._count(line, billed))]
        return []

    def _count(self, table: Table, where: ColumnElement[bool]) -> int:
        found = self._one(self._select(table, func.count().label("count")).where(where))
        return int(found["count"]) if found is not None else 0


def _within(column: Any, first: date | None, last: date | None) -> ColumnElement[bool]:
    return and_(column >= (first or _FIRST_DAY), column <= (last or _LAST_DAY))
