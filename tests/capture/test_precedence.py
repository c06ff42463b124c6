"""Who keeps time that two claim, and what becomes of the other."""

from tests.capture.builders import BERLIN, activity, at, clock, evidence, withheld

from hourtrail.capture import capture
from hourtrail.domain.activity import Response
from hourtrail.domain.spans import Span


def test_calendar_document_and_ticket_are_one_candidate_within_wall_clock():
    captured = capture(BERLIN, [
        activity("m", "meeting", "09:00", 60, title="Steering", response=Response.ACCEPTED),
        activity("d", "document", "09:10", 45, title="Minutes"),
        activity("t", "ticket", "09:30", reference="POR-7", title="Login broken"),
    ])  # fmt: skip
    (block,) = captured.blocks
    assert evidence(block) == {
        "m": "the meeting itself, accepted",
        "d": "document edit during the meeting",
        "t": "ticket update during the meeting",
    }
    assert (block.title, block.reference, block.suggested_minutes) == ("Steering", "POR-7", 60)
    assert block.text.startswith("Steering")
    assert captured.working_minutes == {block.date: 60}


def test_a_day_of_five_kinds_lists_every_event_as_a_source():
    captured = capture(BERLIN, [
        activity("meeting", "meeting", "09:00", 60), activity("ticket", "ticket", "11:00", reference="A-1"),
        activity("task", "ticket", "13:00", reference="B-1"), activity("email", "email", "15:00"),
        activity("chat", "message", "16:30", container="#general"),
    ])  # fmt: skip
    assert {name for block in captured.blocks for name in evidence(block)} == {
        "meeting",
        "ticket",
        "task",
        "email",
        "chat",
    }
    assert captured.withheld == ()


def test_the_call_log_wins_over_the_calendar_and_the_meeting_keeps_its_id():
    meeting = activity("m", "meeting", "09:00", 60, title="Steering", series="s1", response=Response.ACCEPTED)
    planned = capture(BERLIN, [meeting]).blocks[0]
    calls = [activity("c1", "call", "09:05", 20), activity("c2", "call", "09:27", 50)]
    (held,) = capture(BERLIN, [meeting, *calls]).blocks
    assert clock(held) == "09:05-10:17"
    assert (held.id, held.title, held.series) == (planned.id, "Steering", "s1")
    assert held.suggested_minutes == 72
    assert evidence(held).keys() == {"m", "c1", "c2"}


def test_of_two_meetings_the_accepted_one_stays_and_the_other_says_so():
    captured = capture(BERLIN, [
        activity("yes", "meeting", "09:00", 60, title="Yes", response=Response.ACCEPTED),
        activity("none", "meeting", "09:15", 30, title="None"),
    ])  # fmt: skip
    assert [block.anchor for block in captured.blocks] == ["t:yes"]
    assert withheld(captured) == {"none": "overlaps 'Yes', which comes first; nobody is in two places"}


def test_the_shorter_of_two_accepted_meetings_is_the_more_specific():
    captured = capture(BERLIN, [
        activity("day", "meeting", "09:00", 8 * 60, title="Workshop", response=Response.ACCEPTED),
        activity("hour", "meeting", "11:00", 60, title="Steering", response=Response.ACCEPTED),
    ])  # fmt: skip
    assert [(clock(b), b.title) for b in captured.blocks] == [
        ("09:00-11:00", "Workshop"), ("11:00-12:00", "Steering"), ("12:00-17:00", "Workshop"),
    ]  # fmt: skip
    assert len({block.id for block in captured.blocks}) == 3


def test_the_same_meeting_in_two_calendars_is_one_with_both_as_evidence():
    twin = {"title": "Steering", "response": Response.ACCEPTED}
    (block,) = capture(
        BERLIN, [activity("a", "meeting", "09:00", 60, **twin), activity("b", "meeting", "09:00", 60, **twin)]
    ).blocks
    assert evidence(block)["b"] == "the same meeting in another source"


def test_timer_over_meeting_over_focus_over_worklog():
    captured = capture(BERLIN, [
        activity("worklog", "ticket", "08:00", 240, extra={"worklog": "true"}),
        activity("focus", "focus", "08:00", 180, title="Editor"),
        activity("meeting", "meeting", "08:00", 120, response=Response.ACCEPTED),
        activity("timer", "focus", "08:00", 60, title="Timer", extra={"timer": "true"}),
    ])  # fmt: skip
    assert [(clock(b), b.anchor) for b in captured.blocks] == [
        ("08:00-09:00", "t:timer"), ("09:00-10:00", "t:meeting"), ("10:00-11:00", "t:focus"), ("11:00-12:00", "t:worklog"),
    ]  # fmt: skip


def test_a_short_remnant_of_a_document_is_evidence_of_the_meeting_not_time():
    captured = capture(BERLIN, [activity("m", "meeting", "09:00", 60), activity("d", "document", "09:30", 40)])
    assert [clock(block) for block in captured.blocks] == ["09:00-10:00"]
    assert evidence(captured.blocks[0]).keys() == {"m", "d"}


def test_decided_time_is_never_proposed_again():
    occupied = [Span(at("09:00"), at("10:00"))]
    rows = [activity("m", "meeting", "09:30", 60), activity("c", "commit", "09:45"), activity("d", "commit", "10:45")]
    captured = capture(BERLIN, rows, occupied=occupied)
    assert [clock(block) for block in captured.blocks] == ["10:00-10:30", "10:30-10:45"]
    assert withheld(captured) == {"c": "its time is already decided"}
    assert captured.working_minutes == {captured.blocks[0].date: 105}


def test_consumed_evidence_neither_adds_time_nor_is_withheld():
    captured = capture(BERLIN, [activity("m", "meeting", "09:00", 60)], consumed={"t:m"})
    assert (captured.blocks, captured.withheld) == ((), ())


def test_a_moved_meeting_keeps_its_id_even_on_another_day():
    before = capture(BERLIN, [activity("m", "meeting", "09:00", 60)]).blocks[0]
    after = capture(BERLIN, [activity("m", "meeting", "14:00", 30, day="2026-03-05")]).blocks[0]
    assert before.id == after.id
    assert (after.date.isoformat(), after.suggested_minutes) == ("2026-03-05", 30)


def test_time_is_cut_at_the_persons_midnight():
    captured = capture(BERLIN, [activity("m", "meeting", "21:00", 180)])
    assert [(b.date.day, clock(b), b.suggested_minutes) for b in captured.blocks] == [
        (2, "21:00-23:00", 120),
        (3, "23:00-00:00", 60),
    ]


def test_a_night_with_a_clock_change_counts_what_really_passed():
    captured = capture(BERLIN, [activity("m", "meeting", "22:00", 360, day="2026-03-28")])
    assert [(b.date.day, b.suggested_minutes) for b in captured.blocks] == [(28, 60), (29, 300)]
