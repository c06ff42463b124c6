"""How many minutes a person will book for a block: what an interval is told from. No feature names a person or a project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.ports import FeatureSpec

Floats = NDArray[np.float64]

SPEC: Final = FeatureSpec(
    version="minutes-1",
    names=(
        "kind", "evidence_minutes", "suggested_minutes", "activities", "weekday", "start_clock", "pause_before", "pause_after",
        "blocks_of_day", "suggested_of_day", "own_median", "own_entries", "item_median", "item_entries", "in_hours",
        "in_half_hours", "in_quarters",
    ),
)  # fmt: skip
"""Minutes unless said otherwise; NaN where nothing is known. ``in_hours`` and so on: shares of the person's own entries."""

_KINDS: Final = {kind: code for code, kind in enumerate(sorted(ActivityKind, key=lambda kind: kind.value))}
_MINUTE: Final = 60.0
_STEPS: Final = (60, 30, 15)


@dataclass(frozen=True, slots=True)
class BookedBefore:
    """Minutes of one person's confirmed entries, in any order: all of them, and those on each work item."""

    minutes: Sequence[int] = ()
    by_item: Mapping[WorkItem, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[tuple[WorkItem, int]]) -> "BookedBefore":
        """From work items and minutes of entries; entries without minutes say nothing."""
        by_item: dict[WorkItem, list[int]] = {}
        for item, minutes in entries:
            if minutes > 0:
                by_item.setdefault(item, []).append(minutes)
        return cls([minutes for rows in by_item.values() for minutes in rows], by_item)


def minute_features(blocks: Sequence[tuple[WorkBlock, WorkItem | None]], before: BookedBefore) -> Floats:
    """One row a block of one person, shape (blocks, len(SPEC.names)); each with the work item proposed for it."""
    by_day: dict[object, list[WorkBlock]] = {}
    for block, _ in blocks:
        by_day.setdefault(block.date, []).append(block)
    own = np.array(before.minutes, dtype=np.int64)
    heaps = [float((own % step == 0).mean()) if len(own) else np.nan for step in _STEPS]
    medians = {item: float(np.median(rows)) for item, rows in before.by_item.items()}
    rows: list[tuple[float, ...]] = []
    for block, item in blocks:
        day = by_day[block.date]
        ends = [other.span.end for other in day if other.span.end <= block.span.start]
        starts = [other.span.start for other in day if other.span.start >= block.span.end]
        local = block.span.start.astimezone(ZoneInfo(block.zone))
        rows.append((
            _KINDS[block.kind], block.evidence_minutes, block.suggested_minutes, len(block.evidence), block.date.weekday(),
            local.hour * 60 + local.minute,
            (block.span.start - max(ends)).total_seconds() / _MINUTE if ends else np.nan,
            (min(starts) - block.span.end).total_seconds() / _MINUTE if starts else np.nan,
            len(day), sum(other.suggested_minutes for other in day),
            float(np.median(own)) if len(own) else np.nan, len(own),
            medians.get(item, np.nan) if item else np.nan, len(before.by_item.get(item, ())) if item else 0, *heaps,
        ))  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SPEC.names))
