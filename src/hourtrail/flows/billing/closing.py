"""The end of a draft: a named person posts it, or takes it back. Nothing reaches an exporter that was not posted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from hourtrail.domain.billing import ClaimedLine, InvoiceDraft, LastWord, Word, content_of, pricing_draft
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.domain.pricing import InvoiceLine, add_up, present
from hourtrail.flows.billing.codes import line_faults
from hourtrail.flows.billing.ground import Ground
from hourtrail.flows.resolve import require_colleague
from hourtrail.store import Store, TenantStore
from hourtrail.store.billing import KeptDispute, KeptDraft, LinePlace

_MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDraft:
    """A stored draft with its lines, and the same in the client's format."""

    kept: KeptDraft
    lines: tuple[ClaimedLine, ...]
    shown: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which drafts to show: the one of an id, those of a contract or client, only posted ones; empty shows all."""

    draft: str = ""
    contract: str = ""
    client: str = ""
    posted: bool = False


def post(
    store: Store, tenant: str, draft_id: str, actor: str, *, on: date | None = None, note: str = "",
    now: datetime | None = None,
) -> LastWord:  # fmt: skip
    """Hand a draft to the books on the accounting day ``on`` (by default the draft's own): its entries become invoiced.

    Everything is looked at once more, because codes, entries and periods may have changed since. Raises Conflict telling
    every reason at once, or that the period is closed and which is open; NotFound; NotAllowed.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        ground = Ground(db, at.date())
        require_colleague(ground.master, actor)
        kept = db.draft(draft_id)
        lines = db.draft_lines(draft_id)
        day = on or kept.draft.posting_date
        word = LastWord(
            object=draft_id, kind="draft", word=Word.POSTED, actor=actor, at=at, note=note, effective_on=day
        )
        # Said first, so that of two who post or withdraw at once one waits here and is then refused.
        db.say_last_word(word, {"posted_on": day.isoformat(), "totals": [str(money) for money in _totals(lines)]})
        ground.require_open(day)
        if reasons := list(_against(ground, kept.draft, lines)):
            more = f"; and {len(reasons) - _MOST_TOLD} more" if len(reasons) > _MOST_TOLD else ""
            raise Conflict(f"{draft_id} cannot be posted: {'; '.join(reasons[:_MOST_TOLD])}{more}")
        billed = db.entries_named({line.entry for line in lines if line.entry})
        db.move_entries(list(billed.values()), EntryStatus.INVOICED, actor, at, f"posted with {draft_id}")
    return word


def withdraw(
    store: Store, tenant: str, draft_id: str, actor: str, *, note: str = "", now: datetime | None = None
) -> LastWord:
    """Take a draft back: what it claimed may be drafted again. Raises Conflict when it was posted or withdrawn before."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        require_colleague(db.master(), actor)
        db.draft(draft_id)
        word = LastWord(object=draft_id, kind="draft", word=Word.WITHDRAWN, actor=actor, at=at, note=note)
        db.say_last_word(word, {})
    return word


def drafts(store: Store, tenant: str, wanted: Wanted | None = None, *, limit: int = 1_000) -> list[ShownDraft]:
    """The newest ``limit`` drafts that are wanted, oldest first, each in the format that its client reads.

    Raises NotFound for a draft that does not exist.
    """
    asked = wanted or Wanted()
    with store.tenant(tenant, read_only=True) as db:
        rows = [db.draft(asked.draft)] if asked.draft else db.drafts(contract=asked.contract, client=asked.client)
        if asked.posted:
            rows = [row for row in rows if row.word is not None and row.word.word is Word.POSTED]
        ground = Ground(db, datetime.now(UTC).date())
        return [_shown(ground, row) for row in rows[-limit:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """Some lines of drafts, each with its draft; ``more`` tells whether others follow."""

    rows: tuple[tuple[KeptDraft, ClaimedLine], ...]
    more: bool


def draft_lines(
    store: Store, tenant: str, wanted: Wanted, *, status: str = "", after: LinePlace | None = None, limit: int
) -> LinePage:
    """The lines of the drafts that are wanted, by the drafts' age, ``limit`` at a time behind ``after``.

    Raises NotFound for a draft that does not exist.
    """
    with store.tenant(tenant, read_only=True) as db:
        if wanted.draft:
            db.draft(wanted.draft)
        rows = db.lines_after(
            after, limit + 1, draft=wanted.draft, contract=wanted.contract, client=wanted.client,
            status=Word.POSTED.value if wanted.posted else status,
        )  # fmt: skip
    return LinePage(rows=tuple(rows[:limit]), more=len(rows) > limit)


def _shown(ground: Ground, kept: KeptDraft) -> ShownDraft:
    lines = ground.db.draft_lines(kept.draft.id)
    entries = ground.db.entries_named({line.entry for line in lines if line.entry})
    shape = ground.policy.format_of(kept.draft.client)
    return ShownDraft(kept=kept, lines=tuple(lines), shown=present(pricing_draft(kept.draft, lines), entries, shape))


def live(db: TenantStore, name: str) -> TimeEntry | None:
    """The entry, or None when it was taken back since."""
    try:
        return db.entry(name)
    except NotFound:
        return None


def _totals(lines: Sequence[ClaimedLine]) -> tuple[object, ...]:
    return add_up(line.amount for line in lines)


def _entity(name: str) -> str:
    return f"entity {name}" if name else "no entity"


def _against(ground: Ground, draft: InvoiceDraft, lines: Sequence[ClaimedLine]) -> Iterator[str]:
    """Every reason against posting, each with what it is about."""
    contract = ground.contracts.get(draft.contract)
    if contract is None:
        yield f"contract {draft.contract} is gone from the master data"
        return
    if contract.entity != draft.entity:
        yield (
            f"it was drafted for {_entity(draft.entity)}, and contract {contract.id} is {_entity(contract.entity)}'s now:"
            " draft it again"
        )
    if missing := ground.missing_facts(contract):
        yield f"the record of client {draft.client} lacks {', '.join(missing)}"
    disputed: dict[str, list[KeptDispute]] = {}
    for kept in ground.db.disputes(client=draft.client):
        for name in filter(None, {kept.dispute.line, kept.dispute.entry}):
            disputed.setdefault(name, []).append(kept)
    known = ground.db.entries_named({line.entry for line in lines if line.entry})
    for line in lines:
        entry = known.get(line.entry)
        content = content_of(entry) if entry else ""
        about = {row.dispute.id: row for name in (line.id, line.entry) for row in disputed.get(name, ())}
        for row in about.values():
            if row.speaks_against(content):
                yield f"{line.claim}: disputed by {row.dispute.raised_by} ({row.dispute.reason})"
        yield from (f"{line.claim}: {why}" for why in _changed(line, entry, content))
        yield from (f"{line.claim}: {fault.why}" for fault in line_faults(ground, contract, line, entry))


def _changed(line: ClaimedLine, entry: TimeEntry | None, content: str) -> Iterator[str]:
    """What is no longer as it was when the line was drafted."""
    if line.entry and entry is None:
        yield "it was taken back since it was drafted"
    elif entry is not None and entry.status is not EntryStatus.APPROVED:
        yield f"it is {entry.status}, not approved"
    elif entry is not None and content != line.content:
        yield "it was changed since it was drafted"
