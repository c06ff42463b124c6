"""How near suggested time comes to true time: minutes, projects, blocks, days and weeks; pure, and null where nothing is.

All minutes are counted on the grid of whole minutes since 1970. Two true entries at one time are one worked minute.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from hourtrail.capture.minutes import Minutes
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.backtest.metrics import ratio

MATCH: Final = 0.5
"""Two blocks are the same when what they share is at least this part of what they cover together (IoU)."""

SHORT_BY: Final = 30
"""Minutes: a day is short when more than this is missing from what was reported."""


@dataclass(frozen=True, slots=True)
class Block:
    """Time on the grid and its project (client and project, no task); None for suggested time without a work item."""

    start: int
    end: int
    project: WorkItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One person's true and suggested blocks, and the measured time.

    ``measured`` holds the minutes of the local days whose true time is known by the clock; blocks outside count for
    nothing but the hours of their day. ``true_days`` and ``suggested_days`` are minutes by local day of all measured
    days, with or without a clock; ``reported_days`` is None when nobody said what was reported.
    """

    true: Sequence[Block]
    suggested: Sequence[Block]
    measured: Minutes
    true_days: Mapping[date, int]
    suggested_days: Mapping[date, int]
    reported_days: Mapping[date, int] | None = None


@dataclass(slots=True)
class MinuteTally:
    """Minutes of all people: true, suggested and both, as worked or not and by project."""

    true: int = 0
    suggested: int = 0
    both: int = 0
    unassigned: int = 0
    assigned_and_true: int = 0
    by_project: dict[WorkItem, list[int]] = field(default_factory=dict)

    def add(self, sheet: Sheet) -> None:
        """Count one person."""
        true, suggested = _of(sheet.true, sheet.measured), _of(sheet.suggested, sheet.measured)
        self.true += true.total
        self.suggested += suggested.total
        self.both += true.shared(suggested)
        assigned = _of([row for row in sheet.suggested if row.project is not None], sheet.measured)
        self.unassigned += suggested.total - assigned.total
        self.assigned_and_true += assigned.shared(true)
        true_of, suggested_of = _by_project(sheet.true), _by_project(sheet.suggested)
        for project in true_of.keys() | suggested_of.keys():
            mine = _of(true_of.get(project, ()), sheet.measured)
            theirs = _of(suggested_of.get(project, ()), sheet.measured)
            counts = self.by_project.setdefault(project, [0, 0, 0])
            for place, minutes in enumerate((mine.total, theirs.total, mine.shared(theirs))):
                counts[place] += minutes

    def answer(self) -> dict[str, Any]:
        """The minute-level keys."""
        right = sum(shared for _, _, shared in self.by_project.values())
        on_projects = sum(true for true, _, _ in self.by_project.values())
        scores = [f1(shared, true, suggested) for true, suggested, shared in self.by_project.values()]
        known = [score for score in scores if score is not None]
        return {
            "minute_precision": ratio(self.both, self.suggested),
            "minute_recall": ratio(self.both, self.true),
            "minute_f1": f1(self.both, self.true, self.suggested),
            "minute_f1_by_project": float(np.mean(known)) if known else None,
            "minute_f1_labelled": f1(right, on_projects, self.suggested),
            "minutes_true": self.true,
            "minutes_suggested": self.suggested,
            "minutes_invented": self.suggested - self.both,
            "minutes_missed": self.true - self.both,
            "minutes_on_wrong_project": self.assigned_and_true - right,
            "unassigned_share": ratio(self.unassigned, self.suggested),
        }


def f1(both: int, true: int, suggested: int) -> float | None:
    """The harmonic mean of precision and recall, 2 both / (true + suggested); None when there is neither."""
    return ratio(2 * both, true + suggested)


