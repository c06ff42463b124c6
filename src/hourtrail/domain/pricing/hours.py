"""Hours under a contract: covered by what is paid otherwise, billed at a rate, beyond a cap or a block held."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.money import Money
from hourtrail.domain.pricing.allowance import Allowance
from hourtrail.domain.pricing.cap import Cap
from hourtrail.domain.pricing.draft import DraftLine, Held, HeldReason, LineKind, Objection, Priced
from hourtrail.domain.pricing.rates import GradeOf, HourlyRates, stated_rate
from hourtrail.domain.pricing.terms import BY_THE_HOUR, PAID_BY_FEE, price_of
from hourtrail.domain.pricing.work import Work

_COVERED_BY: Final = {
    ContractKind.FIXED_FEE: "covered by the fixed fee",
    ContractKind.MILESTONE: "covered by the milestones",
    ContractKind.RETAINER: "covered by the period's fee",
    ContractKind.PREPAID: "drawn from the prepaid block",
    ContractKind.USAGE: "within the included hours",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What pricing the hours of one contract needs; ``allowance`` and ``cap`` remember what was used."""

    contract: Contract
    currency: str
    rates: HourlyRates
    allowance: Allowance | None
    cap: Cap
    grade_of: GradeOf
    stated_rates: bool

    @property
    def covers_all(self) -> bool:
        """Whether no hour is billed by itself: a fee or milestones, or a retainer without a number of hours."""
        kind = self.contract.kind
        return kind in PAID_BY_FEE or (kind is ContractKind.RETAINER and self.contract.included_hours is None)


def hour_lines(terms: Terms, work: Iterable[Work]) -> Iterator[tuple[Work, Priced]]:
    """Every piece of work (in order) with each of its parts: lines, and what is held. The parts' minutes add up to the work's."""
    for piece in work:
        for part in _parts(terms, piece):
            yield piece, part


def _parts(terms: Terms, piece: Work) -> Iterator[Priced]:
    entry = piece.entry
    if entry.billable is False or terms.contract.kind is ContractKind.INTERNAL:
        why = "internal work, never billed" if terms.contract.kind is ContractKind.INTERNAL else "marked not billable"
        yield _line(terms, piece, LineKind.UNBILLED, piece.minutes, why=why)
    elif not piece.consumes:
        yield _held(terms, piece, piece.minutes, _without_using(terms, piece))
    else:
        yield from _priced(terms, piece)


def _without_using(terms: Terms, piece: Work) -> tuple[Money | None, tuple[Objection, ...]]:
    """Worth of work that is not on the draft for another reason, and every reason: each policy reports by itself."""
    if terms.covers_all:
        return None, piece.objections
    rate, _, missing = _rate(terms, piece)
    return (price_of(rate, piece.minutes) if rate else None), (*piece.objections, *missing)


def _priced(terms: Terms, piece: Work) -> Iterator[Priced]:
    kind, minutes = terms.contract.kind, piece.minutes
    covered = minutes if terms.covers_all else 0
    if terms.allowance is not None:
        covered = terms.allowance.draw(piece.entry.date, minutes)
    if covered or (terms.covers_all and not minutes):
        yield _line(terms, piece, LineKind.COVERED, covered, why=_COVERED_BY[kind])
    beyond = minutes - covered
    if beyond or (not minutes and not terms.covers_all):
        yield from _beyond(terms, piece, beyond)


