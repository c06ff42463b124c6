"""The goals that were set for capture, each beside what was measured: ``python -m hourtrail_training.capture_goals CACHE [SEED...]``.

Firms and views are those of ``capture_report`` (held-out build, seeds 1001 to 1008 unless others are named). Three tables: a line
for each firm and view, with what each week comes to once a person's own factor is applied (``hourtrail.policy.own_minutes``, what
``week_totals`` of ``suggest --json`` tells); every goal over all firms together, its interval from drawing firms; and how far off
weeks are with and without that factor. CACHE keeps firms and finished lines, so that a run that was ended goes on.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from hourtrail.capture import Captured, CaptureSettings, Habits, Presence, capture
from hourtrail.capture.learning import LEARNED, clock_span
from hourtrail.domain.activity import Activity
from hourtrail.domain.firm import Person
from hourtrail.domain.weeks import monday_of
from hourtrail.flows.backtest.capture import CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles, read_capture
from hourtrail.policy.own_minutes import PastWeek, booked_factor
from hourtrail.wiring import Models, load_models, with_time_models
from hourtrail_training.capture_report import LAST, MEASURED, SEEDS, firm, seen_in
from hourtrail_training.mix_shares import kept_or, markdown
from hourtrail_training.presence.people import VIEWS
from hourtrail_training.scripts import NEW_FOLDER, say, script

VERSION: Final = "1"
ASKED: Final = ("all sources", "no windows or tickets")
"""The views that the goals were set for: with windows and tickets, and without. The third is told beside them."""
GAIN, HOURS = 0.08, 0.08
DRAWS, SEED = 10_000, 20260302

Line = dict[str, Any]


@dataclass
class Recorded:
    """The product's capture, which notes what it suggests for each day of each person.

    A day's blocks appear in the call for that day and, cut off, in those for its neighbours: the longest account is the day's.
    """

    minutes: dict[tuple[str, date], int] = field(default_factory=dict)

    def __call__(
        self,
        person: Person,
        activities: Sequence[Activity],
        *,
        settings: CaptureSettings,
        habits: Habits,
        presence: Presence | None,
    ) -> Captured:
        """As ``hourtrail.capture.capture`` does."""
        found = capture(person, activities, settings=settings, habits=habits, presence=presence)
        days: dict[date, int] = defaultdict(int)
        for block in found.blocks:
            if not block.private:
                days[block.date] += block.suggested_minutes
        for day, minutes in days.items():
            self.minutes[person.id, day] = max(minutes, self.minutes.get((person.id, day), 0))
        return found

    def weeks(self, person: str) -> dict[date, int]:
        """Monday -> suggested minutes."""
        weeks: dict[date, int] = defaultdict(int)
        for (name, day), minutes in self.minutes.items():
            if name == person:
                weeks[monday_of(day)] += minutes
        return weeks


def by_own_factor(suggested: Mapping[date, int], worked: Mapping[date, int]) -> dict[date, float]:
    """Monday -> what a person's week comes to: its suggested minutes times what they booked for one in the weeks before."""
    found = {}
    for week, minutes in suggested.items():
        past = [
            PastWeek(week=before, suggested=suggested[before], booked=worked.get(before, 0))
            for before in suggested
            if week - LEARNED <= before < week
        ]
        found[week] = minutes * booked_factor(past)
    return found


def measured(folder: Path, view: str, models: Models) -> Line:
    """Minute F1 beside the fixed gap, and hours against the true ones: as suggested, and by each person's own factor."""
    files = CaptureFiles(
        activities=(seen_in(folder, view),), time_entries=folder / "truth" / "time-entries.csv", people=folder / "people.csv"
    )  # fmt: skip
    recorded = Recorded()
    options = CaptureOptions(first=MEASURED, last=LAST, truth="simulator")
    found = backtest_capture(files, options, models=models, today=LAST, capturing=recorded).answer
    given = read_capture(files, today=LAST, zone="", person="", progress=lambda _done: None)
    weeks: dict[str, dict[str, list[int]]] = {}
    for person, entries in given.truth.items():
        worked: dict[date, int] = defaultdict(int)
        for row in entries:
            span = clock_span(row)
            worked[monday_of(row.date)] += 0 if span is None else span[1] - span[0]
        suggested = recorded.weeks(person)
        weeks[person] = {str(week): [suggested.get(week, 0), worked[week]] for week in sorted({*suggested, *worked})}
    return {
        "f1": found["minute_f1"], "fixed_gap": found["baselines"]["fixed_gap"]["minute_f1"], "hours": found["total_ratio"],
        "weeks": weeks,
    }  # fmt: skip


def own_hours(line: Line) -> float:
    """Hours to the true ones when each week is told by its person's own factor, which is never kept with a line."""
    told = true = 0.0
    for weeks in line["weeks"].values():
        suggested = {date.fromisoformat(week): minutes for week, (minutes, _) in weeks.items()}
        worked = {date.fromisoformat(week): minutes for week, (_, minutes) in weeks.items()}
        told += sum(minutes for week, minutes in by_own_factor(suggested, worked).items() if week >= MEASURED)
        true += sum(minutes for week, minutes in worked.items() if week >= MEASURED)
    return told / true


