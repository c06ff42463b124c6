"""A series as one person's calendar holds it: from their first to their last occurrence, without those that are not theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hourtrail.domain.instants import zone_named
from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.world import Minute, Series
from hourtrail_training.simulator.writers.clock import local_time, minute_at
from hourtrail_training.simulator.writers.meetings import Told


@dataclass(frozen=True, slots=True)
class OwnSeries:
    """``starts`` are what the rule gives between the person's first and last occurrence, ``missing`` those to leave out."""

    series: Series
    seats: tuple[Told, ...]
    first: Minute
    last: Minute
    missing: tuple[Minute, ...]


def own_series(seats: Sequence[Told]) -> OwnSeries:
    """The series of ``seats`` (all of one series, at least one), by the starts that the rule gave them."""
    series = seats[0].occurrence.series
    assert series is not None
    planned = {told.occurrence.planned_start for told in seats}
    first, last = min(planned), max(planned)
    days = [local_time(minute, series.zone).date() for minute in (first, last)]
    missing = tuple(start for start in _starts(series, *days) if start not in planned)
    return OwnSeries(series, tuple(seats), first, last, missing)


def _starts(series: Series, first: date, last: date) -> Iterator[Minute]:
    """The rule's starts from the local day ``first``, itself one of them, to ``last``, both included."""
    zone, weekdays = zone_named(series.zone), frozenset(series.weekdays)
    monday = monday_of(first)
    for offset in range((last - monday).days + 1):
        day = monday + timedelta(days=offset)
        if day >= first and (offset // 7) % series.every_weeks == 0 and day.isoweekday() in weekdays:
            yield minute_at(day, series.local_start, zone)