def minute_answer(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Worked or not and on which project, minute by minute; macro F1 is over every project with true or suggested time."""
    tally = MinuteTally()
    for sheet in sheets:
        tally.add(sheet)
    return tally.answer()


def block_answer(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Blocks one to one at ``MATCH``, and how far both edges of the matched ones are off."""
    true = suggested = 0
    errors: list[int] = []
    for sheet in sheets:
        mine, theirs = _begun_in(sheet.measured, sheet.true), _begun_in(sheet.measured, sheet.suggested)
        true, suggested = true + len(mine), suggested + len(theirs)
        for one, other in matched(mine, theirs):
            errors += [abs(one.start - other.start), abs(one.end - other.end)]
    pairs = len(errors) // 2
    return {
        "blocks": {
            "true": true, "suggested": suggested, "matched": pairs,
            "precision": ratio(pairs, suggested), "recall": ratio(pairs, true),
        },
        "boundary_error_minutes": {
            "median": float(np.median(errors)) if errors else None,
            "p90": float(np.quantile(errors, 0.9)) if errors else None,
        },
    }  # fmt: skip


def matched(true: Sequence[Block], suggested: Sequence[Block]) -> list[tuple[Block, Block]]:
    """Pairs that share at least ``MATCH`` of their union, the best first, each block in at most one pair."""
    ordered = sorted(true, key=lambda row: (row.start, row.end))
    longest = max((row.end - row.start for row in ordered), default=0)
    starts = [row.start for row in ordered]
    found: list[tuple[float, int, int]] = []
    for number, row in enumerate(suggested):
        # A true block that began longer ago than any lasts has ended.
        first, last = np.searchsorted(starts, (row.start - longest, row.end)).tolist()
        for place in range(first, last):
            share = _overlap_share(ordered[place], row)
            if share >= MATCH:
                found.append((-share, place, number))
    pairs: list[tuple[Block, Block]] = []
    taken: tuple[set[int], set[int]] = set(), set()
    for _, place, number in sorted(found):
        if place not in taken[0] and number not in taken[1]:
            taken[0].add(place)
            taken[1].add(number)
            pairs.append((ordered[place], suggested[number]))
    return pairs


def day_answer(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Hours of days and weeks. A week is Monday to Sunday, its error a share of its true time."""
    errors: list[int] = []
    weekly: list[float] = []
    true_total = suggested_total = 0
    for sheet in sheets:
        true, suggested = sheet.true_days, sheet.suggested_days
        errors += [abs(true.get(day, 0) - suggested.get(day, 0)) for day in worked(sheet)]
        true_total, suggested_total = true_total + sum(true.values()), suggested_total + sum(suggested.values())
        true_weeks, suggested_weeks = _weeks(true), _weeks(suggested)
        weekly += [abs(minutes - suggested_weeks[week]) / minutes for week, minutes in true_weeks.items() if minutes]
    return {
        "daily_hours_mae": float(np.mean(errors)) / 60 if errors else None,
        "weekly_hours_mape": float(np.mean(weekly)) if weekly else None,
        "total_hours_true": true_total / 60,
        "total_hours_suggested": suggested_total / 60,
        "total_ratio": ratio(suggested_total, true_total),
    }


def worked(sheet: Sheet) -> list[date]:
    """The days with true or suggested time."""
    days = {*sheet.true_days, *sheet.suggested_days}
    return sorted(day for day in days if sheet.true_days.get(day, 0) or sheet.suggested_days.get(day, 0))


def missing_time(sheets: Sequence[Sheet]) -> dict[str, Any] | None:
    """Were the days named on which time was worked and not reported? None without a report to look at.

    A person-day is short when its true minutes exceed the reported ones by more than ``SHORT_BY``, and named when the
    suggested minutes do. A false day is named and not short.
    """
    short = named = both = 0
    if not sheets or any(sheet.reported_days is None for sheet in sheets):
        return None
    for sheet in sheets:
        reported = sheet.reported_days or {}
        for day in worked(sheet):
            is_short = sheet.true_days.get(day, 0) - reported.get(day, 0) > SHORT_BY
            is_named = sheet.suggested_days.get(day, 0) - reported.get(day, 0) > SHORT_BY
            short, named, both = short + is_short, named + is_named, both + (is_short and is_named)
    return {
        "short_days": short, "named_days": named, "found_days": both, "false_days": named - both,
        "recall": ratio(both, short), "precision": ratio(both, named), "tolerance_minutes": SHORT_BY,
    }  # fmt: skip


def _of(blocks: Sequence[Block], measured: Minutes) -> Minutes:
    return Minutes.of((row.start, row.end) for row in blocks).cut_to(measured)


def _by_project(blocks: Sequence[Block]) -> dict[WorkItem, list[Block]]:
    found: dict[WorkItem, list[Block]] = defaultdict(list)
    for row in blocks:
        if row.project is not None:
            found[row.project].append(row)
    return found


def _begun_in(measured: Minutes, blocks: Sequence[Block]) -> list[Block]:
    """The blocks that last any time and begin in a measured minute."""
    lasting = [row for row in blocks if row.end > row.start]
    starts = np.array([row.start for row in lasting], dtype=np.int64)
    inside = measured.before(starts + 1) > measured.before(starts)
    return [row for row, is_inside in zip(lasting, inside.tolist(), strict=True) if is_inside]


def _overlap_share(one: Block, other: Block) -> float:
    both = max(0, min(one.end, other.end) - max(one.start, other.start))
    return both / (one.end - one.start + other.end - other.start - both)


def _weeks(days: Mapping[date, int]) -> dict[date, int]:
    weeks: dict[date, int] = defaultdict(int)
    for day, minutes in days.items():
        weeks[monday_of(day)] += minutes
    return weeks
