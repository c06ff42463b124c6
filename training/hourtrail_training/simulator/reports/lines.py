"""A line of a timesheet while it is being written, and the finishing of it: words, rate, status, time of writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.options import SimulateOptions
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.reported import Reported
from hourtrail_training.simulator.reports.habits import Habits
from hourtrail_training.simulator.reports.standing import Rates, status_on
from hourtrail_training.simulator.reports.wording import narrative
from hourtrail_training.simulator.world import Doing, Employee, Firm, Minute, Topic, instant_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the person is about to write. Clock times only where a timer knows them."""

    date: date
    minutes: int
    item: WorkItem
    billable: bool
    doing: Doing
    topic: Topic | None
    title: str
    """The meeting's title, for a line about one meeting."""
    start: Minute | None = None
    end: Minute | None = None
    narrative: str = ""
    origin: str = "memory"


class LineMaker:
    """Finishes one person's lines."""

    def __init__(
        self, firm: Firm, employee: Employee, options: SimulateOptions, parameters: Parameters, habits: Habits
    ) -> None:
        self._employee, self._last, self._parameters, self._habits = employee, options.last, parameters, habits
        self._rates = Rates(firm, employee)

    def worded(self, lines: Sequence[Line], random: np.random.Generator) -> list[Line]:
        """The lines with their narratives, in the person's own manner."""
        draws = random.random((len(lines), 3)).tolist()
        return [
            replace(
                line,
                narrative=narrative(
                    line.topic, line.doing, line.title, wording=self._habits.wording, language=self._habits.language,
                    draws=(draw[0], draw[1], draw[2]),
                ),
            )
            for line, draw in zip(lines, draws, strict=True)
        ]  # fmt: skip

    def reported(
        self,
        lines: Sequence[Line],
        random: np.random.Generator,
        written: Mapping[date, Minute],
        true: Mapping[tuple[date, WorkItem], int],
    ) -> list[Reported]:
        """What the timesheet system holds of the lines at the end of the horizon; no ids yet.

        ``written`` says when the lines of a day were written, ``true`` how many minutes an item really took on a day.
        """
        draws = random.random((len(lines), 3)).tolist()
        order = sorted(range(len(lines)), key=lambda position: lines[position].date)
        rows: list[Reported] = []
        for position in order:
            line, (standing, write_off, pause) = lines[position], draws[position]
            at = line.end if line.end is not None else written[line.date]
            # People write one line after the other, a timer as soon as it stops.
            if line.end is None and rows and rows[-1].date == line.date:
                at = max(at, rows[-1].created + int(pause * 3))
            rows.append(self._row(line, at, standing, write_off, true.get((line.date, line.item), 0)))
        return rows

    def _row(self, line: Line, at: Minute, standing: float, write_off: float, true_minutes: int) -> Reported:
        rate, currency = self._rates.of(line.item, line.date) if line.billable else ("", "")
        reported_on = instant_of(at).date()
        status = status_on(
            self._last, line.date, reported_on, self._parameters, billable=line.billable, draw=standing
        )  # fmt: skip
        is_cut = line.billable and write_off < self._parameters["write_off"] and status is not EntryStatus.DRAFT
        # A quarter to the whole of the line, in quarters.
        cut = (1 + int(4 * write_off / self._parameters["write_off"])) * line.minutes // 4 if is_cut else 0
        return Reported(
            id="", person=self._employee.id, date=line.date, minutes=line.minutes, item=line.item,
            narrative=line.narrative, billable=line.billable, created=at, start=line.start, end=line.end,
            status=status.value, hourly_rate=rate, currency=currency, write_off_minutes=min(cut, line.minutes),
            origin=line.origin, true_minutes=true_minutes,
            source="timer" if line.start is not None else "timesheet",
        )  # fmt: skip
