"""Clear the rest: what nothing speaks against is approved in one act, and a random part of it is looked at all the same."""

import random
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from math import ceil
from typing import Final

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.finding import Finding, Severity, Subject
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.review import BLIND_AUDIT, ClearedEntry, Clearing, Raised, seconds_between
from hourtrail.flows.bulk import entries_alone
from hourtrail.flows.flags import Flags
from hourtrail.flows.resolve import require_member
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.flows.written_checks import check_written
from hourtrail.policy.review import ReviewPolicy
from hourtrail.store import Store, TenantStore

MOST_DAYS: Final = 366
MOST_ENTRIES: Final = 10_000
"""Entries in one act; a person answers for each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearRequest:
    """Which submitted entries to clear. ``expected`` is how many the person was shown (None: not stated).

    ``seed`` draws the audit sample; without one it is drawn from the system's own randomness, so that nobody who submits
    time can foresee it. Either way it is stored, and the draw can be repeated.
    """

    actor: str
    first: date
    last: date
    person: str | None = None
    expected: int | None = None
    shown_at: datetime | None = None
    seed: str = ""

    def __post_init__(self) -> None:
        if not 1 <= (self.last - self.first).days + 1 <= MOST_DAYS:
            raise InvalidInput(f"from {self.first} to {self.last} must be 1 to {MOST_DAYS} days")
        if len(self.seed) > 200:
            raise InvalidInput("a seed holds at most 200 characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """The submitted entries of some days: ``clean`` ones can be cleared, ``flagged`` ones wait in the queue, ``own`` ones
    need somebody else, and the policy wants those in ``alone`` looked at one by one, for these reasons by their ids.
    """

    clean: tuple[TimeEntry, ...]
    flagged: int
    own: int
    alone: Mapping[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """All of them."""
        return len(self.clean) + self.flagged + self.own + len(self.alone)


def the_rest(db: TenantStore, actor: str, first: date, last: date, person: str | None = None) -> Rest:
    """What ``actor`` could clear between two days."""
    submitted = [
        entry for entry in db.entries(person=person, first=first, last=last) if entry.status is EntryStatus.SUBMITTED
    ]
    flags = Flags(db)
    own = [entry for entry in submitted if entry.person == actor]
    others = [entry for entry in submitted if entry.person != actor]
    unflagged = [entry for entry in others if not flags.on(entry)]
    alone = entries_alone(db, unflagged, reviewer=actor)
    clean = tuple(entry for entry in unflagged if entry.id not in alone)
    return Rest(clean=clean, flagged=len(others) - len(unflagged), own=len(own), alone=alone)


def clear_rest(store: Store, tenant: str, request: ClearRequest, *, now: datetime | None = None) -> Clearing:
    """Approve every unflagged submitted entry in one act, log each of them, and keep a random sample open for audit.

    Raises NotAllowed for a service or an unknown person, Conflict when nothing is left to clear or when it is not what was
    shown, InvalidInput for too many entries at once. Nobody's own time is cleared by themselves.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_member(db, request.actor)
        db.lock_findings()
        rest = the_rest(db, request.actor, request.first, request.last, request.person)
        _require_as_shown(rest, request)
        # Logged by their days below, which locks them in that order; who moves some of them locks them by their ids.
        db.lock_entries([entry.id for entry in rest.clean])
        policy = review_policy_of(db)
        seed = request.seed or secrets.token_hex(16)
        sample = draw([entry.id for entry in rest.clean], policy, seed)
        clearing = Clearing(
            id=stable_id(
                "clr", (request.actor, format_instant(at), request.first.isoformat(), request.last.isoformat())
            ),
            actor=request.actor,
            at=at,
            first=request.first,
            last=request.last,
            cleared=len(rest.clean),
            # What is to be looked at alone waits for somebody's look too.
            flagged=rest.flagged + len(rest.alone),
            own=rest.own,
            sampled=len(sample),
            share=policy.audit_share,
            seed=seed,
            seconds=seconds_between(request.shown_at, at),
        )
        audits = {entry.id: _audit(clearing, entry, policy) for entry in rest.clean if entry.id in sample}
        db.add_findings(list(audits.values()), at)
        chance = len(sample) / len(rest.clean)
        db.add_clearing(clearing, [_cleared(clearing, entry, chance, audits.get(entry.id)) for entry in rest.clean])
        db.move_entries(rest.clean, EntryStatus.APPROVED, request.actor, at, note=f"cleared: {clearing.id}")
    check_written(store, tenant, [replace(row, status=EntryStatus.APPROVED) for row in rest.clean], today=at.date())
    return clearing


