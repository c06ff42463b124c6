"""Drift alarms: what people do with answers, and how far confidences are from the truth, lately against before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from hourtrail.domain.confidence import Outcome
from hourtrail.policy.confidence.temperature import tempered

LATELY: Final = timedelta(days=28)
BEFORE: Final = timedelta(days=84)
FEWEST: Final = 50
"""Answers on each side that a comparison needs."""
LEAST: Final = 0.05
CERTAIN: Final = 2.576
"""An alarm is a difference of at least five points that chance brings in fewer than one of a hundred comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One measure in the last 28 days and in the 84 before; None where there is too little. ``alarm`` is empty without one."""

    name: str
    lately: float | None
    before: float | None
    answers: int
    alarm: str = ""


def drifts(outcomes: Sequence[Outcome], now: datetime, *, temperature: float) -> tuple[Drift, ...]:
    """Acceptance and override of shown answers; calibration (mean confidence less share right) of answers that nobody saw."""
    shown = [row for row in outcomes if row.shown]
    unseen = [row for row in outcomes if not row.shown]
    return (
        _compared("acceptance", shown, now, lambda row: float(row.accepted)),
        _compared("override", shown, now, lambda row: float(not row.right)),
        _compared("calibration", unseen, now, lambda row: tempered(row.scores, temperature) - row.right),
    )


def _compared(name: str, rows: Sequence[Outcome], now: datetime, value: Callable[[Outcome], float]) -> Drift:
    since = now - LATELY
    late = [value(row) for row in rows if since < row.known_at <= now]
    early = [value(row) for row in rows if since - BEFORE < row.known_at <= since]
    if len(late) < FEWEST or len(early) < FEWEST:
        return Drift(name=name, lately=_mean(late), before=_mean(early), answers=len(late))
    one, other = sum(late) / len(late), sum(early) / len(early)
    spread = sqrt(_variance(late) / len(late) + _variance(early) / len(early))
    alarm = ""
    if abs(one - other) >= LEAST and abs(one - other) > CERTAIN * spread:
        alarm = (
            f"{name} went from {other:.1%} to {one:.1%} ({len(early)} answers before, {len(late)} in the last 28 days)"
        )
    return Drift(name=name, lately=one, before=other, answers=len(late), alarm=alarm)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if len(values) >= FEWEST else None


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
