"""The evidence of many people as the checks read it: blocks of work by person and local work date."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from hourtrail.capture import CaptureSettings
from hourtrail.capture.seen import seen
from hourtrail.checks.evidence import Trace
from hourtrail.domain.activity import Activity
from hourtrail.domain.errors import UnknownZone
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import zone_named

_AS_SEEN: Final = CaptureSettings(bridge_minutes=0)
"""Checks weigh what left traces; a bridged pause is an assumption, not evidence against an entry."""


def evidence_of(activities: Iterable[Activity], people: Sequence[Person]) -> dict[tuple[str, date], list[Trace]]:
    """The blocks that each person's activities fold to; private time is no evidence of work.

    The days are those of the person's zone, for somebody unknown of the zone that most of their activities state.
    """
    known = {person.id: person for person in people}
    own: dict[str, list[Activity]] = {}
    for activity in activities:
        own.setdefault(activity.person, []).append(activity)
    days: dict[tuple[str, date], list[Trace]] = {}
    for person, rows in own.items():
        who = known.get(person) or Person(id=person, zone=_stated_zone(rows))
        for block in seen(who, rows, _AS_SEEN):
            trace = Trace(block.kind, block.span, block.evidence_minutes, block.suggested_minutes)
            days.setdefault((person, block.date), []).append(trace)
    return days


def _stated_zone(rows: Iterable[Activity]) -> str:
    """The zone that most of the activities state, by name where two are stated as often; UTC where none is."""
    counts = Counter(row.zone for row in rows if row.zone)
    for zone in sorted(counts, key=lambda zone: (-counts[zone], zone)):
        try:
            return zone_named(zone).key
        except UnknownZone:
            continue
    return "UTC"
