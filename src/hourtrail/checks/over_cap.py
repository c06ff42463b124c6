"""Time beyond what the contract lets be billed: over its cap, or after its prepaid block is used up."""

from collections.abc import Iterator
from typing import Final

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.pricing import (
    BY_THE_HOUR,
    BillingPeriod,
    Held,
    HeldReason,
    PricingPolicy,
    price,
)

NAME = "over_cap"

# Told at entry time, so whatever is booked counts, whether it is approved yet or not; the crossing entry is split.
_AS_BOOKED: Final = PricingPolicy(billable_statuses=frozenset(EntryStatus), stated_rates=True)
_BEYOND: Final = frozenset({HeldReason.OVER_CAP, HeldReason.BLOCK_USED_UP})


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each entry that crosses the cap or lies beyond it, in the order of the work, with the part beyond.

    The entries must reach back to the contract's beginning; what is not in the file has used up nothing.
    """
    return report(NAME, policy, _facts(context))


def _facts(context: CheckContext) -> Iterator[Fact]:
    for contract in context.billing.contracts.values():
        entries = context.billing.by_contract.get(contract.id)
        if not entries or not may_be_passed(context, contract, len(entries)):
            continue
        days = [entry.date for entry in entries]
        draft = price(
            contract,
            context.billing.to_price(contract.id),
            period=BillingPeriod(min(days), max(days)),
            card=context.billing.card(contract.id),
            grade_of=context.billing.grade,
            policy=_AS_BOOKED,
        )
        known = {entry.id: entry for entry in entries}
        for held in draft.held:
            if held.minutes and not _BEYOND.isdisjoint(held.reasons):
                yield _fact(context, contract, known[held.entry], held)


def may_be_passed(context: CheckContext, contract: Contract, entries: int) -> bool:
    """Whether the sums of so many ``entries`` are over a limit at all; pricing every one of them is worth it only then."""
    if contract.kind is ContractKind.PREPAID and contract.overage_rate is None:
        block = contract.included_hours
        return block is not None and sum(context.billing.used(contract).billed.values()) > block * 60
    if contract.kind not in BY_THE_HOUR or (contract.cap_hours is None and contract.cap_amount is None):
        return False
    used = context.billing.used(contract)
    over_hours = contract.cap_hours is not None and sum(used.billed.values()) > contract.cap_hours * 60
    # Rounding to cents adds at most half a cent an entry; one unit of currency for a hundred entries is more than that.
    slack = 1 + entries // 100
    over_amount = contract.cap_amount is not None and sum(used.amount.values()) + slack > contract.cap_amount
    return over_hours or over_amount


def _fact(context: CheckContext, contract: Contract, entry: TimeEntry, held: Held) -> Fact:
    money = f" ({held.worth})" if held.worth else ""
    whole = held.minutes >= entry.minutes
    part = duration(held.minutes) if whole else f"{duration(held.minutes)} of {duration(entry.minutes)}"
    if HeldReason.BLOCK_USED_UP in held.reasons:
        limit = f"the prepaid block of {contract.included_hours} h"
        beyond = "after the block was used up"
    else:
        limit = f"the cap of {' and '.join(_caps(context, contract))}"
        beyond = "over the cap"
    return Fact(
        subject=Subject(time_entry=entry.id),
        key=(entry.id, contract.id),
        measured=f"{duration(held.minutes)}{money} {beyond}",
        expected=limit,
        explanation=(
            f"{context.name(entry.person)} booked {entry.item} on {day(entry.date)}, "
            f"but {part}{money} {'lie' if held.minutes > 60 else 'lies'} beyond {limit} of contract {contract.id}."
        ),
        blame=Blame.CONTRACT,
        value_at_risk=held.worth or context.worth(entry, held.minutes),
    )


def _caps(context: CheckContext, contract: Contract) -> Iterator[str]:
    if contract.cap_amount is not None:
        yield f"{contract.cap_amount} {context.billing.currency(contract)}".strip()
    if contract.cap_hours is not None:
        yield f"{contract.cap_hours} h"
