"""Whether work is billed, how sure that is, and how many minutes the contract then bills."""

from collections.abc import Sequence
from dataclasses import dataclass

from hourtrail.domain.firm import Billable, Contract, ContractKind, Task
from hourtrail.domain.money import RoundingRule, round_minutes

# Stated defaults, not measured: master data is almost always right, a last confirmed value usually, no hint at all is a coin.
BY_MASTER_DATA = 0.98
BY_LAST_TIME = 0.85
UNKNOWN = 0.5
BY_LIKENESS = 3.0
"""Weight of a confirmed entry with the same text, where the last confirmed value weighs 1; it falls with the square of the
likeness. Of weights 1, 3 and 10 and of powers 2, 4 and 8 these had the lowest Brier score on the public build of the
simulator (docs/decisions/0007)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableAnswer:
    """The flag, the probability that the time is billable (not that the flag is right), and the ground in words."""

    billable: bool
    probability: float
    why: str


def billable_of(
    task: Task | None,
    contract: Contract | None,
    last: bool | None,
    *,
    private: bool = False,
    alike: Sequence[tuple[float, bool]] = (),
) -> BillableAnswer:
    """The property of task and contract first; where those leave it open, confirmed entries on the same work item.

    ``last`` is the newest of them, ``alike`` holds those whose text is most like it: likeness, 0 to 1, and whether billed.

    Personal time is never billable. An open question is answered "not billable" until a person says otherwise: a client is
    never charged on a guess.
    """
    if private:
        return BillableAnswer(billable=False, probability=0.0, why="private time is never billed")
    if contract is not None and contract.kind is ContractKind.INTERNAL:
        return BillableAnswer(billable=False, probability=1 - BY_MASTER_DATA, why="the contract is internal")
    if task is not None and task.billable is Billable.NO:
        return BillableAnswer(billable=False, probability=1 - BY_MASTER_DATA, why="the task is not billable")
    if task is not None and task.billable is Billable.YES:
        return BillableAnswer(billable=True, probability=BY_MASTER_DATA, why="the task is billable")
    if last is not None:
        return _by_precedent(last, alike)
    return BillableAnswer(
        billable=False, probability=UNKNOWN, why="the task does not say whether it is billed; please check"
    )


def _by_precedent(last: bool, alike: Sequence[tuple[float, bool]]) -> BillableAnswer:
    usual = BY_LAST_TIME if last else 1 - BY_LAST_TIME
    weights = [BY_LIKENESS * likeness**2 for likeness, _ in alike]
    votes = sum(weight for weight, (_, was) in zip(weights, alike, strict=True) if was)
    probability = (votes + usual) / (sum(weights) + 1)
    billable = probability > UNKNOWN
    if not alike:
        return BillableAnswer(billable=last, probability=usual, why=f"it was {'' if last else 'not '}billed last time")
    count = sum(was is billable for _, was in alike)
    why = f"{count} of the {len(alike)} entries most like it were {'' if billable else 'not '}billed"
    return BillableAnswer(billable=billable, probability=probability, why=why)


def billable_minutes(minutes: int, contract: Contract | None, *, billable: bool) -> tuple[int, str]:
    """Minutes as the contract bills them, and the rounding in words. Rounding comes last, once, on the whole entry."""
    if not billable:
        return 0, "not billed"
    if contract is None or contract.rounding_rule is RoundingRule.NONE:
        return minutes, "exact minutes"
    return round_minutes(minutes, contract.rounding_minutes, contract.rounding_rule), contract.rounding
