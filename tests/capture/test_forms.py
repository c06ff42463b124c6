"""Each form of a meeting has one stated treatment, and what is not time says why."""

import pytest
from tests.capture.builders import BERLIN, activity, clock, evidence, withheld

from hourtrail.capture import CaptureSettings, capture
from hourtrail.domain.activity import Response, Sensitivity, ShowAs, Status
from hourtrail.domain.errors import InvalidInput

NOT_TIME = [
    ({"response": Response.DECLINED}, 60, "declined"),
    ({"status": Status.CANCELLED}, 60, "cancelled"),
    ({"show_as": ShowAs.FREE}, 60, "free"),
    ({"show_as": ShowAs.OUT_OF_OFFICE}, 60, "out of office"),
    ({"all_day": True}, 24 * 60, "all day"),
    ({}, 0, "no duration"),
    ({}, None, "no duration"),
    ({}, 40 * 60, "40 h long"),
]


@pytest.mark.parametrize(("fields", "minutes", "reason"), NOT_TIME)
def test_a_form_that_is_not_time_is_withheld_with_its_reason(fields, minutes, reason):
    captured = capture(BERLIN, [activity("m", "meeting", "09:00", minutes, title="Weekly", **fields)])
    assert captured.blocks == ()
    (row,) = captured.withheld
    assert reason in row.reason
    assert (row.block, row.person, row.title, row.date.isoformat()) == ("t:m", "ada", "Weekly", "2026-03-02")
    assert captured.working_minutes == {}


@pytest.mark.parametrize(
    "fields", [{}, {"response": Response.ACCEPTED}, {"response": Response.TENTATIVE}, {"show_as": ShowAs.ELSEWHERE}]
)
def test_a_meeting_that_takes_place_is_time(fields):
    (block,) = capture(BERLIN, [activity("m", "meeting", "09:00", 60, title="Weekly", **fields)]).blocks
    assert (clock(block), block.title, block.evidence_minutes, block.suggested_minutes) == (
        "09:00-10:00",
        "Weekly",
        60,
        60,
    )


def test_weight_falls_with_the_answer():
    weights = [
        capture(BERLIN, [activity("m", "meeting", "09:00", 60, response=answer)]).blocks[0].evidence[0].weight
        for answer in (Response.ACCEPTED, Response.NONE, Response.TENTATIVE)
    ]
    assert weights == sorted(set(weights), reverse=True)


def test_an_absence_of_any_length_is_context_and_blocks_nothing():
    day_off = activity("off", "absence", "00:00", 24 * 60, all_day=True, title="Leave")
    captured = capture(BERLIN, [day_off, activity("m", "meeting", "09:00", 60)])
    assert [clock(block) for block in captured.blocks] == ["09:00-10:00"]
    assert "out of office" in withheld(captured)["off"]


def test_a_private_event_is_a_block_that_shows_nothing():
    secret = activity(
        "p",
        "meeting",
        "09:00",
        60,
        title="Dr. Quack",
        participants=("@clinic.example",),
        reference="https://clinic.example/1",
        sensitivity=Sensitivity.PRIVATE,
    )
    commit = activity("c", "commit", "09:30", title="Fix", container="acme/portal")
    captured = capture(BERLIN, [secret, commit])
    (block,) = captured.blocks
    assert block.private
    assert (block.title, block.text, block.reference, block.domains) == ("Private appointment", "", "", ())
    assert "Quack" not in repr(captured)
    assert "private appointment" in withheld(captured)["c"]
    assert captured.working_minutes == {}


def test_a_declined_private_event_does_not_show_its_title_either():
    secret = activity(
        "p", "meeting", "09:00", 60, title="Dr. Quack", sensitivity=Sensitivity.PRIVATE, response=Response.DECLINED
    )
    assert "Quack" not in repr(capture(BERLIN, [secret]))


def test_a_tentative_meeting_gives_way_to_commits_made_meanwhile():
    meeting = activity("m", "meeting", "09:00", 60, title="Maybe", response=Response.TENTATIVE)
    captured = capture(BERLIN, [meeting, activity("c", "commit", "09:30", title="Fix", container="acme/portal")])
    assert [evidence(block).keys() for block in captured.blocks] == [{"c"}]
    assert withheld(captured) == {"m": "tentative, and 1 commit or edits show other work at that time"}


def test_a_merge_commit_never_makes_time_but_stands_with_its_work():
    merge = activity("merge", "commit", "11:10", title="Merge main", container="acme/portal", extra={"merge": "true"})
    assert capture(BERLIN, [merge]).blocks == ()
    captured = capture(BERLIN, [merge, activity("c", "commit", "11:00", title="Fix", container="acme/portal")])
    (block,) = captured.blocks
    assert clock(block) == "10:30-11:00"
    assert evidence(block).keys() == {"c", "merge"}
    assert block.evidence[1].weight <= 0.1


def test_a_days_total_joins_the_days_work_on_its_ticket_or_says_why_not():
    total = activity("t", "ticket", "00:00", 1440, all_day=True, reference="POR-1", extra={"minutes": "90"})
    commit = activity("c", "commit", "11:00", reference="POR-1")
    captured = capture(BERLIN, [total, commit])
    assert {row.activity: row.minutes for row in captured.blocks[0].evidence}["t:t"] == 90
    assert captured.blocks[0].suggested_minutes == 30
    assert "90 min" in withheld(capture(BERLIN, [total]))["t"]


@pytest.mark.parametrize(
    "changed",
    [{"gap_minutes": 14}, {"gap_minutes": 121}, {"minimum_block_minutes": 0}, {"lead_minutes": {"commit": -1}}],
)
def test_settings_outside_their_bounds_are_refused_by_name(changed):
    with pytest.raises(InvalidInput, match=next(iter(changed))):
        CaptureSettings(**changed)
