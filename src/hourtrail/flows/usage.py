"""How much of the product a firm uses, in numbers alone: by UTC day, workflow and unit."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.store import Store
from hourtrail.store.usage import DayCount

WORKFLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "capture": ("activities_ingested",),
    "suggest": ("suggestions_created", "suggestions_updated", "events_scored"),
    "confirm": ("decisions", "time_entries", "entry_moves", "active_people"),
    "review": ("entries_checked", "findings", "finding_reviews"),
    "bill": ("draft_lines", "expenses", "payments"),
}
"""What is counted where. ``events_scored`` and ``entries_checked`` are counted as they are done; all else is read from what is kept."""

EVENTS_SCORED: Final = "events_scored"
ENTRIES_CHECKED: Final = "entries_checked"
ACTIVE: Final = "active_people"
COLUMNS: Final = ("tenant", "day", "workflow", "unit", "count")

LONGEST: Final = 400
"""Days of one answer."""

_WORKFLOW: Final = {unit: workflow for workflow, units in WORKFLOWS.items() for unit in units}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """What was done from ``first`` to ``last``. ``active`` are the people who decided in these days, each counted once."""

    tenant: str
    first: date
    last: date
    days: tuple[DayCount, ...]
    active: int

    def rows(self) -> list[dict[str, Any]]:
        """One row for each day and unit with something to tell, by day."""
        return [
            {
                "tenant": self.tenant,
                "day": row.day.isoformat(),
                "workflow": _WORKFLOW[row.unit],
                "unit": row.unit,
                "count": row.count,
            }
            for row in self.days
        ]

    def to_json(self) -> dict[str, Any]:
        """The rows, and each unit over all days."""
        totals = {unit: sum(row.count for row in self.days if row.unit == unit) for unit in _WORKFLOW}
        totals[ACTIVE] = self.active
        return {
            "tenant": self.tenant,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "usage": [{name: value for name, value in row.items() if name != "tenant"} for row in self.rows()],
            "totals": [{"workflow": _WORKFLOW[unit], "unit": unit, "count": count} for unit, count in totals.items()],
        }


def usage(store: Store, tenant: str, first: date, last: date) -> UsageReport:
    """What was done on these UTC days, both included. Raises InvalidInput for days that run backwards or are too many."""
    days = (last - first).days + 1
    if not 1 <= days <= LONGEST:
        raise InvalidInput(f"from {first} to {last} is {days} days; choose 1 to {LONGEST}")
    with store.tenant(tenant, read_only=True) as db:
        known = (row for row in db.usage(first, last) if row.unit in _WORKFLOW)
        return UsageReport(
            tenant=tenant, first=first, last=last, days=tuple(known), active=db.active_people(first, last)
        )


def count_done(store: Store, tenant: str, unit: str, count: int, *, now: datetime | None = None) -> None:
    """Count what leaves no row behind it; a negative count takes back what was counted too much."""
    if count:
        with store.tenant(tenant) as db:
            db.count_usage((now or datetime.now(UTC)).date(), unit, count)


@contextmanager
def counted_beside(store: Store, tenant: str, unit: str, count: int, threads: Executor) -> Iterator[None]:
    """Count what leaves no row behind it while it is done, in another thread: a database takes its time to make sure of it.

    At the end of the block it is counted; what ends in an error is taken back. Raises what counting raises.
    """
    now = datetime.now(UTC)
    counting = threads.submit(count_done, store, tenant, unit, count, now=now)
    try:
        yield
    except BaseException:
        counting.result()
        count_done(store, tenant, unit, -count, now=now)
        raise
    counting.result()
