"""Small columnar groupings that the residuals share."""

import numpy as np

from hourtrail.unusual.table import Bools, Floats, Ints


def between(sorted_keys: Ints, low: Ints, high: Ints) -> Ints:
    """How many of ``sorted_keys`` lie in ``low <= key < high``, for each pair of bounds."""
    ends = np.searchsorted(sorted_keys, high)
    return (ends - np.searchsorted(sorted_keys, low)).astype(np.int64)


def spans(starts: Ints, counts: Ints) -> Ints:
    """The integers ``start .. start + count - 1`` of every span, one after the other."""
    begins = np.cumsum(counts) - counts
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(begins - starts, counts)


def median_by(group: Ints, values: Floats, groups: int) -> Floats:
    """Median of the values of each group; NaN for a group without any."""
    known = ~np.isnan(values)
    group, values = group[known], values[known]
    order = np.lexsort((values, group))
    group, values = group[order], values[order]
    starts = np.searchsorted(group, np.arange(groups))
    counts = np.searchsorted(group, np.arange(groups), side="right") - starts
    out = np.full(groups, np.nan)
    some = counts > 0
    low = starts[some] + (counts[some] - 1) // 2
    high = starts[some] + counts[some] // 2
    out[some] = (values[low] + values[high]) / 2
    return out


def running_median(group: Ints, order: Ints, values: Floats) -> Floats:
    """Median of the newest eight values that stand before each row in its group; NaN for the first of a group.

    ``order`` sorts the rows by group and then time. A person's newest weeks say more of the next one than all of them.
    """
    groups, ordered = group[order], values[order]
    window = np.full((len(values), 8), np.nan)
    for back in range(1, min(8, len(values) - 1) + 1):
        same = groups[back:] == groups[:-back]
        window[back:, back - 1][same] = ordered[:-back][same]
    some = ~np.isnan(window).all(axis=1)
    medians = np.full(len(values), np.nan)
    medians[some] = np.nanmedian(window[some], axis=1)
    out = np.full(len(values), np.nan)
    out[order] = medians
    return out


def strongest(group: Ints, strength: Floats, most: int) -> Ints:
    """Row numbers of the ``most`` strongest rows of each group, by group; it bounds what one group can cost."""
    order = np.lexsort((np.arange(len(group)), -strength, group))
    rank = np.arange(len(group)) - np.searchsorted(group[order], group[order])
    return np.asarray(order[rank < most], dtype=np.int64)


def log_ratio(first: Floats, second: Floats, ease: float = 30.0) -> Floats:
    """ln((first + ease) / (second + ease)): minutes are compared in proportion, and a few minutes are no difference."""
    return np.asarray(np.log((first + ease) / (second + ease)), dtype=np.float64)


def best_other(group: Ints, values: Floats, none: float) -> Floats:
    """The largest value among the other rows of each row's group; ``none`` where it stands alone."""
    order = np.lexsort((-values, group))
    first = np.searchsorted(group[order], group)
    second = np.minimum(first + 1, len(group) - 1)
    runner_up = np.where((group[order][second] == group) & (second > first), values[order][second], none)
    is_first: Bools = order[first] == np.arange(len(group))
    return np.asarray(np.where(is_first, runner_up, values[order][first]), dtype=np.float64)
