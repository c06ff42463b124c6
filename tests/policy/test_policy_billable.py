"""Billable: the property of task and contract first; private time never; rounding by name, once, at the end."""

import pytest

from hourtrail.domain.firm import Billable, Contract, ContractKind, Task, WorkItem
from hourtrail.domain.money import RoundingRule
from hourtrail.policy.billable import billable_minutes, billable_of

ITEM = WorkItem("acme", "portal")
YES, NO, DEPENDS = (Task(item=ITEM, billable=value) for value in (Billable.YES, Billable.NO, Billable.DEPENDS))


def contract(kind=ContractKind.TIME_AND_MATERIALS, minutes=0, rule=RoundingRule.NONE):
    return Contract(id="C", client="acme", kind=kind, rounding_minutes=minutes, rounding_rule=rule)


@pytest.mark.parametrize(
    ("task", "kind", "last", "flag", "probability", "why"),
    [
        (YES, ContractKind.TIME_AND_MATERIALS, None, True, 0.98, "the task is billable"),
        (YES, ContractKind.TIME_AND_MATERIALS, False, True, 0.98, "the task is billable"),
        (NO, ContractKind.TIME_AND_MATERIALS, True, False, 0.02, "the task is not billable"),
        (YES, ContractKind.INTERNAL, True, False, 0.02, "the contract is internal"),
        (DEPENDS, ContractKind.RETAINER, True, True, 0.85, "billed last time"),
        (DEPENDS, ContractKind.RETAINER, False, False, 0.15, "not billed last time"),
        (DEPENDS, ContractKind.RETAINER, None, False, 0.5, "please check"),
        (None, None, None, False, 0.5, "please check"),
        (None, None, True, True, 0.85, "billed last time"),
    ],
)
def test_who_says_so(task, kind, last, flag, probability, why):
    """CAP-04."""
    answer = billable_of(task, contract(kind) if kind else None, last)
    assert (answer.billable, round(answer.probability, 6)) == (flag, probability)
    assert why in answer.why


@pytest.mark.parametrize(
    ("last", "alike", "flag", "probability", "why"),
    [
        (False, [(1.0, True)], True, (3 + 0.15) / 4, "1 of the 1 entries most like it were billed"),
        (
            True,
            [(0.9, False), (0.8, False), (0.2, True)],
            False,
            None,
            "2 of the 3 entries most like it were not billed",
        ),
        (True, [(0.1, False)], True, None, "0 of the 1 entries most like it were billed"),
    ],
)
def test_what_was_done_before_on_the_same_thing_outweighs_the_last_value(last, alike, flag, probability, why):
    answer = billable_of(DEPENDS, contract(), last, alike=alike)
    assert answer.billable is flag is (answer.probability > 0.5)
    assert answer.why == why
    if probability is not None:
        assert answer.probability == pytest.approx(probability)


def test_likeness_changes_nothing_that_task_or_contract_say():
    """CAP-04."""
    alike = [(1.0, True)]
    assert not billable_of(NO, contract(), True, alike=alike).billable
    assert not billable_of(DEPENDS, contract(ContractKind.INTERNAL), True, alike=alike).billable
    assert billable_of(DEPENDS, contract(), True, private=True, alike=alike).probability == 0


@pytest.mark.parametrize("task", [YES, NO, DEPENDS, None])
@pytest.mark.parametrize("last", [True, False, None])
def test_private_time_is_never_billed(task, last):
    """CAP-04."""
    answer = billable_of(task, contract(), last, private=True)
    assert (answer.billable, answer.probability, answer.why) == (False, 0.0, "private time is never billed")


@pytest.mark.parametrize(
    ("minutes", "step", "rule", "billed", "name"),
    [
        (50, 15, RoundingRule.UP, 60, "rounded up to 15 min"),
        (60, 15, RoundingRule.UP, 60, "rounded up to 15 min"),
        (1, 30, RoundingRule.UP, 30, "rounded up to 30 min"),
        (44, 30, RoundingRule.NEAREST, 30, "nearest 30 min"),
        (45, 30, RoundingRule.NEAREST, 60, "nearest 30 min"),
        (50, 0, RoundingRule.NONE, 50, "exact minutes"),
    ],
)
def test_rounding_is_named(minutes, step, rule, billed, name):
    """NEW-03."""
    assert billable_minutes(minutes, contract(minutes=step, rule=rule), billable=True) == (billed, name)
    assert billable_minutes(minutes, contract(minutes=step, rule=rule), billable=False) == (0, "not billed")
    assert billable_minutes(minutes, None, billable=True) == (minutes, "exact minutes")
