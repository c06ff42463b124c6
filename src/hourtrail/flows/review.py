"""A person's word on a finding, or on a group of findings with one cause: logged for ever, one act whatever the size."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hourtrail.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.precision import Tally
from hourtrail.domain.queue import Item
from hourtrail.domain.review import (
    HANDING_ON,
    VERDICTS,
    FindingReview,
    Raised,
    ReviewKind,
    require_other_person,
    seconds_between,
    shown_of,
)
from hourtrail.flows.queue import muted_checks, queue_of, tallies_of
from hourtrail.flows.resolve import nearest, require_member
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.muting import changed
from hourtrail.store import Store, TenantStore

MUTER: Final = "system:review"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """What a person said. ``target`` is a finding, a line of the queue, or for an undo also an act.

    ``shown_at`` is when they were shown it, ``version`` the version of the line that was shown (empty: not stated).
    """

    target: str
    kind: ReviewKind
    actor: str
    reason_code: str = ""
    note: str = ""
    assignee: str = ""
    shown_at: datetime | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One act: the rows that were logged, and what it did to the checks in words ("late_entry is muted: …")."""

    act: str
    rows: tuple[FindingReview, ...]
    muting: tuple[str, ...] = ()


def review(
    store: Store,
    tenant: str,
    request: ReviewRequest,
    *,
    now: datetime | None = None,
    expected: Callable[[TenantStore], None] | None = None,
) -> Reviewed:
    """Log what the person said of a finding or a whole line of the queue, in one transaction.

    A verdict closes its findings and needs a resolution code; assign, escalate and note leave them open; undo takes the
    last verdict back, for all findings of its act. ``expected`` looks whether things still stand as somebody saw them, and
    refuses by raising; no run changes findings from then on. Raises NotFound, Conflict (reviewed before, changed since it was shown),
    NotAllowed (a service, an unknown person, one's own time, an audit of one's own clearing), InvalidInput.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_member(db, request.actor)
        if expected is not None:
            db.lock_findings()
            expected(db)
        if request.kind is ReviewKind.UNDO:
            act, rows = _undo(db, request, at)
        else:
            act, rows = _say(db, request, at)
        db.append_reviews(rows)
        told = update_mutings(db, at) if request.kind in VERDICTS or request.kind is ReviewKind.UNDO else ()
    return Reviewed(act=act, rows=tuple(rows), muting=tuple(told))


def _say(db: TenantStore, request: ReviewRequest, at: datetime) -> tuple[str, list[FindingReview]]:
    members = _targets(db, request, at)
    if request.kind in VERDICTS:
        for row in members:
            _require_fit(db, row, request.actor)
    assignee = _assignee(db, request, at) if request.kind in HANDING_ON else ""
    act = stable_id("act", (request.target, request.kind, format_instant(at)))
    seconds = seconds_between(request.shown_at, at)
    return act, [
        FindingReview(
            id=stable_id("rev", (act, row.finding.id)),
            finding=row.finding.id,
            kind=request.kind,
            actor=request.actor,
            at=at,
            act=act,
            reason_code=request.reason_code if request.kind in VERDICTS else "",
            note=request.note,
            assignee=assignee,
            seconds=seconds if number == 0 else None,
            shown=shown_of(row.finding),
        )
        for number, row in enumerate(members)
    ]


def _targets(db: TenantStore, request: ReviewRequest, at: datetime) -> tuple[Raised, ...]:
    """The findings that are meant: one, or all of a line; refused when the line is not what was shown."""
    if not request.target.startswith("group_"):
        row = db.raised_finding(request.target)
        if request.version and Item.version_of((row,)) != request.version:
            raise Conflict(f"{request.target} has changed since it was shown; look again")
        return (row,)
    item = queue_of(db, at.date()).item(request.target)
    if request.version and item.version != request.version:
        raise Conflict(f"the {len(item.members)} findings of this line are not those that were shown; look again")
    return item.members


def _require_fit(db: TenantStore, row: Raised, actor: str) -> None:
    require_other_person(actor, row.worker, row.finding.id)
    if db.clearer_of(row.finding.id) == actor:
        raise NotAllowed(f"{actor} cleared this entry; the audit is blind, so somebody else has to look at it")


def _assignee(db: TenantStore, request: ReviewRequest, at: datetime) -> str:
    """Who takes it over: a person or a role of the policy; an escalation without a name goes to the owner's manager."""
    if request.assignee.strip():
        return _known(db, request.assignee.strip())
    if request.kind is ReviewKind.ASSIGN:
        raise InvalidInput("assign needs the person or role that takes the finding over")
    owner = queue_of(db, at.date()).item(request.target).place.owner
    manager = db.master_of([owner], ()).person(owner).manager
    if not manager or manager == owner:
        raise InvalidInput(f"nobody is known above {owner!r}; say to whom it is escalated")
    return manager


def _known(db: TenantStore, name: str) -> str:
    policy = review_policy_of(db)
    roles = {place.owner for place in (*policy.by_blame.values(), *policy.by_check.values())}
    if name not in roles and not db.knows_person(name):
        people = [person.id for person in db.master().people]
        raise InvalidInput(f"{name!r} is neither a person of this firm nor a role of its policy{nearest(name, people)}")
    return name


def _undo(db: TenantStore, request: ReviewRequest, at: datetime) -> tuple[str, list[FindingReview]]:
    verdicts = db.verdicts_of_act(request.target)
    if not verdicts and not request.target.startswith("act_"):
        db.raised_finding(request.target)
        standing = db.standing_verdict(request.target)
        verdicts = db.verdicts_of_act(standing.act) if standing else []
    if not verdicts:
        raise Conflict(f"there is no verdict on {request.target} to undo")
    act = stable_id("act", (request.target, ReviewKind.UNDO, format_instant(at)))
    rows = []
    for row in verdicts:
        found = db.raised_finding(row.finding)
        _require_fit(db, found, request.actor)
        row_of_undo = FindingReview(
            id=stable_id("rev", (act, row.finding)),
            finding=row.finding,
            kind=ReviewKind.UNDO,
            actor=request.actor,
            at=at,
            act=act,
            note=request.note,
            supersedes=row.id,
            shown=shown_of(found.finding),
        )
        rows.append(row_of_undo)
    return act, rows


def update_mutings(db: TenantStore, at: datetime) -> Iterable[str]:
    """Mute what the verdicts rule out, let speak what they no longer do; every change is logged. What changed, in words."""
    policy, silent, tallies = review_policy_of(db), muted_checks(db), tallies_of(db)
    told = []
    for check in sorted({*tallies, *silent}):
        tally = tallies.get(check, Tally())
        muted = check in silent
        reason = changed(check, tally, policy, muted=muted)
        if reason:
            db.set_muted(check, muted=not muted, tally=tally, reason=reason, actor=MUTER, at=at)
            told.append(f"{check} is {'heard again' if muted else 'muted'}: {reason}")
    return told


def unmute(store: Store, tenant: str, check: str, actor: str, *, note: str = "", now: datetime | None = None) -> None:
    """Let a muted check speak again; only verdicts from now on count for it. Raises NotFound when it is not muted."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_member(db, actor)
        if check not in muted_checks(db):
            raise NotFound(f"check {check!r} is not muted; hourtrail review precision lists those that are")
        tally = tallies_of(db).get(check, Tally())
        db.set_muted(check, muted=False, tally=tally, reason=note or f"unmuted by {actor}", actor=actor, at=at)
