"""What a serving process asks of its interpreter by itself."""

import sys

from hourtrail_serving.process import SWITCH_SECONDS, tune


def test_a_thread_that_computes_gives_way_soon():
    before = sys.getswitchinterval()
    try:
        tune()
        assert sys.getswitchinterval() == SWITCH_SECONDS < before
    finally:
        sys.setswitchinterval(before)
