"""What a person's activities show of their days, in minutes alone: the blocks of ``capture`` without their words and evidence.

Checks of a whole firm ask for nothing else, and the words are more than half of the work.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hourtrail.capture.assemble import evidenced, shares_of
from hourtrail.capture.claim import Claim, Slot
from hourtrail.capture.grid import Days, instant
from hourtrail.capture.pipeline import DEFAULT_HABITS, DEFAULT_SETTINGS, _in_order, _sort, traced
from hourtrail.capture.settings import CaptureSettings
from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import zone_named
from hourtrail.domain.spans import Span


class Seen(NamedTuple):
    """One block of work: its local work date, what it is, and the minutes that it shows and that are assumed around it."""

    date: date
    kind: ActivityKind
    span: Span
    evidence_minutes: int
    suggested_minutes: int


def seen(person: Person, activities: Sequence[Activity], settings: CaptureSettings = DEFAULT_SETTINGS) -> list[Seen]:
    """The blocks that ``capture`` gives for the same activities and settings without bridged pauses, private ones left out.

    In order of time. Raises UnknownZone when the person's zone is none.
    """
    found = _sort(_in_order(activities), settings)
    timeline = traced(found, [], settings, DEFAULT_HABITS, Days(zone_named(person.zone))).timeline
    won: dict[int, tuple[Claim, list[Slot]]] = {}
    for slot in timeline.slots:
        if slot.claim is not None and not slot.claim.private:
            won.setdefault(id(slot.claim), (slot.claim, []))[1].append(slot)
    blocks = [
        Seen(
            slot.day,
            claim.anchor.kind,
            Span(instant(slot.start), instant(slot.end)),
            evidenced(claim, slot, members),
            slot.end - slot.start,
        )
        for claim, slots in won.values()
        for slot, members in zip(slots, shares_of(claim, slots), strict=True)
    ]
    return sorted(blocks, key=lambda block: block.span)