def weekly_errors(line: Line) -> tuple[float, float]:
    """Mean of what a person's week is off by, as a share of it: the plain sum of what was suggested, and by own factor."""
    plain, told = [], []
    for weeks in line["weeks"].values():
        suggested = {date.fromisoformat(week): minutes for week, (minutes, _) in weeks.items()}
        worked = {date.fromisoformat(week): minutes for week, (_, minutes) in weeks.items()}
        expected = by_own_factor(suggested, worked)
        for week, true in worked.items():
            if week >= MEASURED and true > 0:
                plain.append(abs(suggested[week] - true) / true)
                told.append(abs(expected[week] - true) / true)
    return float(np.mean(plain)), float(np.mean(told))


def by_week(lines: Mapping[tuple[int, str], Line]) -> str:
    """Whether a person's own factor helps those who book what they worked, view by view."""
    head = ("a person's week off by, mean over firms", "plain sum", "by own factor", "firms where the factor is nearer")
    rows = []
    for view in dict.fromkeys(view for _, view in lines):
        errors = np.array([weekly_errors(line) for (_, name), line in lines.items() if name == view])
        nearer = int((errors[:, 1] < errors[:, 0]).sum())
        rows.append((view, *(f"{error:.3f}" for error in errors.mean(axis=0)), f"{nearer} of {len(errors)}"))
    return markdown(head, rows)


def by_firm(lines: Mapping[tuple[int, str], Line]) -> str:
    """A line a firm and view."""
    head = ("firm, view", "minute F1", "fixed gap", "gain", "hours to true", "by own factor")
    rows = []
    for (seed, view), line in lines.items():
        gain = line["f1"] - line["fixed_gap"]
        numbers = (f"{line['f1']:.3f}", f"{line['fixed_gap']:.3f}", f"{gain:+.3f}")
        rows.append((f"{seed}, {view}", *numbers, f"{line['hours']:.3f}", f"{own_hours(line):.3f}"))
    return markdown(head, rows)


def goals(lines: Mapping[tuple[int, str], Line]) -> str:
    """Every goal and view over all firms; each firm counts alike, and intervals (95 %) come from drawing firms."""
    head = ("goal", "view", "all firms", "95 % of draws", "", "firms that reach it alone")
    rows = []
    for view in dict.fromkeys(view for _, view in lines):
        mine = [line for (_, name), line in lines.items() if name == view]
        gains = np.array([line["f1"] - line["fixed_gap"] for line in mine])
        words = "minute F1 at least .08 above fixed_gap"
        rows.append(_goal(words, view, gains, "{:+.3f}", lambda value: value >= GAIN))
        hours = [line["hours"] for line in mine], [own_hours(line) for line in mine]
        for words, found in zip(("total hours within 8 %", "the same, weeks by own factor"), hours, strict=True):
            ratios = np.array(found)
            rows.append(_goal(words, view, ratios, "{:.3f}", lambda value: abs(value - 1) <= HOURS))
    return markdown(head, rows)


def _goal(
    words: str, view: str, values: "np.ndarray[Any, np.dtype[np.float64]]", form: str, holds: Callable[[float], bool]
) -> tuple[str, ...]:
    draws = np.random.default_rng(SEED).choice(values, (DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975)).tolist()
    mean = float(values.mean())
    verdict = "reached" if holds(mean) else "**missed**"
    if view not in ASKED:
        verdict = f"not asked; {verdict}"
    alone = sum(holds(value) for value in values.tolist())
    return (
        words, view, form.format(mean), f"{form.format(low)} to {form.format(high)}", verdict, f"{alone} of {len(values)}",
    )  # fmt: skip


@script(__doc__)
@click.argument("cache", type=NEW_FOLDER)
@click.argument("seeds", nargs=-1, metavar="[SEED...]", type=int)
def main(cache: Path, seeds: tuple[int, ...]) -> None:
    """Print both tables; the ranker plays no part in minutes, so the rules name the work items."""
    models = with_time_models(load_models(rules_only=True))
    ref = models.presence.ref if models.presence else None
    key = f"{VERSION} {ref.digest if ref else ''}"
    lines = {}
    for seed in seeds or SEEDS:
        folder = firm(cache, seed)
        for view in list(VIEWS)[:-1]:
            click.echo(f"firm {seed}, {view}", err=True)
            lines[seed, view] = kept_or(folder / f"goals, {view}.json", key, partial(measured, folder, view, models))
    say(f"SIMULATED people; model of presence: {f'{ref.version} {ref.digest[:12]}' if ref else 'none'}\n")
    say(f"{by_firm(lines)}\n\n{goals(lines)}\n\n{by_week(lines)}")


if __name__ == "__main__":
    main()
