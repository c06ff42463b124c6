"""Approved time becomes the lines of a draft; everything that does not is told with its rule, its clause and its owner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from hourtrail.checks import CheckContext
from hourtrail.domain.billing import ClaimedLine, InvoiceDraft, claim_of, claimed, pricing_draft
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict, InvalidInput
from hourtrail.domain.finding import Blame
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.identity import stable_id
from hourtrail.domain.instants import format_instant
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import (
    BY_THE_HOUR,
    BillingPeriod,
    Draft,
    DraftLine,
    Held,
    HeldReason,
    InvoiceLine,
    LineKind,
    add_up,
    present,
    price,
    price_of,
    quantity,
)
from hourtrail.flows.billing.codes import line_faults
from hourtrail.flows.billing.gates import Examined, Objected, examine, of_pricing
from hourtrail.flows.billing.ground import Ground, by_id
from hourtrail.flows.resolve import require_colleague
from hourtrail.store import Store, TenantStore

MOST_LINES: Final = 50_000
"""Lines of one draft; a longer one is made by the week or by project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """What to draft, and who asks: a contract, or a project of one, over a billing period.

    ``posting_date`` is the day on which the draft is to enter the books; by default the last day of the period.
    """

    actor: str
    period: BillingPeriod
    contract: str = ""
    project: str = ""
    posting_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Something that is not on the draft, with every objection. ``worth`` is its price, where it has one."""

    claim: str
    date: date
    objections: tuple[Objected, ...]
    entry: str = ""
    minutes: int = 0
    worth: Money | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something that stands on another draft. ``then`` is what it was drafted at, ``now`` what it would be drafted at today."""

    claim: str
    draft: str
    then: tuple[Money, ...]
    now: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What came of a request. ``draft`` is None when nothing could be billed, and nothing was stored then.

    ``shown`` are the lines in the client's format; ``told`` are objections to the whole contract that stop nothing;
    ``unbilled`` counts the lines of work that is never billed.
    """

    draft: InvoiceDraft | None
    lines: tuple[ClaimedLine, ...]
    shown: tuple[InvoiceLine, ...]
    held: tuple[HeldBack, ...]
    elsewhere: tuple[Elsewhere, ...]
    told: tuple[Objected, ...]
    unbilled: int

    @property
    def totals(self) -> tuple[Money, ...]:
        """The net sum of the lines, one for each currency."""
        return add_up(line.amount for line in self.lines)


def draft(
    store: Store, tenant: str, request: DraftRequest, *, today: date | None = None, now: datetime | None = None
) -> Drafted:
    """Draft what may be billed of a contract, or of a project, over a period; the lines claim it.

    Only approved entries come on it, and only those against which no policy stands. What is on another draft already is left
    out. Amounts are net; each line carries its tax where the firm keeps tax rates.

    Raises NotAllowed (a service, an unknown person), NotFound, InvalidInput (a project of several contracts), Conflict: a
    client's record that lacks what the policy demands, a closed accounting period (with the next open one), the same time on
    another draft (also one made at the same moment).
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        ground = Ground(db, today or at.date())
        require_colleague(ground.master, request.actor)
        if bool(request.contract) == bool(request.project):
            raise InvalidInput("say what to draft: a contract or a project")
        contract = (
            ground.contract(request.contract) if request.contract else ground.contract_of_project(request.project)
        )
        _require_record(ground, contract)
        posting_date = request.posting_date or request.period.last
        ground.require_open(posting_date)
        drafting = _Drafting(ground, contract, request)
        drafting.sort_out()
        number = len(db.drafts(contract=contract.id)) + 1
        name = stable_id("draft", (contract.id, str(number), format_instant(at)))
        return _kept(db, drafting, name, posting_date, at)


def _kept(db: TenantStore, drafting: "_Drafting", name: str, posting_date: date, at: datetime) -> Drafted:
    ground, contract, request = drafting.ground, drafting.contract, drafting.request
    kept = None
    lines = claimed(name, drafting.lines, drafting.entries)
    if lines:
        kept = InvoiceDraft(
            id=name, contract=contract.id, client=contract.client, project=request.project, first=request.period.first,
            last=request.period.last, posting_date=posting_date, actor=request.actor, at=at, policy=ground.policy.version,
            entity=contract.entity,
        )  # fmt: skip
        db.add_draft(kept, lines)
    elif drafting.elsewhere and not drafting.held:
        on = ", ".join(sorted({row.draft for row in drafting.elsewhere})[:5])
        raise Conflict(
            f"everything of {contract.id} from {request.period.first} to {request.period.last} is on {on} already;"
            " withdraw that draft to draft it again"
        )
    shape = ground.policy.format_of(contract.client)
    return Drafted(
        draft=kept,
        lines=tuple(lines),
        shown=present(pricing_draft(kept, lines), drafting.entries, shape) if kept else (),
        held=tuple(sorted(drafting.held, key=lambda row: (row.date, row.claim))),
        elsewhere=tuple(drafting.elsewhere),
        told=tuple(row for row in drafting.examined.contract if not row.stops),
        unbilled=drafting.unbilled,
    )


def _require_record(ground: Ground, contract: Contract) -> None:
    if contract.kind is ContractKind.INTERNAL:
        return
    if missing := ground.missing_facts(contract):
        owner = ground.place(Blame.MASTER_DATA, check="incomplete_client").owner
        raise Conflict(
            f"the record of client {contract.client} lacks {', '.join(missing)} (contract {contract.id}, billing policy"
            f" {ground.policy.version}); the {owner} completes it before anything is billed"
        )


