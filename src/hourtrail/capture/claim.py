"""Claims on a person's time, and the timeline that holds those which won."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hourtrail.capture.grid import near_minute
from hourtrail.capture.treatment import is_private
from hourtrail.domain.activity import Activity

_NEVER: Final = -(10**12)


@dataclass(slots=True, eq=False, kw_only=True)
class Claim:
    """Activities that say together: the person worked from ``start`` to ``end`` (minutes on the grid).

    ``anchor`` names the block and its id; ``members`` include it. ``rank`` is its precedence, ``minimum`` the fewest minutes
    at which it is proposed on its own. ``thread`` names the work where two claims may be on the same; empty where not.
    """

    anchor: Activity
    members: tuple[Activity, ...]
    start: int
    end: int
    rank: int
    minimum: int
    thread: str = ""

    @property
    def private(self) -> bool:
        """Whether the block's title is hidden."""
        return is_private(self.anchor)

    @property
    def precedence(self) -> tuple[int, bool, int, int, str]:
        """Whoever sorts first keeps the time that two claims share."""
        return self.rank, self.private, self.end - self.start, self.start, self.anchor.key


@dataclass(frozen=True, slots=True)
class Guest:
    """An activity that is evidence of a block without adding time to it. ``nouns`` are words that complete "why"."""

    activity: Activity
    why: str
    weight: float
    minutes: int = 0


@dataclass(slots=True, eq=False)
class Slot:
    """Time on one local day that one claim has won; ``claim`` is None for time that is already decided.

    ``is_pause``: it is only the worked time beside the claim's own, without any trace.
    """

    start: int
    end: int
    day: date
    claim: Claim | None
    guests: list[Guest] = field(default_factory=list)
    is_pause: bool = False


def grid_span(activity: Activity) -> tuple[int, int]:
    """An activity's span on the grid; a point event has both ends on the minute after it."""
    start = near_minute(activity.start)
    return start, start if activity.end is None else near_minute(activity.end)


def shared(start: int, end: int, slot: Slot) -> int:
    """Minutes that [start, end) shares with a slot."""
    return max(0, min(end, slot.end) - max(start, slot.start))


class Timeline:
    """Slots in order that never overlap, found by time in logarithmic steps."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.slots = sorted(slots, key=lambda slot: slot.start)
        self._starts = [slot.start for slot in self.slots]
        for before, after in zip(self.slots, self.slots[1:], strict=False):
            assert before.end <= after.start, "two slots of one person overlap"

    def at(self, minute: int) -> Slot | None:
        """The slot that holds a minute."""
        before = self.last_before(minute)
        return before if before is not None and minute < before.end else None

    def last_before(self, minute: int) -> Slot | None:
        """The last slot that begins at or before a minute."""
        index = bisect_right(self._starts, minute) - 1
        return self.slots[index] if index >= 0 else None

    def room(self, minute: int) -> tuple[int, int]:
        """The free stretch around a free minute: end of the slot before, start of the slot after."""
        index = bisect_right(self._starts, minute)
        before = self.slots[index - 1].end if index else _NEVER
        after = self._starts[index] if index < len(self.slots) else -_NEVER
        return before, after

    def most_shared(self, start: int, end: int) -> Slot | None:
        """The slot that shares most of [start, end), the earliest of equals; None when none does."""
        index = max(0, bisect_right(self._starts, start) - 1)
        nearby = self.slots[index : bisect_left(self._starts, end)]
        best = max(nearby, key=lambda slot: shared(start, end, slot), default=None)
        return best if best is not None and shared(start, end, best) else None

    def with_slots(self, slots: Iterable[Slot]) -> "Timeline":
        """A timeline that holds these as well."""
        return Timeline([*self.slots, *slots])
