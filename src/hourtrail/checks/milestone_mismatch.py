"""Milestones that do not fit their contract, their dates or the work."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from hourtrail.checks.context import CheckContext
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import count, day, duration, window
from hourtrail.checks.work_items import days_outside
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Contract, ContractKind, Milestone
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import PAID_BY_FEE, fee_of

NAME = "milestone_mismatch"

# Shares written with two decimals, such as thirds, miss the whole by up to half a hundredth each.
_ROUNDED: Final = Decimal("0.005")


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """One finding for each milestone, or each contract's list of them, that cannot be right.

    A milestone of an unknown contract; amounts or shares that do not add up to the fee; an acceptance of something
    without an amount; a due date outside the contract; work that goes on although it is long overdue.
    """
    return report(NAME, policy, _facts(context, int(policy.bound(NAME, "days"))))


def _facts(context: CheckContext, patience: int) -> Iterator[Fact]:
    for name, rows in context.billing.milestones.items():
        contract = context.billing.contracts.get(name)
        if contract is None:
            if context.contracts is not None:
                yield _fact(
                    name, "unknown", f"{count(len(rows), 'milestone', 'milestones')} of contract {name}",
                    "a contract in the contracts file",
                    f"The milestones name contract {name}, which the contracts do not hold.",
                )  # fmt: skip
            continue
        yield from _sums(context, contract, rows)
        for row in rows:
            yield from _dates(context, contract, row, patience)


def _sums(context: CheckContext, contract: Contract, rows: Sequence[Milestone]) -> Iterator[Fact]:
    fee, currency = fee_of(contract), context.billing.currency(contract)
    amounts = [row.amount for row in rows if row.amount is not None]
    if contract.kind in PAID_BY_FEE and fee is not None and len(amounts) == len(rows) and sum(amounts) != fee:
        total = sum(amounts, Decimal(0))
        yield _fact(
            contract.id, "amounts", f"{total} {currency}".strip(), f"{fee} {currency}".strip(),
            f"The milestones of contract {contract.id} add up to {total} {currency}".strip()
            + f", but its budget is {fee} {currency}".rstrip() + ".",
            risk=_money(abs(total - fee), currency),
        )  # fmt: skip
    shares = [row.planned_share for row in rows if row.planned_share is not None]
    total = sum(shares, Decimal(0))
    slack = _ROUNDED * len(shares)
    # Where milestones do not pay for the work, a list of the next few is a plan, not a mistake.
    whole = contract.kind in PAID_BY_FEE and len(shares) == len(rows)
    if total > 1 + slack or (whole and total < 1 - slack):
        yield _fact(
            contract.id, "shares", f"{100 * total:.0f} %", "100 %",
            f"The planned shares of the milestones of contract {contract.id} add up to {100 * total:.0f} %, not to 100 %.",
            risk=_money(abs(total - 1) * fee, currency) if fee is not None and contract.kind in PAID_BY_FEE else None,
        )  # fmt: skip


def _dates(context: CheckContext, contract: Contract, row: Milestone, patience: int) -> Iterator[Fact]:
    name = f"Milestone {row.name or row.milestone} of contract {contract.id}"
    worth = _worth(context, contract, row)
    if row.accepted_on is not None and worth is None and contract.kind is ContractKind.MILESTONE:
        yield _fact(
            contract.id, f"worthless {row.milestone}", "no amount", "an amount, or a share of the contract's budget",
            f"{name} was accepted on {day(row.accepted_on)}, but nothing says what it is worth.",
        )  # fmt: skip
    if row.due_on is None:
        return
    if days_outside(row.due_on, contract.starts_on, contract.ends_on):
        runs = window(contract.starts_on, contract.ends_on)
        yield _fact(
            contract.id, f"outside {row.milestone}", f"due on {day(row.due_on)}", runs,
            f"{name} is due on {day(row.due_on)}, but the contract runs {runs}.", risk=worth,
        )  # fmt: skip
    elif row.accepted_on is None and (context.as_of - row.due_on).days > patience:
        late = [entry for entry in context.billing.by_contract.get(contract.id, ()) if entry.date > row.due_on]
        if late:
            yield _fact(
                contract.id, f"overdue {row.milestone}", "not accepted", f"accepted by {day(row.due_on)}",
                f"{name} was due on {day(row.due_on)} and is not accepted, "
                f"while work went on with {duration(sum(entry.minutes for entry in late))} after it.",
                risk=worth,
            )  # fmt: skip


def _worth(context: CheckContext, contract: Contract, row: Milestone) -> Money | None:
    fee = fee_of(contract)
    amount = row.amount
    if amount is None and fee is not None and row.planned_share is not None:
        amount = fee * row.planned_share
    return None if amount is None else _money(amount, context.billing.currency(contract))


def _money(amount: Decimal, currency: str) -> Money | None:
    try:
        return Money(amount, currency).to_cents()
    except InvalidInput:
        return None


def _fact(
    contract: str, what: str, measured: str, expected: str, explanation: str, *, risk: Money | None = None
) -> Fact:
    return Fact(
        subject=Subject(contract=contract),
        key=(contract, what),
        measured=measured,
        expected=expected,
        explanation=explanation,
        blame=Blame.MASTER_DATA,
        value_at_risk=risk,
    )
