"""The mistakes that people make without anybody's doing: wrong twin, closed task, wrong flag, the same line twice.

They are part of a firm as it is, not injected faults; their shares are those of real logs (models.md B2).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from hourtrail.domain.firm import Billable, WorkItem
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.reports.lines import Line
from hourtrail_training.simulator.world import Firm, Work

_DEPENDS_FACTOR: Final = 5.0
"""How much likelier the flag is wrong where the task leaves it open."""

_AGAIN: Final = ("cont.", "continued", "afternoon", "second part", "part 2", "Fortsetzung")
"""How people tell the second of two visits from the first."""


class Slips:
    """Puts one firm's usual mistakes into a person's lines."""

    def __init__(self, firm: Firm, parameters: Parameters) -> None:
        self._works, self._parameters = firm.works, parameters
        self._twins = {**dict(firm.twins), **{second: first for first, second in firm.twins}}
        self._closing = sorted(
            (row for row in firm.works.values() if row.task.closes_on is not None), key=lambda row: row.item
        )

    def put(self, lines: Sequence[Line], random: np.random.Generator, *, copied: bool) -> list[Line]:
        """The lines with some of them gone wrong. Copied weeks keep their tasks, also those closed since."""
        draws = random.random((len(lines), 3)).tolist()
        slipped = [self._item(line, draw[0], draw[1], copied=copied) for line, draw in zip(lines, draws, strict=True)]
        flagged = [self._flag(line, draw[2]) for line, draw in zip(slipped, draws, strict=True)]
        return self._repeated(flagged, random)

    def _item(self, line: Line, draw: float, choice: float, *, copied: bool) -> Line:
        closed_share = 0.0 if copied else self._parameters["closed_booking"]
        if draw < closed_share:
            closed = self._closed_like(line.item, line.date)
            if closed:
                return replace(line, item=closed[int(choice * len(closed))].item)
        elif draw < closed_share + self._parameters["twin_mix_up"] and line.item.project in self._twins:
            twin = self._twin_of(line.item)
            if twin is not None:
                return replace(line, item=twin)
        return line

    def _closed_like(self, item: WorkItem, day: date) -> list[Work]:
        """Tasks that were closed by then: those of the same project if there are any, else of the same client."""
        closed = [
            row
            for row in self._closing
            if row.item.client == item.client and row.task.closes_on is not None and row.task.closes_on < day
        ]
        return [row for row in closed if row.item.project == item.project] or closed

    def _twin_of(self, item: WorkItem) -> WorkItem | None:
        """The same task of the twin project, else its first one."""
        project = self._twins[item.project]
        items = sorted(other for other in self._works if other.project == project)
        return next((other for other in items if other.task == item.task), items[0] if items else None)

    def _flag(self, line: Line, draw: float) -> Line:
        share = self._parameters["billable_slip"]
        work = self._works.get(line.item)
        if work is not None and work.task.billable is Billable.DEPENDS:
            share *= _DEPENDS_FACTOR
        return replace(line, billable=not line.billable) if draw < share else line

    def _repeated(self, lines: list[Line], random: np.random.Generator) -> list[Line]:
        """Some lines stand twice: by a slip, or because the work really came in two equal parts."""
        count = int(random.binomial(len(lines), self._parameters["look_alike"])) if lines else 0
        # Rounding makes some lines alike by itself; real logs count those too.
        count -= len(lines) - len({(line.date, line.item, line.minutes) for line in lines})
        result = list(lines)
        for _ in range(max(count, 0)):
            even = [at for at, line in enumerate(result) if line.minutes >= 30 and line.minutes % 30 == 0]
            slip = random.random() < self._parameters["look_alike_slip"] or not even
            if slip:
                at = int(random.integers(len(result)))
                result.insert(at + 1, replace(result[at], origin="duplicate"))
            else:
                at = even[int(random.integers(len(even)))]
                more = _AGAIN[int(random.integers(len(_AGAIN)))]
                result[at : at + 1] = _halves(result[at], more)
        return result


def _halves(line: Line, more: str) -> list[Line]:
    """Two equal lines, the second of which says that it goes on."""
    half = line.minutes // 2
    told = f"{line.narrative}, {more}" if line.narrative else more
    if line.start is None:
        return [replace(line, minutes=half), replace(line, minutes=half, narrative=told)]
    middle = line.start + half
    return [replace(line, minutes=half, end=middle), replace(line, minutes=half, start=middle, narrative=told)]
