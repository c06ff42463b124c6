"""A budget or a cap that is nearly used, will be used up soon, or is used faster than the milestones are reached."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from hourtrail.checks.columns import Groups, together
from hourtrail.checks.context import CheckContext, Grain
from hourtrail.checks.forecast import forecast, shifted
from hourtrail.checks.policy import CheckPolicy
from hourtrail.checks.reporting import Fact, report
from hourtrail.checks.wording import day, duration
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.firm import Contract, ContractKind, Milestone
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import BY_THE_HOUR

NAME = "budget_forecast"

_WHOLE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit, and what was used of it on each date; in minutes, or in ``currency`` where there is one."""

    subject: Subject
    owner: str
    what: str
    limit: Decimal
    used: Mapping[date, Decimal]
    currency: str = ""
    is_cap: bool = False
    ends_on: date | None = None

    @property
    def total(self) -> Decimal:
        """Everything used so far."""
        return sum(self.used.values(), Decimal(0))

    @property
    def share(self) -> Decimal:
        """Used of the limit; 1 is all of it."""
        return self.total / self.limit

    def say(self, value: Decimal | float) -> str:
        """A quantity of this budget in words."""
        exact = Decimal(value)
        return str(Money(exact, self.currency)) if self.currency else duration(int(exact.to_integral_value()))


def check(context: CheckContext, policy: CheckPolicy) -> Iterator[Finding]:
    """At most three findings for each contract, and one for each task with a budget.

    The highest threshold passed (80 %, then 100 %; each is told once, because the finding stays the same), the day on
    which the rest will be used up, and hours that run ahead of the accepted milestones. What lies over a cap is told entry
    by entry by ``over_cap``.
    """
    return report(NAME, policy, _facts(context, policy))


def _facts(context: CheckContext, policy: CheckPolicy) -> Iterator[Fact]:
    for contract in context.billing.contracts.values():
        if contract.kind is ContractKind.INTERNAL or contract.id not in context.billing.by_contract:
            continue
        budgets = [budget for budget in _budgets(context, contract) if budget.limit > 0]
        if budgets:
            yield from _threshold(max(budgets, key=lambda budget: (budget.share, budget.what)), policy)
            yield from _breach(context, budgets, policy)
        yield from _milestones(context, contract, budgets, policy)
    for budget in _task_budgets(context):
        yield from _threshold(budget, policy)


def _budgets(context: CheckContext, contract: Contract) -> Iterator[Budget]:
    used, currency = context.billing.used(contract), context.billing.currency(contract)
    by_the_hour = contract.kind in BY_THE_HOUR

    def budget(what: str, limit: Decimal, sums: Mapping[date, Decimal], unit: str = "", *, cap: bool = False) -> Budget:
        return Budget(
            subject=Subject(contract=contract.id), owner=f"contract {contract.id}", what=what, limit=limit, used=sums,
            currency=unit, is_cap=cap, ends_on=contract.ends_on,
        )  # fmt: skip

    if contract.budget_hours is not None:
        yield budget("budget", contract.budget_hours * 60, used.worked)
    # Elsewhere the budgeted amount is the fee itself, which hours do not use up.
    if contract.budget_amount is not None and by_the_hour and currency:
        yield budget("budget", contract.budget_amount, used.amount, currency)
    if contract.cap_hours is not None and by_the_hour:
        yield budget("cap", contract.cap_hours * 60, used.billed, cap=True)
    if contract.cap_amount is not None and by_the_hour and currency:
        yield budget("cap", contract.cap_amount, used.amount, currency, cap=True)
    if contract.kind is ContractKind.PREPAID and contract.included_hours is not None:
        yield budget("prepaid block", contract.included_hours * 60, used.billed, cap=True)


def _task_budgets(context: CheckContext) -> Iterator[Budget]:
    planned = {task.item: task.budget_hours for task in context.tasks or () if task.budget_hours}
    if not planned:
        return
    columns = context.columns
    rows = np.flatnonzero(columns.of_items(item in planned for item in columns.items))
    groups = Groups(together(columns.item, columns.day), rows)
    used: dict[object, dict[date, Decimal]] = {}
    for place, minutes in enumerate(groups.sums(columns.minutes).tolist()):
        first = groups.of(place)[0]
        days = used.setdefault(columns.items[int(columns.item[first])], {})
        days[date.fromordinal(int(columns.day[first]))] = Decimal(minutes)
    for item, hours in planned.items():
        if item in used and hours:
            subject = Subject(project=item.project)
            yield Budget(subject=subject, owner=str(item), what="budget", limit=hours * 60, used=used[item])


