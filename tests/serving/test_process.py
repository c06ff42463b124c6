"""What a serving process asks of its interpreter by itself."""

import sys

import pytest

from hourtrail_serving.process import SWITCH_SECONDS, tune


def test_a_thread_that_computes_gives_way_soon():
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(2 * SWITCH_SECONDS)
        tune()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    finally:
        sys.setswitchinterval(before)
