"""One day's plan: blocks that stand, such as meetings and lunch, and the free time between them."""

from bisect import insort
from dataclasses import dataclass, field

from hourtrail_training.simulator.world import Minute, Stretch


@dataclass(slots=True)
class Diary:
    """Blocks of one day, none overlapping another. A block without a stretch is time that is not worked."""

    begin: Minute
    limit: Minute
    """Nothing lasts longer than this instant, the end of the local day."""
    blocks: list[tuple[Minute, Minute, int]] = field(default_factory=list)
    """(start, end, index into ``held`` or -1), in order."""
    held: list[Stretch] = field(default_factory=list)

    def free(self, start: Minute, end: Minute) -> bool:
        """Whether no block lies in [start, end)."""
        return end <= self.limit and all(last <= start or end <= first for first, last, _ in self.blocks)

    def put(self, start: Minute, end: Minute, stretch: Stretch | None = None) -> bool:
        """Puts a block in, unless another one is there; says whether it did."""
        if end <= start or not self.free(start, end):
            return False
        if stretch is not None:
            self.held.append(stretch)
        insort(self.blocks, (start, end, len(self.held) - 1 if stretch is not None else -1))
        return True

    def take(self, start: Minute, end: Minute) -> None:
        """Keeps the free parts of [start, end) from being worked in."""
        while start < end:
            first, last = self.gap_from(start)
            if first >= min(last, end):
                return
            self.put(first, min(last, end))
            start = last

    def gap_from(self, at: Minute) -> tuple[Minute, Minute]:
        """The next free span at or after ``at``: [start, end), up to the limit; empty at the end of the day."""
        for first, last, _ in self.blocks:
            if last <= at:
                continue
            if first > at:
                return at, first
            at = last
        return at, max(at, self.limit)

    @property
    def worked(self) -> int:
        """Minutes of work in the blocks."""
        return sum(stretch.minutes for stretch in self.held)
