"""Monthly billing of every client and project, from the contracts and the approved time, and the shifts in it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from hourtrail.checks.wording import count
from hourtrail.domain.billing.shifts import Shift, shifts
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame, Finding, Severity, Subject
from hourtrail.domain.firm import Contract, ContractKind, Milestone
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BillingPeriod, period_of, price
from hourtrail.domain.review import Raised
from hourtrail.flows.billing.ground import Ground

_BILLED = frozenset({EntryStatus.APPROVED, EntryStatus.INVOICED})


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What is billed each month: to a client, or for one of its projects (``project`` is empty for the whole client)."""

    client: str
    project: str
    currency: str


def monthly(ground: Ground, last: date) -> dict[Series, dict[date, Decimal]]:
    """The amounts of every complete month up to ``last`` by series and first day of the month.

    Each contract is priced from its beginning, approved and invoiced time alike, so fees, caps and blocks count as they are
    billed. A contract that cannot be priced is left out; the checks tell why.
    """
    found: dict[Series, dict[date, Decimal]] = {}
    # One client's entries at a time: a firm's whole history does not have to fit into memory.
    contracts = sorted(ground.master.contracts, key=lambda row: (row.client, row.id))
    client, context = "", None
    for contract in contracts:
        if contract.kind is ContractKind.INTERNAL:
            continue
        if context is None or contract.client != client:
            client, context = contract.client, ground.context(contract)
        entries = [_as_approved(entry) for entry in context.billing.to_price(contract.id) if entry.status in _BILLED]
        projects = {entry.id: entry.item.project for entry in entries}
        period = _whole(contract, entries, ground.master.milestones, last)
        if period is None:
            continue
        try:
            priced = price(
                contract, entries, period=period, card=context.billing.card(contract.id),
                milestones=ground.master.milestones, grade_of=context.billing.grade,
                policy=ground.policy.pricing(contract.id),
            )  # fmt: skip
        except InvalidInput:
            continue
        for line in priced.lines:
            if line.amount is not None and line.amount.amount:
                project = projects.get(line.entry, contract.project)
                month = line.date.replace(day=1)
                for name in {"", project}:
                    amounts = found.setdefault(Series(contract.client, name, line.amount.currency), {})
                    amounts[month] = amounts.get(month, Decimal(0)) + line.amount.amount
    return found


def shift_findings(ground: Ground, check: str, open_now: Collection[str]) -> Iterator[Raised]:
    """The shifts that began lately, and those whose finding is open: each is told once, whatever follows it.

    A project's own shift is left out where its client's series, which holds it, shifts within a month of it.
    """
    last = _last_complete(ground.today, ground.policy.settle_days)
    told: dict[tuple[str, str], list[Shift]] = {}
    for series, amounts in sorted(monthly(ground, last).items()):
        months = list(_months(min(amounts), last))
        found = shifts(months, [amounts.get(month, Decimal(0)) for month in months], ground.policy.shift)
        if not series.project:
            told[series.client, series.currency] = found
        for shift in found:
            above = told.get((series.client, series.currency), []) if series.project else []
            if any(abs((one.months[0] - shift.months[0]).days) <= 31 for one in above):
                continue
            raised = _raised(ground, check, series, shift)
            if raised.finding.fingerprint in open_now or _recent(shift, last, ground.policy.recent_months):
                yield raised


def _raised(ground: Ground, check: str, series: Series, shift: Shift) -> Raised:
    key = (check, series.client, series.project, series.currency, "up" if shift.up else "down", str(shift.number))
    who = f"project {series.project} of {series.client}" if series.project else f"client {series.client}"
    first, last = shift.window
    level, run = Money(shift.level, series.currency), ", ".join(str(Money(x, series.currency)) for x in shift.amounts)
    usual = f"{level} ± {Money(shift.band, series.currency)}"
    contract = _contract(ground, series)
    finding = Finding(
        id=stable_id("finding", key),
        check=check,
        severity=Severity.WARN,
        subject=Subject(project=series.project) if series.project else Subject(contract=contract.id),
        score=0.5,
        measured=f"{run} from {shift.months[0]:%Y-%m} to {shift.months[-1]:%Y-%m}",
        expected=f"{usual} (median of {first:%Y-%m} to {last:%Y-%m})",
        explanation=(
            f"Billing of {who} has been {'above' if shift.up else 'below'} its usual {usual} a month"
            f" (median of {first:%Y-%m} to {last:%Y-%m}) for {count(len(shift.months), 'month', 'months')}"
            f" since {shift.months[0]:%Y-%m}: {run}."
        ),
        fingerprint=stable_id("fact", key),
        blame=Blame.CONTRACT,
        value_at_risk=Money(abs(shift.change), series.currency).to_cents(),
        producer=ground.policy.producer(check),
    )
    return Raised(finding=finding, client=series.client, project=series.project)


def _contract(ground: Ground, series: Series) -> Contract:
    """The contract that stands for a client: the one that began last."""
    rows = [row for row in ground.master.contracts if row.client == series.client]
    return max(rows, key=lambda row: (row.starts_on or date.min, row.id))


def _as_approved(entry: TimeEntry) -> TimeEntry:
    return replace(entry, status=EntryStatus.APPROVED)


def _whole(
    contract: Contract, entries: Sequence[TimeEntry], milestones: Sequence[Milestone], last: date
) -> BillingPeriod | None:
    """From the contract's beginning, its first entry or its first milestone to ``last``; None where nothing lies between."""
    own = [row for row in milestones if row.contract == contract.id]
    days = [contract.starts_on, *(row.accepted_on for row in own), *(row.due_on for row in own)]
    first = min([*(day for day in days if day), *(entry.date for entry in entries)], default=None)
    return BillingPeriod(first, last) if first is not None and first <= last else None


def _last_complete(today: date, settle_days: int) -> date:
    """The last day of the newest month that ended at least ``settle_days`` days ago."""
    return (today - timedelta(days=settle_days)).replace(day=1) - timedelta(days=1)


def _months(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = period_of(month, "month").last + timedelta(days=1)


def _recent(shift: Shift, last: date, months: int) -> bool:
    return (last.year - shift.months[0].year) * 12 + last.month - shift.months[0].month < months
