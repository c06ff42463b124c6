"""What every type of fault states: how often it happens, on what, how it is made, and what is like it and right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np

from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money
from hourtrail_training.faults.labels import Difficulty, FaultLabel
from hourtrail_training.faults.scene import Grain, Scene, to_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a fault or a benign twin does to the lines. ``replaced`` keep their ids, ``added`` stand after the target.

    ``touched`` are further lines that belong to it and stay as they are: nothing else may happen to them.
    """

    label: FaultLabel
    replaced: tuple[TimeEntry, ...] = ()
    added: tuple[TimeEntry, ...] = ()
    removed: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Every line that it concerns."""
        lines = {row.id for row in (*self.replaced, *self.added)}
        return frozenset({*lines, *self.removed, *self.touched, self.label.entry} - {""})


Make: TypeAlias = Callable[[TimeEntry, Difficulty, Scene, np.random.Generator], Change | None]
"""Put the fault on this line, or say None when it cannot be done there."""
Twin: TypeAlias = Callable[[TimeEntry, Scene, np.random.Generator], Change | None]
"""The benign twin on this line; None when it cannot be one."""

EVERY: Final = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD)


def every_line(scene: Scene) -> list[TimeEntry]:
    """The usual population: each line."""
    return list(scene.entries)


def every_day(scene: Scene) -> list[TimeEntry]:
    """Each person-day, by its first line."""
    return [scene.day(person, day)[0] for person, day in scene.days]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultType:
    """One type. ``low`` and ``high`` bound its share of the population (models.md B4); a firm draws its own in between."""

    name: str
    low: float
    high: float
    make: Make
    twin: Twin
    targets: Callable[[Scene], list[TimeEntry]] = every_line
    week: tuple[Difficulty, ...] = ()
    """Difficulties that make sense where a date stands for a week; empty = not there at all."""
    whole_firm: bool = False
    """Whether it needs everybody's lines at once, so that it cannot be put in person by person."""
    held_out: bool = False
    """Whether only a held-out build has it, so that nobody tunes on it (models.md B5, 4)."""

    def difficulties(self, grain: Grain) -> tuple[Difficulty, ...]:
        """What it comes in at that grain."""
        return self.week if grain is Grain.WEEK else EVERY


def new_id(entry: TimeEntry, *names: object) -> str:
    """An id for a line that was not there; it says nothing about what it is."""
    return "e-" + stable_id("", (entry.id, *map(str, names))).removeprefix("_")[:16]


def later(entry: TimeEntry, minutes: int) -> TimeEntry:
    """The line written ``minutes`` later, where it says when it was written."""
    if entry.created_at is None:
        return entry
    return replace(entry, created_at=entry.created_at + timedelta(minutes=minutes))


def on_day(entry: TimeEntry, day: date) -> TimeEntry:
    """The line on another day, its clock times too."""
    moved = timedelta(days=(day - entry.date).days)
    return replace(
        entry,
        date=day,
        start=entry.start + moved if entry.start else None,
        end=entry.end + moved if entry.end else None,
    )


def lasting(entry: TimeEntry, minutes: int) -> TimeEntry:
    """The line with other minutes, and an end that fits them; what was written off stays within them."""
    longer = replace(entry, minutes=minutes, write_off_minutes=min(entry.write_off_minutes, minutes))
    return beginning(longer, entry.start) if entry.start and entry.end else longer


def beginning(entry: TimeEntry, start: datetime) -> TimeEntry:
    """The line from ``start`` on, for its minutes.

    It is written as much later or earlier as it now ends: a clock saves a line when it stops, and one that was saved at
    another moment would give itself away.
    """
    end = start + timedelta(minutes=entry.minutes)
    moved = replace(entry, start=start, end=end)
    if entry.created_at is None or entry.end is None:
        return moved
    return replace(moved, created_at=entry.created_at + (end - entry.end))


def fault(
    name: str,
    entry: TimeEntry,
    difficulty: Difficulty,
    *,
    cause: Blame = Blame.ENTRY,
    minutes: int = 0,
    money: Money | None = None,
    twin: str = "",
) -> FaultLabel:
    """The label of a fault on ``entry``. ``minutes`` are those booked too many (negative: too few)."""
    return FaultLabel(
        entry=entry.id, person=entry.person, date=entry.date, type=name, difficulty=difficulty, benign=False,
        minutes_effect=minutes, money_effect=format(to_cents(money.amount if money else Decimal(0)), "f"),
        currency=money.currency if money else entry.currency, cause=cause.value, twin=twin,
    )  # fmt: skip


def benign(name: str, entry: TimeEntry, *, twin: str = "") -> FaultLabel:
    """The label of something that looks like ``name`` and is right."""
    return FaultLabel(
        entry=entry.id, person=entry.person, date=entry.date, type=name, difficulty=Difficulty.HARD, benign=True,
        minutes_effect=0, money_effect="0.00", currency=entry.currency, cause=Blame.ENTRY.value, twin=twin,
    )  # fmt: skip


def left_alone(name: str, entry: TimeEntry) -> Change:
    """A line that stays as it is and counts as benign."""
    return Change(label=benign(name, entry))


def difference(first: Money | None, second: Money | None) -> Money | None:
    """``first`` minus ``second`` where both are of one currency; None is nothing."""
    if first is None or second is None:
        if first is None and second is not None:
            return second.times(Decimal(-1))
        return first
    return first - second if first.currency == second.currency else None


def words_of(entries: Iterable[TimeEntry], entry: TimeEntry) -> list[str]:
    """Other narratives that were written for the same item."""
    return sorted({row.narrative for row in entries if row.item == entry.item and row.narrative} - {entry.narrative})
