"""Booked minutes of a person over a stretch of time, held against a limit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from hourtrail.checks.context import CheckContext
from hourtrail.domain.entry import TimeEntry

Stretch = TypeVar("Stretch")


@dataclass(frozen=True, slots=True)
class Total(Generic[Stretch]):
    """What one person booked in one stretch, and the entries that make it up."""

    person: str
    stretch: Stretch
    minutes: int
    entries: Sequence[TimeEntry]

    @property
    def ids(self) -> tuple[str, ...]:
        """The entries, longest first; the most telling twenty."""
        ordered = sorted(self.entries, key=lambda entry: (-entry.minutes, entry.id))
        return tuple(entry.id for entry in ordered[:20])


def over(context: CheckContext, limit: Decimal, stretch_of: Callable[[TimeEntry], Stretch]) -> Iterator[Total[Stretch]]:
    """The totals of more than ``limit`` minutes, per person and stretch."""
    groups: dict[tuple[str, Stretch], list[TimeEntry]] = {}
    for entry in context.ranked:
        groups.setdefault((entry.person, stretch_of(entry)), []).append(entry)
    for (person, stretch), entries in groups.items():
        minutes = sum(entry.minutes for entry in entries)
        if minutes > limit:
            yield Total(person, stretch, minutes, entries)
