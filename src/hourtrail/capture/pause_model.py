"""Was a pause between two traces worked? A logistic model of every minute of it, and the one break that a pause may hold.

A minute is more likely worked the nearer the traces around it, the shorter the pause, the more of that day left traces at
all, and the more often the person works at that time of day. The coefficients are data; ``DEFAULT_COEFFICIENTS`` are fitted
on simulated firms by ``hourtrail_training.pauses`` (docs/decisions/0004), because no public log holds both traces and worked
time by the minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.capture.habits import HALF_HOURS, Habits
from hourtrail.domain.activity import ActivityKind

Floats = NDArray[np.float64]

SWITCH_COST: Final = log(4)
"""Log-odds that it takes to stop working, and again to resume: a break must be likelier than that."""

_TALK: Final = frozenset({ActivityKind.MESSAGE, ActivityKind.EMAIL})
_PRODUCT: Final = frozenset({ActivityKind.COMMIT, ActivityKind.REVIEW, ActivityKind.DOCUMENT})
_DAY: Final = 1440
NEAR: Final = (30, 120)
"""Minutes on either side of a pause in which traces are counted."""
_WORKDAY: Final = 480
_NEIGHBOURHOOD: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Minutes [start, end) of one local day without a trace, and what lies on both sides.

    ``begin`` is the minute at which that day begins, ``seen`` the minutes of that day that left traces, ``same_thread``
    whether the work before and after is the same. ``near_before`` and ``near_after`` are the minutes with a trace in the
    ``NEAR`` minutes on either side; ``into_day`` is how long ago the first trace of the day was, ``left_of_day`` how far
    off the last one is.
    """

    start: int
    end: int
    begin: int
    seen: int
    before: ActivityKind
    after: ActivityKind
    same_thread: bool
    near_before: tuple[int, int] = (0, 0)
    near_after: tuple[int, int] = (0, 0)
    into_day: int = 0
    left_of_day: int = 0

    @property
    def minutes(self) -> int:
        """Its length."""
        return self.end - self.start


FEATURES: Final = (
    "one", "since", "until", "near", "length", "over_15", "over_45", "over_90", "seen", "length_seen", "near_seen",
    "habit", "habit_length", "habit_high", "habit_dip", "same_thread", "talk_before", "talk_after", "product_after",
    "meeting_before", "meeting_after", "call_after", "before_30", "after_30", "before_120", "after_120", "into_day", "left_of_day",
)  # fmt: skip
"""Columns, in order: distances as log minutes, lengths over a bound in hours, habit as log-odds, shares, the rest 0 or 1."""

DEFAULT_COEFFICIENTS: Final[tuple[float, ...]] = (
    16.44,
    -0.120,
    -0.125,
    -0.949,
    -2.242,
    -1.402,
    1.241,
    0.483,
    -2.336,
    0.414,
    0.152,
    -0.856,
    0.216,
    0.849,
    -0.548,
    -0.312,
    0.235,
    0.560,
    0.687,
    -0.079,
    0.332,
    0.379,
    -0.120,
    -0.070,
    -1.131,
    -0.659,
    0.003,
    -0.546,
)
"""One a column of ``FEATURES``."""


def features(pauses: Sequence[Pause], habits: Habits) -> Floats:
    """One row a minute of all pauses, in order; shape (sum of minutes, len(FEATURES))."""
    lengths = np.array([pause.minutes for pause in pauses], dtype=np.int64)
    ends = np.cumsum(lengths)
    place = np.arange(int(ends[-1]) if len(ends) else 0, dtype=np.int64)

    def spread(values: Sequence[float]) -> Floats:
        return np.repeat(np.array(values, dtype=np.float64), lengths)

    since = place - spread([*(ends - lengths).tolist()]) + 0.5
    length = spread(lengths.tolist())
    until = length - since
    near = np.log1p(np.minimum(since, until))
    seen = np.log1p(spread([pause.seen for pause in pauses]))
    clock = since + spread([pause.start - pause.begin for pause in pauses])
    habit = _log_odds(habits, clock)
    around = np.maximum(_log_odds(habits, clock - _NEIGHBOURHOOD), _log_odds(habits, clock + _NEIGHBOURHOOD))
    columns = (
        np.ones(len(place)), np.log1p(since), np.log1p(until), near, np.log1p(length),
        np.maximum(length - 15, 0) / 60, np.maximum(length - 45, 0) / 60, np.maximum(length - 90, 0) / 60,
        seen, np.log1p(length) * seen, near * seen, habit, habit * np.log1p(length),
        np.maximum(habit - 1, 0), np.maximum(around - habit, 0),
        spread([pause.same_thread for pause in pauses]),
        spread([pause.before in _TALK for pause in pauses]), spread([pause.after in _TALK for pause in pauses]),
        spread([pause.after in _PRODUCT for pause in pauses]),
        spread([pause.before is ActivityKind.MEETING for pause in pauses]),
        spread([pause.after is ActivityKind.MEETING for pause in pauses]),
        spread([pause.after is ActivityKind.CALL for pause in pauses]),
        spread([pause.near_before[0] / NEAR[0] for pause in pauses]), spread([pause.near_after[0] / NEAR[0] for pause in pauses]),
        spread([pause.near_before[1] / NEAR[1] for pause in pauses]), spread([pause.near_after[1] / NEAR[1] for pause in pauses]),
        np.minimum(spread([pause.into_day for pause in pauses]), _WORKDAY) / _WORKDAY,
        np.minimum(spread([pause.left_of_day for pause in pauses]), _WORKDAY) / _WORKDAY,
    )  # fmt: skip
    return np.column_stack(columns)


def _log_odds(habits: Habits, clock: Floats) -> Floats:
    """Log-odds of working at minutes of the local clock, between the middles of half hours in a straight line."""
    middles = (np.arange(HALF_HOURS) + 0.5) * (_DAY / HALF_HOURS)
    share = np.clip(np.interp(clock, middles, habits.worked_share), 0.02, 0.98)
    return np.log(share / (1 - share))


def breaks(
    pauses: Sequence[Pause], habits: Habits, coefficients: Sequence[float] = DEFAULT_COEFFICIENTS
) -> list[tuple[int, int]]:
    """The unworked stretch [start, end) of each pause, empty where all of it was worked.

    It is the best path of two states, worked and not, that begins and ends at work and leaves it at most once: the stretch
    with the lowest sum of log-odds, if that is lower than two switches cost.
    """
    odds = features(pauses, habits) @ np.array(coefficients)
    found: list[tuple[int, int]] = []
    place = 0
    for pause in pauses:
        found.append(_break(odds[place : place + pause.minutes], pause.start))
        place += pause.minutes
    return found


def _break(odds: Floats, start: int) -> tuple[int, int]:
    sums = np.concatenate((np.zeros(1), np.cumsum(odds)))
    fallen = np.maximum.accumulate(sums) - sums
    end = int(np.argmax(fallen))
    if fallen[end] <= 2 * SWITCH_COST:
        return start, start
    return start + int(np.argmax(sums[: end + 1])), start + end
