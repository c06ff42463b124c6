"""Which pauses count as work, whose time they become, and what is never stretched."""

from dataclasses import replace

import numpy as np
import pytest
from tests.capture.builders import BERLIN, activity, at, clock, evidence, withheld

from hourtrail.capture import CaptureSettings, HabitLearner, Habits, capture
from hourtrail.capture.grid import Days, near_minute
from hourtrail.capture.habits import DEFAULT_WORKED_SHARE
from hourtrail.capture.pause_model import FEATURES, Pause, breaks, features
from hourtrail.domain.activity import ActivityKind, Response, Sensitivity
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail.domain.spans import Span

PAUSE = Pause(
    start=600, end=630, begin=0, seen=200, before=ActivityKind.FOCUS, after=ActivityKind.FOCUS, same_thread=True
)


def window(name: str, clock: str, minutes: int, title: str = "portal - editor", **fields):
    return activity(name, "focus", clock, minutes, title=title, **fields)


def test_a_short_pause_in_one_piece_of_work_joins_it_and_the_three_numbers_stay_apart():
    (block,) = capture(BERLIN, [window("a", "09:00", 40), window("b", "09:52", 50)]).blocks
    assert (clock(block), block.evidence_minutes, block.suggested_minutes) == ("09:00-10:42", 90, 102)
    assert evidence(block).keys() == {"a", "b"}


def test_a_pause_longer_than_the_bound_is_none_and_zero_bridges_nothing():
    rows = [window("a", "09:00", 40), window("b", "09:52", 50), window("c", "12:50", 60)]
    unbridged = capture(BERLIN, rows, settings=CaptureSettings(bridge_minutes=0))
    assert [clock(block) for block in unbridged.blocks] == ["09:00-09:40", "09:52-10:42", "12:50-13:50"]
    assert [clock(block) for block in capture(BERLIN, rows).blocks] == ["09:00-10:42", "12:50-13:50"]


def test_one_commit_never_becomes_a_day():
    (block,) = capture(BERLIN, [activity("c", "commit", "11:00", container="acme/portal")]).blocks
    assert block.suggested_minutes == 30


@pytest.mark.parametrize(
    "other",
    [
        activity("m", "meeting", "09:00", 40, response=Response.ACCEPTED),
        activity("m", "call", "09:00", 40),
        activity("m", "ticket", "09:00", 40, extra={"worklog": "true"}),
        activity("m", "focus", "09:00", 40, extra={"timer": "true"}),
    ],
    ids=["meeting", "call", "worklog", "timer"],
)
def test_what_states_its_own_times_is_not_stretched(other):
    first, second = capture(BERLIN, [other, window("b", "09:50", 50)]).blocks
    assert (clock(first), clock(second)) == ("09:00-09:40", "09:40-10:40")


def test_private_and_decided_time_is_not_stretched_and_nothing_is_bridged_beside_what_is_private():
    private = activity("p", "meeting", "09:00", 40, sensitivity=Sensitivity.PRIVATE)
    assert [clock(block) for block in capture(BERLIN, [private, window("b", "09:50", 50)]).blocks] == [
        "09:00-09:40", "09:50-10:40",
    ]  # fmt: skip
    (after,) = capture(BERLIN, [window("b", "09:50", 50)], occupied=[Span(at("09:00"), at("09:40"))]).blocks
    assert clock(after) == "09:40-10:40"


def test_a_trace_too_short_for_a_block_is_evidence_of_the_work_around_it():
    rows = [window("a", "09:00", 40), window("x", "09:45", 3, title="Inbox"), window("b", "09:52", 50)]
    captured = capture(BERLIN, rows)
    assert [clock(block) for block in captured.blocks] == ["09:00-10:42"]
    assert "x" in evidence(captured.blocks[0])
    assert captured.withheld == ()


def test_an_unanswered_invitation_counts_only_where_something_shows_that_it_was_attended():
    invited = activity("m", "meeting", "09:00", 60, participants=("ada", "bo@acme.com"))
    assert withheld(capture(BERLIN, [invited])) == {
        "m": "an invitation without an answer, and nothing shows that it was attended"
    }
    for trace in (activity("c", "call", "09:05", 50), activity("t", "message", "09:30")):
        assert [block.anchor for block in capture(BERLIN, [invited, trace]).blocks] == ["t:m"]
    assert capture(BERLIN, [invited], habits=Habits(attends_unanswered=0.5)).blocks
    assert capture(BERLIN, [replace(invited, participants=())]).blocks, "one's own appointment carries no answer either"


