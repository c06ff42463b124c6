"""Submitting what was confirmed on a standing order: ordering it, stopping it, and the nightly job.

An entry is submitted in a transaction of its own, which first waits for whoever is just saying "stop" and then reads what was
said: after a stop has been stored, no process anywhere submits another entry, and none has to be told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from hourtrail.domain.access import Permission
from hourtrail.domain.autopost import AutoPost, AutoPostEvent, AutoPostWord, OrderTerms, StandingOrder, require_end
from hourtrail.domain.confidence import Mode
from hourtrail.domain.decision import require_person
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings import Feature
from hourtrail.flows.check_ground import Rules
from hourtrail.flows.flags import Flags
from hourtrail.flows.handing_in import Checked
from hourtrail.flows.identity.authority import require_authority
from hourtrail.flows.written_checks import check_written
from hourtrail.policy.approval_routing import approval_routing
from hourtrail.policy.autopost import VERSION, Ground, Left, why_left
from hourtrail.store import Store, TenantStore
from hourtrail.store.audit import acting_through

CARRIER: Final = "system:auto_post"
LOOK_BACK: Final = timedelta(days=approval_routing().look_back_days)
"""How old a draft may be; an older one has been forgotten, and somebody should look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPosted:
    """What one run did. ``left`` counts the entries it left to their owners by the reason; ``why_off`` says why it ended."""

    order: str
    looked: int
    submitted: tuple[str, ...]
    left: Mapping[str, int]
    why_off: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the command tells it."""
        return {
            "order": self.order or None,
            "looked": self.looked,
            "submitted": len(self.submitted),
            "left": dict(self.left),
            "why_off": self.why_off or None,
        }


def propose_order(
    store: Store, tenant: str, terms: OrderTerms, actor: str, reason: str, *, now: datetime | None = None
) -> StandingOrder:
    """Propose an order; nothing is submitted until somebody else enables it.

    Raises NotAllowed for a service, MissingPermission for anybody but an administrator, InvalidInput for terms that are none.
    """
    at = now or datetime.now(UTC)
    require_person(actor)
    require_end(terms, at)
    order = stable_id("apo", (format_instant(at), str(terms.to_json())))
    with store.tenant(tenant) as db:
        require_authority(db, actor, Permission.AUTO_POST_ORDER)
        db.settings().features.require(Feature.AUTO_POST)
        said = db.auto_post(lock=True)
        row = AutoPostEvent(
            place=len(said.log) + 1,
            word=AutoPostWord.PROPOSED,
            order=order,
            actor=actor,
            at=at,
            reason=reason,
            terms=terms,
        )
        db.say_of_auto_post(row)
    return StandingOrder(id=order, terms=terms, proposed_by=actor, proposed_at=at, reason=reason)


def enable_order(
    store: Store, tenant: str, order: str, actor: str, reason: str, *, now: datetime | None = None
) -> StandingOrder:
    """Put a proposed order in force, in place of the one before it.

    Raises NotAllowed for a service and for whoever proposed it, MissingPermission, NotFound, Conflict for one that was
    enabled, stopped or is over.
    """
    at = now or datetime.now(UTC)
    require_person(actor)
    with store.tenant(tenant) as db:
        require_authority(db, actor, Permission.AUTO_POST_ORDER)
        db.settings().features.require(Feature.AUTO_POST)
        said = db.auto_post(lock=True)
        proposal = said.to_enable(order, actor, at)
        row = AutoPostEvent(
            place=len(said.log) + 1, word=AutoPostWord.ENABLED, order=order, actor=actor, at=at, reason=reason
        )
        db.say_of_auto_post(row)
    return replace(proposal, enabled_by=actor, enabled_at=at)


def stop_auto_post(store: Store, tenant: str, actor: str, reason: str, *, now: datetime | None = None) -> AutoPost:
    """The kill switch: ends the order in force and every proposal; a running job submits no further entry.

    Never refused because nothing is in force: who presses it need not know. Raises NotAllowed for a service,
    MissingPermission.
    """
    at = now or datetime.now(UTC)
    require_person(actor)
    with store.tenant(tenant) as db:
        require_authority(db, actor, Permission.AUTO_POST_STOP)
        said = db.auto_post(lock=True)
        standing = said.in_force(at)
        row = AutoPostEvent(
            place=len(said.log) + 1, word=AutoPostWord.STOPPED, order=standing.id if standing else "", actor=actor, at=at,
            reason=reason,
        )  # fmt: skip
        db.say_of_auto_post(row)
    return AutoPost([*said.log, row])


def auto_post_to_json(said: AutoPost, now: datetime) -> dict[str, Any]:
    """What holds, what waits for a second person, and everything that was ever said, newest first."""
    standing = said.in_force(now)
    return {
        "enabled": standing is not None,
        "why_off": said.why_off(now) or None,
        "order": order_to_json(standing) if standing else None,
        "proposals": [order_to_json(row) for row in said.proposals(now)],
        "policy": VERSION,
        "log": [
            {
                "word": row.word.value, "order": row.order or None, "actor": row.actor, "at": format_instant(row.at),
                "reason": row.reason,
            }
            for row in reversed(said.log)
        ],
    }  # fmt: skip


def order_to_json(row: StandingOrder) -> dict[str, Any]:
    """One order with the people behind it."""
    return {
        "id": row.id,
        **row.terms.to_json(),
        "proposed_by": row.proposed_by,
        "proposed_at": format_instant(row.proposed_at),
        "reason": row.reason,
        "enabled_by": row.enabled_by or None,
        "enabled_at": format_instant(row.enabled_at) if row.enabled_at else None,
    }


def nightly_auto_post(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``auto_post``: how many entries it looked at, submitted and left. Running it again submits nothing twice."""
    ran = run_auto_post(store, tenant, now=now)
    return {"looked": ran.looked, "submitted": len(ran.submitted), "left": sum(ran.left.values())}


