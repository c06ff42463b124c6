"""Erasures that a restored backup does not know of, done again by what the audit trail, exported since, says of them.

The trail names nobody who was erased. But the rows that it lists stand in the backup as they were before: where the exported
trail has the pseudonym, the backup's own row of the same digest has the name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hourtrail.domain.audit import AuditEvent
from hourtrail.domain.decision import require_person
from hourtrail.domain.erasure import PERSON_ERASED, Eraser, is_pseudonym
from hourtrail.domain.errors import InvalidInput, NotAllowed, NotFound
from hourtrail.domain.retention import is_held
from hourtrail.exporters.audit_trail import read_events, read_header
from hourtrail.flows.audit import verify_file
from hourtrail.store import Store, TenantStore
from hourtrail.store.audit import Told
from hourtrail.store.erasure import wipe_freed


@dataclass(slots=True)
class _Lost:
    """An erasure that stands in the exported trail alone; ``called`` is what the backup has in the pseudonym's place, ``person``
    whose names all of that are; empty where nothing says.
    """

    pseudonym: str
    reason: str
    request: str
    called: set[str] = field(default_factory=set)
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapplied:
    """Erasures by pseudonym: ``done`` (or to be done) with whom each is about; ``held`` under a legal hold; ``unknown``, of
    whom the backup's trail says nothing: name them with ``named``; ``gone``, about whom the backup holds nothing.
    """

    done: Mapping[str, str]
    held: Sequence[str] = ()
    unknown: Sequence[str] = ()
    gone: Sequence[str] = ()


def reapply_erasures(
    store: Store,
    tenant: str,
    file: Path,
    actor: str,
    *,
    named: Mapping[str, str] | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> Reapplied:
    """Erase again, under the same pseudonyms, whom the exported trail in ``file`` says to be erased and the store does not.

    ``named`` is the person by pseudonym, where the trail cannot tell. Safe to run twice. Raises InvalidInput for a file that is
    no trail of this tenant, that does not hold in itself, or whose beginning is not the store's own; NotAllowed for a service
    or for oneself.
    """
    require_person(actor)
    lost, at = _lost(store, tenant, file), now or datetime.now(UTC)
    told = {pseudonym: (named or {}).get(pseudonym) or row.person for pseudonym, row in lost.items()}
    strange = sorted(set(named or {}) - set(lost))
    if strange:
        raise InvalidInput(
            f"{strange[0]!r} is no erasure that is missing here; the others are: {', '.join(lost) or 'none'}"
        )
    if actor in told.values():
        raise NotAllowed("one of these erasures is about you: another administrator does them")
    done, held, gone = dict[str, str](), list[str](), list[str]()
    for pseudonym, person in told.items():
        if not person:
            continue
        with store.tenant(tenant, read_only=dry_run) as db:
            if is_held(db.settings().retention, person):
                held.append(pseudonym)
                continue
            try:
                _erase_again(db, lost[pseudonym], person, actor, at, dry_run=dry_run)
            except NotFound:
                gone.append(pseudonym)
                continue
        done[pseudonym] = person
    if done and not dry_run:
        wipe_freed(store.engine)
    return Reapplied(
        done=done, held=held, gone=gone, unknown=[pseudonym for pseudonym, person in told.items() if not person]
    )


def _erase_again(db: TenantStore, row: _Lost, person: str, actor: str, at: datetime, *, dry_run: bool) -> None:
    names = db.names_of(person)
    eraser = Eraser(names, row.pseudonym)
    plan = db.plan_erasure(names, eraser, at)
    if not dry_run:
        reason = f"again, after a backup was restored: {row.reason}"
        db.erase(plan, eraser, actor=actor, reason=reason, request=row.request, at=at)


def _lost(store: Store, tenant: str, file: Path) -> dict[str, _Lost]:
    """The file's erasures that the store's trail does not have, oldest first, with what the store has in their place."""
    found = _told_in(file, tenant)
    with store.tenant(tenant, read_only=True) as db:
        for mine, theirs in _side_by_side(db, file):
            for pseudonym, name in _replaced(mine, theirs):
                if pseudonym in found and not is_pseudonym(name):
                    found[pseudonym].called.add(name)
        for event in db.audit_events():
            if event.action.text == PERSON_ERASED:
                found.pop(event.object_id, None)
        for row in found.values():
            row.person = _who(db, row.called)
    return found


def _told_in(file: Path, tenant: str) -> dict[str, _Lost]:
    """The erasures of an exported trail by pseudonym. Raises InvalidInput for another tenant's, and for one that is broken."""
    header = read_header(file)
    if header.tenant != tenant:
        raise InvalidInput(f"{file} is the trail of tenant {header.tenant!r}, not of {tenant!r}")
    broken = verify_file(file).breaks
    if broken:
        raise InvalidInput(f"{file} does not hold in itself, so nothing is erased by it: {broken[0].reason}")
    found: dict[str, _Lost] = {}
    for event, payload in read_events(file):
        if event.action.text == PERSON_ERASED and is_pseudonym(event.object_id) and payload is not None:
            reason, request = str(payload.get("reason", "")), str(payload.get("request", ""))
            found.setdefault(event.object_id, _Lost(event.object_id, reason, request))
    return found


def _side_by_side(db: TenantStore, file: Path) -> Iterator[tuple[Told, Told]]:
    """Rows of the store's trail and of the file's as long as they are the same rows, by their digests."""
    same = 0
    for mine, theirs in zip(db.audit_trail(), read_events(file), strict=False):
        if mine[0].digest != theirs[0].digest:
            break
        same += 1
        yield mine, theirs
    if not same:
        raise InvalidInput(f"{file} does not begin as this tenant's trail does: it is of another database")


def _replaced(mine: Told, theirs: Told) -> Iterator[tuple[str, str]]:
    """Where the file has a pseudonym: that, and what the store has there."""
    (event, payload), (erased, left) = mine, theirs
    yield from _pairs([_named(event), payload], [_named(erased), left])


def _named(event: AuditEvent) -> list[str]:
    return [event.actor, event.object_id]


def _pairs(before: Any, after: Any) -> Iterator[tuple[str, str]]:
    if isinstance(before, str) and isinstance(after, str):
        if is_pseudonym(after) and before != after:
            yield after, before
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in before.keys() & after.keys():
            yield from _pairs(before[name], after[name])
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _pairs(one, other)


def _who(db: TenantStore, called: set[str]) -> str:
    """The person whose names all of these are; empty for none, and for names of several people."""
    for name in sorted(called):
        for person in (_of_login(db, name), name):
            if person and all(map(db.names_of(person).is_one, called)):
                return person
    return ""


def _of_login(db: TenantStore, login: str) -> str:
    try:
        return db.account(login).person
    except NotFound:
        return ""
