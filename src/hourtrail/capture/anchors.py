"""The traces of a local day in order, and the pauses between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from hourtrail.capture.claim import Slot, Timeline, grid_span
from hourtrail.capture.grid import Days
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pause_model import NEAR, Pause
from hourtrail.domain.activity import Activity, ActivityKind


@dataclass(frozen=True, slots=True)
class Anchor:
    """Time with a trace: a slot, or an activity too short for one (``slot`` is None)."""

    start: int
    end: int
    first: ActivityKind
    last: ActivityKind
    thread: str
    slot: Slot | None

    @property
    def private(self) -> bool:
        """Whether nothing is bridged beside it."""
        return self.slot is not None and is_private_slot(self.slot)


def is_private_slot(slot: Slot) -> bool:
    """Whether a slot hides its title."""
    return slot.claim is not None and slot.claim.private


@dataclass(frozen=True, slots=True)
class AnchoredDay:
    """The traces of one local day in order, none inside another; the day holds the minutes [begin, over)."""

    begin: int
    over: int
    anchors: Sequence[Anchor]

    def pauses(self) -> list[Pause]:
        """What lies between neighbours that do not touch, except beside private time."""
        pairs = [
            (before, after)
            for before, after in pairwise(self.anchors)
            if before.end < after.start and not (before.private or after.private)
        ]
        if not pairs:
            return []
        seen = Minutes.of((anchor.start, anchor.end) for anchor in self.anchors)
        total, first, last = seen.total, self.anchors[0].start, self.anchors[-1].end
        earlier = _within(seen, [before.end for before, _ in pairs], -1)
        later = _within(seen, [after.start for _, after in pairs], 1)
        return [
            Pause(
                start=before.end, end=after.start, begin=self.begin, seen=total, before=before.last, after=after.first,
                same_thread=bool(before.thread) and before.thread == after.thread,
                near_before=near_before, near_after=near_after,
                into_day=before.end - first, left_of_day=last - after.start,
            )
            for (before, after), near_before, near_after in zip(pairs, earlier, later, strict=True)
        ]  # fmt: skip


def _within(seen: Minutes, minutes: Sequence[int], direction: int) -> list[tuple[int, int]]:
    """How many minutes left traces in the ``NEAR`` minutes before (-1) or after (1) each of ``minutes``."""
    reach = np.array([0, *NEAR], dtype=np.int64) * direction
    here, short, long = seen.before(np.array(minutes, dtype=np.int64) + reach[:, np.newaxis])
    return list(zip(np.abs(short - here).tolist(), np.abs(long - here).tolist(), strict=True))


def anchored_days(timeline: Timeline, short: Sequence[Activity], days: Days) -> Iterator[AnchoredDay]:
    """Every local day with a trace, in order of time."""
    found = [
        Anchor(
            slot.start, slot.end, _kind(slot, 0), _kind(slot, -1), "" if slot.claim is None else slot.claim.thread, slot
        )
        for slot in timeline.slots
    ]
    for activity in short:
        start, end = grid_span(activity)
        end = max(end, start + 1)
        if timeline.most_shared(start, end) is None:
            found.extend(
                Anchor(begin, finish, activity.kind, activity.kind, "", None)
                for _, begin, finish in days.split(start, end)
            )
    found.sort(key=lambda anchor: (anchor.start, anchor.end))
    for (_, begin, over), group in groupby(found, key=lambda anchor: days.of(anchor.start)):
        anchors: list[Anchor] = []
        for anchor in group:
            if anchor.end <= over and (not anchors or anchor.start >= anchors[-1].end):
                anchors.append(anchor)
        yield AnchoredDay(begin, over, anchors)


def _kind(slot: Slot, place: int) -> ActivityKind:
    """The kind of what begins (0) or ends (-1) a slot; decided time counts as a focus window."""
    if slot.claim is None:
        return ActivityKind.FOCUS
    return slot.claim.members[place].kind if slot.claim.anchor.is_point else slot.claim.anchor.kind
