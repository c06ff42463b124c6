"""What everybody else books: is the project alive, and is it one that the person's colleagues have?"""

import numpy as np
from scipy import sparse

from hourtrail.unusual.counting import between, median_by, spans, strongest
from hourtrail.unusual.table import Floats, Ints
from hourtrail.unusual.weeks import Weeks

_WINDOW = 4
"""Weeks on either side that count as near."""
_MOST_OWN = 50
"""Projects of one person that colleagues are known by, the most booked first."""
_PRIOR_PEOPLE, _PRIOR_SHARE = 3.0, 0.02
"""A project that few share is taken to say little: three more colleagues of whom 2 % book the one asked for."""


def others_columns(weeks: Weeks, *, whole_file: bool) -> dict[str, Floats]:
    """What other people's weeks say of each cell; as of before it unless ``whole_file``."""
    span = int(weeks.week.max()) + _WINDOW + 2
    projects = int(weeks.project.max()) + 1
    pair = weeks.person * projects + weeks.project
    by_project = np.sort(weeks.project * span + weeks.week)
    by_pair = np.sort(pair * span + weeks.week)
    everybody = np.sort(weeks.week)

    def counted(low: Ints, high: Ints) -> Ints:
        mine = between(by_pair, pair * span + low, pair * span + high)
        return between(by_project, weeks.project * span + low, weeks.project * span + high) - mine

    start = np.maximum(weeks.week - _WINDOW, 0)
    end = weeks.week + _WINDOW + 1 if whole_file else weeks.week
    near = counted(start, end)
    ever = counted(np.zeros_like(end), np.full_like(end, span - 1) if whole_file else end)
    return {
        "others_near": np.log1p(near),
        "others_near_share": near / np.maximum(between(everybody, start, end), 1),
        "others_ever": np.log1p(ever),
        "others_people": np.log1p(_people(weeks, pair, projects, span, whole_file=whole_file)),
        "company": _company(pair, projects) if whole_file else np.full(len(pair), np.nan),
        "against_firm": _against_firm(weeks, projects) if whole_file else np.full(len(pair), np.nan),
    }


def _people(weeks: Weeks, pair: Ints, projects: int, span: int, *, whole_file: bool) -> Ints:
    """How many others ever booked on the project (by then)."""
    pairs, number = np.unique(pair, return_inverse=True)
    if whole_file:
        return np.asarray(np.bincount(pairs % projects, minlength=projects)[weeks.project] - 1, dtype=np.int64)
    first = np.full(len(pairs), span)
    np.minimum.at(first, number, weeks.week)
    firsts = np.sort((pairs % projects) * span + first)
    by_then = between(firsts, weeks.project * span, weeks.project * span + weeks.week)
    return np.asarray(by_then - (first[number] < weeks.week), dtype=np.int64)


def _company(pair: Ints, projects: int) -> Floats:
    """Mean share of the colleagues on the person's other projects who book on this one, weighted by the person's weeks.

    The person is left out of both counts. NaN for somebody who has no other project.
    """
    pairs, number, count = np.unique(pair, return_inverse=True, return_counts=True)
    person, project = pairs // projects, pairs % projects
    booked = sparse.csr_array((np.ones(len(pairs)), (person, project)), shape=(int(person.max()) + 1, projects))
    together = sparse.coo_array(booked.T @ booked)
    known = np.bincount(project, minlength=projects) - 1
    top = strongest(person, count.astype(np.float64), _MOST_OWN)
    top = top[np.argsort(person[top], kind="stable")]
    starts = np.searchsorted(person[top], person)
    counts = np.searchsorted(person[top], person, side="right") - starts
    asked = np.repeat(np.arange(len(pairs)), counts)
    by = top[spans(starts, counts)]
    other = project[by] != project[asked]
    asked, by = asked[other], by[other]
    both = _looked_up(together, project[by], project[asked]) - 1
    share = (both + _PRIOR_PEOPLE * _PRIOR_SHARE) / (known[project[by]] + _PRIOR_PEOPLE)
    # Nobody else is on that project: it says nothing, which the prior's share stands for.
    share = np.where(known[project[by]] > 0, share, _PRIOR_SHARE)
    weight = count[by].astype(np.float64)
    total = np.bincount(asked, weight, len(pairs))
    summed = np.bincount(asked, weight * share, len(pairs))
    mean = np.full(len(pairs), np.nan)
    np.divide(summed, total, out=mean, where=total > 0)
    return np.asarray(mean[number], dtype=np.float64)


def _looked_up(counts: "sparse.coo_array[np.float64, tuple[int, int]]", row: Ints, column: Ints) -> Floats:
    """The counts at (row, column); 0 where there is none."""
    width = counts.shape[1]
    keys = counts.row.astype(np.int64) * width + counts.col
    order = np.argsort(keys)
    wanted = row * width + column
    at = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][at] == wanted, counts.data[order][at], 0.0)


def _against_firm(weeks: Weeks, projects: int) -> Floats:
    usual = median_by(weeks.project, weeks.minutes, projects)[weeks.project]
    return np.asarray(np.log((weeks.minutes + 30) / (usual + 30)), dtype=np.float64)
