"""Refined evidence: work blocks that never overlap for one person, each with the activities it came from."""

import datetime as dt
from dataclasses import dataclass

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One activity's part in a block: its key, the minutes it supports, its weight 0..1, and why it counts."""

    activity: str
    kind: ActivityKind
    minutes: int
    weight: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkBlock:
    """Time that belongs together, on one local work date. Its id is stable: person, anchor activity and part.

    ``evidence_minutes`` is what the activities themselves show; ``suggested_minutes`` adds what was worked around them (by
    the model of presence, without it stated leads and tails) and is never more than the block's wall-clock time. ``text``
    is what the encoder reads: titles of the evidence, best first.
    """

    id: str
    person: str
    zone: str
    date: dt.date
    span: Span
    kind: ActivityKind
    anchor: str
    title: str
    text: str
    evidence: tuple[Evidence, ...]
    evidence_minutes: int
    suggested_minutes: int
    container: str = ""
    reference: str = ""
    series: str = ""
    domains: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A block and the work items that its person may book on that day, ``NOT_WORK`` last."""

    block: WorkBlock
    items: tuple[WorkItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Abstaining is a value with a reason: what was seen, and why no time is proposed for it."""

    block: str
    reason: str
    person: str = ""
    date: dt.date | None = None
    title: str = ""
    suggestion: str = ""
