"""How simulated people answer: what they did decides, bias and tiredness bend it, and the same question gets the same answer."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.training.simulator import reporting_firm as world

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.block import WorkBlock
from hourtrail.domain.decision import Verdict
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.spans import Span
from hourtrail.domain.suggestion import Alternative, Band, ModelRef, PolicyRef, Suggestion, Threshold
from hourtrail_training.simulator import parameters
from hourtrail_training.simulator.deciding import Answer, SimulatedPerson, Truth
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Doing, Stretch, minute_of

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHOWN = datetime(2026, 3, 9, 8, tzinfo=UTC)
ATTENTIVE = {"fatigue": 0.0, "defer_share": 0.0, "reviewer_error": 0.0, "first_place": 0.0}
EMPLOYEE = world.firm(1).employees[0]


def given(**changes: float) -> Parameters:
    return Parameters({**parameters.draw(1), **ATTENTIVE, **changes})


def person(bias: float = 0.3, answers: float = 1.0, mechanism: str = "beta", **changes: float) -> SimulatedPerson:
    return SimulatedPerson(
        person=EMPLOYEE.id, bias=bias, answers=answers, seed=3, mechanism=mechanism, parameters=given(**changes)
    )


def suggestion(number: int = 0, item: WorkItem | None = world.CHECKOUT, confidence: float = 0.9) -> Suggestion:
    block = WorkBlock(
        id=f"b{number}", person=EMPLOYEE.id, zone="Europe/Berlin", date=NINE.date(),
        span=Span(NINE, NINE + timedelta(hours=2)), kind=ActivityKind.FOCUS, anchor="a", title="t", text="t", evidence=(),
        evidence_minutes=120, suggested_minutes=120,
    )  # fmt: skip
    shown = (
        Alternative(item=item or world.AUDIT, confidence=confidence),
        Alternative(item=world.AUDIT, confidence=0.1),
    )
    return Suggestion(
        id=f"s{number}", block=block, item=item, billable=True, billable_probability=1.0, billable_minutes=120,
        rounding="", narrative="", confidence=confidence, band=Band.SUGGEST, reasons=(), leans_on=(), alternatives=shown,
        threshold=Threshold(band=Band.SUGGEST, value=0.5, target_precision=0.9, basis="test"),
        model=ModelRef(name="m", version="1", digest="d"), policy=PolicyRef(version="1"),
    )  # fmt: skip


def did(*parts: tuple[WorkItem, int]) -> list[Stretch]:
    at, stretches = minute_of(NINE), []
    for item, minutes in parts:
        stretches.append(world.stretch(EMPLOYEE, at, at + minutes, item, Doing.CODE))
        at += minutes
    return stretches


def answers(who: SimulatedPerson, truth: list[Stretch], count: int = 400, **shown) -> list[Answer | None]:
    return [
        who.answer(suggestion(number, **shown), truth, place=1, places=10, shown_at=SHOWN) for number in range(count)
    ]


def verdicts(found: list[Answer | None]) -> Counter[str]:
    return Counter(row.verdict.value if row else "ignored" for row in found)


def test_the_truth_is_what_lies_inside_the_block():
    truth = Truth.within(suggestion(), did((world.AUDIT, 30), (world.CHECKOUT, 60), (world.CHECK_IN, 90)))
    assert truth.items == ((world.CHECKOUT, 60), (world.CHECK_IN, 30), (world.AUDIT, 30))


def test_right_suggestions_are_accepted_and_wrong_ones_corrected_by_an_unbiased_person():
    right = answers(person(bias=0.0), did((world.CHECKOUT, 120)))
    assert verdicts(right) == {"accept": 400}
    assert all(row and row.was_right for row in right)
    wrong = answers(person(bias=0.0, reject_share=0.0), did((world.CHECK_IN, 120)))
    assert verdicts(wrong) == {"edit": 400}
    (part,) = wrong[0].parts
    assert (part.project, part.task, part.minutes) == ("check-in", "DEV", 120)
    assert not wrong[0].was_right


def test_bias_accepts_what_is_wrong_the_more_the_surer_it_looks():
    truth = did((world.CHECK_IN, 120))
    rates = [
        verdicts(answers(person(bias=0.6), truth, confidence=confidence))["accept"] / 400 for confidence in (0.2, 0.9)
    ]
    assert 0.05 < rates[0] < 0.2 < 0.4 < rates[1] < 0.7


def test_the_threshold_form_has_an_edge_where_the_beta_form_has_a_slope():
    truth, who = did((world.CHECK_IN, 120)), person(bias=0.3, mechanism="threshold")
    assert verdicts(answers(who, truth, confidence=0.71))["accept"] == 400
    assert verdicts(answers(who, truth, confidence=0.69))["accept"] == 0


def test_what_stands_first_is_believed_more():
    truth, who = did((world.CHECK_IN, 120)), person(bias=0.5, first_place=0.3)
    first = [who.answer(suggestion(n), truth, place=0, places=9, shown_at=SHOWN) for n in range(400)]
    assert verdicts(first)["accept"] > verdicts(answers(who, truth))["accept"]


def test_answers_dwindle_over_the_list_and_with_the_person():
    truth, who = did((world.CHECKOUT, 120)), person(answers=0.8, fatigue=0.5)
    last = [who.answer(suggestion(n), truth, place=9, places=10, shown_at=SHOWN) for n in range(400)]
    early, late = verdicts(answers(who, truth))["ignored"], verdicts(last)["ignored"]
    assert 60 < early < 140
    assert late > early + 60


def test_slips_are_as_frequent_as_stated():
    found = verdicts(answers(person(bias=0.0, reviewer_error=0.03), did((world.CHECKOUT, 120)), count=4_000))
    slips = 4_000 - found["accept"]
    # A slip that accepts a right suggestion is none; the others are .03 * .6 of all.
    assert 0.005 < slips / 4_000 < 0.04


def test_no_work_is_called_so_and_mixed_blocks_are_split_within_their_time():
    idle = verdicts(answers(person(bias=0.0), []))
    assert idle == {"not_work": 400}
    mixed = answers(person(bias=0.0, split_share=1.0), did((world.AUDIT, 70), (world.CHECK_IN, 50)))
    assert verdicts(mixed) == {"split": 400}
    assert [part.minutes for part in mixed[0].parts] == [70, 50]


def test_an_unassigned_block_is_never_simply_accepted():
    found = verdicts(answers(person(bias=1.0, reviewer_error=0.3), did((world.CHECKOUT, 120)), item=None))
    assert found["accept"] == 0
    assert found["edit"] > 200


def test_minutes_far_off_are_corrected_and_near_ones_pass():
    who = person(bias=0.0, minutes_tolerance=0.25)
    assert verdicts(answers(who, did((world.CHECKOUT, 110)))) == {"accept": 400}
    far = answers(who, did((world.CHECKOUT, 60)))
    assert verdicts(far) == {"edit": 400}
    assert far[0].parts[0].minutes == 60


def test_corrections_take_longer_than_acceptance_and_everything_takes_time():
    quick = answers(person(bias=0.0), did((world.CHECKOUT, 120)))
    slow = answers(person(bias=0.0, reject_share=0.0), did((world.CHECK_IN, 120)))
    medians = [sorted(row.seconds for row in rows if row)[200] for rows in (quick, slow)]
    assert medians[0] * 2 < medians[1]
    assert all(row and row.at == SHOWN + timedelta(seconds=row.seconds) for row in quick)


def test_the_same_question_gets_the_same_answer_and_the_person_comes_from_their_traits():
    options = replace(world.options(), bias="threshold")
    who = SimulatedPerson.of(EMPLOYEE, options, given())
    assert (who.bias, who.answers, who.mechanism) == (EMPLOYEE.traits.bias, EMPLOYEE.traits.answers, "threshold")
    truth = did((world.CHECK_IN, 120))
    assert answers(who, truth, 50) == answers(who, truth, 50)


@pytest.mark.parametrize("verdict", [Verdict.DEFER])
def test_some_answers_are_put_off(verdict):
    found = answers(person(defer_share=1.0), did((world.CHECKOUT, 120)), 20)
    assert {row.verdict for row in found if row} == {verdict}
