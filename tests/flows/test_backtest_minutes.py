"""Spans of minutes against sets of minutes: the same answers, without counting every minute."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.capture.minutes import Minutes

SPANS = st.lists(st.tuples(st.integers(-30, 120), st.integers(-30, 120)), max_size=12)


def naive(spans):
    return {minute for start, end in spans for minute in range(start, end)}


@given(SPANS)
def test_a_union_holds_every_minute_once_in_order(spans):
    found = Minutes.of(spans)
    assert naive(found.spans()) == naive(spans)
    assert found.total == len(naive(spans))
    assert all(start < end for start, end in found.spans())
    assert all(before[1] < after[0] for before, after in zip(found.spans(), found.spans()[1:], strict=False))


@given(SPANS, SPANS)
def test_what_two_hold_together(one, other):
    both = naive(one) & naive(other)
    mine, theirs = Minutes.of(one), Minutes.of(other)
    assert mine.shared(theirs) == theirs.shared(mine) == len(both)
    assert naive(mine.cut_to(theirs).spans()) == both
    assert mine.cut_to(theirs).total == len(both)


@given(SPANS, st.lists(st.integers(-40, 130), max_size=6))
def test_minutes_before_an_instant(spans, instants):
    found = Minutes.of(spans).before(np.array(instants, dtype=np.int64))
    assert found.tolist() == [len([minute for minute in naive(spans) if minute < instant]) for instant in instants]


def test_touching_spans_are_one_and_backward_ones_none():
    assert Minutes.of([(5, 9), (0, 5), (12, 12), (20, 10)]).spans() == [(0, 9)]
    assert Minutes.of([]).total == 0
