"""The week grid: every active assignment, likely tasks first, at zero hours until there is evidence or a person's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.money import minutes_from_hours
from hourtrail.domain.suggestion import Suggestion, SuggestionStatus
from hourtrail.domain.weeks import monday_of
from hourtrail.store import Store

RECENT: Final = timedelta(days=28)
"""How far before the week entries are looked at for what somebody works on these days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One work item: minutes a day, Monday first, booked and proposed apart. ``planned_minutes`` is the week's plan."""

    item: WorkItem
    booked: tuple[int, ...]
    proposed: tuple[int, ...]
    planned_minutes: int | None


def week_grid(store: Store, tenant: str, person: str, day: date) -> list[GridRow]:
    """The grid of the week that holds ``day``, in the order of ``grid_of``."""
    monday = monday_of(day)
    sunday = monday + timedelta(days=6)
    with store.tenant(tenant, read_only=True) as db:
        master = db.planning_of(person)
        entries = list(db.entries(person=person, first=monday - RECENT, last=sunday))
        suggestions = db.suggestions(person=person, first=monday, last=sunday, status=SuggestionStatus.OPEN)
    return grid_of(master, person, monday, entries, suggestions)


def grid_of(
    master: MasterData, person: str, monday: date, entries: Sequence[TimeEntry], suggestions: Sequence[Suggestion]
) -> list[GridRow]:
    """The grid of a week, of its entries and those of the ``RECENT`` before it, and of its open suggestions.

    Order: booked time, then proposed time, then recent use, then plan, then code.
    """
    days = [monday + timedelta(days=offset) for offset in range(7)]
    items = {item for one in days for item in master.bookable(person, one, (entry.item for entry in entries))}
    booked: dict[tuple[WorkItem, date], int] = {}
    recent: dict[WorkItem, int] = {}
    for entry in entries:
        booked[entry.item, entry.date] = booked.get((entry.item, entry.date), 0) + entry.minutes
        recent[entry.item] = recent.get(entry.item, 0) + entry.minutes
        if entry.date >= monday:
            items.add(entry.item)
    proposed: dict[tuple[WorkItem, date], int] = {}
    for row in suggestions:
        if row.item is not None:
            proposed[row.item, row.date] = proposed.get((row.item, row.date), 0) + row.block.suggested_minutes
            items.add(row.item)
    plans: dict[WorkItem, Decimal] = {}
    for plan in master.assignments_of(person):
        if plan.planned_hours_per_week is not None and any(plan.covers(plan.item, one) for one in days):
            plans[plan.item] = plans.get(plan.item, Decimal(0)) + plan.planned_hours_per_week
    planned = {item: minutes_from_hours(hours) for item, hours in plans.items()}
    grid = [
        GridRow(
            item=item,
            booked=tuple(booked.get((item, one), 0) for one in days),
            proposed=tuple(proposed.get((item, one), 0) for one in days),
            planned_minutes=planned.get(item, planned.get(item.at_project)),
        )
        for item in items
    ]
    return sorted(
        grid,
        key=lambda row: (
            -sum(row.booked), -sum(row.proposed), -recent.get(row.item, 0), -(row.planned_minutes or 0), row.item,
        ),
    )  # fmt: skip
