"""The circuit breaker: high-confidence answers stop for the whole tenant when too many of them are wrong.

Page's cumulative sum test (Biometrika 41, 1954) on high-confidence outcomes, of an error share ``broken`` against ``calm``:
each outcome adds the logarithm of its likelihood ratio, never below zero, and ``trip`` is the bound. Beside it the mean of the
newest ``window`` outcomes must not fall under ``least``. After a trip the same sum runs the other way, on answers that nobody
is shown at high confidence: ``reset`` is the evidence for calm that opens the band again. It needs nothing but further
labels, which hidden answers go on giving, so the breaker cannot lock for ever.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import log
from typing import Final

from hourtrail.domain.confidence import Breaker

MOST_OUTAGES: Final = 50
"""Outages that are remembered; the labels from before them have long left the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """Error shares told apart, evidence for a trip and for a reset (natural logarithms), and the window of the mean."""

    calm: float = 0.04
    broken: float = 0.15
    trip: float = 5.5
    reset: float = 6.0
    window: int = 200
    least: float = 0.93


def evidence(settings: BreakerSettings, *, right: bool) -> float:
    """What one outcome says for a break: positive for an error."""
    if right:
        return log((1 - settings.broken) / (1 - settings.calm))
    return log(settings.broken / settings.calm)


def fold(breaker: Breaker, settings: BreakerSettings, *, right: bool, proof: bool, at: datetime) -> Breaker:
    """The breaker after one more high-confidence outcome of somebody who is not limited.

    ``proof`` says that the label was given without seeing the answer; only such labels reset a tripped breaker, since
    agreement with a shown answer would look like recovery.
    """
    said = evidence(settings, right=right)
    if breaker.tripped:
        if not proof and right:
            return breaker
        calm = max(0.0, breaker.evidence - said)
        if calm < settings.reset:
            return replace(breaker, evidence=calm)
        return reset(
            breaker, at, f"high-confidence answers are right again (evidence {calm:.1f} of {settings.reset:g})"
        )
    found = max(0.0, breaker.evidence + said)
    recent = (*breaker.recent, right)[-settings.window :]
    mean = sum(recent) / len(recent)
    full = len(recent) == settings.window
    if found >= settings.trip or (full and mean < settings.least):
        why = f"{sum(recent)} of the last {len(recent)} high-confidence answers were right"
        return replace(breaker, tripped=True, since=at, why=why, evidence=0.0, recent=())
    return replace(breaker, evidence=found, recent=recent)


def reset(breaker: Breaker, at: datetime, why: str) -> Breaker:
    """The breaker on again, with the outage behind it noted."""
    outages = breaker.outages if breaker.since is None else (*breaker.outages, (breaker.since, at))
    return replace(breaker, tripped=False, since=at, why=why, evidence=0.0, outages=outages[-MOST_OUTAGES:])


def representative(breaker: Breaker, at: datetime) -> bool:
    """Whether a label of that instant says something of now: during an outage only the outage's own do."""
    if breaker.tripped and breaker.since is not None:
        return at > breaker.since
    return not any(since < at <= until for since, until in breaker.outages)