def run_auto_post(store: Store, tenant: str, *, now: datetime | None = None) -> AutoPosted:
    """Submit what the order in force lets through, one entry in one transaction; stops at the next entry once it is stopped.

    What would go is checked before, whichever process wrote it.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant, read_only=True) as db:
        standing, why_off = _standing(db, at)
        drafts = list(_drafts(db, at.date())) if standing else []
    if standing is None:
        return AutoPosted(order="", looked=0, submitted=(), left={}, why_off=why_off)
    left: Counter[str] = Counter()
    done: list[TimeEntry] = []
    looked = 0
    try:
        for entry, outcome in _outcomes(store, tenant, drafts, standing, at):
            looked += 1
            if outcome is None:
                done.append(entry)
            else:
                left[outcome.value] += 1
    except _Stopped as stop:
        why_off = str(stop)
    if done:
        check_written(store, tenant, done, today=at.date())
    return AutoPosted(
        order=standing.id, looked=looked, submitted=tuple(row.id for row in done), left=left, why_off=why_off
    )


def _outcomes(
    store: Store, tenant: str, drafts: Iterable[TimeEntry], standing: StandingOrder, at: datetime
) -> Iterator[tuple[TimeEntry, Left | None]]:
    """What becomes of each draft: submitted (None), or left and why; one person's after the other. Raises _Stopped."""
    for _, rows in groupby(sorted(drafts, key=lambda row: row.person), lambda row: row.person):
        looked: list[tuple[TimeEntry, Left | None]] = []
        for entry in rows:
            # Looked at without a lock first: a person who says "stop", or decides, finds the database free in between.
            with store.tenant(tenant, read_only=True) as db:
                looked.append((entry, _why_left(db, entry.id, standing, at)))
        checked = Checked(store, tenant, [entry for entry, reason in looked if reason is None], at)
        for entry, reason in looked:
            yield entry, reason or _submit(store, tenant, entry.id, at, checked)


def _standing(db: TenantStore, at: datetime, *, lock: bool = False) -> tuple[StandingOrder | None, str]:
    """The order in force; or None, and why. With ``lock`` no stop is stored until this transaction has ended."""
    said = db.auto_post(lock=lock)
    if not db.settings().features.has(Feature.AUTO_POST):
        return None, "automatic submission is switched off in the firm's settings"
    return said.in_force(at), said.why_off(at)


def _drafts(db: TenantStore, today: date) -> Iterator[TimeEntry]:
    for entry in db.entries(first=today - LOOK_BACK, last=today):
        if entry.status is EntryStatus.DRAFT and entry.decision:
            yield entry


class _Stopped(Exception):
    """The order ended while its job ran; in words, why."""


def _submit(store: Store, tenant: str, entry: str, at: datetime, checked: Checked) -> Left | None:
    """Submit one entry, unless it is no more what it was: then the reason. Raises _Stopped."""
    try:
        with acting_through(CARRIER), store.tenant(tenant) as db:
            standing, why_off = _standing(db, at, lock=True)
            if standing is None:
                raise _Stopped(why_off)
            db.lock_findings()
            checked.renew(db, [db.entry(entry)])
            reason = _why_left(db, entry, standing, at)
            if reason is not None:
                return reason
            moved = db.move_entry(
                entry, EntryStatus.SUBMITTED, standing.enabled_by, at, note=f"auto-post order {standing.id}"
            )
            told = {
                "order": standing.id, "policy": VERSION, "enabled_by": standing.enabled_by, "decision": moved.decision,
                "minutes": moved.minutes,
            }  # fmt: skip
            with acting_through(""):
                db.record(actor=CARRIER, action="system:time_entry:auto_posted", object_id=entry, payload=told, at=at)
        checked.moved.add(entry)
        return None
    except (Conflict, NotFound):
        # Its owner took it back, or somebody moved it, between the two looks.
        return Left.WITHDRAWN


def _why_left(db: TenantStore, name: str, order: StandingOrder, at: datetime) -> Left | None:
    controls, _ = db.controls()
    if controls.mode is not Mode.PREFILL:
        return Left.NOT_PREFILL_MODE
    if controls.breaker.tripped:
        return Left.BREAKER
    try:
        entry = db.entry(name)
    except NotFound:
        return Left.WITHDRAWN
    if entry.person in controls.limited:
        return Left.OWNER_LIMITED
    master = db.master_of([entry.person], {entry.item})
    context = Rules(db, None, at.date()).context(master, [entry])
    ground = Ground(
        entry=entry,
        decision=db.decision(entry.decision),
        contract=master.contract(entry.item),
        worth=context.worth(entry),
        flagged=Flags(db, entry.person).on(entry),
    )
    return why_left(ground, order.terms)
