"""Booked minutes of a person over a stretch of time, held against a limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hourtrail.checks.columns import Groups
from hourtrail.checks.context import CheckContext
from hourtrail.domain.entry import TimeEntry


@dataclass(frozen=True, slots=True)
class Total:
    """What one person booked in one stretch of time, and the entries that make it up; ``day`` is one of its days."""

    person: str
    day: date
    minutes: int
    entries: Sequence[TimeEntry]

    @property
    def ids(self) -> tuple[str, ...]:
        """The entries, longest first; the most telling twenty."""
        ordered = sorted(self.entries, key=lambda entry: (-entry.minutes, entry.id))
        return tuple(entry.id for entry in ordered[:20])


def over(context: CheckContext, limit: Decimal, groups: Groups) -> Iterator[Total]:
    """The totals of more than ``limit`` minutes. ``groups`` are the entries of one person and stretch each."""
    for rows in groups.members(groups.sums(context.columns.minutes) > float(limit)):
        entries = [context.ranked[row] for row in rows]
        yield Total(entries[0].person, entries[0].date, sum(entry.minutes for entry in entries), entries)