def _threshold(budget: Budget, policy: CheckPolicy) -> Iterator[Fact]:
    passed = [share for share in (policy.bound(NAME, "share"), _WHOLE) if budget.share > share]
    if not passed or (budget.is_cap and budget.share > _WHOLE):
        return
    threshold = max(passed)
    over = budget.total - budget.limit
    yield Fact(
        subject=budget.subject,
        key=(budget.owner, "threshold", budget.what, budget.currency or "hours", str(threshold.normalize())),
        measured=f"{budget.say(budget.total)}, {100 * budget.share:.0f} %",
        expected=f"at most {100 * threshold:.0f} % of {budget.say(budget.limit)}",
        explanation=(
            f"{_sentence(budget.owner)} has used {budget.say(budget.total)} of its {budget.what} of "
            f"{budget.say(budget.limit)}, {100 * budget.share:.0f} %, more than {100 * threshold:.0f} %."
        ),
        blame=Blame.CONTRACT,
        value_at_risk=Money(over, budget.currency).to_cents() if budget.currency and over > 0 else None,
    )


def _breach(context: CheckContext, budgets: Sequence[Budget], policy: CheckPolicy) -> Iterator[Fact]:
    """The budget that will be passed first, if one is likely to be within the horizon."""
    horizon = shifted(context.as_of, int(policy.bound(NAME, "days")))
    coming = []
    for budget in budgets:
        until = min(horizon, budget.ends_on or horizon)
        left = budget.limit - budget.total
        seen = (
            forecast(budget.used, left, as_of=context.as_of, until=until, by_week=context.grain is Grain.WEEK)
            if left >= 0
            else None
        )
        if seen and seen.probability > policy.bound(NAME, "probability"):
            coming.append((seen.breach, budget.what, budget.currency, budget, seen, until))
    if not coming:
        return
    *_, budget, seen, until = min(coming, key=lambda row: row[:3])
    yield Fact(
        subject=budget.subject,
        key=(budget.owner, "forecast", budget.what, budget.currency or "hours"),
        measured=f"{budget.say(budget.total)} used, {budget.say(seen.weekly)} a week",
        expected=f"at most {budget.say(budget.limit)} until {day(until)}",
        explanation=(
            f"{_sentence(budget.owner)} has {budget.say(budget.limit - budget.total)} left of its {budget.what} of "
            f"{budget.say(budget.limit)}; at {budget.say(seen.weekly)} a week it is passed on {day(seen.breach)}, "
            f"with a probability of {100 * seen.probability:.0f} % by {day(until)}."
        ),
        score=round(seen.probability, 4),
        blame=Blame.CONTRACT,
    )


def _milestones(
    context: CheckContext, contract: Contract, budgets: Sequence[Budget], policy: CheckPolicy
) -> Iterator[Fact]:
    rows = context.billing.milestones.get(contract.id)
    worked = _share_worked(context, contract, budgets)
    if not rows or worked is None:
        return
    reached = accepted_share(rows, context.as_of)
    gap = policy.bound(NAME, "milestone_gap")
    if worked > policy.bound(NAME, "milestone_from") and worked - reached > gap:
        accepted = sum(row.accepted_on is not None and row.accepted_on <= context.as_of for row in rows)
        yield Fact(
            subject=Subject(contract=contract.id),
            key=(contract.id, "milestones"),
            measured=f"{100 * worked:.0f} % of the hours, {100 * reached:.0f} % of the milestones",
            expected=f"hours at most {100 * gap:.0f} points ahead of the milestones",
            explanation=(
                f"Contract {contract.id} has used {100 * worked:.0f} % of its budgeted hours, but {accepted} of "
                f"{len(rows)} milestones, {100 * reached:.0f} % of the work, are accepted."
            ),
            blame=Blame.CONTRACT,
        )


def _share_worked(context: CheckContext, contract: Contract, budgets: Sequence[Budget]) -> Decimal | None:
    """Hours used of the contract's budget; where it states none, of its tasks' budgets taken together."""
    own = next((budget.share for budget in budgets if budget.what == "budget" and not budget.currency), None)
    if own is not None:
        return own
    planned = {
        task.item: task.budget_hours
        for task in context.tasks or ()
        if task.budget_hours and context.work_items.contract(task.item) == contract
    }
    if not planned:
        return None
    entries = context.billing.by_contract.get(contract.id, ())
    return Decimal(sum(entry.minutes for entry in entries if entry.item in planned)) / (sum(planned.values()) * 60)


def accepted_share(rows: Sequence[Milestone], as_of: date) -> Decimal:
    """The accepted part of the work: by planned shares; else by amounts; else by number."""
    accepted = [row for row in rows if row.accepted_on is not None and row.accepted_on <= as_of]
    if all(row.planned_share is not None for row in rows):
        return sum((row.planned_share or Decimal(0) for row in accepted), Decimal(0))
    whole = sum((row.amount or Decimal(0) for row in rows), Decimal(0))
    if whole > 0 and all(row.amount is not None for row in rows):
        return sum((row.amount or Decimal(0) for row in accepted), Decimal(0)) / whole
    return Decimal(len(accepted)) / len(rows)


def _sentence(owner: str) -> str:
    return owner[0].upper() + owner[1:] if owner.startswith("contract ") else owner
