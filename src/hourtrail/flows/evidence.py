"""The evidence of many people as the checks read it: blocks of work by person and local work date."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

from hourtrail.capture import CaptureSettings
from hourtrail.capture.seen import seen
from hourtrail.checks.evidence import Trace
from hourtrail.domain.activity import Activity
from hourtrail.domain.errors import UnknownZone
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import zone_named
from hourtrail.scale import Batches, InProcess, Task

_AS_SEEN: Final = CaptureSettings(bridge_minutes=0)
"""Checks weigh what left traces; a bridged pause is an assumption, not evidence against an entry."""
_PEOPLE_AT_ONCE: Final = 50
"""People whose activities are one part of the work: a few seconds of it at most, and little to send."""


def evidence_of(
    activities: Iterable[Activity], people: Sequence[Person], where: Batches | None = None
) -> dict[tuple[str, date], list[Trace]]:
    """The blocks that each person's activities fold to; private time is no evidence of work. ``where`` runs the folding.

    The days are those of the person's zone, for somebody unknown of the zone that most of their activities state.
    """
    own: dict[str, list[Activity]] = {}
    for activity in activities:
        own.setdefault(activity.person, []).append(activity)
    known = {person.id: person for person in people}
    parts = list(_batched((_Own(known.get(person), person, rows) for person, rows in own.items()), _PEOPLE_AT_ONCE))
    days: dict[tuple[str, date], list[Trace]] = {}
    for part in (where or InProcess()).run([Task(traces_of, (part,)) for part in parts]):
        days |= part
    return days


class _Own(NamedTuple):
    """Somebody's activities; ``person`` is None for somebody unknown."""

    person: Person | None
    name: str
    activities: list[Activity]


def traces_of(part: Sequence[_Own]) -> dict[tuple[str, date], list[Trace]]:
    """What the activities of some people show; pure."""
    days: dict[tuple[str, date], list[Trace]] = {}
    for person, name, rows in part:
        who = person or Person(id=name, zone=_stated_zone(rows))
        for block in seen(who, rows, _AS_SEEN):
            trace = Trace(block.kind, block.span, block.evidence_minutes, block.suggested_minutes)
            days.setdefault((name, block.date), []).append(trace)
    return days


def _batched(rows: Iterable[_Own], size: int) -> Iterator[tuple[_Own, ...]]:
    """The rows in stretches."""
    left = iter(rows)
    while part := tuple(islice(left, size)):
        yield part


def _stated_zone(rows: Iterable[Activity]) -> str:
    """The zone that most of the activities state, by name where two are stated as often; UTC where none is."""
    counts = Counter(row.zone for row in rows if row.zone)
    for zone in sorted(counts, key=lambda zone: (-counts[zone], zone)):
        try:
            return zone_named(zone).key
        except UnknownZone:
            continue
    return "UTC"
