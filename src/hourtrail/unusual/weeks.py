"""A person's weeks: how many hours on which project, what the weeks around it hold, and what is missing in it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hourtrail.unusual.counting import best_other, log_ratio, median_by, running_median, spans, strongest
from hourtrail.unusual.table import Bools, EntryTable, Floats, Ints

NEAR: Final = {1: 1.0, 2: 0.7, 3: 0.5, 4: 0.35}
"""Weight of a person's week that lies so many of their weeks away; further ones say nothing of this one."""
MOST_MISSING: Final = 12
"""Missing projects that are looked at in one week, the most usual first."""
HOPELESS: Final = -4.0
"""What a line gets that no correction makes more usual (a factor of e to the 4th is as unusual as can be)."""


@dataclass(frozen=True)
class Weeks:
    """``card`` is one person's week, ``cell`` one project in it; cells are sorted by card and then project.

    ``cell`` of each entry; ``card``, ``project``, ``person``, ``week``, ``minutes``, ``rows`` of each cell; of each card
    its person and its place among the person's weeks.
    """

    cell_of_entry: Ints
    card: Ints
    project: Ints
    person: Ints
    week: Ints
    minutes: Floats
    rows: Ints
    card_person: Ints
    card_place: Ints
    card_minutes: Floats

    @property
    def cards(self) -> int:
        """How many person-weeks there are."""
        return len(self.card_person)


def weeks_of(table: EntryTable) -> Weeks:
    """The person-weeks of the table."""
    span, projects = table.weeks, table.projects
    keys, card_of_entry = np.unique(table.person * span + table.week, return_inverse=True)
    cells, cell_of_entry = np.unique(card_of_entry * projects + table.project, return_inverse=True)
    card, project = cells // projects, cells % projects
    person = keys // span
    return Weeks(
        cell_of_entry=cell_of_entry,
        card=card,
        project=project,
        person=person[card],
        week=(keys % span)[card],
        minutes=np.bincount(cell_of_entry, table.minutes, len(cells)).astype(np.float64),
        rows=np.bincount(cell_of_entry, minlength=len(cells)),
        card_person=person,
        card_place=np.arange(len(keys)) - np.searchsorted(person, person),
        card_minutes=np.bincount(card_of_entry, table.minutes, len(keys)).astype(np.float64),
    )


@dataclass(frozen=True)
class Expected:
    """What the near weeks of the same person hold, for each (card, project) that occurs in them."""

    card: Ints
    project: Ints
    presence: Floats
    minutes: Floats


def expected_of(weeks: Weeks, *, whole_file: bool) -> Expected:
    """Presence (0..1) and usual minutes of every project in each person-week, from the weeks before it.

    ``whole_file``: from the weeks after it too, as somebody who reviews a file may look at.
    """
    projects = int(weeks.project.max()) + 1
    lags = [-lag for lag in NEAR] + (list(NEAR) if whole_file else [])
    keys, weights, minutes = [], [], []
    known = np.zeros(weeks.cards)
    places = np.arange(weeks.cards)
    for lag in lags:
        near = NEAR[abs(lag)]
        target = weeks.card - lag
        there = _same_person(weeks, target, weeks.person)
        keys.append(target[there] * projects + weeks.project[there])
        weights.append(np.full(int(there.sum()), near))
        minutes.append(weeks.minutes[there])
        known += near * _same_person(weeks, places + lag, weeks.card_person)
    found, number = np.unique(np.concatenate(keys), return_inverse=True)
    weight = np.bincount(number, np.concatenate(weights), len(found))
    total = np.bincount(number, np.concatenate(weights) * np.concatenate(minutes), len(found))
    card = found // projects
    return Expected(card=card, project=found % projects, presence=weight / known[card], minutes=total / weight)


def _same_person(weeks: Weeks, card: Ints, person: Ints) -> Bools:
    inside = (card >= 0) & (card < weeks.cards)
    return np.asarray(inside & (weeks.card_person[np.clip(card, 0, weeks.cards - 1)] == person))


@dataclass(frozen=True)
class Absent:
    """Projects that the near weeks hold and this one lacks, the most usual ones, sorted by card."""

    card: Ints
    project: Ints
    presence: Floats
    minutes: Floats


def absent_of(weeks: Weeks, expected: Expected) -> Absent:
    """What is missing in each week."""
    projects = int(weeks.project.max()) + 1
    gone = ~np.isin(expected.card * projects + expected.project, weeks.card * projects + weeks.project)
    card, presence = expected.card[gone], expected.presence[gone]
    top = strongest(card, presence, MOST_MISSING)
    return Absent(
        card=card[top], project=expected.project[gone][top], presence=presence[top], minutes=expected.minutes[gone][top]
    )


