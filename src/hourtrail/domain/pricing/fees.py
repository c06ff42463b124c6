"""Amounts that do not hang on single hours: schedules, milestones, instalments, progress, the fee of a period, a block."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from hourtrail.domain.firm import Contract, ContractKind, Milestone
from hourtrail.domain.money import Money, minutes_from_hours
from hourtrail.domain.pricing.draft import DraftLine, Held, HeldReason, LineKind, Objection, Priced
from hourtrail.domain.pricing.periods import DEFAULT_UNIT, BillingPeriod, period_of, periods_from
from hourtrail.domain.pricing.terms import fee_of
from hourtrail.domain.pricing.work import Work


def _missing(contract: Contract, day: date, what: str) -> Held:
    return Held(
        contract=contract.id,
        date=day,
        objections=(Objection(HeldReason.MISSING_TERM, f"contract {contract.id} states {what}"),),
    )


def shares(total: Decimal, parts: Sequence[Decimal], currency: str) -> list[Money]:
    """``total`` split by fractions, each part the step between two rounded running sums, so that the parts add up to the whole."""
    amounts: list[Money] = []
    running, before = Decimal(0), Money(Decimal(0), currency)
    for part in parts:
        running += part
        upto = Money(total * running, currency).to_cents()
        amounts.append(upto - before)
        before = upto
    return amounts


def milestone_amounts(
    contract: Contract, milestones: Sequence[Milestone], currency: str
) -> list[tuple[Milestone, Money | None]]:
    """Each milestone with its worth, in the order of due dates: its own amount, else its share of the fee; None without either."""
    rows = sorted(milestones, key=lambda row: (row.due_on or date.max, row.milestone))
    fee = fee_of(contract)
    planned = [row for row in rows if row.amount is None and row.planned_share is not None]
    split = shares(fee or Decimal(0), [row.planned_share or Decimal(0) for row in planned], currency)
    by_share = {} if fee is None else {row.milestone: money for row, money in zip(planned, split, strict=True)}
    return [
        (row, by_share.get(row.milestone) if row.amount is None else Money(row.amount, currency).to_cents())
        for row in rows
    ]


def milestone_lines(contract: Contract, milestones: Sequence[Milestone], currency: str, upto: date) -> Iterator[Priced]:
    """A line on the day of each acceptance; a milestone that is due and not accepted is held."""
    for row, amount in milestone_amounts(contract, milestones, currency):
        name = row.name or row.milestone
        day = row.accepted_on or row.due_on
        if day is None or day > upto:
            continue
        if row.accepted_on is None:
            yield Held(
                contract=contract.id,
                date=day,
                milestone=row.milestone,
                worth=amount,
                objections=(Objection(HeldReason.NOT_ACCEPTED, f"milestone {name} is due and not accepted"),),
            )
        elif amount is None:
            yield _missing(contract, day, f"no amount for milestone {name}, nor a fee of which it is a share")
        else:
            yield DraftLine(
                kind=LineKind.MILESTONE,
                contract=contract.id,
                date=day,
                milestone=row.milestone,
                amount=amount,
                why=f"milestone {name}, accepted on {day}",
            )


def fixed_fee_lines(
    contract: Contract, milestones: Sequence[Milestone], work: Sequence[Work], currency: str, period: BillingPeriod
) -> Iterator[Priced]:
    """The fee by its schedule of due dates; else in equal instalments by period; else by the share of the budgeted hours worked."""
    fee = fee_of(contract)
    if milestones:
        yield from _scheduled(contract, milestones, currency, period.last)
    elif fee is None:
        yield _missing(contract, period.first, "no fee (budget_amount) and no schedule")
    elif contract.period and contract.starts_on and contract.ends_on:
        parts = list(periods_from(contract.starts_on, contract.ends_on, contract.period))
        split = shares(fee, [Decimal(1) / len(parts)] * (len(parts) - 1), currency)
        split.append(Money(fee, currency).to_cents() - Money(sum((row.amount for row in split), Decimal(0)), currency))
        for number, (part, amount) in enumerate(zip(parts, split, strict=True), start=1):
            why = f"instalment {number} of {len(parts)} of the fixed fee of {Money(fee, currency)}"
            yield _fee(contract, max(part.first, contract.starts_on), amount, why)
    elif contract.budget_hours:
        yield from _progress(contract, work, Money(fee, currency), contract.budget_hours)
    else:
        yield _missing(contract, period.first, "no schedule, no period with both dates, and no budget_hours")


def _scheduled(contract: Contract, milestones: Sequence[Milestone], currency: str, upto: date) -> Iterator[Priced]:
    for row, amount in milestone_amounts(contract, milestones, currency):
        name = row.name or row.milestone
        if row.due_on is None:
            yield _missing(contract, upto, f"no due date for instalment {name}")
        elif amount is None:
            yield _missing(contract, row.due_on, f"no amount for instalment {name}, nor a fee of which it is a share")
        else:
            yield _fee(contract, row.due_on, amount, f"instalment {name}, due on {row.due_on}", row.milestone)


def _progress(contract: Contract, work: Sequence[Work], fee: Money, budget_hours: Decimal) -> Iterator[DraftLine]:
    """At the end of each period, the share of the fee that the hours worked so far stand for, less what was due before."""
    unit = contract.period or DEFAULT_UNIT
    worked: dict[date, int] = {}
    for piece in work:
        if piece.consumes:
            end = period_of(piece.entry.date, unit).last
            worked[end] = worked.get(end, 0) + piece.minutes
    budget, minutes, before = minutes_from_hours(budget_hours), 0, Money(Decimal(0), fee.currency)
    for end, more in sorted(worked.items()):
        minutes += more
        share = min(Decimal(minutes) / max(budget, 1), Decimal(1))
        due = fee.times(share).to_cents()
        if due != before:
            why = f"{share * 100:.1f} % of the fixed fee of {fee}: {minutes} of {budget} budgeted minutes worked"
            yield _fee(contract, end, due - before, why)
        before = due


def period_fees(contract: Contract, first: date, currency: str, upto: date) -> Iterator[Priced]:
    """A retainer's fee on the first day of each period, in full even where the contract covers the period in part."""
    fee, unit = fee_of(contract), contract.period or DEFAULT_UNIT
    if fee is None:
        yield _missing(contract, upto, "no fee of a period (budget_amount, or included_hours with a blended_rate)")
        return
    last = min(upto, contract.ends_on or upto)
    for part in periods_from(first, last, unit):
        day = max(part.first, first)
        yield _fee(
            contract, day, Money(fee, currency).to_cents(), f"fee of the {unit} from {part.first} to {part.last}"
        )


