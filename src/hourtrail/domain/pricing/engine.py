"""Price the time entries of one contract over one billing period.

A period's draft is a slice of the contract's whole history: everything up to the end of the period is priced from the
beginning, so that caps, blocks and rolled-over hours need no carried balance, and the drafts of two periods add up to the
draft of both.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.firm import Contract, ContractKind, Milestone, TaxRate
from hourtrail.domain.pricing.allowance import Allowance
from hourtrail.domain.pricing.cap import Cap
from hourtrail.domain.pricing.draft import Draft, DraftLine, Held, HeldReason, Objection, Priced
from hourtrail.domain.pricing.fees import fee_lines
from hourtrail.domain.pricing.hours import Terms, hour_lines
from hourtrail.domain.pricing.periods import DEFAULT_UNIT, BillingPeriod
from hourtrail.domain.pricing.rates import GradeOf, HourlyRates, no_grade
from hourtrail.domain.pricing.tax import TaxRules, with_tax
from hourtrail.domain.pricing.terms import PricingPolicy, Rollover, currency_of, included_minutes, rollover_of
from hourtrail.domain.pricing.work import Work, in_order, made_ready
from hourtrail.domain.ratecard import RateCard

DEFAULT_POLICY = PricingPolicy()

_DATELESS = frozenset({ContractKind.TIME_AND_MATERIALS, ContractKind.CAPPED, ContractKind.PREPAID})
"""Kinds whose caps and blocks do not begin anew with a period, so that work may use them up in any order."""


def price(
    contract: Contract,
    entries: Iterable[TimeEntry],
    *,
    period: BillingPeriod,
    card: RateCard | None = None,
    milestones: Iterable[Milestone] = (),
    grade_of: GradeOf = no_grade,
    policy: PricingPolicy = DEFAULT_POLICY,
    settled: Collection[str] = (),
    taxes: Iterable[TaxRate] = (),
) -> Draft:
    """The draft of ``contract`` over ``period``. ``entries`` are those done under it, in any order, since its beginning.

    Nothing is ever dropped: each entry of the period is on a line, held with its reasons, or both in parts; only rejected
    entries are left out. Amounts are in the currency of the rate or the contract, never mixed.

    ``settled`` are the ids of entries that are on a draft already, of this period or another. They use up a cap or a block
    first, so that time which is approved late cannot push a contract over its cap.

    ``taxes`` are the firm's tax rates. A line whose tax is not known is held with its worth; what it used up stays used.

    Raises InvalidInput when the contract's roll-over is a word that pricing does not know.
    """
    card = card or RateCard(contract.id, ())
    currency = currency_of(contract, card)
    first_served = settled if contract.kind in _DATELESS else ()
    booked = [
        entry for entry in in_order(entries, first_served) if entry.date <= period.last or entry.id in first_served
    ]
    first = _beginning(contract, booked, period)
    work = list(made_ready(contract, booked, policy))
    terms = Terms(
        contract=contract,
        currency=currency,
        rates=HourlyRates(contract, card, currency),
        allowance=_allowance(contract, first),
        cap=Cap(contract, currency, policy.over_cap),
        grade_of=grade_of,
        stated_rates=policy.stated_rates,
    )
    own = [row for row in milestones if row.contract == contract.id]
    fees = fee_lines(contract, own, work, first=first, currency=currency, period=period)
    rules = TaxRules(contract, taxes)
    priced = (row for row in (*fees, *_once(terms, work)) if row.date in period)
    parts = [with_tax(row, rules) if isinstance(row, DraftLine) else row for row in priced]
    return Draft(
        contract=contract.id,
        period=period,
        lines=tuple(row for row in parts if isinstance(row, DraftLine)),
        held=tuple(row for row in parts if isinstance(row, Held)),
    )


def _beginning(contract: Contract, booked: Sequence[TimeEntry], period: BillingPeriod) -> date:
    """The contract's first day; where it states none, that of its first entry, or of the period."""
    return contract.starts_on or min([entry.date for entry in booked] + [period.first])


def _allowance(contract: Contract, first: date) -> Allowance | None:
    minutes = included_minutes(contract)
    if contract.kind is ContractKind.PREPAID:
        return Allowance(minutes or 0, first=first)
    if minutes is None or contract.kind not in {ContractKind.RETAINER, ContractKind.USAGE}:
        return None
    rollover = rollover_of(contract) if contract.kind is ContractKind.RETAINER else Rollover.NONE
    return Allowance(minutes, first=first, unit=contract.period or DEFAULT_UNIT, rollover=rollover)


def _once(terms: Terms, work: Iterable[Work]) -> Iterator[Priced]:
    """The parts of the work, with those that were invoiced before kept off the draft although they used up what they used."""
    for piece, part in hour_lines(terms, work):
        if (
            isinstance(part, DraftLine)
            and piece.entry.status is EntryStatus.INVOICED
            and piece.entry.billable is not False
        ):
            yield Held(
                contract=part.contract,
                date=part.date,
                objections=piece.objections or (Objection(HeldReason.ALREADY_INVOICED, "it was invoiced before"),),
                minutes=part.minutes,
                worth=part.amount,
                entry=part.entry,
            )
        else:
            yield part
