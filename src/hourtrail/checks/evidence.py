"""What sources saw of a person's day, reduced to what a check may say: times, minutes and kinds, never a title."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from hourtrail.checks.wording import duration
from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.spans import Span

_NOUNS: Final[Mapping[ActivityKind, str]] = {
    ActivityKind.MEETING: "meetings",
    ActivityKind.CALL: "calls",
    ActivityKind.COMMIT: "commits",
    ActivityKind.REVIEW: "reviews",
    ActivityKind.TICKET: "ticket work",
    ActivityKind.MESSAGE: "messages",
    ActivityKind.EMAIL: "e-mail",
    ActivityKind.DOCUMENT: "documents",
    ActivityKind.FOCUS: "focus time",
    ActivityKind.TRAVEL: "travel",
    ActivityKind.ABSENCE: "absence",
}


class Trace(NamedTuple):
    """One block of work that sources show. Blocks of one person never overlap.

    ``shown`` minutes are what the activities themselves cover; ``likely`` minutes add the work that is assumed around
    events without duration, such as the half hour before a commit.
    """

    kind: ActivityKind
    span: Span
    shown: int
    likely: int


Evidence: TypeAlias = Mapping[tuple[str, date], Sequence[Trace]]
"""The traces of each person and local work date; a day without any has no key."""


class Proposal(NamedTuple):
    """An open suggestion: its id, and the minutes that it would book."""

    id: str
    minutes: int


Proposals: TypeAlias = Mapping[tuple[str, date], Sequence[Proposal]]
"""The open suggestions of each person and local work date."""


def shown_minutes(traces: Iterable[Trace]) -> int:
    """Minutes that the activities themselves cover."""
    return sum(trace.shown for trace in traces)


def likely_minutes(traces: Iterable[Trace]) -> int:
    """Minutes with the assumed work around events without duration."""
    return sum(trace.likely for trace in traces)


def unbooked(traces: Iterable[Trace], entries: Sequence[TimeEntry]) -> Iterator[tuple[Trace, int]]:
    """The blocks that no entry covers in full, each with the minutes left; every block where an entry tells no time."""
    spans = [Span(row.start, row.end) for row in entries if row.start and row.end and row.start < row.end]
    booked = spans if len(spans) == len(entries) else []
    for trace in traces:
        if left := min(trace.shown, sum(piece.minutes for piece in trace.span.minus(booked))):
            yield trace, left


def classes(traces: Iterable[Trace], entries: Sequence[TimeEntry] = ()) -> str:
    """The kinds of evidence with their minutes, most first: ``meetings 2 h, commits 45 min``.

    Where every one of ``entries`` tells its time, only what none of them covers is counted.
    """
    minutes: dict[str, int] = {}
    for trace, left in unbooked(traces, entries):
        minutes[_NOUNS[trace.kind]] = minutes.get(_NOUNS[trace.kind], 0) + left
    ordered = sorted(minutes.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{noun} {duration(count)}" for noun, count in ordered)
