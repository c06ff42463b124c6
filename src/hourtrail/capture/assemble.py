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

    The id is made of person, anchor and part number, so that an event that moves, even to another day, keeps it. Time before
    something that states its own times has a name instead of a number: it changes no other part when it comes or goes.
    """
    numbered = [slot for slot in slots if not is_ahead(claim, slot)]
    shares = zip(numbered, shares_of(claim, numbered), strict=True)
    blocks = [_block(person, claim, str(part), slot, members) for part, (slot, members) in enumerate(shares)]
    return blocks + [_block(person, claim, "before", slot, [claim.anchor]) for slot in slots if is_ahead(claim, slot)]


def is_ahead(claim: Claim, slot: Slot) -> bool:
    """Whether a slot is worked time before its claim, without any trace."""
    return slot.is_pause and slot.start < claim.start


def shares_of(claim: Claim, slots: Sequence[Slot]) -> list[list[Activity]]:
    """The members that each slot shows; one whose own minutes were all cut away still stands with the first."""
    if len(slots) == 1:
        return [list(claim.members)]
    shares = [[] if slot.is_pause else [m for m in claim.members if shared(*grid_span(m), slot)] for slot in slots]
    placed = {member.key for share in shares for member in share}
    shares[0].extend(member for member in claim.members if member.key not in placed)
    return [share or [claim.anchor] for share in shares]


def _block(person: Person, claim: Claim, part: str, slot: Slot, members: Sequence[Activity]) -> WorkBlock:
    guests = [guest.activity for guest in slot.guests]
    trusted = sorted(members, key=lambda a: (a is not claim.anchor or a.is_point, -weight(a), a.start, a.key))
    return WorkBlock(
        id=stable_id("blk", (person.id, claim.anchor.key, part)),
        person=person.id,
        zone=person.zone,
        date=slot.day,
        span=Span(instant(slot.start), instant(slot.end)),
        kind=claim.anchor.kind,
        anchor=claim.anchor.key,
        title=block_title(claim, members),
        text="" if claim.private else block_text([*trusted, *sorted(guests, key=lambda a: -weight(a))]),
        evidence=_evidence(claim, slot, members),
        evidence_minutes=evidenced(claim, slot, members),
        suggested_minutes=slot.end - slot.start,
        container=claim.anchor.container if not claim.anchor.is_point else _most([m.container for m in members]),
        reference="" if claim.private else _most([a.reference for a in (*members, *guests)]),
        series=claim.anchor.series,
        domains=() if claim.private else _domains([*members, *guests]),
        private=claim.private,
    )


def evidenced(claim: Claim, slot: Slot, members: Sequence[Activity]) -> int:
    """The minutes that the members show together: spans as they are, a burst from first to last."""
    if not claim.anchor.is_point:
        return _covered(members, slot)
    return sum(minutes for _, minutes in _each(claim, slot, members))


def _each(claim: Claim, slot: Slot, members: Sequence[Activity]) -> list[tuple[Activity, int]]:
    """Every member with the minutes that it shows itself; those of a burst in order of time."""
    each: list[tuple[Activity, int]] = []
    reached = slot.start
    for index, member in enumerate(members if not claim.anchor.is_point else sorted(members, key=_order)):
        if member.is_point:
            moment = min(slot.end, max(slot.start, ceil_minute(member.start)))
            each.append((member, moment - reached if index else 0))
            reached = max(reached, moment)
        else:
            each.append((member, shared(*grid_span(member), slot)))
    return each


def _evidence(claim: Claim, slot: Slot, members: Sequence[Activity]) -> tuple[Evidence, ...]:
    """Every activity of a block with its own minutes."""
    rows: list[Evidence] = []
    for index, (member, own) in enumerate(_each(claim, slot, members)):
        why = (
            why_pause(claim, ahead=is_ahead(claim, slot))
            if slot.is_pause
            else why_member(member, claim, first=index == 0)
        )
        rows.append(Evidence(activity=member.key, kind=member.kind, minutes=own, weight=weight(member), why=why))
    rows += [
        Evidence(activity=g.activity.key, kind=g.activity.kind, minutes=g.minutes, weight=g.weight, why=g.why)
        for g in sorted(slot.guests, key=lambda g: _order(g.activity))
    ]
    return tuple(rows)


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
