"""Blocks fitted to worked time: bursts lose their assumed lead and tail, and everything grows to what was really worked."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hourtrail.capture.anchors import AnchoredDay, anchored_days
from hourtrail.capture.claim import Slot, Timeline
from hourtrail.capture.grid import Days, floor_minute
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.stretches import Stretch, filled, stretches_of
from hourtrail.capture.treatment import is_private, is_stated
from hourtrail.domain.activity import Activity


def fitted(
    timeline: Timeline,
    short: Sequence[Activity],
    worked: Minutes,
    settings: CaptureSettings,
    days: Days,
    *,
    unseen: bool,
) -> Timeline:
    """``timeline`` with its blocks fitted to the ``worked`` minutes, every one of which lies in a run that holds a trace.

    ``short``: activities that are traces and have no time of their own. ``unseen``: whether worked time that nothing but
    a stated time could take is proposed.
    """
    runs = _Runs(worked)
    timeline = Timeline([part for slot in timeline.slots for part in _trimmed(slot, worked, settings)])
    parts = Counter(id(slot.claim) for slot in timeline.slots if slot.claim is not None)
    slots: list[Slot] = []
    for day in anchored_days(timeline, short, days):
        for stretch in _stretches(day, runs):
            slots.extend(filled(stretch, parts, settings, unseen=unseen))
    return Timeline(slots)


class _Runs:
    """Runs of worked minutes, found by a minute in them."""

    def __init__(self, worked: Minutes) -> None:
        self._spans = worked.spans()
        self._starts = [start for start, _ in self._spans]

    def around(self, minute: int) -> tuple[int, int] | None:
        """The run that holds a minute."""
        place = bisect_right(self._starts, minute) - 1
        return self._spans[place] if place >= 0 and minute < self._spans[place][1] else None


def _stretches(day: AnchoredDay, runs: _Runs) -> list[Stretch]:
    """The stretches of a day, each up to where its run of worked minutes ends."""
    unworked: dict[int, tuple[int, int]] = {}
    for pause in day.pauses():
        before, after = runs.around(pause.start), runs.around(pause.end - 1)
        gone = min(before[1], pause.end) if before else pause.start
        back = max(after[0], pause.start) if after else pause.end
        unworked[pause.start] = (gone, back) if gone < back else (pause.start, pause.start)
    stretches = list(stretches_of(day.anchors, unworked))
    first, last = day.anchors[0], day.anchors[-1]
    if not first.private and (lead := runs.around(first.start - 1)):
        stretches[0].start = max(lead[0], day.begin)
    if not last.private and (tail := runs.around(last.end)):
        stretches[-1].end = min(tail[1], day.over)
    return stretches


def _trimmed(slot: Slot, worked: Minutes, settings: CaptureSettings) -> list[Slot]:
    """A burst cut to its worked minutes: one part for each run of them that holds an event, each a claim of its own."""
    claim = slot.claim
    if claim is None or claim.private or not claim.anchor.is_point or is_stated(claim.anchor):
        return [slot]
    whole = Minutes.of([(slot.start, slot.end)])
    shortest = min(settings.minimum_block_minutes, slot.end - slot.start)
    pieces = worked.cut_to(whole).spans() or [(slot.end - shortest, slot.end)]
    starts = [start for start, _ in pieces]
    members: list[list[Activity]] = [[] for _ in pieces]
    for member in claim.members:
        members[max(0, bisect_right(starts, floor_minute(member.start)) - 1)].append(member)
    parts: list[Slot] = []
    for (start, end), own in zip(pieces, members, strict=True):
        if not own:
            continue
        begin = max(parts[-1].end if parts else slot.start, min(start, end - shortest))
        finish = min(max(end, begin + shortest), slot.end)
        if finish - begin < shortest and parts:
            assert parts[-1].claim is not None
            parts[-1].claim.members += tuple(own)
            parts[-1].end = finish
            continue
        anchor = next((event for event in own if not is_private(event)), own[0])
        piece = replace(claim, anchor=anchor, members=tuple(own), start=begin, end=finish)
        parts.append(Slot(begin, finish, slot.day, piece))
    parts[0].guests.extend(slot.guests)
    return parts
