"""What was seen of one person, as arrays: the traces of each local day, joined where they touch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.capture.claim import grid_span
from hourtrail.capture.grid import Days
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.treatment import weight
from hourtrail.domain.activity import Activity, ActivityKind

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS: Final = (
    ActivityKind.MEETING, ActivityKind.CALL, ActivityKind.TRAVEL, ActivityKind.FOCUS, ActivityKind.COMMIT, ActivityKind.REVIEW,
    ActivityKind.DOCUMENT, ActivityKind.TICKET, ActivityKind.EMAIL, ActivityKind.MESSAGE,
)  # fmt: skip
"""Kinds by their code; models learned on these numbers, so the order never changes. Any other kind has the code after them."""

GROUPS: Final = np.array([0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 1])
"""Kind code to what it says of the time around it: 0 stated times, 1 windows, 2 made things, 3 tickets, 4 talk."""

_JOINED: Final = 2
"""Minutes: traces this close are one."""


@dataclass(frozen=True, slots=True, eq=False)
class SightedDay:
    """One local day, [begin, over) on the grid, and its traces: disjoint spans in order, all arrays of shape (spans,).

    ``first`` and ``last`` are the kind codes at both ends of a span, ``first_place`` and ``last_place`` codes of the
    container there (0: none), ``trust`` the largest weight of its activities.
    """

    day: date
    begin: int
    over: int
    seen: Minutes
    first: Ints
    last: Ints
    first_place: Ints
    last_place: Ints
    trust: Floats


class Sighted:
    """The traces of one person in order of time. ``activities`` are those that take time and are not private.

    ``names`` are the containers by their code; the first is the empty one.
    """

    def __init__(self, activities: Iterable[Activity]) -> None:
        rows = sorted(activities, key=lambda row: (row.start, row.key))
        spans = np.array([grid_span(row) for row in rows], dtype=np.int64).reshape(-1, 2)
        order = np.argsort(spans[:, 0], kind="stable")
        rows = [rows[place] for place in order.tolist()]
        self._starts = spans[order, 0]
        self._ends = np.maximum(spans[order, 1], self._starts + 1)
        self._reached = np.maximum.accumulate(self._ends) if rows else self._ends
        codes = {kind: code for code, kind in enumerate(KINDS)}
        self._kinds = np.array([codes.get(row.kind, len(KINDS)) for row in rows], dtype=np.int64)
        codes_of: dict[str, int] = {"": 0}
        places = [codes_of.setdefault(row.container, len(codes_of)) for row in rows]
        self._places = np.array(places, dtype=np.int64)
        self.names = tuple(codes_of)
        self._weights = np.array([weight(row) for row in rows], dtype=np.float64)

    def days(self, days: Days, begin: int | None = None, end: int | None = None) -> Iterator[SightedDay]:
        """Every local day with a trace in [begin, end), in order; by default all of them."""
        at = int(self._starts[0]) if begin is None and len(self._starts) else begin or 0
        while end is None or at < end:
            place = int(np.searchsorted(self._reached, at, side="right"))
            if place >= len(self._starts):
                return
            at = max(at, int(self._starts[place]))
            if end is not None and at >= end:
                return
            day, midnight, over = days.of(at)
            found = self._of_day(day, midnight, over)
            if found is not None:
                yield found
            at = over

    def _of_day(self, day: date, begin: int, over: int) -> SightedDay | None:
        """The traces of one local day, cut at its midnights; None when there are none."""
        low = int(np.searchsorted(self._reached, begin, side="right"))
        high = int(np.searchsorted(self._starts, over, side="left"))
        ends = np.minimum(self._ends[low:high], over)
        starts = np.maximum(self._starts[low:high], begin)
        kept = np.flatnonzero(ends > starts)
        if not len(kept):
            return None
        starts, ends = starts[kept], ends[kept]
        reached = np.maximum.accumulate(ends)
        opens = np.flatnonzero(np.append(True, starts[1:] > reached[:-1] + _JOINED))
        closes = np.append(opens[1:] - 1, len(starts) - 1)
        # What ends a span is whatever in it goes on longest.
        spans = np.repeat(np.arange(len(opens)), closes - opens + 1)
        longest = np.lexsort((np.arange(len(ends)), ends, spans))[closes]
        kinds, places = self._kinds[low:high][kept], self._places[low:high][kept]
        return SightedDay(
            day=day, begin=begin, over=over, seen=Minutes(starts[opens], reached[closes]), first=kinds[opens],
            last=kinds[longest], first_place=places[opens], last_place=places[longest],
            trust=np.maximum.reduceat(self._weights[low:high][kept], opens),
        )  # fmt: skip


def days_around(spans: Sequence[tuple[int, int]], days: Days) -> dict[date, list[tuple[int, int]]]:
    """Spans cut at local midnights, by local day."""
    found: dict[date, list[tuple[int, int]]] = {}
    for start, end in spans:
        for day, begin, finish in days.split(start, end):
            found.setdefault(day, []).append((begin, finish))
    return found