def test_a_learner_comes_from_the_default_to_what_was_confirmed():
    days = Days(zone_named("Europe/Berlin"))
    meetings = [
        activity(f"m{day}", "meeting", "09:00", 60, day=f"2026-03-{day:02}", participants=("ada", "bo@acme.com"))
        for day in range(1, 31)
    ]
    learner = HabitLearner(meetings, days, CaptureSettings())
    assert learner.habits() == Habits()
    for day in range(1, 31):
        learner.learn(*(near_minute(at(hour, f"2026-03-{day:02}")) for hour in ("09:00", "10:00")))
    habits = learner.habits()
    assert habits.days == 30
    assert habits.worked_share[21] > 0.8 > DEFAULT_WORKED_SHARE[21]  # 10:30 in Berlin
    assert habits.worked_share[28] < 0.2 < DEFAULT_WORKED_SHARE[28]  # nobody worked at 14:00
    assert habits.attends_unanswered == pytest.approx(30 / 40)


def test_habits_of_another_length_are_refused():
    with pytest.raises(InvalidInput, match="48"):
        Habits(worked_share=(0.5,) * 24)


def test_the_break_of_a_pause_is_its_least_likely_stretch_and_must_pay_for_two_switches():
    """By hand: with a constant alone every minute has those odds; with ``near`` alone the middle is least likely."""

    def only(**chosen: float) -> list[float]:
        return [chosen.get(name, 0.0) for name in FEATURES]

    assert breaks([PAUSE], Habits(), only(one=1.0)) == [(600, 600)]
    assert breaks([PAUSE], Habits(), only(one=-1.0)) == [(600, 630)]
    assert breaks([PAUSE], Habits(), only(one=-0.05)) == [(600, 600)]  # 30 x 0.05 is less than 2 log 4
    ((start, end),) = breaks([PAUSE], Habits(), only(one=2.0, near=-1.0))
    assert start - 600 == 630 - end > 0
    assert start < end


def test_a_pause_at_the_habitual_break_is_told_from_one_at_the_desk():
    noon = tuple(0.02 if half in {24, 25} else 0.9 for half in range(48))
    asked = [replace(PAUSE, start=minute, end=minute + 50) for minute in (600, 725)]
    at_ten, at_noon = breaks(asked, Habits(worked_share=noon))
    assert at_ten[1] - at_ten[0] < at_noon[1] - at_noon[0]


def test_features_are_finite_and_have_one_row_a_minute():
    found = features([PAUSE, replace(PAUSE, start=1400, end=1440)], Habits())
    assert found.shape == (70, len(FEATURES))
    assert np.isfinite(found).all()


def test_a_pause_between_two_meetings_is_a_part_of_its_own_that_says_so_where_confirmed_time_covers_such_pauses():
    rows = [
        activity("m", "meeting", "09:00", 60, title="Steering", response=Response.ACCEPTED),
        activity("n", "meeting", "10:15", 60, title="Retrospective", response=Response.ACCEPTED),
    ]
    assert len(capture(BERLIN, rows).blocks) == 2, "nothing is proposed without any evidence"
    first, pause, second = capture(BERLIN, rows, habits=Habits(works_unseen=0.5)).blocks
    assert [clock(block) for block in (first, pause, second)] == ["09:00-10:00", "10:00-10:15", "10:15-11:15"]
    assert (pause.evidence_minutes, pause.suggested_minutes) == (0, 15)
    assert evidence(pause) == {
        "m": "no trace of its own: the pause after the meeting; your confirmed entries cover such times"
    }
    alone = capture(BERLIN, rows[:1]).blocks
    assert first.id == alone[0].id, "the meeting keeps its id whether or not a pause follows"
    assert len({first.id, pause.id, second.id}) == 3


def test_a_learner_follows_pauses_beside_meetings_once_enough_of_them_were_worked():
    days = Days(zone_named("Europe/Berlin"))
    meetings = [
        activity(f"{name}{day}", "meeting", hour, 60, day=f"2026-03-{day:02}", title=name, response=Response.ACCEPTED)
        for day in range(2, 22)
        for name, hour in (("a", "09:00"), ("b", "11:00"))
    ]
    learner = HabitLearner(meetings, days, CaptureSettings())
    for day in range(2, 22):
        learner.learn(*(near_minute(at(hour, f"2026-03-{day:02}")) for hour in ("09:00", "12:00")))
    assert learner.habits().works_unseen == pytest.approx(20 / 25)


def test_a_window_of_minutes_across_midnight_is_a_trace_of_both_days():
    """Alone on its day and too short for a block: it once left a day without any trace, on which capture stopped."""
    window = activity("w", "focus", "22:58:00", 4)  # midnight in Berlin is at 23:00
    captured = capture(BERLIN, [window])
    assert captured.blocks == ()
    assert set(withheld(captured)) == {"w"}
    evening = activity("c", "commit", "22:40:00")
    (block,) = capture(BERLIN, [evening, window]).blocks
    assert block.span.end <= at("23:00:00")
