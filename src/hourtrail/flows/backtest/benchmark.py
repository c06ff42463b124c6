"""Labelled work in time order, as columns: activities with a known answer, or time entries whose narrative is the text."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.activity import Activity, ActivityKind, ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.firm import WorkItem
from hourtrail.sources.contract_files import read_records

LARGEST: Final = 2_000_000
"""Rows of one benchmark; OpenStack's seven years have 138,529."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Rows in time order. ``item`` is each row's answer; ``known_at`` when it becomes known; all instants in UTC.

    ``asked`` and ``known`` are the same instants in seconds since 1970, made strictly increasing by microseconds where the
    delay is zero, so that a label is known before the next event and never before its own.
    """

    activities: tuple[Activity, ...]
    items: tuple[WorkItem, ...]
    known_at: tuple[datetime, ...]
    asked: NDArray[np.float64]
    known: NDArray[np.float64]
    eligible: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.activities)

    def at_project(self) -> "Benchmark":
        """The same rows, labels cut to client and project."""
        items = tuple(item.at_project for item in self.items)
        return Benchmark(self.activities, items, self.known_at, self.asked, self.known, self.eligible)

    @property
    def keys(self) -> list[str]:
        """What identifies each row, for the question whether a model has seen it."""
        return [row.key for row in self.activities]


def read_benchmark(path: Path, options: ReadOptions, *, delay_days: float) -> tuple[Benchmark, list[Rejected]]:
    """Read labelled activities or time entries; rows without a label are left out, refused ones are returned.

    Raises NothingRead when no labelled row is there, InvalidInput when there are more than ``LARGEST``.
    """
    refused: list[Rejected] = []
    activities: list[Activity] = []
    for record in read_records(path, options.record, options):
        if isinstance(record, Rejected):
            refused.append(record)
        elif isinstance(record, Activity) and record.label is not None:
            activities.append(record)
        elif isinstance(record, TimeEntry):
            activities.append(_as_activity(record))
        if len(activities) > LARGEST:
            raise InvalidInput(f"{path} has more than {LARGEST:,} labelled rows; cut it by date")
    if not activities:
        first = f"; first problem: {refused[0]}" if refused else ""
        raise NothingRead(f"{path} holds no row with a label (client, project, task){first}")
    return _in_order(activities, delay_days), refused


def _as_activity(entry: TimeEntry) -> Activity:
    """A time entry as something seen: its narrative is the text, its work item the answer."""
    start = entry.start or datetime.combine(entry.date, time(12), UTC)
    return Activity(
        source="time-entry", external_id=entry.id, kind=ActivityKind.FOCUS, person=entry.person, start=start,
        end=start + timedelta(minutes=entry.minutes), title=entry.narrative, label=entry.item,
        extra=entry.extra,
    )  # fmt: skip


def _in_order(rows: Iterable[Activity], delay_days: float) -> Benchmark:
    ordered = tuple(sorted(rows, key=lambda row: (row.start, row.key)))
    ends = [row.end or row.start for row in ordered]
    asked = np.array([row.start.timestamp() for row in ordered])
    if delay_days > 0:
        known_at = [end + timedelta(days=delay_days) for end in ends]
    else:
        # "Before the next event": half a step after its own question, whatever its end.
        asked = asked + np.arange(len(ordered)) * 2e-6
        known_at = [row.start + timedelta(microseconds=2 * number + 1) for number, row in enumerate(ordered)]
    return Benchmark(
        activities=ordered,
        items=tuple(row.label or WorkItem("", "") for row in ordered),
        known_at=tuple(known_at),
        asked=asked,
        known=np.array([instant.timestamp() for instant in known_at]),
        eligible=np.array([row.eligible for row in ordered], dtype=np.bool_),
    )


def split_row(benchmark: Benchmark, split: str) -> int:
    """The first measured row: a fraction of all rows in time order, or a UTC date. Raises InvalidInput."""
    try:
        share = float(split)
    except ValueError:
        try:
            day = datetime.fromisoformat(split).replace(tzinfo=UTC)
        except ValueError as error:
            raise InvalidInput(
                f"--split {split!r} is neither a fraction such as 0.5 nor a date such as 2019-01-01"
            ) from error
        return int(np.searchsorted([row.start.timestamp() for row in benchmark.activities], day.timestamp()))
    if not 0 <= share < 1:
        raise InvalidInput(f"--split {split} must be at least 0 and under 1")
    return int(len(benchmark) * share)


def row_digest(key: str) -> int:
    """64 bits that identify a row; training artefacts keep a sketch of them (see ``overlap``)."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def overlaps(keys: Sequence[str], sketch: Collection[int]) -> bool:
    """Whether any of ``keys`` is in training sets known by their bottom-k sketches (of each, the k smallest row digests).

    With k = 4,096 a shared hundredth of a set's rows is missed with a probability under 1e-17, however large the other
    sets are; a set of fewer rows is there in full.
    """
    kept = frozenset(sketch)
    return bool(kept) and any(row_digest(key) in kept for key in keys)
