"""Contracts, rate cards and milestones: what the engagements are paid by."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from hourtrail.domain.firm import Contract, ContractKind, Milestone, Rate
from hourtrail.domain.money import RoundingRule
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.engagements import Engagement
from hourtrail_training.simulator.founding.people import GRADES
from hourtrail_training.simulator.founding.works import INTERNAL_CONTRACT, INTERNAL_PROJECT
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.roster import Roster
from hourtrail_training.simulator.world import Change, ChangeKind, Employee, Firm

_FACTORS: Final = {
    grade: Decimal(factor) for grade, factor in zip(GRADES, ("0.75", "1", "1.3", "1.65", "2.2"), strict=True)
}
"""Rate of each grade as a multiple of a consultant's."""
_OWN_RATE: Final = Decimal("1.1")
"""A rate of one's own as a multiple of the grade's."""
_NONE: Final = (0, RoundingRule.NONE)
_ROUNDING: Final = (
    _NONE, _NONE, (15, RoundingRule.UP), (15, RoundingRule.NEAREST), (6, RoundingRule.UP), (30, RoundingRule.UP),
)  # fmt: skip
_LUCK: Final = 0.2
"""By how much an agreement may lie above or below the firm's habit."""
_MONTH_DAYS: Final = 365.25 / 12
_SAMPLED_DAYS: Final = 14
_STEPS: Final = ("Kick-off", "Concept signed off", "First delivery", "Acceptance", "Go-live", "Final report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was signed."""

    contracts: tuple[Contract, ...]
    rates: tuple[Rate, ...]
    milestones: tuple[Milestone, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signing:
    """What a contract is drawn up with."""

    row: Engagement
    starts: date
    hours: float
    """What the engagement is expected to take within the horizon."""
    rate: Decimal
    """A consultant's."""
    turn: int
    """How many contracts of that kind there are already: caps are in hours and in money by turns."""
    options: SimulateOptions
    parameters: Parameters
    dice: Dice


def terms_of(
    firm: Firm, engagements: tuple[Engagement, ...], options: SimulateOptions, parameters: Parameters
) -> Terms:
    """The contracts of all engagements and of the firm's own work. ``firm`` has no contracts yet."""
    contracts: list[Contract] = []
    rates: list[Rate] = []
    milestones: list[Milestone] = []
    changes: list[Change] = []
    hours = _expected_hours(firm, options, parameters["agreed_share"])
    travelled = {item.project for item in firm.works if item.task == "TRAVEL"}
    starts = {row.project: row.starts_on for row in engagements}
    for row in engagements:
        if row.successor:
            continue  # its successor carries the contract on
        signing = _Signing(
            row=row,
            starts=starts[row.predecessor or row.project],
            hours=hours.get(row.contract_id, 0.0),
            rate=Decimal(round(parameters["hourly_rate"] * row.client.rate_factor)),
            turn=sum(contract.kind is row.contract for contract in contracts),
            options=options,
            parameters=parameters,
            dice=Dice(stream(options.seed, "terms", row.contract_id)),
        )
        contract = _contract(signing)
        contracts.append(contract)
        changed_on = _change_of_rates(contract, options, parameters, signing.dice)
        rates += _rates(signing, contract, changed_on, firm.employees, travels=row.project in travelled)
        milestones += _milestones(contract, options, parameters, signing.dice)
        if changed_on is not None and options.first <= changed_on <= options.last:
            changes.append(Change(on=changed_on, kind=ChangeKind.RATE, about=contract.id))
    contracts.append(
        Contract(
            id=INTERNAL_CONTRACT,
            client=firm.organisation,
            kind=ContractKind.INTERNAL,
            project=INTERNAL_PROJECT,
            currency=firm.employees[0].person.currency,
        )
    )
    return Terms(contracts=tuple(contracts), rates=tuple(rates), milestones=tuple(milestones), changes=tuple(changes))


def _expected_hours(firm: Firm, options: SimulateOptions, agreed_share: float) -> dict[str, float]:
    """Contract -> hours that are agreed for the horizon: ``agreed_share`` of what its people would work on it by their
    shares if they were never absent and did nothing else.
    """
    roster = Roster(firm)
    hours: dict[str, float] = defaultdict(float)
    days = (options.last - options.first).days + 1
    sampled = [options.first + timedelta(days=offset) for offset in range(0, days, _SAMPLED_DAYS)]
    for employee in firm.employees:
        weekly = float(employee.person.weekly_hours or 40)
        for day in sampled:
            if not roster.employed(employee, day):
                continue
            for item, share in roster.live(employee.id, day):
                hours[firm.works[item].task.contract] += agreed_share * weekly * share * days / 7 / len(sampled)
    return hours


def _contract(signing: _Signing) -> Contract:
    row, dice = signing.row, signing.dice
    minutes, rule = dice.one(_ROUNDING)
    return Contract(
        id=row.contract_id,
        client=row.client.code,
        kind=row.contract,
        project="" if row.predecessor else row.project,
        currency=row.currency,
        starts_on=signing.starts,
        ends_on=row.ends_on,
        rounding_minutes=minutes,
        rounding_rule=rule,
        narrative_required=dice.chance(signing.parameters["narrative_share"]),
        regulated=dice.chance(signing.parameters["regulated_share"]),
        **_conditions(signing),
    )


def _conditions(signing: _Signing) -> Mapping[str, Any]:
    """The fields of a contract that its kind adds."""
    kind, dice = signing.row.contract, signing.dice
    expected = _tens(signing.hours)
    agreed = _tens(signing.hours * signing.parameters["cap_tightness"] * (1 + _LUCK * (2 * dice.uniform() - 1)))
    days = (signing.options.last - signing.options.first).days + 1
    blended = (signing.rate * Decimal("1.2")).quantize(Decimal(1))
    if kind is ContractKind.CAPPED:
        return {"cap_hours": agreed} if signing.turn % 2 == 0 else {"cap_amount": agreed * blended}
    if kind in {ContractKind.FIXED_FEE, ContractKind.MILESTONE}:
        return {"budget_hours": agreed, "budget_amount": agreed * blended}
    if kind is ContractKind.RETAINER:
        monthly = _tens(signing.hours / days * _MONTH_DAYS)
        rollover = dice.one(("none", "one period"))
        return {"period": "month", "included_hours": monthly, "rollover": rollover, "overage_rate": blended}
    if kind is ContractKind.PREPAID:
        return {"included_hours": agreed, "overage_rate": blended}
    if kind is ContractKind.USAGE:
        return {"period": dice.one(("month", "quarter")), "blended_rate": blended}
    return {"budget_hours": expected} if dice.chance(0.5) else {}


def _tens(hours: float) -> Decimal:
    """Hours rounded to tens, ten at least: nobody signs for 137 hours."""
    return Decimal(max(10, round(hours / 10) * 10))


def _change_of_rates(contract: Contract, options: SimulateOptions, parameters: Parameters, dice: Dice) -> date | None:
    """The first of a month on which the rates rise, from half a year before the horizon to its end."""
    if not dice.chance(parameters["rate_change_share"]):
        return None
    day = (
        options.first - timedelta(days=180) + timedelta(days=dice.below(180 + (options.last - options.first).days + 1))
    )
    day = day.replace(day=1)
    return day if contract.starts_on is not None and day > contract.starts_on else None


def _rates(
    signing: _Signing, contract: Contract, changed_on: date | None, employees: tuple[Employee, ...], *, travels: bool
) -> Iterator[Rate]:
    """Rows by grade, before and after the change; half of that for travel; sometimes somebody's own rate."""
    base, parameters, dice = signing.rate, signing.parameters, signing.dice
    spans: list[tuple[Decimal, date | None, date | None]] = [(Decimal(1), contract.starts_on, None)]
    if changed_on is not None:
        rise = Decimal(str(round(1 + parameters["rate_rise"], 3)))
        spans = [(Decimal(1), contract.starts_on, changed_on - timedelta(days=1)), (rise, changed_on, None)]
    travel = Decimal(str(parameters["travel_rate_factor"]))
    for factor, valid_from, valid_to in spans:
        for grade in GRADES:
            amount = (base * _FACTORS[grade] * factor).quantize(Decimal(1))
            rate = Rate(
                contract=contract.id,
                hourly_rate=amount,
                currency=contract.currency,
                grade=grade,
                valid_from=valid_from,
                valid_to=valid_to,
            )
            yield rate
            if travels:
                yield replace(rate, task="TRAVEL", hourly_rate=(amount * travel).quantize(Decimal("0.01")))
    if dice.chance(parameters["person_rate_share"]):
        person = dice.one(employees).person
        amount = (base * _FACTORS[person.grade] * _OWN_RATE).quantize(Decimal(1))
        yield Rate(
            contract=contract.id,
            hourly_rate=amount,
            currency=contract.currency,
            person=person.id,
            valid_from=contract.starts_on,
        )


def _milestones(
    contract: Contract, options: SimulateOptions, parameters: Parameters, dice: Dice
) -> Iterator[Milestone]:
    """Three to five deliverables in equal steps from start to end; accepted some days after they were due."""
    if (
        contract.kind not in {ContractKind.MILESTONE, ContractKind.FIXED_FEE}
        or contract.starts_on is None
        or contract.ends_on is None
    ):
        return
    count = 3 + dice.below(3)
    for number in range(1, count + 1):
        due = contract.starts_on + (contract.ends_on - contract.starts_on) * number // count
        accepted = due + timedelta(days=round(dice.exponential(parameters["milestone_delay_days"])))
        share = (Decimal(1) / count).quantize(Decimal("0.01"))
        share = share if number < count else 1 - share * (count - 1)
        yield Milestone(
            contract=contract.id,
            milestone=f"M{number}",
            name=_STEPS[number - 1 if number < count else -1],
            due_on=due,
            accepted_on=accepted if accepted <= options.last and dice.chance(parameters["accepted_share"]) else None,
            amount=((contract.budget_amount or Decimal(0)) * share).quantize(Decimal("0.01")),
            planned_share=share,
        )
