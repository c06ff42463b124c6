"""One person, two places: entries of the same person that share time."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report, worth
from hourtrail.checks.wording import clock, count, day, duration
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.spans import Span, covered_minutes

NAME = "overlap"

# Bounds for a broken export: spans of one person that run at the same time, and twins named in one finding.
_MOST_AT_ONCE: Final = 25
_MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True, order=True)
class _Booked:
    rank: int
    span: Span = field(compare=False)
    entry: TimeEntry = field(compare=False)


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each row that shares time with earlier rows (by creation, then file order), which are its comparables.

    Instants are compared, so neither midnight nor a clock change matters. Touching ends share nothing. A row that
    ``duplicate_entry`` reports is left out: it takes the same time because it is the same entry.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    least = timedelta(minutes=float(policy.bound(NAME, "minutes")))
    entries = context.distinct if policy.enabled("duplicate_entry") else context.ranked
    people: dict[str, list[_Booked]] = {}
    for rank, entry in enumerate(entries):
        if entry.start and entry.end and entry.start < entry.end:
            people.setdefault(entry.person, []).append(_Booked(rank, Span(entry.start, entry.end), entry))
    for booked in people.values():
        hits = _hits(booked, least)
        for later in sorted(hits):
            yield _fact(context, later, sorted(hits[later]), str(policy.bound(NAME, "minutes")))


def _hits(booked: list[_Booked], least: timedelta) -> dict[_Booked, list[_Booked]]:
    """Each row with the earlier rows that share more than ``least`` with it; a sweep over the starts."""
    hits: dict[_Booked, list[_Booked]] = {}
    running: list[_Booked] = []
    for row in sorted(booked, key=lambda row: (row.span.start, row.rank)):
        running = [other for other in running if other.span.end > row.span.start]
        for other in running:
            if min(other.span.end, row.span.end) - row.span.start > least:
                earlier, later = sorted((row, other))
                hits.setdefault(later, []).append(earlier)
        insort(running, row)
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
        value_at_risk=worth(entry, min(shared, entry.minutes)),
        comparables=twins,
    )
