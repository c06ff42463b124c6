"""What one person writes into their timesheet, week by week (models.md B1, row Timesheet; B3)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np

from hourtrail.domain.firm import WorkItem
from hourtrail.domain.workcalendar import WorkCalendar
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.randomness import stream
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.reports.habits import habits_of
from hourtrail_training.simulator.reports.lines import Line, LineMaker
from hourtrail_training.simulator.reports.recalling import Remembered, remember
from hourtrail_training.simulator.reports.rounding import rounded
from hourtrail_training.simulator.reports.slips import Slips
from hourtrail_training.simulator.reports.timers import timed
from hourtrail_training.simulator.world import Employee, Firm, Minute, PersonWeek, Rounding

_LEAST_GAP = 15
"""Minutes; a smaller gap to the full day is not filled."""


class Reporter:
    """Writes one person's timesheet. Weeks are given in order: some are copied from the one before."""

    def __init__(self, firm: Firm, employee: Employee, options: SimulateOptions, parameters: Parameters) -> None:
        self._employee, self._options, self._parameters = employee, options, parameters
        self._habits = habits_of(employee, options, parameters)
        self._calendar = WorkCalendar.of(employee.person, firm.holidays)
        self._maker = LineMaker(firm, employee, options, parameters, self._habits)
        self._slips = Slips(firm, parameters)
        self._before: tuple[Line, ...] = ()

    def week(self, week: PersonWeek) -> list[Reported]:
        """The lines of that week, by day and in the order in which they were written."""
        random = stream(self._options.seed, "report", week.employee.id, week.monday.isoformat())
        fate = random.random(4)
        careless = 2 * (1 - self._employee.traits.diligence)
        days = [day for day in week.days if day.stretches]
        if not days or fate[0] < self._parameters["forgotten_week"] * careless:
            self._before = ()
            return []
        is_late = fate[1] < self._parameters["late_week"] * careless
        delay = timedelta(days=int(7 + random.exponential(self._parameters["late_days"] - 6)) if is_late else 0)
        written = {day.date: self._habits.reported_at(day.date, week.monday, delay) for day in days}
        lines: list[Line] = []
        if fate[2] < self._parameters["copied_week"] * careless and self._before:
            lines = self._copied(written)
        copied = bool(lines)
        if not copied:
            lines = self._fresh(week, written, random, is_late=is_late)
        self._before = tuple(lines)
        lines = self._slips.put(lines, random, copied=copied)
        true: Counter[tuple[date, WorkItem]] = Counter()
        for day in days:
            for stretch in day.stretches:
                true[day.date, stretch.item] += stretch.minutes
        return self._numbered(self._maker.reported(lines, random, written, true))

    def _fresh(
        self, week: PersonWeek, written: Mapping[date, Minute], random: np.random.Generator, *, is_late: bool
    ) -> list[Line]:
        titles = {seat.occurrence.uid: seat.occurrence.title for seat in week.seats}
        if self._employee.traits.rounding is Rounding.TIMER:
            lines = timed(week, self._habits, self._parameters, random, titles)
        else:
            lines = self._from_memory(week, written, random, titles)
        lines = self._maker.worded(lines, random)
        return [replace(line, origin="late") if is_late and line.origin == "memory" else line for line in lines]

    def _from_memory(
        self,
        week: PersonWeek,
        written: Mapping[date, Minute],
        random: np.random.Generator,
        titles: Mapping[str, str],
    ) -> list[Line]:
        days = [day for day in week.days if day.date in written]
        traits = self._employee.traits
        remembered = remember(
            days, written, traits.memory_half_life_days, self._parameters, random, itemises=self._habits.itemises
        )
        lines: list[Line] = []
        for day in remembered:
            lines += self._rounded(day, random, titles)
        return lines

    def _rounded(self, day: Remembered, random: np.random.Generator, titles: Mapping[str, str]) -> list[Line]:
        draws = random.random((len(day.piles), 2)).tolist()
        lines = []
        for pile, (first, second) in zip(day.piles, draws, strict=True):
            kind = self._employee.traits.rounding
            minutes = rounded(pile.minutes, kind, self._parameters, heaping=self._habits.heaping, draws=(first, second))
            if minutes:
                lines.append(
                    Line(
                        date=day.date, minutes=minutes, item=pile.item, billable=pile.billable, doing=pile.doing,
                        topic=pile.topic, title=titles.get(pile.meeting, ""),
                    )
                )  # fmt: skip
        return self._filled(day, lines, random)

    def _filled(self, day: Remembered, lines: list[Line], random: np.random.Generator) -> list[Line]:
        """With probability 1 - diligence the day is made to look like a full one, on its largest engagement."""
        gap = self._calendar.minutes(day.date) - sum(line.minutes for line in lines)
        if random.random() < self._employee.traits.diligence or gap < _LEAST_GAP or not lines:
            return lines
        kind = self._employee.traits.rounding
        step = 60 if kind is Rounding.DIARY else 15
        largest = max(range(len(lines)), key=lambda position: lines[position].minutes)
        added = gap // step * step
        lines[largest] = replace(
            lines[largest], minutes=lines[largest].minutes + added, origin="filler" if added else "memory"
        )
        return lines

    def _copied(self, written: Mapping[date, Minute]) -> list[Line]:
        """Last week's lines on the days of this one that were worked; the truth beneath them is this week's."""
        moved = (replace(line, date=line.date + timedelta(days=7), start=None, end=None) for line in self._before)
        return [replace(line, origin="copied") for line in moved if line.date in written]

    def _numbered(self, lines: list[Reported]) -> list[Reported]:
        """Each with its id, which says nothing about how it came about."""
        seen: dict[date, int] = {}
        numbered = []
        for line in lines:
            number = seen[line.date] = seen.get(line.date, 0) + 1
            numbered.append(replace(line, id=entry_id(self._options.seed, line.person, line.date, number)))
        return numbered


def entry_id(seed: int, *names: object) -> str:
    """A stable, unspeaking id of an entry."""
    data = "\x1f".join(str(name) for name in (seed, *names)).encode()
    return f"e-{blake2b(data, digest_size=8).hexdigest()}"
