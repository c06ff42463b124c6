"""A client's or an approver's dispute: logged by a named person, told to its owner, answered once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from hourtrail.domain.billing import Dispute, DisputeReason, LastWord, Word, content_of
from hourtrail.domain.billing.disputes import DisputedClient, disputed_clients
from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.pricing import add_up
from hourtrail.domain.queue import Place
from hourtrail.domain.review import require_other_person
from hourtrail.flows.billing.closing import live
from hourtrail.flows.billing.ground import Ground
from hourtrail.flows.billing.watch import DISPUTE_CHECKS, reconcile
from hourtrail.flows.causes import Contexts
from hourtrail.flows.resolve import require_colleague
from hourtrail.store import Store
from hourtrail.store.billing import KeptDispute


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRequest:
    """What is disputed (a draft line or a time entry), why, by whom (a client's contact, say), and who logs it."""

    target: str
    reason: DisputeReason
    raised_by: str
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """The disputes asked for, oldest first with their owners, and the clients that dispute too often."""

    rows: tuple[tuple[KeptDispute, Place], ...]
    clients: tuple[DisputedClient, ...]


def dispute(store: Store, tenant: str, request: DisputeRequest, *, now: datetime | None = None) -> Dispute:
    """Log a dispute. Its time is on no further draft, and its draft cannot be posted, until it is answered.

    It waits in the reviewers' queue of whoever owns its reason. Raises NotFound, NotAllowed, InvalidInput; Conflict when the
    same is disputed for the same reason and nobody has answered yet.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        db.lock_findings()
        ground = Ground(db, at.date())
        require_colleague(ground.master, request.actor)
        row = _about(ground, request, at)
        same = (row.line, row.entry, row.reason)
        for kept in db.disputes(client=row.client):
            known = kept.dispute
            if kept.word is None and (known.line, known.entry, known.reason) == same:
                raise Conflict(
                    f"{request.target} is disputed for {row.reason} in {known.id} already; answer that first"
                )
        db.add_dispute(row)
        reconcile(ground, DISPUTE_CHECKS, at)
    return row


def answer(
    store: Store, tenant: str, dispute_id: str, word: Word, actor: str, *, note: str = "", now: datetime | None = None
) -> LastWord:
    """Uphold, dismiss or withdraw a dispute. An upheld one keeps its entry off drafts until the entry is corrected.

    Raises NotFound, InvalidInput for another word, Conflict when it was answered before, NotAllowed (a service, an unknown
    person, one's own time).
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        db.lock_findings()
        ground = Ground(db, at.date())
        require_colleague(ground.master, actor)
        row = db.dispute(dispute_id).dispute
        entry = live(db, row.entry) if row.entry else None
        require_other_person(actor, entry.person if entry else "", dispute_id)
        said = LastWord(object=dispute_id, kind="dispute", word=word, actor=actor, at=at, note=note)
        db.say_last_word(said, {"reason": row.reason.value, "client": row.client})
        reconcile(ground, DISPUTE_CHECKS, at)
    return said


def disputes(store: Store, tenant: str, *, client: str = "", only_open: bool = False, today: date) -> Disputes:
    """The disputes, of one client or open ones where that is asked, and every client that disputes too often."""
    with store.tenant(tenant, read_only=True) as db:
        ground = Ground(db, today)
        kept = db.disputes()
        rows = [
            (row, _owner(ground, row.dispute))
            for row in kept
            if client in {"", row.dispute.client} and not (only_open and row.word)
        ]
        policy = ground.policy
        standing = [row.dispute for row in kept if row.word is None or row.word.word is not Word.WITHDRAWN]
        often = disputed_clients(standing, least=policy.dispute_count, days=policy.dispute_days, today=today)
        return Disputes(rows=tuple(rows), clients=tuple(often))


def _owner(ground: Ground, row: Dispute) -> Place:
    entry = live(ground.db, row.entry) if row.entry else None
    return ground.place(row.blame, check="disputed_line", worker=entry.person if entry else "")


def _about(ground: Ground, request: DisputeRequest, at: datetime) -> Dispute:
    """The dispute with what it is about: the line and its entry, or the entry alone with its contract and client."""
    db = ground.db
    line = db.draft_line(request.target)
    name = line.entry if line else request.target
    entry = live(db, name) if name else None
    if line is None and entry is None:
        raise NotFound(f"there is neither a draft line nor a time entry {request.target!r} to dispute")
    draft = db.draft(line.draft).draft if line else None
    item = entry.item if entry else WorkItem("", line.project if line else "")
    contract = ground.contracts.get(draft.contract) if draft else ground.master.contract(item)
    # An entry alone is worth what it stands on a draft for, where it does.
    standing = [line] if line else [one for rows in db.claims_on([name]).values() for one in rows]
    amounts = add_up(one.amount for one in standing)
    return Dispute(
        id=stable_id("dispute", (request.target, request.reason, format_instant(at))),
        reason=request.reason,
        raised_by=request.raised_by.strip(),
        actor=request.actor,
        at=at,
        line=line.id if line else "",
        entry=entry.id if entry else "",
        contract=draft.contract if draft else contract.id if contract else "",
        client=draft.client if draft else contract.client if contract else Contexts((), ground.master).client(item),
        project=item.project,
        amount=amounts[0] if len(amounts) == 1 else None,
        content=content_of(entry) if entry else "",
        note=request.note,
    )
