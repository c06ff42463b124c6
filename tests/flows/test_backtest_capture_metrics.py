"""Suggested against true time: a day worked out by hand, and any day against a count of single minutes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.capture.minutes import Minutes
from hourtrail.domain.firm import WorkItem
from hourtrail.flows.backtest.capture_metrics import (
    Block,
    Sheet,
    block_answer,
    day_answer,
    f1,
    matched,
    minute_answer,
    missing_time,
)

A, B, C = (WorkItem("c", project) for project in "ABC")
MONDAY = date(2026, 3, 2)
TUESDAY, NEXT_MONDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)


def sheet(true=(), suggested=(), *, measured=((0, 1440),), true_days=None, suggested_days=None, reported_days=None):
    return Sheet(
        true=[Block(*row) for row in true],
        suggested=[Block(*row) for row in suggested],
        measured=Minutes.of(measured),
        true_days=true_days or {},
        suggested_days=suggested_days or {},
        reported_days=reported_days,
    )


# True: A 60-180, B 200-300. Suggested: A 90-180, A 180-240, nobody's 290-310, C 400-410.
DAY = sheet(
    true=[(60, 180, A), (200, 300, B)],
    suggested=[(90, 180, A), (180, 240, A), (290, 310, None), (400, 410, C)],
)


def test_minutes_by_hand():
    found = minute_answer([DAY])
    # Both: 90-180, 200-240, 290-300 = 140 of 180 suggested and 220 true.
    assert (found["minutes_true"], found["minutes_suggested"]) == (220, 180)
    assert found["minute_precision"] == pytest.approx(140 / 180)
    assert found["minute_recall"] == pytest.approx(140 / 220)
    assert found["minute_f1"] == pytest.approx(2 * 140 / 400)
    assert (found["minutes_invented"], found["minutes_missed"]) == (40, 80)
    # A: 2 * 90 / (120 + 150); B: nothing suggested; C: never true.
    assert found["minute_f1_by_project"] == pytest.approx((2 * 90 / 270 + 0 + 0) / 3)
    assert found["minute_f1_labelled"] == pytest.approx(2 * 90 / 400)
    assert found["minutes_on_wrong_project"] == 40
    assert found["unassigned_share"] == pytest.approx(20 / 180)


def test_blocks_by_hand():
    found = block_answer([DAY])
    # A 60-180 and 90-180 share 90 of 120; B 200-300 and 180-240 share 40 of 120: too little.
    assert found["blocks"] == {"true": 2, "suggested": 4, "matched": 1, "precision": 0.25, "recall": 0.5}
    assert found["boundary_error_minutes"] == {"median": 15.0, "p90": pytest.approx(27.0)}


def test_a_block_is_matched_once_and_with_the_best():
    true = [Block(0, 100, A), Block(0, 60, B)]
    suggested = [Block(0, 62, A)]
    assert matched(true, suggested) == [(true[1], suggested[0])]
    # Two halves of one block share exactly half of it each: one of them is it.
    assert len(matched([Block(0, 100, A)], [Block(0, 50, A), Block(50, 100, A)])) == 1


def test_days_and_weeks_by_hand():
    rows = sheet(
        true_days={MONDAY: 480, TUESDAY: 60, NEXT_MONDAY: 0},
        suggested_days={MONDAY: 300, NEXT_MONDAY: 120},
    )
    found = day_answer([rows, sheet(true_days={MONDAY: 100}, suggested_days={MONDAY: 150})])
    assert found["daily_hours_mae"] == pytest.approx((180 + 60 + 120 + 50) / 4 / 60)
    # The second week of the first person has no true time, so it has no relative error.
    assert found["weekly_hours_mape"] == pytest.approx((240 / 540 + 0.5) / 2)
    assert (found["total_hours_true"], found["total_hours_suggested"]) == (640 / 60, 570 / 60)
    assert found["total_ratio"] == pytest.approx(570 / 640)


def test_missing_time_by_hand():
    days = [MONDAY + timedelta(days=offset) for offset in range(5)]
    true = dict(zip(days, (480, 480, 480, 480, 0), strict=True))
    reported = dict(zip(days, (480, 400, 449, 450, 0), strict=True))
    suggested = dict(zip(days, (520, 440, 300, 460, 20), strict=True))
    found = missing_time([sheet(true_days=true, suggested_days=suggested, reported_days=reported)])
    # Short by more than 30: the second and third day. Named: the first (40 too many, falsely) and the second.
    assert (found["short_days"], found["named_days"], found["found_days"], found["false_days"]) == (2, 2, 1, 1)
    assert (found["recall"], found["precision"]) == (0.5, 0.5)
    assert missing_time([sheet(true_days=true)]) is None


def test_nothing_to_compare_is_none_not_zero():
    empty = minute_answer([sheet()]) | block_answer([sheet()]) | day_answer([sheet()])
    assert {key for key, value in empty.items() if value is None} == {
        "minute_precision", "minute_recall", "minute_f1", "minute_f1_by_project", "minute_f1_labelled",
        "unassigned_share", "daily_hours_mae", "weekly_hours_mape", "total_ratio",
    }  # fmt: skip
    assert empty["boundary_error_minutes"] == {"median": None, "p90": None}
    missed = minute_answer([sheet(true=[(0, 60, A)])])
    assert (missed["minute_precision"], missed["minute_recall"], missed["minute_f1"]) == (None, 0.0, 0.0)
    invented = minute_answer([sheet(suggested=[(0, 60, A)])])
    assert (invented["minute_precision"], invented["minute_recall"], invented["minute_f1"]) == (0.0, None, 0.0)
    assert f1(0, 0, 0) is None


MINUTE = st.integers(0, 150)
PROJECT = st.sampled_from([A, B, C])
TRUE = st.lists(st.tuples(MINUTE, MINUTE, PROJECT).map(lambda row: (*sorted(row[:2]), row[2])), max_size=8)


@st.composite
def disjoint(draw):
    edges = sorted(draw(st.sets(MINUTE, max_size=12)))
    labels = [draw(st.none() | PROJECT) for _ in edges[1::2]]
    return list(zip(edges[::2], edges[1::2], labels, strict=False))


def minutes_by_label(blocks, measured):
    found = {}
    for start, end, label in blocks:
        for minute in range(start, end):
            if minute in measured:
                found.setdefault(minute, set()).add(label)
    return found


@given(TRUE, disjoint(), st.lists(st.tuples(MINUTE, MINUTE), max_size=3))
def test_any_day_agrees_with_a_count_of_single_minutes(true, suggested, windows):
    measured = {minute for start, end in windows for minute in range(start, end)}
    is_true, is_suggested = minutes_by_label(true, measured), minutes_by_label(suggested, measured)
    both = is_true.keys() & is_suggested.keys()
    found = minute_answer([sheet(true, suggested, measured=windows)])
    assert found["minutes_true"] == len(is_true)
    assert found["minutes_suggested"] == len(is_suggested)
    assert found["minutes_invented"] == len(is_suggested.keys() - both)
    assert found["minutes_missed"] == len(is_true.keys() - both)
    right = sum(next(iter(is_suggested[minute])) in is_true[minute] for minute in both)
    wrong = sum(is_suggested[minute] != {None} for minute in both) - right
    assert found["minutes_on_wrong_project"] == wrong
    by_project = []
    for project in (A, B, C):
        mine = {minute for minute, labels in is_true.items() if project in labels}
        theirs = {minute for minute, labels in is_suggested.items() if project in labels}
        if mine or theirs:
            by_project.append(2 * len(mine & theirs) / (len(mine) + len(theirs)))
    expected = sum(by_project) / len(by_project) if by_project else None
    assert found["minute_f1_by_project"] == (expected if expected is None else pytest.approx(expected))


@given(TRUE, disjoint())
def test_matching_is_one_to_one_and_misses_no_pair_that_could_be_added(true, suggested):
    mine = [Block(*row) for row in true if row[0] < row[1]]
    theirs = [Block(*row) for row in suggested]
    pairs = matched(mine, theirs)
    left, right = [one for one, _ in pairs], [other for _, other in pairs]
    assert len(set(map(id, right))) == len(right)
    assert all(left.count(block) <= mine.count(block) for block in left)

    def share(one, other):
        both = set(range(one.start, one.end)) & set(range(other.start, other.end))
        return len(both) / len(set(range(one.start, one.end)) | set(range(other.start, other.end)))

    assert all(share(*pair) >= 0.5 for pair in pairs)
    for other in theirs:
        if id(other) not in set(map(id, right)):
            assert all(share(one, other) < 0.5 for one in mine if left.count(one) < mine.count(one))
