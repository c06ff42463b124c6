"""A resolver on a minute grid (models.md F): every claim proposes its work with a weight, and the best path decides.

All claims of a day stand beside each other, bursts of points too, however they overlap. Minute by minute a claim is worth its
weight, and nothing is worth 0; each turn from one claim to another costs ``SWITCH_COST``, but not within one thread. The best path
(Viterbi) says who has which minute; what is shorter than its minimum is struck out and the path drawn again. The weights keep the
stated order: timer, call, attended meeting, focus window, ticket worklog, burst, mail and chat.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from hourtrail.capture import Captured, CaptureSettings, Habits, Presence, capture
from hourtrail.capture.bursts import fold
from hourtrail.capture.claim import Claim, Slot, Timeline
from hourtrail.capture.context import place_within
from hourtrail.capture.grid import Days, floor_minute
from hourtrail.capture.pause_model import SWITCH_COST
from hourtrail.capture.pipeline import Sorted, Traced, attended
from hourtrail.capture.spans import claims_of
from hourtrail.capture.treatment import Treatment
from hourtrail.domain.activity import Activity
from hourtrail.domain.firm import Person

WEIGHTS: Final = (6.0, 5.5, 5.0, 4.5, 4.5, 4.0, 3.0, 2.5, 2.0, 1.0)
"""By rank (``hourtrail.capture.treatment``), in log-odds a minute at scale 1."""

Proposal: TypeAlias = tuple[int, int, Claim]
Run: TypeAlias = tuple[int, int, Claim | None]


class GridResolver:
    """The product's capture, but for who has which minute. ``scale`` says how much a minute's weight is against a turn."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(
        self,
        person: Person,
        activities: Sequence[Activity],
        *,
        settings: CaptureSettings,
        habits: Habits,
        presence: Presence | None,
    ) -> Captured:
        """As ``hourtrail.capture.capture`` does."""
        return capture(person, activities, settings=settings, habits=habits, presence=presence, trace=self._traced)

    def _traced(
        self, found: Sorted, _decided: list[tuple[int, int]], settings: CaptureSettings, habits: Habits, days: Days
    ) -> Traced:
        """Slots by the best path. A replay has no decided time, so none is kept free."""
        spans = claims_of(attended(found, habits), settings)
        nothing = Timeline([])
        folded = [
            fold(found.lists[kind], nothing, settings, days) for kind in (Treatment.WORK_POINT, Treatment.TALK_POINT)
        ]
        bursts = [slot.claim for part in folded for slot in part.slots if slot.claim is not None]
        slots = resolved([*spans, *bursts], days, self.scale)
        timeline = Timeline(slots)
        won = {id(slot.claim) for slot in slots}
        left = [activity for part in folded for activity in part.left]
        for claim in bursts:
            left.extend(_kept(claim, timeline, found, has_won=id(claim) in won))
        return Traced(timeline, [member for claim in spans if id(claim) not in won for member in claim.members], left)


def _kept(claim: Claim, timeline: Timeline, found: Sorted, *, has_won: bool) -> list[Activity]:
    """Leaves a burst the events that lie in no other claim's time; those of a burst without time are given back."""
    kept: list[Activity] = []
    for event in claim.members:
        slot = timeline.at(floor_minute(event.start))
        if slot is not None and slot.claim is not claim:
            found.note(event, place_within(event, timeline))
        else:
            kept.append(event)
    if not has_won:
        return kept
    claim.members = tuple(kept) or claim.members[:1]
    if claim.anchor not in claim.members:
        claim.anchor = claim.members[0]
    return []


def resolved(claims: Iterable[Claim], days: Days, scale: float) -> list[Slot]:
    """Slots that never overlap, by local day."""
    by_day: dict[date, list[Proposal]] = defaultdict(list)
    for claim in claims:
        for day, start, end in days.split(claim.start, claim.end):
            by_day[day].append((start, end, claim))
    return [
        Slot(start, end, day, claim)
        for day, proposals in by_day.items()
        for start, end, claim in _runs(proposals, scale)
        if claim is not None
    ]


def _runs(proposals: list[Proposal], scale: float) -> list[Run]:
    """The best path in which nothing is shorter than its minimum. Every round strikes something out, so it ends."""
    while proposals:
        runs = best_path(proposals, scale)
        short = [
            (end - start, claim.rank, start, claim)
            for start, end, claim in runs
            if claim and end - start < claim.minimum
        ]
        if not short:
            return runs
        length, _, begin, struck = min(short, key=lambda row: row[:3])
        proposals = [part for row in proposals for part in _without(row, begin, begin + length, struck)]
    return []


def _without(row: Proposal, begin: int, finish: int, struck: Claim) -> list[Proposal]:
    start, end, claim = row
    if claim is not struck or end <= begin or start >= finish:
        return [row]
    return [(a, b, claim) for a, b in ((start, begin), (finish, end)) if a < b]


def best_path(proposals: Sequence[Proposal], scale: float) -> list[Run]:
    """Viterbi over the stretches between the edges of proposals; within one nothing changes, so no better path turns there."""
    edges = sorted({edge for start, end, _ in proposals for edge in (start, end)})
    reached: dict[Claim | None, float] = {None: 0.0}
    came_from: list[dict[Claim | None, Claim | None]] = []
    for start, end in pairwise(edges):
        here = [claim for begin, finish, claim in proposals if begin <= start and finish >= end]
        step: dict[Claim | None, float] = {}
        back: dict[Claim | None, Claim | None] = {}
        for label in (None, *here):
            before = max(reached, key=lambda one: (reached[one] - _turn(one, label), one is label))
            worth = 0.0 if label is None else scale * WEIGHTS[label.rank] * (end - start)
            step[label], back[label] = reached[before] - _turn(before, label) + worth, before
        reached = step
        came_from.append(back)
    label = max(reached, key=lambda one: reached[one])
    runs: list[Run] = []
    for (start, end), back in zip(reversed(list(pairwise(edges))), reversed(came_from), strict=True):
        if runs and runs[-1][2] is label:
            runs[-1] = (start, runs[-1][1], label)
        else:
            runs.append((start, end, label))
        label = back[label]
    return runs[::-1]


def _turn(one: Claim | None, other: Claim | None) -> float:
    if one is other or (one is not None and other is not None and one.thread and one.thread == other.thread):
        return 0.0
    return SWITCH_COST
