"""How one person reports: when, how exactly, in which words. Drawn once a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from hourtrail.domain.instants import zone_named
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.world import Employee, Minute, Rounding, minute_of


class When(StrEnum):
    """How long after the work they write it down."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    WEEK_END = "week_end"
    NEXT_WEEK = "next_week"


class Wording(StrEnum):
    """What their narratives are like."""

    THIN = "thin"
    TICKET = "ticket"
    FULL = "full"


_HEAPING_SPREAD: Final = 4.0
"""Sum of the beta's two parameters: with mean .2 the people's 10/50/90 % lie near .02/.16/.46 (models.md B2: .09/.20/.51
with chance's .067 on top)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One person's way of reporting. ``local_minute`` is the time of day at which they do it."""

    when: When
    local_minute: int
    wording: Wording
    language: str
    itemises: bool
    heaping: float
    zone: ZoneInfo

    def reported_at(self, day: date, monday: date, delay: timedelta) -> Minute:
        """When the lines of ``day`` are written, at the earliest."""
        on = day
        if self.when is When.NEXT_DAY:
            on = day + timedelta(days=1)
        elif self.when is When.WEEK_END:
            on = max(day, monday + timedelta(days=4))
        elif self.when is When.NEXT_WEEK:
            on = monday + timedelta(days=11)
        on += delay
        return minute_of(datetime(on.year, on.month, on.day, tzinfo=self.zone)) + self.local_minute


def habits_of(employee: Employee, options: SimulateOptions, parameters: Parameters) -> Habits:
    """The habits of ``employee``. Timer people write as they go; conscientious ones sooner than others."""
    random = stream(options.seed, "habits", employee.id)
    draws = random.random(5)
    zone = employee.person.zone
    when = _when(float(draws[0]), employee, parameters)
    evening = employee.traits.start_minute + 8 * 60 + int(random.integers(0, 90))
    morning = employee.traits.start_minute + int(random.integers(0, 45))
    mean = parameters["timer_heaping"]
    return Habits(
        when=when,
        local_minute=min(morning if when is When.NEXT_DAY else evening, 23 * 60 + 30),
        wording=_wording(float(draws[1]), parameters),
        language=_language(zone, float(draws[2]), parameters),
        itemises=float(draws[3]) < parameters["itemised"],
        heaping=float(random.beta(mean * _HEAPING_SPREAD, (1 - mean) * _HEAPING_SPREAD)),
        zone=zone_named(zone),
    )


def _when(draw: float, employee: Employee, parameters: Parameters) -> When:
    if employee.traits.rounding is Rounding.TIMER:
        return When.SAME_DAY
    weights = np.array(
        [parameters[name] for name in ("report_daily", "report_next_day", "report_weekly", "report_next_week")]
    )
    # Diligence moves weight towards the evening of the same day.
    weights = weights * np.array([2.0, 1.5, 1.0, 0.5]) ** (2 * employee.traits.diligence - 1)
    return tuple(When)[int(np.searchsorted(np.cumsum(weights / weights.sum()), draw, side="right").clip(0, 3))]


def _wording(draw: float, parameters: Parameters) -> Wording:
    if draw < parameters["thin_writers"]:
        return Wording.THIN
    return Wording.TICKET if draw < parameters["thin_writers"] + parameters["ticket_writers"] else Wording.FULL


def _language(zone: str, draw: float, parameters: Parameters) -> str:
    if draw >= parameters["local_language"]:
        return "en"
    return {"Europe/Berlin": "de", "Europe/Vienna": "de", "Europe/Zurich": "de", "Europe/Paris": "fr"}.get(zone, "en")
