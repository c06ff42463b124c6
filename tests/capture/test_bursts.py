"""Point events: sessions by gap, threads inside them, stated lead and tail."""

from tests.capture.builders import BERLIN, activity, at, clock, evidence, withheld

from hourtrail.capture import CaptureSettings, capture
from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.spans import Span

UNBRIDGED = CaptureSettings(bridge_minutes=0)


def commits(*clocks: str, container: str = "acme/portal", **fields):
    return [
        activity(f"{container}-{clock}", "commit", clock, container=container, title=f"Work at {clock}", **fields)
        for clock in clocks
    ]


def test_commits_within_the_gap_are_one_block_with_a_stated_lead():
    (block,) = capture(BERLIN, commits("11:00", "11:50", "12:10")).blocks
    assert clock(block) == "10:30-12:10"
    assert (block.evidence_minutes, block.suggested_minutes) == (70, 100)
    assert sum(row.minutes for row in block.evidence) == block.evidence_minutes
    assert block.title.startswith("3 commits in acme/portal: Work at 11:00; Work at 11:50")


def test_a_pause_longer_than_the_gap_ends_the_session():
    found = capture(BERLIN, commits("11:00", "12:01"), settings=UNBRIDGED)
    assert [clock(b) for b in found.blocks] == ["10:30-11:00", "11:31-12:01"]
    wide = CaptureSettings(gap_minutes=61, bridge_minutes=0)
    assert [clock(b) for b in capture(BERLIN, commits("11:00", "12:01"), settings=wide).blocks] == ["10:30-12:01"]


def test_two_repositories_in_one_session_are_two_blocks_that_touch():
    rows = commits("11:00", "11:20") + commits("11:50", "12:10", container="globex/api")
    assert [(clock(b), b.container) for b in capture(BERLIN, rows).blocks] == [
        ("10:30-11:20", "acme/portal"), ("11:20-12:10", "globex/api"),
    ]  # fmt: skip


def test_a_ticket_joins_the_repository_that_names_its_project():
    rows = [
        *commits("11:00", reference="POR-3"),
        *commits("11:30"),
        activity("t", "ticket", "11:40", container="POR", reference="POR-4"),
    ]
    (block,) = capture(BERLIN, rows).blocks
    assert len(block.evidence) == 3
    assert block.reference == "POR-3"


def test_a_turn_of_a_few_minutes_is_no_turn():
    rows = commits("11:00", "11:30") + commits("11:03", container="globex/api")
    (block,) = capture(BERLIN, rows).blocks
    assert (clock(block), block.container, len(block.evidence)) == ("10:30-11:30", "acme/portal", 3)


def test_chat_during_work_is_evidence_and_chat_alone_is_its_own_short_block():
    rows = [
        *commits("11:00", "11:30"),
        activity("in", "message", "11:10"),
        activity("out", "message", "15:00", container="#general"),
    ]
    work, chat = capture(BERLIN, rows).blocks
    assert evidence(work)["in"] == "message during a burst of commits"
    assert (clock(chat), chat.evidence_minutes, chat.suggested_minutes) == ("14:55-15:03", 0, 8)


def test_lead_and_tail_never_reach_over_a_meeting_or_midnight():
    rows = [
        activity("m", "meeting", "10:00", 50),
        *commits("11:00"),
        activity("n", "meeting", "11:30", 30),
        activity("t", "ticket", "11:28", reference="X-1"),
    ]
    assert [clock(b) for b in capture(BERLIN, rows, settings=UNBRIDGED).blocks] == [
        "10:00-10:50",
        "10:50-11:00",
        "11:18-11:30",
        "11:30-12:00",
    ]
    (late,) = capture(BERLIN, commits("23:10")).blocks  # ten minutes past midnight in Berlin
    assert (clock(late), late.date.day) == ("23:00-23:10", 3)


def test_a_commit_in_a_sliver_between_meetings_stands_with_the_meeting_it_follows():
    rows = [activity("m", "meeting", "10:00", 50), activity("n", "meeting", "10:54", 30), *commits("10:52")]
    captured = capture(BERLIN, rows)
    assert [clock(b) for b in captured.blocks] == ["10:00-10:50", "10:54-11:24"]
    assert evidence(captured.blocks[0])["acme/portal-10:52"] == "commit just after the meeting"


def test_a_commit_between_two_decided_times_is_withheld_not_lost():
    captured = capture(
        BERLIN, commits("10:52"), occupied=[Span(at("10:00"), at("10:50")), Span(at("10:54"), at("11:00"))]
    )
    assert withheld(captured) == {"acme/portal-10:52": "less than 6 minutes are free around it"}


def test_short_focus_windows_on_one_thing_fold_into_one_block():
    windows = [activity(f"w{i}", "focus", f"09:{i * 5:02}", 4, title="portal - editor") for i in range(6)]
    (block,) = capture(BERLIN, windows).blocks
    assert (clock(block), block.evidence_minutes, block.suggested_minutes) == ("09:00-09:29", 24, 29)
    assert block.kind is ActivityKind.FOCUS


def test_titles_and_texts_are_bounded_whatever_comes_in():
    rows = [
        activity(f"c{i}", "commit", f"11:{i:02}", title=f"{i} " + "x" * 5000, container="acme/portal")
        for i in range(60)
    ]
    (block,) = capture(BERLIN, rows).blocks
    assert len(block.title) <= 160
    assert len(block.text) <= 300
