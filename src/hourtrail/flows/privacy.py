"""What a tenant and its people do about their privacy: keys, what is forgotten, and what a manager can see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Any

from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import NotAllowed, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.forgetting import Forgotten, Trait
from hourtrail.domain.instants import day_bounds, format_instant, zone_named
from hourtrail.domain.memory import Confirmation
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.wire import entry_to_json, item_to_json
from hourtrail.store import Store, TenantStore


def seal_activities(store: Store, tenant: str) -> int:
    """Seal what is stored in clear or under an older key; how many activities."""
    with store.tenant(tenant) as db:
        return db.seal_activities()


def renew_key(store: Store, tenant: str, actor: str, *, now: datetime | None = None) -> int:
    """A new key for the tenant, everything sealed with it, the older ones destroyed; how many activities.

    Raises NotAllowed when ``actor`` is no person.
    """
    require_person(actor)
    with store.tenant(tenant) as db:
        count = db.renew_key()
        db.record(
            actor=actor, action="person:tenant_key:renewed", object_id=tenant, payload={"sealed": count},
            at=now or datetime.now(UTC),
        )  # fmt: skip
        return count


def forget(
    store: Store,
    tenant: str,
    person: str,
    trait: Trait,
    value: str,
    *,
    item: WorkItem | None = None,
    now: datetime | None = None,
) -> tuple[Forgotten, int]:
    """Remember no longer that ``person``'s work with this trait belongs to ``item`` (or to anything); how many entries.

    The entries themselves stay. Raises NotAllowed for a service, NotFound when nothing of the person's has the trait.
    """
    require_person(person)
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        asked = Forgotten(id="asked", person=person, trait=trait, value=value, item=item, at=at)
        return _forget(db, asked, db.confirmations())


def forget_suggested(
    store: Store, tenant: str, suggestion_id: str, person: str, *, now: datetime | None = None
) -> list[tuple[Forgotten, int]]:
    """One act: forget why this work item was suggested here, by the most telling trait that the work has.

    Its series, else its ticket or other reference, else its calendar, repository or channel; failing those, the entries
    that it leans on. Raises NotAllowed for another person's suggestion, NotFound when nothing was remembered.
    """
    require_person(person)
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        row = db.suggestion(suggestion_id)
        if row.person != person:
            raise NotAllowed(
                f"suggestion {suggestion_id} is {row.person}'s; only they say what is forgotten of their work"
            )
        memory = db.confirmations()
        for trait, value in traits_of(row):
            asked = Forgotten(id="asked", person=person, trait=trait, value=value, item=row.item, at=at)
            if any(map(asked.covers, memory)):
                return [_forget(db, asked, memory)]
        leaned_on = [
            Forgotten(id="asked", person=person, trait=Trait.ENTRY, value=entry, item=row.item, at=at)
            for entry in row.leans_on
        ]
        mine = [asked for asked in leaned_on if any(map(asked.covers, memory))]
        if not mine:
            raise NotFound(
                f"nothing that you confirmed before led to suggestion {suggestion_id}; there is nothing to forget"
            )
        return [_forget(db, asked, memory) for asked in mine]


def remember_again(
    store: Store, tenant: str, forgotten_id: str, person: str, *, now: datetime | None = None
) -> Forgotten:
    """Take back what was forgotten. Raises NotFound when the person asked to forget nothing by that id."""
    require_person(person)
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        found = next((row for row in db.forgotten(person) if row.id == forgotten_id), None)
        if found is None:
            raise NotFound(f"{person} asked to forget nothing under {forgotten_id!r}, or it is remembered again")
        back = Forgotten(
            id=_new_id(), person=person, trait=found.trait, value=found.value, item=found.item, at=at,
            takes_back=found.id,
        )  # fmt: skip
        db.add_forgotten(back)
        return back


def forgotten_of(store: Store, tenant: str, person: str) -> list[Forgotten]:
    """What the person asked to forget, and still holds, oldest first."""
    with store.tenant(tenant, read_only=True) as db:
        return db.forgotten(person)


def managers_view(store: Store, tenant: str, person: str, day: date) -> dict[str, Any]:
    """What a manager sees of somebody's day, and how much of it they do not.

    Approvers and reviewers see the entries, and how many of their minutes evidence supports; no activity, and no suggestion
    that the person has not booked. The trail behind one booked entry, which they may open, names that entry's evidence.
    """
    with store.tenant(tenant, read_only=True) as db:
        entries = list(db.entries(person=person, first=day, last=day))
        suggested = list(db.suggestions(person=person, first=day, last=day))
        start, end = day_bounds(day, day, zone_named(db.master().person(person).zone))
        kinds: dict[str, int] = {}
        for row in db.activities(person=person, start=start, end=end):
            kinds[row.kind.value] = kinds.get(row.kind.value, 0) + 1
    booked = sum(row.minutes for row in entries)
    evidenced = sum(
        row.block.evidence_minutes for row in suggested if row.id in {entry.suggestion for entry in entries}
    )
    return {
        "person": person,
        "date": day.isoformat(),
        "visible": {
            "time_entries": [
                {name: value for name, value in entry_to_json(row).items() if name not in _HIDDEN} for row in entries
            ],
            "booked_minutes": booked,
            "evidenced_minutes": min(evidenced, booked),
        },
        "hidden": {"activities": dict(sorted(kinds.items())), "suggestions": len(suggested)},
    }


_HIDDEN = frozenset({"suggestion", "decision"})
"""Ways from an entry back to its evidence: not part of what is seen at a glance."""


def forgotten_to_json(row: Forgotten) -> dict[str, Any]:
    """One row as the command and the API show it."""
    work = item_to_json(row.item) if row.item else None
    return {"id": row.id, "trait": row.trait.value, "value": row.value, "work": work, "at": format_instant(row.at)}


def traits_of(row: Suggestion) -> list[tuple[Trait, str]]:
    """By what such work is remembered, the most telling first."""
    block = row.block
    found = [(Trait.SERIES, block.series), (Trait.REFERENCE, block.reference), (Trait.CONTAINER, block.container)]
    return [(trait, value) for trait, value in found if value]


def _forget(db: TenantStore, asked: Forgotten, memory: Sequence[Confirmation]) -> tuple[Forgotten, int]:
    count = sum(map(asked.covers, memory))
    if not count:
        raise NotFound(
            f"nothing that {asked.person} confirmed has the {asked.trait.value} {asked.value!r}; there is nothing to forget"
        )
    row = replace(asked, id=_new_id())
    db.add_forgotten(row)
    return row, count


def _new_id() -> str:
    """Random: an id made of what is to be forgotten would let guesses at it be tried out."""
    return f"fgt_{token_hex(10)}"
