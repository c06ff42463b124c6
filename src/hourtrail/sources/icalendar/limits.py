"""How much of one calendar file is read before a person is asked to look at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one file; what lies beyond them is reported as Rejected, never dropped in silence.

    ``seconds`` is the reader's own working time, not that of whoever consumes it. ``steps`` is the number of dates that
    one rule may generate on its way from DTSTART to the end of the window (a daily meeting of 100 years has 36,525).
    """

    file_bytes: int = 20_000_000
    events: int = 50_000
    occurrences: int = 100_000
    series_occurrences: int = 5_000
    steps: int = 50_000
    seconds: float = 60.0