def block_line(contract: Contract, first: date, currency: str) -> Priced:
    """The price of a prepaid block, on the first day."""
    fee = fee_of(contract)
    if fee is None:
        return _missing(contract, first, "no price of the block (budget_amount, or included_hours with a blended_rate)")
    return DraftLine(
        kind=LineKind.BLOCK,
        contract=contract.id,
        date=first,
        amount=Money(fee, currency).to_cents(),
        why=f"prepaid block of {contract.included_hours or 0} h",
    )


def _fee(contract: Contract, day: date, amount: Money, why: str, milestone: str = "") -> DraftLine:
    return DraftLine(kind=LineKind.FEE, contract=contract.id, date=day, amount=amount, why=why, milestone=milestone)


def fee_lines(
    contract: Contract,
    milestones: Sequence[Milestone],
    work: Sequence[Work],
    *,
    first: date,
    currency: str,
    period: BillingPeriod,
) -> Iterator[Priced]:
    """Everything that the contract's kind bills apart from hours, up to the end of ``period``."""
    pays_apart = {ContractKind.FIXED_FEE, ContractKind.MILESTONE, ContractKind.RETAINER, ContractKind.PREPAID}
    if contract.kind not in pays_apart:
        return
    if not currency:
        yield _missing(contract, period.first, "no currency")
    elif contract.kind is ContractKind.MILESTONE:
        yield from milestone_lines(contract, milestones, currency, period.last)
    elif contract.kind is ContractKind.FIXED_FEE:
        yield from fixed_fee_lines(contract, milestones, work, currency, period)
    elif contract.kind is ContractKind.RETAINER:
        yield from period_fees(contract, first, currency, period.last)
    else:
        yield block_line(contract, first, currency)
