"""Whose records a principal may see and change, once it may call the endpoint at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hourtrail.domain.access import MissingPermission, OutOfReach, Permission, Principal, PrincipalKind, Reach
from hourtrail.domain.decision import Decision
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput, NotFound
from hourtrail.domain.instants import parse_date
from hourtrail.flows.decide import DECISION
from hourtrail.store import TenantStore
from hourtrail_serving.served import Served

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Sight:
    """``own`` is whose time is the principal's; ``people`` is everybody whose records it sees, None meaning everybody."""

    own: str
    people: frozenset[str] | None

    def sees(self, person: str) -> bool:
        """Whether this person's records are within reach."""
        return self.people is None or person in self.people

    def sees_entry(self, entry: TimeEntry, *, team: bool) -> bool:
        """Whether this entry is; with ``team``, other people's drafts are not: they are their authors' business."""
        if team and entry.person != self.own and entry.status is EntryStatus.DRAFT:
            return False
        return self.sees(entry.person)

    def require(self, person: str) -> None:
        """Raises OutOfReach for somebody else's records."""
        if not self.sees(person):
            raise OutOfReach(f"what concerns {person!r} is not for {self.own or 'you'} to see")


def sight(db: TenantStore, who: Principal, permission: Permission) -> Sight:
    """How far the permission reaches for this principal. Raises MissingPermission when it is not held."""
    reach = who.reach(permission)
    if reach is None:
        raise MissingPermission(f"this needs {permission}; {who.name} does not have it")
    if reach is Reach.ALL:
        return Sight(who.person, None)
    team = db.team_of(who.person) if reach is Reach.TEAM else frozenset()
    return Sight(who.person, None if team is None else team | {who.person})


def require_sight(served: Served, who: Principal, permission: Permission, person: str) -> None:
    """Refuse what concerns somebody whose records are not for this principal. Reads the team only where it counts.

    Raises OutOfReach, MissingPermission.
    """
    if who.reach(permission) is Reach.TEAM:
        with served.store.tenant(served.tenant, read_only=True) as db:
            sight(db, who, permission).require(person)
    elif who.reach(permission) is Reach.OWN:
        Sight(who.person, frozenset({who.person})).require(person)
    elif not who.may(permission):
        raise MissingPermission(f"this needs {permission}; {who.name} does not have it")


def is_team(who: Principal, permission: Permission) -> bool:
    """Whether the permission reaches to the team and no further."""
    return who.reach(permission) is Reach.TEAM


def seen(within: Sight, what: str, name: str, read: Callable[[], R], allowed: Callable[[R], bool]) -> R:
    """A record by its id; one out of reach is as if it were not there, in the same words.

    Raises NotFound.
    """
    try:
        found = read()
    except NotFound:
        if within.people is None:
            raise
        found = None
    if found is None or not allowed(found):
        raise NotFound(f"there is no {what} {name!r} that you may see")
    return found


def require_own_suggestion(served: Served, who: Principal, name: str) -> None:
    """Refuse a decision on somebody else's suggestion, or the undo of theirs, as if there were none. Raises NotFound.

    ``name`` is a suggestion, a decision, or the work date of time added by hand, which is always one's own.
    """
    if who.reach(Permission.DECISIONS_WRITE) is Reach.ALL:
        return
    with served.store.tenant(served.tenant, read_only=True) as db:
        require_own(db, who, name)


def require_own(db: TenantStore, who: Principal, name: str) -> None:
    """The same inside a transaction. Raises NotFound."""
    if who.reach(Permission.DECISIONS_WRITE) is not Reach.ALL:
        within = sight(db, who, Permission.DECISIONS_WRITE)
        if name.startswith(DECISION):
            seen(within, "decision", name, lambda: person_decided_for(db, db.decision(name)), within.sees)
        elif not _is_day(name):
            seen(within, "suggestion", name, lambda: db.suggestion(name).person, within.sees)


def _is_day(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except InvalidInput:
        return False


def person_decided_for(db: TenantStore, row: Decision) -> str:
    """Whose time a decision is about: its suggestion's person; of time added by hand, whose entry it became."""
    if row.suggestion:
        return db.suggestion(row.suggestion).person
    booked = db.entries_of(row.id)
    if booked:
        return booked[0].person
    return person_decided_for(db, db.decision(row.supersedes)) if row.supersedes else row.actor


def own_or_named(who: Principal, permission: Permission, person: str | None) -> str | None:
    """The person a list is about: one's own, where the permission reaches no further and nobody is named."""
    return who.person if person is None and who.reach(permission) is Reach.OWN else person


def actor_of(who: Principal, named: str) -> str:
    """In whose name something is done: a person's own; a program's, that of the person it names.

    Raises OutOfReach when a person names somebody else, MissingPermission for a program that may name nobody, InvalidInput
    when nobody is named.
    """
    if who.kind is PrincipalKind.PERSON:
        if named.strip() not in {"", who.person}:
            raise OutOfReach(f"you are signed in as {who.person} and act in your own name, not as {named[:100]!r}")
        return who.person
    if not who.may(Permission.ON_BEHALF):
        raise MissingPermission(
            f"{who.name} is a program, and only a named person decides; with the scope {Permission.ON_BEHALF} it can send a"
            " person's word, whose name it gives as actor"
        )
    if not named.strip():
        raise InvalidInput("actor: name the person who says so")
    return named