def own_columns(weeks: Weeks, expected: Expected, *, whole_file: bool) -> dict[str, Floats]:
    """What the person's other weeks say of each cell."""
    cells = len(weeks.card)
    projects = int(weeks.project.max()) + 1
    presence, near = _looked_up(weeks, expected, projects)
    pair = weeks.person * projects + weeks.project
    pairs, number = np.unique(pair, return_inverse=True)
    order = np.lexsort((weeks.week, pair))
    before = np.empty(cells)
    before[order] = np.arange(cells) - np.searchsorted(pair[order], pair[order])
    count = np.bincount(number, minlength=len(pairs))[number]
    history = weeks.card_place[weeks.card].astype(np.float64)
    if whole_file:
        history = (np.bincount(weeks.card_person)[weeks.person] - 1).astype(np.float64)
        usual = median_by(number, weeks.minutes, len(pairs))[number]
        usual_week = median_by(weeks.card_person, weeks.card_minutes, int(weeks.card_person.max()) + 1)[
            weeks.card_person
        ]
    else:
        usual = running_median(number, order, weeks.minutes)
        usual_week = running_median(weeks.card_person, np.arange(weeks.cards), weeks.card_minutes)
    own = (count - 1 if whole_file else before).astype(np.float64)
    return {
        "presence": presence,
        "own_share": own / np.maximum(history, 1),
        "own_weeks": np.log1p(own),
        "own_before": np.log1p(before),
        "history": np.log1p(history),
        "log_hours": np.log1p(weeks.minutes / 60),
        "against_near": log_ratio(weeks.minutes, near),
        "against_own": log_ratio(weeks.minutes, usual),
        "lines": np.bincount(weeks.card, minlength=weeks.cards)[weeks.card].astype(np.float64),
        "week_share": weeks.minutes / weeks.card_minutes[weeks.card],
        "rows": weeks.rows.astype(np.float64),
    } | _excess_columns(weeks, np.where(np.isnan(near), usual, near), near, usual_week)


def _looked_up(weeks: Weeks, expected: Expected, projects: int) -> tuple[Floats, Floats]:
    """Presence of each cell's project in the near weeks, and its minutes there (NaN: not there)."""
    if not len(expected.card):
        return np.zeros(len(weeks.card)), np.full(len(weeks.card), np.nan)
    keys = expected.card * projects + expected.project
    wanted = weeks.card * projects + weeks.project
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    hit = keys[at] == wanted
    return np.where(hit, expected.presence[at], 0.0), np.where(hit, expected.minutes[at], np.nan)


def _excess_columns(weeks: Weeks, usual: Floats, near: Floats, usual_week: Floats) -> dict[str, Floats]:
    """Whether the week is longer than usual, and whether this line would be as usual without the excess."""
    excess = (weeks.card_minutes - usual_week)[weeks.card]
    left = weeks.minutes - excess
    rest = np.maximum(left, 0)
    fit = np.where(left > 0, -np.abs(log_ratio(rest, usual)), HOPELESS)
    gain = np.where(excess > 60, fit + np.abs(log_ratio(weeks.minutes, usual)), HOPELESS)
    gain = np.where(np.isnan(gain) & (excess <= 60), HOPELESS, gain)
    return {
        "excess": excess / 60,
        "excess_share": excess / np.maximum(weeks.minutes, 1),
        "left_over": np.where(left > 0, log_ratio(rest, near), np.nan),
        "gain": gain,
        "gain_lead": gain - best_other(weeks.card, np.nan_to_num(gain, nan=HOPELESS), HOPELESS),
    }


def absent_columns(weeks: Weeks, absent: Absent) -> dict[str, Floats]:
    """Whether a usual project is missing in the week, and whether the cell has just about its hours."""
    starts = np.searchsorted(absent.card, weeks.card)
    counts = np.searchsorted(absent.card, weeks.card, side="right") - starts
    cell = np.repeat(np.arange(len(weeks.card)), counts)
    at = spans(starts, counts)
    # Hours that differ by a factor of two fit only a quarter as well.
    close = np.exp(-2 * np.abs(log_ratio(weeks.minutes[cell], absent.minutes[at])))
    match, presence = np.zeros(len(weeks.card)), np.zeros(len(weeks.card))
    np.maximum.at(match, cell, absent.presence[at] * close)
    np.maximum.at(presence, cell, absent.presence[at])
    hours = np.bincount(absent.card, absent.presence * absent.minutes, weeks.cards) / 60
    return {"missing_match": match, "missing_presence": presence, "missing_hours": hours[weeks.card]}
