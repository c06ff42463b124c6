"""What is measured beside the product's blocks: a person's own gap, and a resolver on a minute grid."""

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from tests.capture.builders import BERLIN, activity, clock

from hourtrail.capture import CaptureSettings, Habits
from hourtrail.capture.claim import Claim
from hourtrail.domain.activity import Response
from hourtrail_training.capture_alternatives.__main__ import line
from hourtrail_training.capture_alternatives.gaps import FEWEST, HIGHEST, LOWEST, USUAL, GapByMixture, pauses, valley
from hourtrail_training.capture_alternatives.resolver import GridResolver, best_path

SETTINGS = CaptureSettings()


def claim(name, start, end, rank, *, thread="", minimum=6):
    anchor = activity(name, "commit", "09:00:00")
    return Claim(anchor=anchor, members=(anchor,), start=start, end=end, rank=rank, minimum=minimum, thread=thread)


def path(*claims, scale=1.0):
    runs = best_path([(one.start, one.end, one) for one in claims], scale)
    return [(start, end, one.anchor.external_id if one else "") for start, end, one in runs]


def test_the_gap_lies_between_short_pauses_and_long_ones():
    drawn = np.random.default_rng(1)
    short, long = np.exp(drawn.normal(math.log(5), 0.4, 400)), np.exp(drawn.normal(math.log(200), 0.3, 200))
    assert 15 < valley([*short, *long]) < 100
    assert valley([*(short / 5), *(long / 20)]) == LOWEST
    assert valley([*(short * 20), *(long * 3)]) == HIGHEST


def test_too_few_pauses_or_no_valley_leave_the_usual_gap():
    assert valley([5, 200] * (FEWEST // 2 - 1)) == USUAL
    assert valley([30] * 500) == USUAL


def test_pauses_are_those_between_traces_of_one_day():
    rows = [
        activity("a", "commit", "09:00:00"),
        activity("m", "meeting", "09:10:00", 30),
        activity("b", "commit", "09:20:00"),
    ]
    assert pauses([*rows, activity("c", "commit", "10:00:00"), activity("d", "commit", "23:59:00")], SETTINGS) == [
        10,
        20,
    ]


def test_a_gap_is_learned_from_what_came_before_alone():
    """Pauses of a minute and of three hours in the weeks before; the asked day itself changes nothing."""
    days = [date(2026, 1, 5) + timedelta(days=offset) for offset in range(56)]
    times = [f"{hour:02}:{minute:02}:00" for hour in (8, 11, 14) for minute in (0, 1, 2)]
    past = [activity(f"{day}{at}", "commit", at, day=day.isoformat()) for day in days for at in times]
    today = [activity("x", "commit", "09:00:00"), activity("y", "commit", "09:30:00")]
    way = GapByMixture({"ada": [*past, *today]})
    way(BERLIN, today, settings=SETTINGS, habits=Habits(), presence=None)
    (gap,) = way.gaps.values()
    assert gap < 30
    fresh = GapByMixture({"ada": today})
    fresh(BERLIN, today, settings=SETTINGS, habits=Habits(), presence=None)
    assert list(fresh.gaps.values()) == [USUAL]


def test_the_heavier_claim_wins_what_two_claim_and_the_other_keeps_the_rest():
    assert path(claim("mail", 0, 60, 9), claim("meeting", 20, 40, 2)) == [
        (0, 20, "mail"),
        (20, 40, "meeting"),
        (40, 60, "mail"),
    ]


def test_a_turn_must_pay_for_itself():
    burst, window = claim("burst", 0, 60, 8), claim("window", 20, 21, 5)
    assert path(burst, window) == [(0, 60, "burst")]
    assert path(burst, claim("window", 20, 40, 5), scale=0.05) == [(0, 60, "burst")]
    same = claim("same", 20, 21, 5, thread="portal")
    burst.thread = "portal"
    assert path(burst, same) == [(0, 20, "burst"), (20, 21, "same"), (21, 60, "burst")]


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_blocks_of_the_grid_never_overlap_and_keep_their_evidence(scale):
    rows = [
        activity("m", "meeting", "09:00:00", 60, response=Response.ACCEPTED, title="Portal review"),
        activity("w", "focus", "09:50:00", 40, title="editor", container="portal"),
        activity("c", "commit", "09:30:00", container="portal"),
        activity("d", "commit", "10:45:00", container="portal"),
        activity("e", "email", "10:20:00", participants=("kim@acme.example",)),
    ]
    found = GridResolver(scale)(BERLIN, rows, settings=SETTINGS, habits=Habits(), presence=None)
    spans = sorted((block.span.start, block.span.end) for block in found.blocks)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert clock(next(block for block in found.blocks if block.title == "Portal review")) == "09:00-10:00"
    seen = {row.activity for block in found.blocks for row in block.evidence} | {row.block for row in found.withheld}
    assert seen == {row.key for row in rows}


def test_what_is_too_short_is_struck_out_and_its_time_given_back():
    rows = [activity("w", "focus", "09:00:00", 30, title="one"), activity("v", "focus", "09:10:00", 4, title="two")]
    (block,) = GridResolver(1.0)(BERLIN, rows, settings=SETTINGS, habits=Habits(), presence=None).blocks
    assert clock(block) == "09:00-09:30"


def test_a_line_of_the_table_reads_like_its_head():
    found = {
        "minute_f1": 0.9, "minute_f1_by_project": 0.5, "boundary_error_minutes": {"p90": 12.0}, "daily_hours_mae": 0.5,
        "total_ratio": 1.0, "minutes_invented": 60, "minutes_missed": 120,
    }  # fmt: skip
    assert line("x", found) == "| x | 0.9000 | 0.500 | 12 | 0.50 | 1.00 | 1 | 2 |"
