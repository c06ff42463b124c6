"""What sets a single entry apart from the person's other entries: its minutes, its hour and weekday, its rate, its task."""

import numpy as np

from hourtrail.unusual.counting import log_ratio, median_by, running_median
from hourtrail.unusual.table import EntryTable, Floats, Ints

_SLOTS = 24
"""Hours of the day."""
_FEWEST = 5
"""Entries with a start before anybody has usual hours."""


def line_columns(table: EntryTable, *, whole_file: bool) -> dict[str, Floats]:
    """The entry's own residuals; NaN where the file does not say what they need."""
    pair = table.person * table.projects + table.project
    number = np.unique(pair, return_inverse=True)[1].astype(np.int64)
    instant = table.week * 7 + np.maximum(table.day, 0)
    order = np.lexsort((instant, number))
    if whole_file:
        minutes = median_by(number, table.minutes, int(number.max()) + 1)[number]
        rate = median_by(number, table.rate, int(number.max()) + 1)[number]
    else:
        minutes = running_median(number, order, table.minutes)
        rate = running_median(number, order, table.rate)
    daily = table.day[0] >= 0
    unknown = np.full(len(table), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(np.log(table.rate / rate))
    return {
        "entry_against_own": log_ratio(table.minutes, minutes) if daily else unknown,
        "hour_apart": _hour_apart(table, instant, whole_file=whole_file),
        "weekday_share": _share(table.person, table.day, instant, whole_file=whole_file) if daily else unknown,
        "rate_apart": np.where(np.isfinite(apart), apart, np.nan),
        "task_share": _share(number, table.task, instant, whole_file=whole_file) if table.task.any() else unknown,
    }


def _share(group: Ints, value: Ints, instant: Ints, *, whole_file: bool) -> Floats:
    """Share of the group's other entries (as of before it: those of earlier days) with the same value; NaN for none."""
    both = np.unique(group * (int(value.max()) + 2) + value, return_inverse=True)[1].astype(np.int64)
    same = _earlier(both, instant) if not whole_file else np.bincount(both)[both] - 1
    every = _earlier(group, instant) if not whole_file else np.bincount(group)[group] - 1
    out = np.full(len(group), np.nan)
    np.divide(same, every, out=out, where=every > 0)
    return out


def _earlier(group: Ints, instant: Ints) -> Ints:
    """How many rows of the group lie on earlier days."""
    span = int(instant.max()) + 1
    keys = np.sort(group * span + instant)
    return np.asarray(
        np.searchsorted(keys, group * span + instant) - np.searchsorted(keys, group * span), dtype=np.int64
    )


def _hour_apart(table: EntryTable, instant: Ints, *, whole_file: bool) -> Floats:
    """Hours by which a start lies outside the middle nine tenths of the person's other starts; NaN where it is unknown."""
    out = np.full(len(table), np.nan)
    known = np.flatnonzero(~np.isnan(table.hour))
    if not len(known):
        return out
    person, hour, when = table.person[known], table.hour[known], instant[known]
    slot = np.clip(hour.astype(np.int64), 0, _SLOTS - 1)
    same = np.zeros((len(known), _SLOTS))
    for number in range(_SLOTS):
        in_slot = np.where(slot == number, person, -1)
        same[:, number] = _counted(in_slot, person, when, whole_file=whole_file)
    if whole_file:
        same[np.arange(len(known)), slot] -= 1
    total = same.sum(axis=1)
    below = np.cumsum(same, axis=1) / np.maximum(total, 1)[:, None]
    first = (below > 0.05).argmax(axis=1)
    last = (below >= 0.95).argmax(axis=1) + 1
    apart = np.maximum(np.maximum(first - hour, hour - last), 0)
    out[known] = np.where(total >= _FEWEST, apart, np.nan)
    return out


def _counted(marked: Ints, person: Ints, when: Ints, *, whole_file: bool) -> Ints:
    """Marked rows of each row's person, all of them or those of earlier days."""
    span = int(when.max()) + 2
    keys = np.sort((marked * span + when)[marked >= 0])
    end = person * span + (span - 1 if whole_file else when)
    return np.asarray(np.searchsorted(keys, end) - np.searchsorted(keys, person * span), dtype=np.int64)
