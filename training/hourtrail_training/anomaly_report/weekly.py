"""A sanity check of the weekly view: what will a person's next card hold, against "copy last week"?

A candidate is a project that the person booked in the last weeks (as of before the card). One classifier says whether it comes
back, one regression how many hours it then has; both learn from the first half of the weeks and are measured on the second.
"""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from hourtrail.unusual import EntryTable
from hourtrail.unusual.weeks import Weeks, expected_of, weeks_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARAMETERS: dict[str, Any] = {
    "learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 30, "lambda_l2": 5.0, "seed": 1, "deterministic": True,
    "force_row_wise": True, "verbosity": -1, "num_threads": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Means over the cards of the second half: F1 of the set of projects, and the share of the hours foretold rightly."""

    cards: int
    projects_f1: float
    hours_share: float


def foretell(table: EntryTable) -> dict[str, Foretold]:
    """The learned forecast and "copy last week" on the same cards: those whose person has an earlier card."""
    weeks = weeks_of(table)
    features, card, project = _candidates(weeks)
    projects = table.projects
    actual = dict(zip((weeks.card * projects + weeks.project).tolist(), weeks.minutes.tolist(), strict=True))
    minutes = np.array([actual.get(key, 0.0) for key in (card * projects + project).tolist()])
    week_of_card = np.zeros(weeks.cards, dtype=np.int64)
    week_of_card[weeks.card] = weeks.week
    learn = week_of_card[card] < table.weeks // 2
    comes = _fit("binary", features[learn], (minutes[learn] > 0).astype(np.float64))
    back = learn & (minutes > 0)
    lasts = _fit("l1", features[back], np.log(minutes[back] / features[back, 1].clip(30)))
    probability = np.asarray(comes.predict(features))
    forecast = np.where(probability > 0.5, features[:, 1].clip(30) * np.exp(np.asarray(lasts.predict(features))), 0.0)
    # A week has the hours that the person's last one had, whatever they go to.
    said = np.bincount(card, forecast, weeks.cards)
    forecast = forecast * features[:, 7] / np.where(said > 0, said, 1)[card]
    measured = np.unique(card[~learn])
    return {
        "learned": _compared(weeks, card, project, forecast, measured),
        "copy last week": _compared(weeks, card, project, features[:, 2], measured),
    }


def _candidates(weeks: Weeks) -> tuple[Floats, Ints, Ints]:
    """Columns: presence, usual minutes, minutes last week, weeks with it before (share), how the firm's interest moved."""
    expected = expected_of(weeks, whole_file=False)
    projects = int(weeks.project.max()) + 1
    last: dict[int, float] = dict(
        zip((weeks.card * projects + weeks.project).tolist(), weeks.minutes.tolist(), strict=True)
    )
    before = np.array([last.get(key, 0.0) for key in ((expected.card - 1) * projects + expected.project).tolist()])
    week_of_card = np.zeros(weeks.cards, dtype=np.int64)
    week_of_card[weeks.card] = weeks.week
    booked = np.zeros((projects, int(weeks.week.max()) + 2))
    np.add.at(booked, (weeks.project, weeks.week), 1)
    week = week_of_card[expected.card]
    interest = [booked[expected.project, np.maximum(week - lag, 0)] for lag in (1, 2)]
    total = np.bincount(expected.card, expected.presence * expected.minutes, weeks.cards)
    features = np.column_stack(
        [
            expected.presence,
            expected.minutes,
            before,
            weeks.card_place[expected.card],
            np.log1p(interest[0]) - np.log1p(interest[1]),
            np.log1p(interest[0]),
            expected.presence * expected.minutes / np.maximum(total[expected.card], 1),
            weeks.card_minutes[np.maximum(expected.card - 1, 0)],
        ]
    )
    return features, expected.card, expected.project


def _fit(objective: str, features: Floats, target: Floats) -> Any:
    return lightgbm.train({**PARAMETERS, "objective": objective}, lightgbm.Dataset(features, label=target), 150)


def _compared(weeks: Weeks, card: Ints, project: Ints, forecast: Floats, measured: Ints) -> Foretold:
    projects = int(weeks.project.max()) + 1
    keys = weeks.card * projects + weeks.project
    asked = card * projects + project
    order = np.argsort(asked)
    at = np.minimum(np.searchsorted(asked[order], keys), len(asked) - 1)
    said = np.where(asked[order][at] == keys, forecast[order][at], 0.0)
    hit = np.bincount(weeks.card, said > 0, weeks.cards)
    named = np.bincount(card, forecast > 0, weeks.cards)
    real = np.bincount(weeks.card, minlength=weeks.cards)
    right = np.bincount(weeks.card, np.minimum(said, weeks.minutes), weeks.cards)
    longest = np.maximum(np.bincount(card, forecast, weeks.cards), weeks.card_minutes)
    return Foretold(
        cards=len(measured),
        projects_f1=float((2 * hit / np.maximum(named + real, 1))[measured].mean()),
        hours_share=float((right / np.maximum(longest, 1))[measured].mean()),
    )
