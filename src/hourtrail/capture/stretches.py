"""Time worked without a break, and whose it becomes.

It belongs to the work in it: two parts of one thread are one block; a commit, review or document takes the time before it,
for that is when it was made; else two neighbours get half each. Nothing that states its own times (a meeting, a call, a
timer) is stretched, nor time that is private or decided, and nothing beside private time is filled. Where only stated times
could take it, it is a part of its own, without any trace, to be decided by itself; and that only for people whose confirmed
entries cover such times.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hourtrail.capture.anchors import Anchor, is_private_slot
from hourtrail.capture.claim import Slot
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import PRODUCT, is_stated


@dataclass(slots=True)
class Stretch:
    """Minutes [start, end) worked without a break, and the slots in them."""

    start: int
    end: int
    slots: list[Slot]


def stretches_of(anchors: Sequence[Anchor], unworked: Mapping[int, tuple[int, int]]) -> Iterator[Stretch]:
    """The stretches of one day; ``unworked`` is the break of each pause by its start, all of it where it is not named."""
    stretch: Stretch | None = None
    for anchor in anchors:
        if stretch is None:
            stretch = Stretch(anchor.start, anchor.end, [])
        else:
            start, end = unworked.get(stretch.end, (stretch.end, anchor.start))
            beside_private = anchor.private or (bool(stretch.slots) and is_private_slot(stretch.slots[-1]))
            if start < end or beside_private:
                stretch.end = start
                yield stretch
                stretch = Stretch(end, anchor.end, [])
            stretch.end = anchor.end
        if anchor.slot is not None:
            stretch.slots.append(anchor.slot)
    if stretch is not None:
        yield stretch


def filled(stretch: Stretch, parts: Counter[int], settings: CaptureSettings, *, unseen: bool) -> list[Slot]:
    """The slots of a stretch, widened until they fill it; nothing where only short traces lie.

    ``unseen``: whether time that only stated times could take is proposed as a part of its own.
    """
    slots: list[Slot] = []
    alone: list[Slot] = []
    shortest = settings.minimum_block_minutes if unseen else stretch.end - stretch.start + 1
    for slot in stretch.slots:
        before = slots[-1] if slots else None
        if before is not None and _is_same(before, slot, parts):
            _join(before, slot, parts)
            continue
        if before is not None:
            _meet(before, slot)
            alone.extend(_without_trace(before, before.end, slot.start, parts, shortest))
        slots.append(slot)
    if not slots:
        return slots
    if _is_open(slots[0]):
        slots[0].start = stretch.start
    if _is_open(slots[-1]):
        slots[-1].end = stretch.end
    alone.extend(_without_trace(slots[-1], slots[-1].end, stretch.end, parts, shortest))
    alone.extend(_without_trace(slots[0], stretch.start, slots[0].start, parts, shortest))
    return [*slots, *alone]


def _without_trace(beside: Slot, start: int, end: int, parts: Counter[int], shortest: int) -> list[Slot]:
    """Worked time beside something that states its own times: a part of its own, so that those times stay as they are."""
    claim = beside.claim
    if claim is None or claim.private or end - start < shortest or parts[id(claim)] != 1:
        return []
    return [Slot(start, end, beside.day, claim, is_pause=True)]


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
