"""Three detectors that need no history of their own: what the learned score is held against."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.ensemble import IsolationForest

from hourtrail.domain.entry import TimeEntry

Floats = NDArray[np.float64]


def fields(entries: Sequence[TimeEntry]) -> Floats:
    """Raw fields, without context: log minutes, minutes past the hour, how common person, project and their pair are, lines
    and minutes of the person's date. Shape (entries, 7).
    """
    minutes = np.array([row.minutes for row in entries], dtype=np.float64)
    person = _codes([row.person for row in entries])
    project = _codes([str(row.item.at_project) for row in entries])
    pair = _codes([f"{first} {second}" for first, second in zip(person, project, strict=True)])
    card = _codes([f"{row.person} {row.date}" for row in entries])
    return np.column_stack(
        [
            np.log1p(minutes),
            minutes % 60,
            *(np.log(np.bincount(code)[code]) for code in (person, project, pair)),
            np.bincount(card)[card],
            np.log1p(np.bincount(card, minutes)[card]),
        ]
    )


def isolation_forest(entries: Sequence[TimeEntry]) -> Floats:
    """scikit-learn's isolation forest on the raw fields."""
    matrix = fields(entries)
    return np.asarray(-IsolationForest(n_estimators=200, random_state=0).fit(matrix).score_samples(matrix))


def ecod(entries: Sequence[TimeEntry]) -> Floats:
    """ECOD on the raw fields: the sum over columns of -ln of the rarer tail (Li et al., "ECOD", TKDE 2022, section 3)."""
    matrix = fields(entries)
    rows = len(matrix)
    left = -np.log(np.apply_along_axis(stats.rankdata, 0, matrix, method="max") / rows)
    right = -np.log(np.apply_along_axis(stats.rankdata, 0, -matrix, method="max") / rows)
    skewed = np.where(stats.skew(matrix, axis=0) < 0, left, right)
    return np.asarray(np.max([left.sum(axis=1), right.sum(axis=1), skewed.sum(axis=1)], axis=0))


def robust_z(entries: Sequence[TimeEntry]) -> Floats:
    """Distance of the log minutes from the person's median, in median deviations of that person."""
    minutes = np.log1p(np.array([row.minutes for row in entries], dtype=np.float64))
    person = _codes([row.person for row in entries])
    out = np.zeros(len(minutes))
    for number in range(int(person.max()) + 1):
        own = person == number
        apart = np.abs(minutes[own] - np.median(minutes[own]))
        out[own] = apart / max(float(np.median(apart)), 0.1)
    return out


def _codes(values: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(values), return_inverse=True)[1].astype(np.int64)
