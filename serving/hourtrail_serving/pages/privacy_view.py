"""What the privacy page lists: what was learned and led to a suggestion of the day, and what is forgotten already."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.flows.privacy import traits_of
from hourtrail.store import TenantStore

MOST_LISTED: Final = 200

TRAIT_WORDS: Final = {
    Trait.SERIES: "this series of meetings",
    Trait.REFERENCE: "the ticket or link",
    Trait.CONTAINER: "the calendar, repository or channel",
    Trait.DOMAIN: "the mail domain",
    Trait.ENTRY: "the entry",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One association. ``id`` is the suggestion's that it led to, or the row's of the log of what is forgotten."""

    id: str
    title: str
    trait: str
    value: str
    work: str
    entries: int = 0


def remembered_lines(db: TenantStore, person: str, day: date) -> list[Line]:
    """For each suggestion of the day that leans on what the person confirmed: by what it is remembered, and in how many entries."""
    memory, found = [row for row in db.confirmations() if row.person == person], list[Line]()
    for row in db.suggestions(person=person, first=day, last=day)[:MOST_LISTED]:
        if row.item is None:
            continue
        for trait, value in traits_of(row):
            asked = Forgotten(id="asked", person=person, trait=trait, value=value, item=row.item, at=row.span.start)
            count = sum(map(asked.covers, memory))
            if count:
                shown = "" if trait is Trait.SERIES else value
                found.append(
                    Line(
                        id=row.id, title=row.narrative, trait=TRAIT_WORDS[trait], value=shown, work=str(row.item), entries=count
                    )
                )  # fmt: skip
                break
    return found


def forgotten_lines(db: TenantStore, person: str) -> list[Line]:
    """What the person asked to forget, newest first."""
    rows = sorted(db.forgotten(person), key=lambda row: (row.at, row.id), reverse=True)[:MOST_LISTED]
    return [
        Line(
            id=row.id, title="", trait=TRAIT_WORDS[row.trait], value="" if row.trait is Trait.SERIES else row.value,
            work=str(row.item) if row.item else "anything",
        )
        for row in rows
    ]  # fmt: skip
