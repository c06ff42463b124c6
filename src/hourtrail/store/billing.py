"""Drafts of invoices, disputes, proposed rates: append-only, each with one last word, and no time on two drafts at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from hourtrail.domain.billing import ClaimedLine, Dispute, InvoiceDraft, LastWord, RateChange, Word
from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.domain.instants import format_instant
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import LineTax, add_up
from hourtrail.store.audit import Audit
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import billing_policy, dispute, draft_line, invoice_draft, last_word, rate_change
from hourtrail.store.scope import Row
from hourtrail.store.upsert import chunks


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A stored draft, and the last word on it; None while nobody has posted or withdrawn it."""

    draft: InvoiceDraft
    word: LastWord | None


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where one line stands among the lines of all drafts: when its draft was made, which, and the line's number."""

    at: datetime
    draft: str
    number: int


@dataclass(frozen=True, slots=True)
class KeptDispute:
    """A stored dispute, and its answer; None while it is open."""

    dispute: Dispute
    word: LastWord | None

    @property
    def standing(self) -> bool:
        """Whether it still speaks against billing: open, or upheld."""
        return self.word is None or self.word.word is Word.UPHELD

    def speaks_against(self, content: str) -> bool:
        """Whether it stands while its entry says ``content``: an upheld one is over once the entry has been corrected."""
        return self.standing and (self.word is None or self.dispute.content == content)


@dataclass(frozen=True, slots=True)
class KeptRateChange:
    """A proposed rate, and what became of it; None while it waits."""

    change: RateChange
    word: LastWord | None