def approve_alone(
    store: Store,
    tenant: str,
    entry: str,
    actor: str,
    *,
    expected: Callable[[TimeEntry], None] | None = None,
    now: datetime | None = None,
) -> TimeEntry:
    """Approve one submitted entry that somebody looked at on its own, as clearing would but for the policy's one by one.

    ``expected`` is shown the entry as it stands, and refuses by raising when it is not what was looked at. Raises NotAllowed
    (a service; an unknown person; one's own time), IllegalTransition, NotFound, Conflict for one that a finding speaks against.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_member(db, actor)
        db.lock_findings()
        row = db.entry(entry)
        row.moved_to(EntryStatus.APPROVED, actor)
        if expected is not None:
            expected(row)
        if Flags(db, row.person).on(row):
            raise Conflict("a finding speaks against this entry; answer that first")
        [moved] = db.move_entries([row], EntryStatus.APPROVED, actor, at, note="looked at on its own")
    check_written(store, tenant, [moved], today=at.date())
    return moved


def _require_as_shown(rest: Rest, request: ClearRequest) -> None:
    if request.expected is not None and request.expected != len(rest.clean):
        raise Conflict(
            f"{len(rest.clean)} entries can be cleared now, not the {request.expected} that were shown; look again"
        )
    if not rest.clean:
        raise Conflict(
            f"nothing can be cleared between {request.first} and {request.last}: of {rest.entries} submitted entries"
            f" {rest.flagged} are flagged, {len(rest.alone)} have to be looked at one by one, and {rest.own} are"
            f" {request.actor}'s own"
        )
    if len(rest.clean) > MOST_ENTRIES:
        raise InvalidInput(
            f"{len(rest.clean)} entries are too many for one act; clear at most {MOST_ENTRIES}, by fewer days"
        )


def draw(entries: Sequence[str], policy: ReviewPolicy, seed: str) -> frozenset[str]:
    """A simple random sample without replacement: the policy's share, rounded up, and at least its fewest.

    The same entries and the same seed give the same sample, whatever the order.
    """
    size = min(max(ceil(policy.audit_share * len(entries)), policy.audit_least), len(entries))
    # Mersenne Twister: what has to be unforeseeable is the seed, which comes from the system.
    return frozenset(random.Random(seed).sample(sorted(entries), size))  # noqa: S311 - see above


def _audit(clearing: Clearing, entry: TimeEntry, policy: ReviewPolicy) -> Raised:
    """The second look at one entry. It says nothing of the draw, and nothing against the entry."""
    key = (clearing.id, entry.id)
    return Raised(
        finding=Finding(
            id=stable_id("finding", (BLIND_AUDIT, *key)),
            check=BLIND_AUDIT,
            severity=Severity.INFO,
            subject=Subject(time_entry=entry.id),
            score=1.0,
            measured=f"{entry.minutes} min on {entry.item}",
            expected="whatever you find right",
            explanation="Drawn at random: look at this entry as if it were new, and say whether it is right.",
            fingerprint=stable_id("fact", (BLIND_AUDIT, *key)),
            producer=policy.producer(BLIND_AUDIT),
        ),
        worker=entry.person,
        worked_on=entry.date,
        client=entry.item.client,
        project=entry.item.project,
    )


def _cleared(clearing: Clearing, entry: TimeEntry, chance: float, audit: Raised | None) -> ClearedEntry:
    return ClearedEntry(
        clearing=clearing.id,
        entry=entry.id,
        propensity=chance,
        sampled=audit is not None,
        finding=audit.finding.id if audit else "",
    )


def sampled(rows: Iterable[ClearedEntry]) -> list[ClearedEntry]:
    """Those that were drawn."""
    return [row for row in rows if row.sampled]