def _beyond(terms: Terms, piece: Work, minutes: int) -> Iterator[Priced]:
    contract = terms.contract
    if contract.kind is ContractKind.PREPAID and contract.overage_rate is None:
        yield _held(terms, piece, minutes, (None, (_block_objection(contract),)))
        return
    rate, clause, missing = _rate(terms, piece)
    kind = LineKind.TIME if contract.kind in BY_THE_HOUR else LineKind.OVERAGE
    if not minutes and rate:
        yield _line(terms, piece, kind, 0, why=clause, rate=rate, amount=price_of(rate, 0))
        return
    fitting, amount = terms.cap.take(minutes, rate)
    if missing:
        if fitting or not minutes:
            yield _held(terms, piece, fitting, (None, missing))
    elif fitting and amount is not None:
        yield _line(terms, piece, kind, fitting, why=clause, rate=rate, amount=amount)
    elif amount is not None and amount.amount:
        # Less than a minute's worth is left under the cap; it is billed all the same, to the cent.
        yield _line(terms, piece, kind, 0, why=f"{clause}; the rest of the cap", rate=rate, amount=amount)
    if over := minutes - fitting:
        whole = price_of(rate, minutes) if rate else None
        worth = whole - amount if whole and amount else whole
        why = f"over the cap of {terms.cap.clause} of contract {contract.id}"
        yield _held(terms, piece, over, (worth, (Objection(HeldReason.OVER_CAP, why),)))


def _block_objection(contract: Contract) -> Objection:
    if contract.included_hours is None:
        return Objection(HeldReason.MISSING_TERM, f"contract {contract.id} states no included_hours of its block")
    why = f"the prepaid block of {contract.included_hours} h is used up, and the contract has no overage_rate"
    return Objection(HeldReason.BLOCK_USED_UP, why)


def _rate(terms: Terms, piece: Work) -> tuple[Money | None, str, tuple[Objection, ...]]:
    """The rate for work beyond what is covered, the clause that sets it, and what is wrong with it."""
    contract, entry = terms.contract, piece.entry
    if contract.overage_rate is not None and contract.kind not in {
        ContractKind.TIME_AND_MATERIALS,
        ContractKind.CAPPED,
    }:
        if not terms.currency:
            why = f"contract {contract.id} states an overage_rate in no currency"
            return None, "", (Objection(HeldReason.MISSING_TERM, why),)
        return Money(contract.overage_rate, terms.currency), "beyond the included hours, at the overage rate", ()
    grade = terms.grade_of(entry)
    rate = terms.rates.rate(entry.date, person=entry.person, grade=grade, task=entry.item.task)
    clause = (
        "at the blended rate" if terms.rates.blended else f"at the rate card's rate{f' for {grade}' if grade else ''}"
    )
    if rate is None and terms.stated_rates and (own := stated_rate(entry)) is not None:
        rate, clause = own, "at the rate that the entry states"
    if rate is None:
        who = f"grade {grade}" if grade else f"{entry.person}, whose grade is not known"
        why = f"contract {contract.id} has no rate for {who} on {entry.date}"
        return None, "", (Objection(HeldReason.MISSING_RATE, why),)
    if terms.currency and rate.currency != terms.currency:
        why = f"the rate is in {rate.currency}, contract {contract.id} in {terms.currency}; keep currencies apart"
        return None, "", (Objection(HeldReason.OTHER_CURRENCY, why),)
    if not terms.currency and contract.cap_amount is not None:
        why = f"contract {contract.id} has a cap_amount in no currency, and rates in several"
        return None, "", (Objection(HeldReason.OTHER_CURRENCY, why),)
    return rate, clause, ()


def _line(
    terms: Terms,
    piece: Work,
    kind: LineKind,
    minutes: int,
    *,
    why: str,
    rate: Money | None = None,
    amount: Money | None = None,
) -> DraftLine:
    entry = piece.entry
    if amount is None and kind is LineKind.COVERED and terms.currency:
        amount = Money(Decimal(0), terms.currency).to_cents()
    rounded = f"; {terms.contract.rounding}" if minutes != entry.minutes and minutes == piece.minutes else ""
    part = f"; part of {piece.minutes} min" if minutes != piece.minutes else ""
    return DraftLine(
        kind=kind,
        contract=terms.contract.id,
        date=entry.date,
        why=f"{why}{rounded}{part}",
        amount=amount,
        minutes=minutes,
        rate=rate,
        entry=entry.id,
    )


def _held(terms: Terms, piece: Work, minutes: int, because: tuple[Money | None, tuple[Objection, ...]]) -> Held:
    worth, objections = because
    return Held(
        contract=terms.contract.id,
        date=piece.entry.date,
        objections=objections,
        minutes=minutes,
        worth=worth,
        entry=piece.entry.id,
    )
