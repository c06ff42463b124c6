"""Claims of activities that have a duration: calls join their meeting, focus windows fold, overlaps are resolved."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from hourtrail.capture.claim import Claim, Slot, grid_span, shared
from hourtrail.capture.grid import Days
from hourtrail.capture.settings import CaptureSettings
from hourtrail.capture.treatment import is_private, is_stated, rank
from hourtrail.domain.activity import Activity, ActivityKind


def claims_of(activities: Sequence[Activity], settings: CaptureSettings) -> list[Claim]:
    """One claim for each span, except that a meeting with its calls, and focus windows on one thing, are one together."""
    calls = _calls_by_meeting(activities, settings)
    taken = {call.key for group in calls.values() for call in group}
    focus = [a for a in activities if a.kind is ActivityKind.FOCUS and not is_private(a)]
    taken |= {a.key for a in focus}
    claims = [_folded(group, settings) for group in _focus_groups(focus, settings)]
    alone = (a for a in activities if a.key not in taken)
    claims.extend(_held(a, calls[a.key]) if a.key in calls else _plain(a, settings) for a in alone)
    return claims


def _plain(activity: Activity, settings: CaptureSettings) -> Claim:
    start, end = grid_span(activity)
    minimum = 1 if is_stated(activity) else settings.minimum_block_minutes
    return Claim(anchor=activity, members=(activity,), start=start, end=end, rank=rank(activity), minimum=minimum)


def _held(meeting: Activity, calls: list[Activity]) -> Claim:
    """A meeting as it was really held: the call log's times win over the calendar's, a dropped line is no pause.

    The meeting stays the anchor, so that its suggestion keeps its id, series and title when the log comes in.
    """
    spans = [grid_span(call) for call in calls]
    return Claim(
        anchor=meeting, members=(meeting, *calls), start=min(s for s, _ in spans), end=max(e for _, e in spans),
        rank=rank(calls[0]), minimum=1,
    )  # fmt: skip


def _folded(windows: list[Activity], settings: CaptureSettings) -> Claim:
    spans = [grid_span(window) for window in windows]
    return Claim(
        anchor=windows[0], members=tuple(windows), start=spans[0][0], end=max(e for _, e in spans),
        rank=min(rank(window) for window in windows), minimum=settings.minimum_block_minutes, thread="\0".join(_thing(windows[0])),
    )  # fmt: skip


def _calls_by_meeting(activities: Iterable[Activity], settings: CaptureSettings) -> dict[str, list[Activity]]:
    """Each call under the meeting that it shares most with, if that is at least half of the shorter of the two."""
    ordered = sorted(activities, key=lambda a: (a.start, a.key))
    meetings = [a for a in ordered if a.kind is ActivityKind.MEETING and not is_private(a)]
    spans = [grid_span(meeting) for meeting in meetings]
    starts = [start for start, _ in spans]
    joined: dict[str, list[Activity]] = defaultdict(list)
    for call in (a for a in ordered if a.kind is ActivityKind.CALL and not is_private(a)):
        start, end = grid_span(call)
        best: tuple[int, str] | None = None
        first = bisect_left(starts, start - settings.max_block_hours * 60 - 1)
        for index in range(first, bisect_left(starts, end)):
            begin, finish = spans[index]
            both = min(end, finish) - max(start, begin)
            enough = both > 0 and 2 * both >= min(end - start, finish - begin)
            if enough and (best is None or both > best[0]):
                best = (both, meetings[index].key)
        if best is not None:
            joined[best[1]].append(call)
    return joined


def _focus_groups(windows: Iterable[Activity], settings: CaptureSettings) -> Iterator[list[Activity]]:
    """Windows on the same thing with a short pause between them, each group in order of time."""
    ordered = sorted(windows, key=lambda a: (*_thing(a), a.start, a.key))
    for _, same in groupby(ordered, key=_thing):
        group: list[Activity] = []
        reached = 0
        for window in same:
            start, end = grid_span(window)
            if group and start - reached > settings.focus_pause_minutes:
                yield group
                group = []
            reached = max(reached, end) if group else end
            group.append(window)
        yield group


def _thing(window: Activity) -> tuple[str, str, str]:
    return window.container, window.reference, window.title


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who won which time, day by day, and the claims that won none."""

    slots: list[Slot]
    lost: list[Claim]


def resolve(
    claims: Sequence[Claim], occupied: Sequence[tuple[int, int]], settings: CaptureSettings, days: Days
) -> Resolved:
    """Gives every minute to at most one claim, by precedence; ``occupied`` minutes (disjoint) to none.

    What an overlap leaves of a claim is kept when it is still worth proposing: 15 minutes by default, or half of the claim
    if that is less.
    """
    won: list[tuple[int, int, Claim | None]] = []
    lost: list[Claim] = []
    for group, blocked in _clusters(claims, occupied):
        taken: list[tuple[int, int]] = list(blocked)
        won.extend((start, end, None) for start, end in blocked)
        for claim in sorted(group, key=lambda claim: claim.precedence):
            pieces = _worthwhile(claim, _free(claim.start, claim.end, taken), settings)
            if not pieces:
                lost.append(claim)
            for piece in pieces:
                insort(taken, piece)
                won.append((*piece, claim))
    slots = [
        Slot(begin, finish, day, claim)
        for start, end, claim in won
        for day, begin, finish in days.split(start, end)
    ]  # fmt: skip
    return Resolved(slots, lost)


def _clusters(
    claims: Sequence[Claim], occupied: Sequence[tuple[int, int]]
) -> Iterator[tuple[list[Claim], list[tuple[int, int]]]]:
    """Claims and occupied time in groups that share no time with each other, so that each is resolved by itself."""
    items: list[tuple[int, int, Claim | None]] = [(c.start, c.end, c) for c in claims]
    items += [(start, end, None) for start, end in occupied]
    group: list[Claim] = []
    blocked: list[tuple[int, int]] = []
    reached: int | None = None
    for start, end, claim in sorted(items, key=lambda item: item[:2]):
        if reached is not None and start >= reached:
            yield group, blocked
            group, blocked = [], []
            reached = None
        reached = end if reached is None else max(reached, end)
        if claim is None:
            blocked.append((start, end))
        else:
            group.append(claim)
    if group or blocked:
        yield group, blocked


def _free(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of [start, end) beside ``taken`` (disjoint, in order)."""
    index = max(0, bisect_right(taken, (start, start)) - 1)
    while index < len(taken) and taken[index][0] < end:
        begin, finish = taken[index]
        index += 1
        if finish <= start:
            continue
        if begin > start:
            yield start, begin
        start = max(start, finish)
    if start < end:
        yield start, end


def _worthwhile(claim: Claim, pieces: Iterable[tuple[int, int]], settings: CaptureSettings) -> list[tuple[int, int]]:
    whole = claim.end - claim.start
    remnant = min(settings.minimum_remnant_minutes, -(-whole // 2))
    return [
        (start, end)
        for start, end in pieces
        if end - start >= max(claim.minimum, 1 if end - start == whole else remnant)
    ]


def overlap(activity: Activity, slot: Slot) -> int:
    """Minutes that an activity shares with a slot; 0 for a point event."""
    return shared(*grid_span(activity), slot)
