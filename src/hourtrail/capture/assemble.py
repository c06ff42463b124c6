"""From slots on the timeline to work blocks with their evidence."""

from collections import Counter
from collections.abc import Sequence

from hourtrail.capture.claim import Claim, Slot, grid_span, shared
from hourtrail.capture.grid import ceil_minute, instant
from hourtrail.capture.treatment import is_private, weight
from hourtrail.capture.words import block_text, block_title, why_member, why_pause
from hourtrail.domain.activity import Activity
from hourtrail.domain.block import Evidence, WorkBlock
from hourtrail.domain.firm import Person
from hourtrail.domain.identity import stable_id
from hourtrail.domain.spans import Span


def blocks_of(person: Person, claim: Claim, slots: Sequence[Slot]) -> list[WorkBlock]:
    """One block for each slot that a claim has won; ``slots`` in order of time.

    The id is made of person, anchor and part number, so that an event that moves, even to another day, keeps it.
    """
    shares = _shares(claim, slots)
    return [
        _block(person, claim, part, slot, members)
        for part, (slot, members) in enumerate(zip(slots, shares, strict=True))
    ]


def _shares(claim: Claim, slots: Sequence[Slot]) -> list[list[Activity]]:
    """The members that each slot shows; one whose own minutes were all cut away still stands with the first."""
    if len(slots) == 1:
        return [list(claim.members)]
    shares = [[] if slot.is_pause else [m for m in claim.members if shared(*grid_span(m), slot)] for slot in slots]
    placed = {member.key for share in shares for member in share}
    shares[0].extend(member for member in claim.members if member.key not in placed)
    return [share or [claim.anchor] for share in shares]


def _block(person: Person, claim: Claim, part: int, slot: Slot, members: Sequence[Activity]) -> WorkBlock:
    evidence, minutes = _evidence(claim, slot, members)
    guests = [guest.activity for guest in slot.guests]
    trusted = sorted(members, key=lambda a: (a is not claim.anchor or a.is_point, -weight(a), a.start, a.key))
    return WorkBlock(
        id=stable_id("blk", (person.id, claim.anchor.key, str(part))),
        person=person.id,
        zone=person.zone,
        date=slot.day,
        span=Span(instant(slot.start), instant(slot.end)),
        kind=claim.anchor.kind,
        anchor=claim.anchor.key,
        title=block_title(claim, members),
        text="" if claim.private else block_text([*trusted, *sorted(guests, key=lambda a: -weight(a))]),
        evidence=evidence,
        evidence_minutes=minutes,
        suggested_minutes=slot.end - slot.start,
        container=claim.anchor.container if not claim.anchor.is_point else _most([m.container for m in members]),
        reference="" if claim.private else _most([a.reference for a in (*members, *guests)]),
        series=claim.anchor.series,
        domains=() if claim.private else _domains([*members, *guests]),
        private=claim.private,
    )


def _evidence(claim: Claim, slot: Slot, members: Sequence[Activity]) -> tuple[tuple[Evidence, ...], int]:
    """Every activity of a block, and the minutes that they show together: spans as they are, a burst from first to last."""
    rows: list[Evidence] = []
    minutes, reached = 0, slot.start
    for index, member in enumerate(members if not claim.anchor.is_point else sorted(members, key=_order)):
        if member.is_point:
            moment = min(slot.end, max(slot.start, ceil_minute(member.start)))
            own = moment - reached if index else 0
            reached = max(reached, moment)
        else:
            own = shared(*grid_span(member), slot)
        minutes += own
        why = why_pause(claim) if slot.is_pause else why_member(member, claim, first=index == 0)
        rows.append(Evidence(activity=member.key, kind=member.kind, minutes=own, weight=weight(member), why=why))
    if not claim.anchor.is_point:
        minutes = _covered(members, slot)
    rows += [
        Evidence(activity=g.activity.key, kind=g.activity.kind, minutes=g.minutes, weight=g.weight, why=g.why)
        for g in sorted(slot.guests, key=lambda g: _order(g.activity))
    ]
    return tuple(rows), minutes


def _order(activity: Activity) -> tuple[object, str]:
    return activity.start, activity.key


def _covered(members: Sequence[Activity], slot: Slot) -> int:
    total, reached = 0, slot.start
    for start, end in sorted(grid_span(member) for member in members):
        begin, finish = max(start, reached), min(end, slot.end)
        total += max(0, finish - begin)
        reached = max(reached, finish)
    return total


def _most(values: Sequence[str]) -> str:
    """The most common value that says something; of equals, the first."""
    counts = Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else ""


def _domains(activities: Sequence[Activity]) -> tuple[str, ...]:
    addresses = (address for a in activities if not is_private(a) for address in a.participants)
    return tuple(sorted({domain for address in addresses if (domain := address.rpartition("@")[2].strip().lower())}))
