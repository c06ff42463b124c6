"""When traces fall: two point processes with the same mean numbers and different clustering (models.md B1, B5).

Both work on all stretches of a week at once. Times are minutes since 1970 as floats; a stretch is [start, end).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Starts and ends of the stretches of one week, in minutes since 1970, in time order."""

    starts: Floats
    ends: Floats

    @property
    def minutes(self) -> Floats:
        """The length of each."""
        return self.ends - self.starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Excitement:
    """How one event draws further ones: how many on average (under 1), and after how long.

    The delay is exponential with mean ``quick`` minutes for a share ``quick_share`` of them, else with mean ``slow``.
    """

    offspring: float
    quick: float
    slow: float
    quick_share: float


def hawkes(
    stretches: Stretches, expected: Floats, excitement: Excitement, generator: np.random.Generator
) -> tuple[Counts, Floats]:
    """A self-exciting process given the current task: (number of the stretch, time) of each event.

    ``expected`` is the mean number of events in each stretch. In the cluster form of Hawkes and Oakes (1974): events that
    come of themselves are Poisson, each draws Poisson(offspring) followers, and so do these. Followers that would fall
    behind the end of their stretch never happen, since the task is over.
    """
    owners = np.repeat(
        np.arange(len(expected), dtype=np.int64), generator.poisson(expected * (1 - excitement.offspring))
    )
    times = stretches.starts[owners] + generator.random(len(owners)) * stretches.minutes[owners]
    all_owners, all_times = [owners], [times]
    while len(owners):
        followers = generator.poisson(excitement.offspring, len(owners))
        owners, times = np.repeat(owners, followers), np.repeat(times, followers)
        means = np.where(generator.random(len(owners)) < excitement.quick_share, excitement.quick, excitement.slow)
        times = times + generator.exponential(1.0, len(owners)) * means
        inside = times < stretches.ends[owners]
        owners, times = owners[inside], times[inside]
        all_owners.append(owners)
        all_times.append(times)
    return _in_order(np.concatenate(all_owners), np.concatenate(all_times))


def renewal(
    stretches: Stretches, expected: Floats, shape: float, generator: np.random.Generator
) -> tuple[Counts, Floats]:
    """The same mean numbers with independent gamma gaps: (number of the stretch, time) of each event.

    Gaps of mean 1 are laid along the running sum of ``expected``, so that the clock goes as fast as the work at hand
    leaves traces (a renewal process under a change of time).
    """
    reached = np.cumsum(expected)
    total = float(reached[-1]) if len(reached) else 0.0
    # Six standard deviations beyond the mean: one batch is enough but for one week in a billion.
    batch = int(total + 6 * np.sqrt(total / shape + 1) + 6)
    places = np.cumsum(generator.gamma(shape, 1 / shape, batch)) - generator.random()
    places = places[(places >= 0) & (places < total)]
    owners = np.searchsorted(reached, places, side="right").astype(np.int64)
    shares = 1 - (reached[owners] - places) / expected[owners]
    return owners, stretches.starts[owners] + np.clip(shares, 0, 1 - 1e-9) * stretches.minutes[owners]


def _in_order(owners: Counts, times: Floats) -> tuple[Counts, Floats]:
    order = np.argsort(times, kind="stable")
    return owners[order], times[order]
