"""How people who run a timer report: block by block, with the clock, and now and then without having started it."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.reports.habits import Habits
from hourtrail_training.simulator.reports.lines import Line
from hourtrail_training.simulator.reports.rounding import rounded
from hourtrail_training.simulator.world import PersonWeek, Rounding, Stretch, TrueDay

_PAUSE = 3
"""Minutes away from a task that nobody stops a timer for."""
_MEAN_OVERRUN = 22.0
"""Minutes a timer runs on into the next entry, on average: of the overlaps in the time-log corpus 8.8 % of entries start
before the last one's end and 5.1 % by more than a quarter of an hour (models.md B2), which is exp(-12/22)."""


def timed(
    week: PersonWeek, habits: Habits, parameters: Parameters, random: np.random.Generator, titles: Mapping[str, str]
) -> list[Line]:
    """The lines of a week, each with start and end. A timer that was not started loses its day's second half."""
    lines: list[Line] = []
    for day in week.days:
        runs = _runs(day)
        if runs and random.random() < parameters["overlooked_days"]:
            runs = runs[: len(runs) // 2]
        if runs:
            lines += [
                replace(line, title=titles.get(line.title, ""))
                for line in _of_day(day, runs, habits, parameters, random)
            ]
    return lines


def _of_day(
    day: TrueDay,
    runs: list[list[Stretch]],
    habits: Habits,
    parameters: Parameters,
    random: np.random.Generator,
) -> list[Line]:
    """The day's lines, with the meeting's uid in place of its title."""
    draws = random.random((len(runs), 3))
    overruns = random.exponential(_MEAN_OVERRUN, len(runs)).astype(int).tolist()
    ends = [run[-1].end for run in runs]
    for position, (run, following) in enumerate(pairwise(runs)):
        # Only a timer that the next entry follows at once can be seen to have run on.
        if draws[position, 2] < parameters["timer_overrun"]:
            ends[position] = max(run[-1].end, following[0].start + 1 + overruns[position])
    lines: list[Line] = []
    for run, end, (first, second, _) in zip(runs, ends, draws.tolist(), strict=True):
        start, longest = run[0].start, max(run, key=lambda stretch: stretch.minutes)
        minutes = rounded(end - start, Rounding.TIMER, parameters, heaping=habits.heaping, draws=(first, second))
        lines.append(
            Line(
                date=day.date, minutes=minutes, item=longest.item, billable=longest.billable, doing=longest.doing,
                topic=longest.topic, title=longest.meeting, start=start, end=start + minutes,
            )
        )  # fmt: skip
    return lines


def _runs(day: TrueDay) -> list[list[Stretch]]:
    """Stretches that one run of the timer covers: the same item and the same meeting, hardly a pause between."""
    runs: list[list[Stretch]] = []
    for stretch in day.stretches:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and (last.item, last.meeting) == (stretch.item, stretch.meeting)
            and stretch.start - last.end <= _PAUSE
        ):
            runs[-1].append(stretch)
        else:
            runs.append([stretch])
    return runs
