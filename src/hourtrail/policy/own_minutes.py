"""What a person's own bookings say about minutes: how wide their intervals must be, and what a week of suggestions comes to.

Pure. Both learn from what was shown before and what was booked then, and are shrunk to what is shipped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

PRIOR_ENTRIES: Final = 10
"""The shipped margin counts as much as this many booked suggestions; with fewer of one's own it stands alone."""

WIDEST: Final = 2.0
"""Log of minutes: no margin goes beyond it either way, whatever was booked."""

PRIOR_MINUTES: Final = 1_200
"""That a week is booked as it was suggested counts as much as this many minutes of it: half a working week."""

HALF_LIFE: Final = 2
"""Weeks after which a week counts half: in a person's first weeks more is found from one to the next, and what was missing in
the first would be added to all that follow (docs/decisions/0007)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInterval:
    """An interval as it stood on a suggestion, in minutes, with the margin that it had, and the minutes that were booked."""

    low: int
    high: int
    margin: float
    booked: int


def own_margin(shown: Iterable[ShownInterval], *, share: float, shipped: float) -> float:
    """By how much (log of minutes) a person's next intervals are widened, so that ``share`` of them hold.

    Conformalised quantile regression (Romano, Patterson and Candes, 2019) on the person's own newest bookings: the margin at
    which ``share`` of the intervals shown would have held, counted n : ``PRIOR_ENTRIES`` against the shipped one. A negative
    margin narrows.
    """
    rows = list(shown)
    if len(rows) < PRIOR_ENTRIES:
        return shipped
    booked = np.array([max(0, row.booked) for row in rows], dtype=np.float64)
    low, high = (
        np.log1p([max(0, minutes) for minutes in ends])
        for ends in zip(*((row.low, row.high) for row in rows), strict=True)
    )
    # An end is shown as whole minutes: what is booked holds up to half a minute beyond it.
    missed = np.maximum(low - np.log1p(booked + 0.5), np.log1p(np.maximum(booked - 0.5, 0.0)) - high)
    missed += [row.margin for row in rows]
    own = float(np.quantile(missed, share))
    margin = (len(rows) * own + PRIOR_ENTRIES * shipped) / (len(rows) + PRIOR_ENTRIES)
    return float(np.clip(margin, -WIDEST, WIDEST))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWeek:
    """A week of one person: minutes that were suggested, and minutes that were booked."""

    week: date
    suggested: int
    booked: int


def booked_factor(weeks: Sequence[PastWeek]) -> float:
    """What a person books for a minute suggested, over the weeks on which they reported anything; 1 where nothing is known.

    The newest such week counts whole, each before it ``HALF_LIFE`` by ``HALF_LIFE`` weeks half.
    """
    reported = [row for row in weeks if row.booked > 0 and row.suggested > 0]
    newest = max((row.week for row in reported), default=date.min)
    booked = suggested = float(PRIOR_MINUTES)
    for row in reported:
        weight = 0.5 ** ((newest - row.week).days / 7 / HALF_LIFE)
        booked += weight * row.booked
        suggested += weight * row.suggested
    return booked / suggested
