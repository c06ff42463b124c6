"""Contracts, rate cards and milestones: what the engagements are paid by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from hourtrail.domain.firm import Contract, ContractKind, Milestone, Rate
from hourtrail.domain.money import RoundingRule
from hourtrail_training.simulator.dice import Dice
from hourtrail_training.simulator.founding.engagements import Engagement
from hourtrail_training.simulator.founding.people import GRADES, Member
from hourtrail_training.simulator.founding.works import INTERNAL_CONTRACT, INTERNAL_PROJECT
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Change, ChangeKind

_FACTORS: Final = {"analyst": 0.75, "consultant": 1.0, "senior": 1.3, "principal": 1.65, "partner": 2.2}
"""Rate of each grade as a multiple of a consultant's."""
_ROUNDING: Final = ((0, RoundingRule.NONE), (0, RoundingRule.NONE), (15, RoundingRule.UP), (15, RoundingRule.NEAREST), (6, RoundingRule.UP), (30, RoundingRule.UP))  # fmt: skip
_STEPS: Final = ("Kick-off", "Concept signed off", "First delivery", "Acceptance", "Go-live", "Final report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was signed."""

    contracts: tuple[Contract, ...]
    rates: tuple[Rate, ...]
    milestones: tuple[Milestone, ...]
    changes: tuple[Change, ...]


def terms_of(
    engagements: Iterable[Engagement],
    travelled: frozenset[str],
    members: tuple[Member, ...],
    own_client: str,
    options: SimulateOptions,
    parameters: Parameters,
) -> Terms:
    """The contracts of all engagements and of the firm's own work. ``travelled`` are the projects with a travel task."""
    contracts: list[Contract] = []
    rates: list[Rate] = []
    milestones: list[Milestone] = []
    changes: list[Change] = []
    rows = list(engagements)
    weekly = _weekly_hours(rows, members, parameters)
    for row in rows:
        if row.successor:
            continue  # its successor carries the contract on
        dice = Dice(stream(options.seed, "terms", row.contract_id))
        starts = next((old.starts_on for old in rows if old.project == row.predecessor), row.starts_on)
        rate = Decimal(round(parameters["hourly_rate"] * row.client.rate_factor))
        contract = _contract(row, starts, weekly[row.project], rate, options, parameters, dice)
        contracts.append(contract)
        changed_on = _change_of_rates(contract, options, parameters, dice)
        travels = row.project in travelled
        rates += _rates(contract, rate, changed_on, members, parameters, dice, travels=travels)
        milestones += _milestones(contract, options, parameters, dice)
        if changed_on is not None and options.first <= changed_on <= options.last:
            changes.append(Change(on=changed_on, kind=ChangeKind.RATE, about=contract.id))
    currency = members[0].employee.person.currency
    contracts.append(
        Contract(
            id=INTERNAL_CONTRACT,
            client=own_client,
            kind=ContractKind.INTERNAL,
            project=INTERNAL_PROJECT,
            currency=currency,
        )
    )
    return Terms(contracts=tuple(contracts), rates=tuple(rates), milestones=tuple(milestones), changes=tuple(changes))


def _weekly_hours(rows: list[Engagement], members: tuple[Member, ...], parameters: Parameters) -> dict[str, float]:
    """Hours a week that each project is expected to take: the firm's clients' hours, shared by the clients' weights."""
    hours = sum(float(member.employee.person.weekly_hours or 40) for member in members) * parameters["utilisation_mean"]
    weights = {row.project: 0.3 + row.client.weight for row in rows}
    total = sum(weights[row.project] for row in rows if not row.predecessor)
    return {project: hours * weight / total for project, weight in weights.items()}


def _contract(
    row: Engagement,
    starts: date,
    weekly: float,
    rate: Decimal,
    options: SimulateOptions,
    parameters: Parameters,
    dice: Dice,
) -> Contract:
    weeks = max(1.0, (min(row.ends_on, options.last) - max(starts, options.first)).days / 7)
    expected = _tens(weekly * weeks)
    minutes, rule = dice.one(_ROUNDING)
    kind, more = row.contract, {}
    more = _conditions(
        kind, expected, _tens(weekly * 4.3), rate, parameters["cap_tightness"] * (0.8 + 0.4 * dice.uniform()), dice
    )
    return Contract(
        id=row.contract_id,
        client=row.client.code,
        kind=kind,
        project="" if row.predecessor else row.project,
        currency=row.currency,
        starts_on=starts,
        ends_on=row.ends_on,
        rounding_minutes=minutes,
        rounding_rule=rule,
        narrative_required=dice.chance(0.4),
        regulated=dice.chance(0.1),
        **more,
    )


def _conditions(
    kind: ContractKind, expected: Decimal, monthly: Decimal, rate: Decimal, tightness: float, dice: Dice
) -> Mapping[str, Any]:
    """The fields of a contract that its kind adds. ``expected`` and ``monthly`` are hours."""
    blended = (rate * Decimal("1.2")).quantize(Decimal(1))
    if kind is ContractKind.CAPPED:
        hours = _tens(float(expected) * tightness)
        return {"cap_hours": hours} if dice.chance(0.5) else {"cap_amount": hours * blended}
    if kind in {ContractKind.FIXED_FEE, ContractKind.MILESTONE}:
        return {"budget_hours": expected, "budget_amount": expected * blended}
    if kind is ContractKind.RETAINER:
        rollover = dice.one(("none", "one period"))
        return {"period": "month", "included_hours": monthly, "rollover": rollover, "overage_rate": blended}
    if kind is ContractKind.PREPAID:
        return {"included_hours": _tens(float(expected) * tightness), "overage_rate": blended}
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
    contract: Contract, base: Decimal, changed_on: date | None, members: tuple[Member, ...], parameters: Parameters,
    dice: Dice, *, travels: bool,
) -> Iterator[Rate]:  # fmt: skip
    spans: list[tuple[Decimal, date | None, date | None]] = [(Decimal(1), contract.starts_on, None)]
    if changed_on is not None:
        rise = Decimal(str(round(1 + parameters["rate_rise"], 3)))
        spans = [(Decimal(1), contract.starts_on, changed_on - timedelta(days=1)), (rise, changed_on, None)]
    travel = Decimal(str(parameters["travel_rate_factor"]))
    for factor, valid_from, valid_to in spans:
        for grade in GRADES:
            rate = (base * Decimal(str(_FACTORS[grade])) * factor).quantize(Decimal(1))
            yield Rate(contract=contract.id, hourly_rate=rate, currency=contract.currency, grade=grade, valid_from=valid_from, valid_to=valid_to)  # fmt: skip
            if travels:
                yield Rate(contract=contract.id, hourly_rate=(rate * travel).quantize(Decimal("0.5")), currency=contract.currency, grade=grade, task="TRAVEL", valid_from=valid_from, valid_to=valid_to)  # fmt: skip
    if dice.chance(parameters["person_rate_share"]):
        member = dice.one(members)
        rate = (base * Decimal(str(_FACTORS[GRADES[member.grade]])) * Decimal("1.1")).quantize(Decimal(1))
        yield Rate(contract=contract.id, hourly_rate=rate, currency=contract.currency, person=member.employee.id, valid_from=contract.starts_on)  # fmt: skip


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
            accepted_on=accepted if accepted <= options.last and dice.chance(0.9) else None,
            amount=((contract.budget_amount or Decimal(0)) * share).quantize(Decimal("0.01")),
            planned_share=share,
        )