class _Drafting:
    """One contract's work in one period, sorted into lines, what is held, and what stands on other drafts."""

    def __init__(self, ground: Ground, contract: Contract, request: DraftRequest) -> None:
        self.ground, self.contract, self.request = ground, contract, request
        self.context: CheckContext = ground.context(contract)
        self.entries: dict[str, TimeEntry] = by_id(self.context.entries)
        self.work = list(self.context.billing.to_price(contract.id))
        self.claims: Mapping[str, list[ClaimedLine]] = {
            **ground.db.standing_claims(contract.id),
            **ground.db.claims_on([entry.id for entry in self.work]),
        }
        self.settled = {line.entry for lines in self.claims.values() for line in lines if line.entry}
        self.examined = Examined()
        self.lines: list[DraftLine] = []
        self.held: list[HeldBack] = []
        self.elsewhere: list[Elsewhere] = []
        self.unbilled = 0

    def sort_out(self) -> None:
        """Examine, price, and put everything in its place."""
        fresh = [
            entry
            for entry in (*self.work, *self._rejected())
            if entry.date in self.request.period
            and entry.id not in self.settled
            and entry.status is not EntryStatus.INVOICED
            and self._wanted(entry)
        ]
        self.examined = examine(self.ground, self.context, self.contract, fresh)
        stopped = {entry.id: reasons for entry in fresh if (reasons := self.examined.stopping(entry.id))}
        self.held += [self._stopped(entry, stopped[entry.id]) for entry in fresh if entry.id in stopped]
        billing = self.context.billing
        priced = price(
            self.contract,
            [entry for entry in self.work if entry.id not in stopped],
            period=self.request.period,
            card=billing.card(self.contract.id),
            milestones=self.ground.master.milestones,
            grade_of=billing.grade,
            policy=self.ground.policy.pricing(self.contract.id),
            settled=self.settled,
            taxes=self.ground.master.tax_rates,
        )
        self.elsewhere += self._others(priced)
        for line in priced.lines:
            self._place(line)
        for row in priced.held:
            self._hold(row)
        if len(self.lines) > MOST_LINES:
            raise InvalidInput(
                f"a draft holds at most {MOST_LINES} lines, this one {len(self.lines)}: shorten the period"
            )

    def _rejected(self) -> Iterator[TimeEntry]:
        """Rejected entries of the contract: pricing leaves them out, the person who drafts has to hear of them."""
        for entry in self.context.entries:
            if entry.status is EntryStatus.REJECTED:
                contract = self.context.work_items.contract(entry.item)
                if contract is not None and contract.id == self.contract.id:
                    yield entry

    def _wanted(self, entry: TimeEntry | None) -> bool:
        """Whether an entry, or without one a fee, belongs to what was asked for."""
        project = self.request.project
        return not project or (entry.item.project if entry else self.contract.project) == project

    def _place(self, line: DraftLine) -> None:
        entry = self.entries.get(line.entry)
        claim = claim_of(line)
        if not self._wanted(entry) or claim in self.claims:
            return
        if line.kind is LineKind.UNBILLED:
            self.unbilled += 1
            return
        against = tuple(row for row in (*self.examined.fees, *self.examined.contract) if row.stops) if not entry else ()
        faults = line_faults(self.ground, self.contract, line, entry)
        if against or faults:
            self.held.append(
                HeldBack(
                    claim=claim, date=line.date, objections=(*against, *faults), entry=line.entry, minutes=line.minutes,
                    worth=line.amount,
                )
            )  # fmt: skip
        else:
            self.lines.append(line)

    def _hold(self, row: Held) -> None:
        entry = self.entries.get(row.entry)
        invoiced = row.reasons == (HeldReason.ALREADY_INVOICED,)
        if invoiced or row.entry in self.settled or not self._wanted(entry):
            return
        worker = entry.person if entry else ""
        what = row.entry or row.milestone or row.contract
        self.held.append(
            HeldBack(
                claim=f"{'entry' if row.entry else 'milestone' if row.milestone else 'contract'} {what}",
                date=row.date,
                objections=tuple(of_pricing(self.ground, one, worker) for one in row.objections),
                entry=row.entry,
                minutes=row.minutes,
                worth=row.worth,
            )
        )

    def _stopped(self, entry: TimeEntry, objections: tuple[Objected, ...]) -> HeldBack:
        return HeldBack(
            claim=f"entry {entry.id}", date=entry.date, objections=objections, entry=entry.id, minutes=entry.minutes,
            worth=self._worth(entry),
        )  # fmt: skip

    def _worth(self, entry: TimeEntry) -> Money | None:
        if self.contract.kind not in BY_THE_HOUR or entry.billable is False:
            return None
        billing = self.context.billing
        rates = billing.hourly(self.contract)
        rate = rates.rate(entry.date, person=entry.person, grade=billing.grade(entry), task=entry.item.task)
        return price_of(rate, quantity(self.contract, entry)) if rate else None

    def _others(self, priced: Draft) -> Iterator[Elsewhere]:
        """What of the period stands on other drafts, at the price it has there and the one it would have today."""
        worth: dict[str, list[Money | None]] = {}
        for line in priced.lines:
            worth.setdefault(claim_of(line), []).append(line.amount)
        for row in priced.held:
            if row.reasons == (HeldReason.ALREADY_INVOICED,):
                worth.setdefault(f"entry {row.entry}", []).append(row.worth)
        for claim, lines in sorted(self.claims.items()):
            of_period = [line for line in lines if line.date in self.request.period]
            if of_period and self._wanted(self.entries.get(of_period[0].entry)):
                then = add_up(line.amount for line in of_period)
                yield Elsewhere(claim, of_period[0].draft, then, add_up(worth.get(claim, ())))


def repriced(rows: Sequence[Elsewhere]) -> Iterable[Elsewhere]:
    """Those on other drafts that would have another price today, because time was approved late or terms have changed."""
    return (row for row in rows if row.then != row.now)
