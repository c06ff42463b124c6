"""How well minutes are told: ``python -m hourtrail_training.minutes_report FIT... -- MEASURE...``.

Each name is a folder of ``hourtrail simulate firm``; its people are replayed, and book in one of five ways, as in
``hourtrail_training.minutes``. Two tables. First how many of the shipped model's intervals hold, by firm: widened as shipped, and
by the person's own bookings of the eight weeks before. Then what a week comes to: the sum of suggested minutes, that sum times
what the person books for a suggested minute, the sum of the model's medians, and the sum of a model for the mean that is fitted
here on FIT (every suggestion is a row, with 0 where it stands for no work).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click
import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.capture.learning import LEARNED
from hourtrail.policy.minutes import SPEC
from hourtrail.policy.own_minutes import PastWeek, ShownInterval, booked_factor, own_margin
from hourtrail.wiring import load_models, with_time_models
from hourtrail_models.minutes import QuantilesOfMinutes, bundled_minutes
from hourtrail_training.minutes import PARAMETERS, ROUNDS, BookedWeek, booked_weeks
from hourtrail_training.scripts import folders_in_groups, say, script

Floats = NDArray[np.float64]
Person = Sequence[BookedWeek]
Total = Callable[[Person, BookedWeek], float]
"""What a week comes to, from the weeks before it and its own suggestions."""

AIMED: Final = (0.78, 0.82)


def intervals_held(
    person: Person, model: QuantilesOfMinutes, *, own: bool
) -> tuple[list[NDArray[np.bool_]], list[Floats]]:
    """Whether each interval held and its width, week by week; with ``own``, widened by the weeks shown before."""
    shown: list[tuple[BookedWeek, list[ShownInterval]]] = []
    held, widths = [], []
    for week in person:
        past = [row for before, rows in shown if before.week >= week.week - LEARNED for row in rows]
        margin = own_margin(past, share=model.share, shipped=model.margin) if own else model.margin
        ends = np.round(model.intervals(week.matrix[week.stands], margin=margin)).astype(np.int64)
        booked = week.booked[week.stands].astype(np.int64)
        low, high = ends[:, 0], np.maximum(ends[:, 2], 1)
        rows = [
            ShownInterval(low=one, high=other, margin=margin, booked=minutes)
            for one, other, minutes in zip(low.tolist(), high.tolist(), booked.tolist(), strict=True)
        ]
        shown.append((week, rows))
        held.append((booked >= low) & (booked <= high))
        widths.append((high - low).astype(np.float64))
    return held, widths


def clock(_before: Person, week: BookedWeek) -> float:
    """The suggested minutes as they are."""
    return float(week.suggested.sum())


def own_factor(before: Person, week: BookedWeek) -> float:
    """Times what the person booked for a suggested minute; what the product says."""
    past = [
        PastWeek(week=row.week, suggested=round(row.suggested.sum()), booked=row.whole)
        for row in before
        if row.week >= week.week - LEARNED
    ]
    return booked_factor(past) * clock(before, week)


def fitted_mean(people: Sequence[Person]) -> Any:
    """Trees for the mean of what is booked on a suggestion, 0 where it stands for nothing."""
    matrix = np.concatenate([week.matrix for person in people for week in person])
    booked = np.concatenate([week.booked for person in people for week in person])
    data = lightgbm.Dataset(matrix, booked, feature_name=list(SPEC.names))
    return lightgbm.train({**PARAMETERS, "objective": "regression"}, data, ROUNDS)


def totals_of(people: Sequence[Person], total: Total) -> tuple[Floats, Floats, Floats]:
    """Told, booked and worked minutes of every person-week with any, shape (weeks,) each."""
    rows = [
        (total(person[:place], week), week.whole, week.worked)
        for person in people
        for place, week in enumerate(person)
        if week.worked > 0
    ]
    told, booked, worked = np.array(rows, dtype=np.float64).T
    return told, booked, worked


def _coverage_lines(firms: Mapping[str, Sequence[Person]], model: QuantilesOfMinutes) -> list[str]:
    lines = ["| firm, rows | held as shipped (width, min) | by own bookings (width, min) |", "|---|---|---|"]
    for name, people in firms.items():
        cells = []
        for own in (False, True):
            parts = [intervals_held(person, model, own=own) for person in people]
            held = np.concatenate([week for weeks, _ in parts for week in weeks])
            width = np.concatenate([week for _, weeks in parts for week in weeks])
            cells.append(f"{held.mean():.3f} ({width.mean():.0f})")
        lines.append(f"| {name}, {len(held):,} | {cells[0]} | {cells[1]} |")
    return lines


def _total_lines(firms: Mapping[str, Sequence[Person]], totals: Mapping[str, Total]) -> list[str]:
    people = [person for group in firms.values() for person in group]
    lines = [
        "| minutes of a week | total to booked | weekly error | total to worked | weekly error |",
        "|---|---|---|---|---|",
    ]
    for name, total in totals.items():
        told, *truths = totals_of(people, total)
        cells = [f"{told.sum() / truth.sum():.3f} | {np.mean(np.abs(told - truth) / truth):.3f}" for truth in truths]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


@script(__doc__)
@click.argument("words", nargs=-1, metavar="FIT... -- MEASURE...")
def main(words: tuple[str, ...]) -> None:
    """Print both tables."""
    groups = folders_in_groups(words, ("fit the mean on", "measure"))
    models = with_time_models(load_models(rules_only=True))
    fit, firms = ({folder.name: booked_weeks(folder, models) for folder in group} for group in groups)
    model, mean = bundled_minutes(), fitted_mean([person for people in fit.values() for person in people])
    totals: dict[str, Total] = {
        "suggested, as they are": clock,
        "suggested, times the person's own factor": own_factor,
        "model, sum of medians": lambda _, week: float(model.intervals(week.matrix)[:, 1].sum()),
        "model for the mean, sum": lambda _, week: float(np.maximum(mean.predict(week.matrix), 0.0).sum()),
    }
    say(f"SIMULATED people, rounding injected; {model.ref.name} {model.ref.version} {model.ref.digest[:12]}")
    say("\n".join(_coverage_lines(firms, model)))
    say(f"aim {model.share}; by firm within {AIMED[0]} to {AIMED[1]}")
    say("\n".join(_total_lines(firms, totals)))


if __name__ == "__main__":
    main()
