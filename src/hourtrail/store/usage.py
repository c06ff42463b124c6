"""What was done on each day, in numbers alone: read from the rows that tell it, counted only where no row does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Date, Integer, Text, cast, func

from hourtrail.store.ledger_schema import expense, payment, usage_count
from hourtrail.store.schema import (
    approval,
    audit_event,
    audit_payload,
    decision,
    draft_line,
    finding,
    finding_review,
    invoice_draft,
    time_entry,
)
from hourtrail.store.scope import Scope, between, half_open
from hourtrail.store.upsert import conflict_insert


@dataclass(frozen=True, slots=True, order=True)
class DayCount:
    """How often something was done on a UTC day."""

    day: date
    unit: str
    count: int


_ROWS: Final[Mapping[str, Column[Any]]] = {
    "decisions": decision.c.decided_at,
    "time_entries": time_entry.c.created_at,
    "entry_moves": approval.c.at,
    "findings": finding.c.raised_at,
    "finding_reviews": finding_review.c.at,
    "expenses": expense.c.at,
    "payments": payment.c.at,
}
"""Units of which every row is one, and the time of it."""

_EVENTS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "activities_ingested": ("system:source:ingested", "activities", False),
    "suggestions_created": ("system:suggestion:reconciled", "created", True),
    "suggestions_updated": ("system:suggestion:reconciled", "updated", True),
}
"""Units that the audit trail tells: the action, the member of its payload, and whether that is a list of what was done."""


class Usage(Scope):
    """How much of the product a tenant uses."""

    def count_usage(self, day: date, unit: str, count: int) -> None:
        """Add to what was done on a UTC day. Called last in a transaction: others of the tenant wait for its end."""
        statement = conflict_insert(self._connection, usage_count)
        statement = statement.on_conflict_do_update(
            index_elements=["tenant", "day", "unit"],
            set_={"count": usage_count.c.count + statement.excluded["count"]},
        )
        self._connection.execute(statement, [{"tenant": self.tenant, "day": day, "unit": unit, "count": count}])

    def usage(self, first: date, last: date) -> list[DayCount]:
        """What was done from ``first`` to ``last``, both included, by day and unit; nothing done has no row."""
        found = [*self._usage_counted(first, last), *self._usage_told(first, last), *self._usage_of_drafts(first, last)]
        for unit, column in _ROWS.items():
            found += self._usage_by_day(unit, column, func.count(), first, last)
        found += self._usage_by_day(
            "active_people", decision.c.decided_at, func.count(decision.c.actor.distinct()), first, last
        )
        return sorted(row for row in found if row.count)

    def active_people(self, first: date, last: date) -> int:
        """How many people decided on anything in these days, each counted once."""
        query = self._select(decision, func.count(decision.c.actor.distinct()).label("n"))
        rows = self._all(half_open(query, decision.c.decided_at, *_bounds(first, last)))
        return int(rows[0]["n"])

    def _usage_counted(self, first: date, last: date) -> Iterator[DayCount]:
        for row in self._all(between(self._select(usage_count), usage_count.c.day, first, last)):
            yield DayCount(row["day"], row["unit"], row["count"])

    def _usage_told(self, first: date, last: date) -> Iterator[DayCount]:
        for unit, (action, member, is_list) in _EVENTS.items():
            day = self._usage_day(audit_event.c.at)
            query = (
                self._select(
                    audit_event, day.label("day"), func.sum(self._usage_member(member, is_list=is_list)).label("n")
                )
                .join(
                    audit_payload,
                    (audit_payload.c.tenant == audit_event.c.tenant)
                    & (audit_payload.c.sequence == audit_event.c.sequence),
                )
                .where(audit_event.c.action == action)
                .group_by(day)
            )
            for row in self._all(half_open(query, audit_event.c.at, *_bounds(first, last))):
                yield DayCount(_as_day(row["day"]), unit, int(row["n"] or 0))

    def _usage_of_drafts(self, first: date, last: date) -> Iterator[DayCount]:
        day = self._usage_day(invoice_draft.c.at)
        query = (
            self._select(invoice_draft, day.label("day"), func.count().label("n"))
            .join(
                draft_line,
                (draft_line.c.tenant == invoice_draft.c.tenant) & (draft_line.c.draft == invoice_draft.c.id),
            )
            .group_by(day)
        )
        for row in self._all(half_open(query, invoice_draft.c.at, *_bounds(first, last))):
            yield DayCount(_as_day(row["day"]), "draft_lines", row["n"])

    def _usage_by_day(
        self, unit: str, column: Column[Any], number: ColumnElement[int], first: date, last: date
    ) -> list[DayCount]:
        day = self._usage_day(column)
        query = self._select(column.table, day.label("day"), number.label("n")).group_by(day)
        rows = self._all(half_open(query, column, *_bounds(first, last)))
        return [DayCount(_as_day(row["day"]), unit, row["n"]) for row in rows]

    def _usage_day(self, column: Column[Any]) -> ColumnElement[Any]:
        """The UTC day of an instant; SQLite keeps instants as texts in UTC."""
        if self._connection.dialect.name == "postgresql":
            return cast(func.timezone("UTC", column), Date)
        return func.substr(cast(column, Text), 1, 10)

    def _usage_member(self, name: str, *, is_list: bool) -> ColumnElement[Any]:
        """A number of an event's payload, or how long a list of it is; nothing where an older event has none."""
        body = audit_payload.c.payload
        if self._connection.dialect.name == "postgresql":
            if is_list:
                return func.jsonb_array_length(func.jsonb_extract_path(body, name))
            return cast(func.jsonb_extract_path_text(body, name), Integer)
        text = cast(body, Text)
        return func.json_array_length(text, f"$.{name}") if is_list else func.json_extract(text, f"$.{name}")


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=1), time(), UTC)


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