def _money(amount: Any, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money(amount, currency)


def _line_values(line: ClaimedLine, place: int) -> dict[str, Any]:
    values = values_of(line)
    rate, amount, tax = (values.pop(name) for name in ("rate", "amount", "tax"))
    return {
        **values,
        "entry": line.entry or None,
        "place": place,
        "rate": rate.amount if rate else None,
        "rate_currency": rate.currency if rate else None,
        "amount": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
        "tax_code": tax.code if tax else None,
        "tax_note": tax.note if tax else None,
        "tax_rate": tax.rate if tax else None,
        "tax": tax.amount.amount if tax else None,
    }


def _tax(row: Row) -> LineTax | None:
    """Its amount is in the line's own currency."""
    amount = _money(row["tax"], row["currency"])
    if amount is None:
        return None
    return LineTax(code=row["tax_code"], rate=row["tax_rate"], amount=amount, note=row["tax_note"])


def _line(row: Row) -> ClaimedLine:
    money = {"rate": _money(row["rate"], row["rate_currency"]), "amount": _money(row["amount"], row["currency"])}
    return record_of(ClaimedLine, {**row, **money, "tax": _tax(row), "entry": row["entry"] or ""})


def _dispute(row: Row) -> Dispute:
    amount = _money(row["amount"], row["currency"])
    return record_of(Dispute, {**row, "amount": amount, "line": row["line"] or "", "entry": row["entry"] or ""})


def _change(row: Row) -> RateChange:
    return record_of(RateChange, {**row, "hourly_rate": Money(row["hourly_rate"], row["currency"])})


def _behind(place: LinePlace) -> ColumnElement[bool]:
    later = (draft_line.c.draft == place.draft) & (draft_line.c.number > place.number)
    return or_(
        invoice_draft.c.at > place.at, (invoice_draft.c.at == place.at) & ((draft_line.c.draft > place.draft) | later)
    )


def _withdrawn(object_id: ColumnElement[str]) -> ColumnElement[bool]:
    return (
        select(1)
        .where(
            last_word.c.tenant == draft_line.c.tenant,
            last_word.c.object == object_id,
            last_word.c.word == Word.WITHDRAWN.value,
        )
        .exists()
    )


class Billing(Audit):
    """What was drafted, disputed and agreed."""

    def add_draft(self, draft: InvoiceDraft, lines: Sequence[ClaimedLine]) -> None:
        """Keep a draft and its lines, with ``person:draft:made``.

        Raises Conflict when somebody drafted part of the same at the same moment, or it stands on another draft.
        """
        places = self._places({line.claim for line in lines})
        try:
            self._add(invoice_draft, [values_of(draft)])
            self._add(draft_line, [_line_values(line, places.get(line.claim, 0)) for line in lines])
        except IntegrityError as error:
            raise Conflict(
                "part of this is on another draft that somebody made at the same moment; draft again to see which"
            ) from error
        self.record(
            actor=draft.actor, action="person:draft:made", object_id=draft.id, at=draft.at,
            payload={
                "contract": draft.contract, "client": draft.client, "project": draft.project, "policy": draft.policy,
                "from": draft.first.isoformat(), "to": draft.last.isoformat(), "lines": len(lines),
                "posting_date": draft.posting_date.isoformat(),
                "totals": [str(money) for money in add_up(line.amount for line in lines)],
            },
        )  # fmt: skip

    def _places(self, claims: Collection[str]) -> dict[str, int]:
        """How many withdrawn drafts claimed each of these before."""
        found: dict[str, int] = {}
        for names in chunks(sorted(claims)):
            query = (
                self._select(draft_line, draft_line.c.claim, func.count(draft_line.c.draft.distinct()).label("count"))
                .where(draft_line.c.claim.in_(names), _withdrawn(draft_line.c.draft))
                .group_by(draft_line.c.claim)
            )
            found |= {row["claim"]: row["count"] for row in self._all(query)}
        return found

    def standing_claims(self, contract: str) -> dict[str, list[ClaimedLine]]:
        """The lines of this contract's drafts that nobody withdrew, by claim."""
        query = (
            self._select(draft_line)
            .join(
                invoice_draft,
                (invoice_draft.c.tenant == draft_line.c.tenant) & (invoice_draft.c.id == draft_line.c.draft),
            )
            .where(invoice_draft.c.contract == contract, ~_withdrawn(draft_line.c.draft))
        )
        return _by_claim(_line(row) for row in self._all(query))

    def claims_on(self, entries: Collection[str]) -> dict[str, list[ClaimedLine]]:
        """The lines of any draft that nobody withdrew and that bill one of these entries, by claim."""
        rows: list[ClaimedLine] = []
        for names in chunks(sorted(entries)):
            query = self._select(draft_line).where(draft_line.c.entry.in_(names), ~_withdrawn(draft_line.c.draft))
            rows += [_line(row) for row in self._all(query)]
        return _by_claim(rows)

    def drafts(self, *, contract: str = "", client: str = "") -> list[KeptDraft]:
        """Every draft, of one contract or client where that is given, oldest first."""
        query = self._select(invoice_draft).order_by(invoice_draft.c.at, invoice_draft.c.id)
        for column, wanted in ((invoice_draft.c.contract, contract), (invoice_draft.c.client, client)):
            query = query.where(column == wanted) if wanted else query
        words = self._words("draft")
        return [KeptDraft(record_of(InvoiceDraft, row), words.get(row["id"])) for row in self._all(query)]

    def posted_drafts(
        self, limit: int, *, after: str = "", ids: Collection[str] | None = None, contract: str = "", client: str = ""
    ) -> list[KeptDraft]:
        """The next ``limit`` posted drafts behind the draft ``after``, oldest first; only those of ``ids`` where they are given."""
        mine = (last_word.c.tenant == invoice_draft.c.tenant) & (last_word.c.object == invoice_draft.c.id)
        query = self._select(invoice_draft).join(last_word, mine).where(last_word.c.word == Word.POSTED)
        for column, wanted in ((invoice_draft.c.contract, contract), (invoice_draft.c.client, client)):
            query = query.where(column == wanted) if wanted else query
        if ids is not None:
            query = query.where(invoice_draft.c.id.in_(sorted(ids)))
        if after:
            begins = (
                self._select(invoice_draft, invoice_draft.c.at).where(invoice_draft.c.id == after).scalar_subquery()
            )
            later = invoice_draft.c.at > begins
            query = query.where(or_(later, and_(invoice_draft.c.at == begins, invoice_draft.c.id > after)))
        rows = self._all(query.order_by(invoice_draft.c.at, invoice_draft.c.id).limit(limit))
        return [KeptDraft(record_of(InvoiceDraft, row), self._word(row["id"])) for row in rows]

    def draft(self, draft_id: str) -> KeptDraft:
        """One draft. Raises NotFound."""
        row = self._one(self._select(invoice_draft).where(invoice_draft.c.id == draft_id))
        if row is None:
            raise NotFound(f"there is no draft {draft_id!r} in tenant {self.tenant!r}; list them with billing lines")
        return KeptDraft(record_of(InvoiceDraft, row), self._word(draft_id))

    def draft_lines(self, draft_id: str) -> list[ClaimedLine]:
        """The lines of one draft in their order."""
        query = self._select(draft_line).where(draft_line.c.draft == draft_id).order_by(draft_line.c.number)
        return [_line(row) for row in self._all(query)]

    def lines_after(
        self,
        after: LinePlace | None,
        limit: int,
        *,
        draft: str = "",
        contract: str = "",
        client: str = "",
        status: str = "",
    ) -> list[tuple[KeptDraft, ClaimedLine]]:
        """The next ``limit`` lines of all drafts behind ``after``, by the drafts' age and the lines' number, each with its draft.

        ``status`` is open, posted or withdrawn; what is empty is not asked for.
        """
        query = (
            self._select(draft_line)
            .join(
                invoice_draft,
                (invoice_draft.c.tenant == draft_line.c.tenant) & (invoice_draft.c.id == draft_line.c.draft),
            )
            .outerjoin(
                last_word, (last_word.c.tenant == draft_line.c.tenant) & (last_word.c.object == draft_line.c.draft)
            )
            .order_by(invoice_draft.c.at, draft_line.c.draft, draft_line.c.number)
            .limit(limit)
        )
        for column, wanted in (
            (draft_line.c.draft, draft), (invoice_draft.c.contract, contract), (invoice_draft.c.client, client),
        ):  # fmt: skip
            query = query.where(column == wanted) if wanted else query
        if status:
            query = query.where(last_word.c.word.is_(None) if status == "open" else last_word.c.word == status)
        if after is not None:
            query = query.where(_behind(after))
        rows = [_line(row) for row in self._all(query)]
        drafts = {name: self.draft(name) for name in sorted({line.draft for line in rows})}
        return [(drafts[line.draft], line) for line in rows]

    def draft_line(self, line_id: str) -> ClaimedLine | None:
        """One line of any draft."""
        row = self._one(self._select(draft_line).where(draft_line.c.id == line_id))
        return None if row is None else _line(row)

    def add_dispute(self, row: Dispute) -> None:
        """Log a dispute, with ``person:dispute:raised``."""
        values = values_of(row)
        amount = values.pop("amount")
        money = {"amount": amount.amount if amount else None, "currency": amount.currency if amount else None}
        self._add(dispute, [{**values, **money, "line": row.line or None, "entry": row.entry or None}])
        self.record(
            actor=row.actor, action="person:dispute:raised", object_id=row.id, at=row.at,
            payload={
                "reason": row.reason.value, "raised_by": row.raised_by, "line": row.line, "entry": row.entry,
                "client": row.client, "contract": row.contract, "note": row.note, "amount": str(amount) if amount else None,
            },
        )  # fmt: skip

    def disputes(self, *, client: str = "", entries: Collection[str] | None = None) -> list[KeptDispute]:
        """Every dispute, of one client or on some entries where that is given, oldest first."""
        query = self._select(dispute)
        if client:
            query = query.where(dispute.c.client == client)
        rows: list[Row] = []
        if entries is None:
            rows += self._all(query)
        else:
            for names in chunks(sorted(entries)):
                rows += self._all(query.where(dispute.c.entry.in_(names)))
        words = self._words("dispute")
        kept = [KeptDispute(_dispute(row), words.get(row["id"])) for row in rows]
        return sorted(kept, key=lambda one: (one.dispute.at, one.dispute.id))

    def dispute(self, dispute_id: str) -> KeptDispute:
        """One dispute. Raises NotFound."""
        row = self._one(self._select(dispute).where(dispute.c.id == dispute_id))
        if row is None:
            raise NotFound(f"there is no dispute {dispute_id!r} in tenant {self.tenant!r}; list them: billing disputes")
        return KeptDispute(_dispute(row), self._word(dispute_id))

    def add_rate_change(self, row: RateChange) -> None:
        """Log a proposed rate, with ``person:rate_change:proposed``."""
        values = values_of(row)
        rate = values.pop("hourly_rate")
        self._add(rate_change, [{**values, "hourly_rate": rate.amount, "currency": rate.currency}])
        self.record(
            actor=row.actor, action="person:rate_change:proposed", object_id=row.id, at=row.at,
            payload={**{name: str(value) for name, value in values.items() if value}, "hourly_rate": str(rate.amount),
                     "currency": rate.currency},
        )  # fmt: skip

    def rate_changes(self) -> list[KeptRateChange]:
        """Every proposed rate, oldest first."""
        words = self._words("rate_change")
        rows = self._all(self._select(rate_change).order_by(rate_change.c.at, rate_change.c.id))
        return [KeptRateChange(_change(row), words.get(row["id"])) for row in rows]

    def rate_change(self, change_id: str) -> KeptRateChange:
        """One proposed rate. Raises NotFound."""
        row = self._one(self._select(rate_change).where(rate_change.c.id == change_id))
        if row is None:
            raise NotFound(
                f"there is no rate change {change_id!r} in tenant {self.tenant!r}; list them: billing rate-change list"
            )
        return KeptRateChange(_change(row), self._word(change_id))

    def say_last_word(self, row: LastWord, payload: Mapping[str, object]) -> None:
        """Log the last word on an object, with ``person:<kind>:<word>``. Raises Conflict when somebody said one before."""
        before = self._word(row.object)
        if before is not None:
            raise Conflict(f"{row.object} was {before.word} by {before.actor} at {format_instant(before.at)}")
        try:
            self._add(last_word, [values_of(row)])
        except IntegrityError as error:
            raise Conflict(f"somebody decided on {row.object} at the same moment; look at it again") from error
        self.record(
            actor=row.actor, action=f"person:{row.kind}:{row.word.value}", object_id=row.object, at=row.at,
            payload={**payload, "note": row.note},
        )  # fmt: skip

    def put_billing_policy(self, body: Mapping[str, Any], actor: str, at: datetime) -> None:
        """Put a policy in force, with the audit event ``person:billing_policy:set``."""
        self._lock_chain()
        newest = self._connection.scalar(self._select(billing_policy, func.max(billing_policy.c.place)))
        row = {"place": int(newest or 0) + 1, "version": body["version"], "actor": actor, "at": at, "body": dict(body)}
        self._add(billing_policy, [row])
        self.record(
            actor=actor, action="person:billing_policy:set", object_id=str(body["version"]), payload=dict(body), at=at
        )

    def billing_policy(self) -> dict[str, Any] | None:
        """The body in force; None where the tenant has not given one."""
        query = self._select(billing_policy, billing_policy.c.body).order_by(billing_policy.c.place.desc()).limit(1)
        row = self._one(query)
        return dict(row["body"]) if row is not None else None

    def _word(self, object_id: str) -> LastWord | None:
        row = self._one(self._select(last_word).where(last_word.c.object == object_id))
        return None if row is None else record_of(LastWord, row)

    def _words(self, kind: str) -> dict[str, LastWord]:
        query: Select[Any] = self._select(last_word).where(last_word.c.kind == kind)
        return {row["object"]: record_of(LastWord, row) for row in self._all(query)}


def _by_claim(lines: Iterator[ClaimedLine] | Sequence[ClaimedLine]) -> dict[str, list[ClaimedLine]]:
    found: dict[str, list[ClaimedLine]] = {}
    for line in lines:
        found.setdefault(line.claim, []).append(line)
    return found
