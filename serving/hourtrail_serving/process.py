"""What a serving process asks of its interpreter and of the C library, by itself: nobody has to set a variable for it."""

import ctypes
import sys
from typing import Final

SWITCH_SECONDS: Final = 0.001
"""How long a thread computes while others wait. The usual 5 ms are waited after every statement of a request, beside checks."""

ARENAS: Final = 2
"""Heaps that threads share; the usual eight for each processor keep what a heavy request has freed, each for itself."""

_M_ARENA_MAX: Final = -8
"""mallopt(3)."""


def tune() -> None:
    """Before threads are started. Where the C library is another than GNU's, its heaps stay as they are."""
    sys.setswitchinterval(SWITCH_SECONDS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
