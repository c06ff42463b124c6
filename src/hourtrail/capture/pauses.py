"""Pauses inside a working stretch: which of them are bridged, and whose time they become.

A pause lies between two traces of one local day. It is bridged whole when the model finds no break in it, else up to the
break on either side; one longer than the bound of the settings is not. A bridged pause belongs to the work around it:
between two parts of one thread it joins them into one block; before a commit, review or document it is theirs, for that is
when it was made; else each side gets half. After a meeting, a call or a timer, where no other work takes it, it is a second
part of that, to be decided by itself. Nothing that states its own times (a meeting, a call, a timer) is stretched, nor
time that is private or decided, and nothing is bridged beside private time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from hourtrail.capture.claim import Slot, Timeline, grid_span
from hourtrail.capture.grid import Days
from hourtrail.capture.habits import Habits
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pause_model import NEAR, Pause, breaks
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import PRODUCT, is_stated
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
        return self.slot is not None and _is_private(self.slot)


def _is_private(slot: Slot) -> bool:
    return slot.claim is not None and slot.claim.private


@dataclass(frozen=True, slots=True)
class AnchoredDay:
    """The traces of one local day in order, none inside another; the day begins at the minute ``begin``."""

    begin: int
    anchors: Sequence[Anchor]

    def pauses(self) -> list[Pause]:
        """What lies between neighbours that do not touch, except beside private time."""
        seen = Minutes.of((anchor.start, anchor.end) for anchor in self.anchors)
        first, last = self.anchors[0].start, self.anchors[-1].end
        return [
            Pause(
                start=before.end, end=after.start, begin=self.begin, seen=seen.total, before=before.last, after=after.first,
                same_thread=bool(before.thread) and before.thread == after.thread,
                near_before=_within(seen, before.end, -1), near_after=_within(seen, after.start, 1),
                into_day=before.end - first, left_of_day=last - after.start,
            )
            for before, after in pairwise(self.anchors)
            if before.end < after.start and not (before.private or after.private)
        ]  # fmt: skip


def _within(seen: Minutes, minute: int, direction: int) -> tuple[int, int]:
    """How many minutes left traces in the ``NEAR`` minutes before (-1) or after (1) a minute."""
    edges = np.array([minute, *(minute + direction * reach for reach in NEAR)], dtype=np.int64)
    here, short, long = seen.before(edges).tolist()
    return abs(short - here), abs(long - here)


def bridged(
    timeline: Timeline, short: Sequence[Activity], settings: CaptureSettings, habits: Habits, days: Days
) -> Timeline:
    """``timeline`` with its pauses bridged. ``short``: activities that are traces and have no time of their own."""
    parts = Counter(id(slot.claim) for slot in timeline.slots if slot.claim is not None)
    slots: list[Slot] = []
    for day in anchored_days(timeline, short, days):
        pauses = [pause for pause in day.pauses() if pause.minutes <= settings.bridge_minutes]
        found = breaks(pauses, habits) if pauses else []
        unworked = {pause.start: broken for pause, broken in zip(pauses, found, strict=True)}
        for stretch in _stretches(day.anchors, unworked):
            slots.extend(_filled(stretch, parts, settings))
    return Timeline(slots)


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
            found.append(Anchor(start, end, activity.kind, activity.kind, "", None))
    found.sort(key=lambda anchor: (anchor.start, anchor.end))
    for (_, begin, over), group in groupby(found, key=lambda anchor: days.of(anchor.start)):
        anchors: list[Anchor] = []
        for anchor in group:
            if anchor.end <= over and (not anchors or anchor.start >= anchors[-1].end):
                anchors.append(anchor)
        yield AnchoredDay(begin, anchors)


def _kind(slot: Slot, place: int) -> ActivityKind:
    """The kind of what begins (0) or ends (-1) a slot; decided time counts as a focus window."""
    if slot.claim is None:
        return ActivityKind.FOCUS
    return slot.claim.members[place].kind if slot.claim.anchor.is_point else slot.claim.anchor.kind


@dataclass(slots=True)
class _Stretch:
    """Minutes [start, end) worked without a break, and the slots in them."""

    start: int
    end: int
    slots: list[Slot]


def _stretches(anchors: Sequence[Anchor], unworked: dict[int, tuple[int, int]]) -> Iterator[_Stretch]:
    stretch: _Stretch | None = None
    for anchor in anchors:
        if stretch is None:
            stretch = _Stretch(anchor.start, anchor.end, [])
        else:
            start, end = unworked.get(stretch.end, (stretch.end, anchor.start))
            beside_private = anchor.private or (bool(stretch.slots) and _is_private(stretch.slots[-1]))
            if start < end or beside_private:
                stretch.end = start
                yield stretch
                stretch = _Stretch(end, anchor.end, [])
            stretch.end = anchor.end
        if anchor.slot is not None:
            stretch.slots.append(anchor.slot)
    if stretch is not None:
        yield stretch


def _filled(stretch: _Stretch, parts: Counter[int], settings: CaptureSettings) -> list[Slot]:
    """The slots of a stretch, widened until they fill it; nothing where only short traces lie."""
    slots: list[Slot] = []
    for slot in stretch.slots:
        before = slots[-1] if slots else None
        if before is not None and _is_same(before, slot, parts):
            _join(before, slot, parts)
            continue
        if before is not None:
            _meet(before, slot)
            slots.extend(_follow_up(before, slot.start, parts, settings))
        slots.append(slot)
    if slots and _is_open(slots[0]):
        slots[0].start = stretch.start
    if slots and _is_open(slots[-1]):
        slots[-1].end = stretch.end
    if slots:
        slots.extend(_follow_up(slots[-1], stretch.end, parts, settings))
    return slots


def _follow_up(before: Slot, until: int, parts: Counter[int], settings: CaptureSettings) -> list[Slot]:
    """A bridged pause after something that states its own times: a part of its own, so that those times stay as they are."""
    claim = before.claim
    if claim is None or claim.private or until - before.end < settings.minimum_block_minutes or parts[id(claim)] != 1:
        return []
    return [Slot(before.end, until, before.day, claim, is_pause=True)]


def _is_open(slot: Slot) -> bool:
    """Whether a pause may become its time: not that of private or decided time, nor of what states its own times."""
    return slot.claim is not None and not slot.claim.private and not is_stated(slot.claim.anchor)


def _is_same(before: Slot, after: Slot, parts: Counter[int]) -> bool:
    one, other = before.claim, after.claim
    if one is None or other is None or not one.thread or one.thread != other.thread:
        return False
    return before.day == after.day and parts[id(one)] == parts[id(other)] == 1


def _join(before: Slot, after: Slot, parts: Counter[int]) -> None:
    """One block where there were two of one thread; the first keeps its name."""
    one, other = before.claim, after.claim
    assert one is not None
    assert other is not None
    before.claim = replace(
        one, members=(*one.members, *other.members), start=one.start, end=other.end, rank=min(one.rank, other.rank)
    )
    before.end = after.end
    before.guests.extend(after.guests)
    parts[id(before.claim)] = 1


def _meet(before: Slot, after: Slot) -> None:
    """Closes the pause between two slots, each half of it, or all where only one may grow."""
    pause = after.start - before.end
    if pause <= 0:
        return
    grows, takes = _is_open(before), _is_open(after)
    if takes and (not grows or (after.claim is not None and after.claim.members[0].kind in PRODUCT)):
        after.start = before.end
    elif grows and not takes:
        before.end = after.start
    elif grows:
        before.end += pause // 2
        after.start = before.end
