"""What is compared: one number a row, taken the same way from real and from simulated records."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hourtrail.domain.activity import Activity, ActivityKind
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.weeks import monday_of

Floats: TypeAlias = NDArray[np.float64]

DAY_MINUTES: Final = 24 * 60
SERIES_AT_LEAST: Final = 4
"""Occurrences from which on a meeting's usual distance means something."""


@dataclass(frozen=True, slots=True)
class Marginal:
    """One number a row, and how to take it from a table of records."""

    name: str
    unit: str
    about: str
    take: Callable[[pd.DataFrame], Floats]


def activity_table(rows: Iterable[Activity], kind: ActivityKind) -> pd.DataFrame:
    """The rows of one kind: person, start (UTC), end, minutes, title, series, item; by person and start."""
    found = [
        {
            "person": row.person, "start": row.start, "minutes": _minutes(row), "title": row.title,
            "item": str(row.label.at_project) if row.label is not None else "", "date": row.start.date(),
        }
        for row in rows if row.kind is kind and not row.all_day
    ]  # fmt: skip
    table = pd.DataFrame(found, columns=["person", "start", "minutes", "title", "item", "date"])
    return table.sort_values(["person", "start"], kind="stable", ignore_index=True)


def _minutes(row: Activity) -> float:
    return float("nan") if row.end is None else (row.end - row.start) / timedelta(minutes=1)


def week_table(rows: Iterable[TimeEntry]) -> pd.DataFrame:
    """Hours by person, week (its Monday) and project: the form in which timecards are kept."""
    found = [(row.person, monday_of(row.date), str(row.item.at_project), row.minutes) for row in rows]
    table = pd.DataFrame(found, columns=["person", "week", "project", "minutes"])
    return table.groupby(["person", "week", "project"], sort=True)["minutes"].sum().reset_index()


def _floats(values: object) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    return found[np.isfinite(found)]


def _gaps(table: pd.DataFrame) -> Floats:
    minutes = _minutes_since(table, "person")
    same_day = table.groupby("person")["date"].shift() == table["date"]
    return _floats(minutes[same_day])


def _switches_within(table: pd.DataFrame) -> Floats:
    return _switches(table, within_day=True)


def _switches_across(table: pd.DataFrame) -> Floats:
    return _switches(table, within_day=False)


def _switches(table: pd.DataFrame, *, within_day: bool) -> Floats:
    before = table.groupby("person")[["item", "date"]].shift()
    follows = before["item"].notna() & (table["item"] != "")
    same_day = before["date"] == table["date"]
    chosen = follows & (same_day if within_day else ~same_day)
    return _floats((before["item"] != table["item"])[chosen])


def _items_a_month(table: pd.DataFrame) -> Floats:
    month = table["start"].dt.strftime("%Y-%m")
    return _floats(table[table["item"] != ""].groupby([table["person"], month])["item"].nunique())


def _shares(table: pd.DataFrame) -> Floats:
    cards = table.groupby(["person", "week"])["minutes"]
    total = cards.sum()
    return _floats((cards.max() / total)[total > 0])


def _distances(table: pd.DataFrame) -> Floats:
    once = table.drop_duplicates(["title", "start"]).sort_values(["title", "start"])
    days = _minutes_since(once, "title") / DAY_MINUTES
    counts = once.groupby("title")["start"].transform("size")
    return _floats(days[counts >= SERIES_AT_LEAST].groupby(once["title"]).median())


def _minutes_since(table: pd.DataFrame, by: str) -> "pd.Series[float]":
    """Minutes since the row before of the same group; not a number for the first."""
    seconds: pd.Series[float] = table.groupby(by)["start"].diff().dt.total_seconds()
    return seconds / 60


def _lines(table: pd.DataFrame) -> Floats:
    return _floats(table["minutes"] / 60)


def _cards(table: pd.DataFrame) -> Floats:
    return _floats(table.groupby(["person", "week"])["minutes"].sum() / 60)


def _projects(table: pd.DataFrame) -> Floats:
    return _floats(table.groupby(["person", "week"]).size())


def _active_days(table: pd.DataFrame) -> Floats:
    return _floats(table.groupby(["person", "date"]).size())


COMMITS: Final = (
    Marginal("commit gap within a day", "minutes", "time since the person's commit before, on one UTC day", _gaps),
    Marginal("commits on an active day", "commits", "a person's commits on a day that has any", _active_days),
    Marginal("switch within a day", "0 or 1", "another project than the commit before that day", _switches_within),
    Marginal(
        "switch across days", "0 or 1", "another project than the last commit of an earlier day", _switches_across
    ),
    Marginal("projects a month", "projects", "projects with a commit by the person in a month", _items_a_month),
)
TIMECARDS: Final = (
    Marginal("hours a line", "hours", "a person's hours on a project in a week", _lines),
    Marginal("hours a card", "hours", "a person's hours in a week", _cards),
    Marginal("projects a card", "projects", "projects that a person books on in a week", _projects),
    Marginal("largest share of a card", "share", "the largest project's share of the week", _shares),
)
MEETINGS: Final = (
    Marginal("meeting length", "minutes", "as scheduled", lambda table: _floats(table["minutes"])),
    Marginal("meeting start", "minute", "minute of the hour", lambda table: _floats(table["start"].dt.minute)),
    Marginal("meeting weekday", "1 = Monday", "in UTC", lambda table: _floats(table["start"].dt.day_of_week + 1)),
    Marginal("distance of a series", "days", "median days between meetings of one title", _distances),
)
ALL: Final[Mapping[str, tuple[Marginal, ...]]] = {"commits": COMMITS, "timecards": TIMECARDS, "meetings": MEETINGS}
