"""One person, two places: entries of the same person that share time."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from hourtrail.checks.columns import Groups, Mask
from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import clock, count, day, duration
from hourtrail.columnar import NO_INSTANT
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.spans import Span, covered_minutes

NAME = "overlap"

# Bounds for a broken export: spans of one person that run at the same time, and twins named in one finding.
_MOST_AT_ONCE: Final = 25
_MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class _Booked:
    rank: int
    span: Span
    entry: TimeEntry


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each row that shares time with earlier rows (by creation, then file order), which are its comparables.

    Instants are compared, so neither midnight nor a clock change matters. Touching ends share nothing. A row that
    ``duplicate_entry`` reports is left out: it takes the same time because it is the same entry.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    least = timedelta(minutes=float(policy.bound(NAME, "minutes")))
    counted = context.distinct if policy.enabled("duplicate_entry") else np.ones(len(context.ranked), np.bool_)
    for booked in _at_once(context, counted):
        by_rank = {row.rank: row for row in booked}
        hits = _hits(booked, least)
        for later in sorted(hits):
            earlier = [by_rank[rank] for rank in sorted(hits[later])]
            yield _fact(context, by_rank[later], earlier, str(policy.bound(NAME, "minutes")))


def _at_once(context: CheckContext, counted: Mask) -> Iterator[list[_Booked]]:
    """The entries of one person that follow each other before the ones before them are over; those that stand alone are left out."""
    columns = context.columns
    timed = (columns.start != NO_INSTANT) & (columns.start < columns.end)
    rows = np.flatnonzero(counted & timed)
    person, starts, ends = columns.person[rows], columns.start[rows], columns.end[rows]
    order = np.lexsort((starts, person))
    rows, person, starts, ends = rows[order], person[order], starts[order], ends[order]
    # Within a person, until when the entries begun so far run; a gap of zero or more begins a new cluster.
    running = np.zeros_like(ends)
    for bounds in Groups(person, np.arange(len(rows))).slices():
        running[bounds] = np.maximum.accumulate(ends[bounds])
    apart = (np.diff(person) != 0) | (starts[1:] >= running[:-1])
    clusters = Groups(np.append(0, np.cumsum(apart))[: len(rows)], np.arange(len(rows)))
    for members in clusters.members(clusters.sizes > 1):
        found = [(rank, context.ranked[rank]) for rank in rows[members].tolist()]
        yield [_Booked(rank, Span(row.start, row.end), row) for rank, row in found if row.start and row.end]


def _hits(booked: list[_Booked], least: timedelta) -> dict[int, list[int]]:
    """Ranks of the rows that share more than ``least`` with earlier ranks, and those ranks; a sweep over the starts."""
    hits: dict[int, list[int]] = {}
    running: list[_Booked] = []
    for row in sorted(booked, key=lambda row: (row.span.start, row.rank)):
        start, end, rank = row.span.start, row.span.end, row.rank
        running = [other for other in running if other.span.end > start]
        for other in running:
            if min(other.span.end, end) - start > least:
                hits.setdefault(max(rank, other.rank), []).append(min(rank, other.rank))
        insort(running, row, key=lambda row: row.rank)
        del running[_MOST_AT_ONCE:]
    return hits


def _fact(context: CheckContext, later: _Booked, earlier: list[_Booked], least: str) -> Fact:
    entry = later.entry
    shared = covered_minutes(part for other in earlier if (part := later.span.intersection(other.span)))
    twins = tuple(other.entry.id for other in earlier[:_MOST_NAMED])
    rest = len(earlier) - len(twins)
    named = ", ".join(twins) + (f" and {rest} more" if rest else "")
    at = clock(later.span.start, later.span.end, context.zone(entry.person))
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=tuple(sorted((entry.id, *twins))),
        measured=f"{duration(shared)} shared with {count(len(earlier), 'other entry', 'other entries')}",
        expected=f"at most {least} min shared",
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)} from {at}, but {duration(shared)} of it "
            f"{'is' if shared == 1 else 'are'} also booked in {'entry' if len(earlier) == 1 else 'entries'} {named}."
        ),
        value_at_risk=context.worth(entry, min(shared, entry.minutes)),
        comparables=twins,
    )
