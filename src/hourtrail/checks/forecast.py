"""When a budget will be used up at the pace of the last weeks, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from statistics import NormalDist, fmean, stdev
from typing import Final

PACE_DAYS: Final = 56
"""Eight weeks of history say how fast work goes; older weeks belong to another phase of it."""
_FEWEST_STEPS: Final = 3
_SATURDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """``breach`` is the day on which the expected sum passes what is left; ``probability`` that it does so by the horizon."""

    breach: date
    probability: float
    weekly: float


def shifted(day: date, days: int) -> date:
    """``day`` that many days later (earlier where negative), held inside what the calendar can express."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def forecast(
    used: Mapping[date, Decimal], left: Decimal, *, as_of: date, until: date, by_week: bool = False
) -> Forecast | None:
    """The forecast for what is ``left`` after ``as_of``; None with fewer than three days of history, or no breach by ``until``.

    A step is a day from Monday to Friday (weekend work counts to the Friday before), or one date of a file kept by the
    week. The sum of n future steps is taken as normal with mean n m and variance s^2 (n + n^2 / k), where m and s are mean
    and standard deviation of the k steps observed: the second part is the doubt about the pace itself. Steps count as
    independent, so a steady stop or a final spurt is not foreseen.
    """
    pace = _steps_used(used, as_of, by_week=by_week)
    steps = _steps_ahead(as_of, until, by_week=by_week)
    if len(pace) < _FEWEST_STEPS or not steps:
        return None
    mean, spread, count = fmean(pace), stdev(pace), len(pace)
    needed = next((number for number in range(1, len(steps) + 1) if number * mean > left), 0)
    if not needed:
        return None
    ahead = len(steps)
    doubt = sqrt(spread**2 * (ahead + ahead**2 / count))
    probability = NormalDist(ahead * mean, doubt).cdf(float(left)) if doubt else 0.0
    # Even the steadiest pace may end tomorrow.
    certainty = min(1 - probability, 0.99)
    return Forecast(breach=steps[needed - 1], probability=certainty, weekly=mean * (1 if by_week else 5))


def _steps_used(used: Mapping[date, Decimal], as_of: date, *, by_week: bool) -> list[float]:
    days = [day for day in used if 0 <= (as_of - day).days < PACE_DAYS]
    if not days:
        return []
    if by_week:
        return [float(used[day]) for day in sorted(days)]
    sums: dict[date, Decimal] = {}
    first = min(days)
    for day in (first + timedelta(days=offset) for offset in range((as_of - first).days + 1)):
        step = shifted(day, -max(day.isoweekday() - _SATURDAY + 1, 0))
        if day in used or step == day:
            sums[step] = sums.get(step, Decimal(0)) + used.get(day, Decimal(0))
    # Today may not be booked yet.
    return [float(value) for step, value in sums.items() if step != as_of or value]


def _steps_ahead(as_of: date, until: date, *, by_week: bool) -> list[date]:
    days = [as_of + timedelta(days=offset) for offset in range(1, (until - as_of).days + 1)]
    return days[6::7] if by_week else [day for day in days if day.isoweekday() < _SATURDAY]
