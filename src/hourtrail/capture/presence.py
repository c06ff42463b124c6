"""Was this stretch of the day worked? Features of every five minutes of a day with traces, and the stretches that follow.

The question is asked from five hours before the first trace of a day to five hours after its last. No feature names a person
or a project: what is personal comes as a share of that person's own confirmed time (``profile``). A model behind the port
``PresenceModel`` answers with a probability; ``worked`` turns the answers into stretches that each hold a trace.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hourtrail.capture.grid import Days
from hourtrail.capture.minutes import Minutes
from hourtrail.capture.pause_model import SWITCH_COST
from hourtrail.capture.profile import STEP, Grid, Profile, cells, grid_of
from hourtrail.capture.sighted import Bools, Floats, Ints, Sighted, SightedDay
from hourtrail.domain.ports import FeatureSpec, PresenceModel

REACH: Final = 300
"""Minutes before the first and after the last trace of a day that are asked about."""

SPEC: Final = FeatureSpec(
    version="presence-1",
    names=(
        "inside", "since", "until", "length", "near", "kind_before", "kind_after", "length_before", "length_after", "trust",
        "same_place", "seen", "spans", "clock", "before_30", "after_30", "before_90", "after_90", "before_180", "after_180",
        "into_day", "left_of_day", "day_span", "pause_before", "habit", "habit_weekday", "habit_earlier", "habit_later",
        "own_lead", "own_tail", "own_pause", "own_inside", "place_before", "place_after", "day_hours", "idle_days", "known_days",
    ),
)  # fmt: skip
"""Minutes unless said otherwise; habits, own shares and places as log-odds; NaN where nothing is."""

NEW_REACH: Final = 60
"""Minutes around the first and last trace that may count as worked where nothing is known of the person."""
REACH_A_DAY: Final = 24
"""Minutes by which that grows with every day of confirmed time: after two working weeks it is ``REACH``."""
NEW_PAUSE: Final = 120
"""Minutes of the longest pause without a break, where nothing is known of the person."""

THRESHOLDS: Final = np.linspace(0.1, 0.7, 25)
TOTAL: Final = 1.05
"""A person's own threshold may suggest up to this much of the time they confirmed; less, where that fits better."""
PRIOR_DAYS: Final = 5
"""The shipped threshold counts as much as this many days of the person's own."""

_NEIGHBOURHOOD: Final = 90
_DAY: Final = 1440


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Presence:
    """What judges the minutes of one person: a model, what is known of the person, and from which probability it is work."""

    model: PresenceModel
    profile: Profile
    threshold: float

    def worked(self, sighted: Sighted, days: Days) -> Minutes:
        """The worked minutes of every local day with a trace."""
        asked = [features(day, sighted.names, self.profile) for day in sighted.days(days)]
        if not asked:
            return Minutes.of(())
        reach = min(REACH, NEW_REACH + int(REACH_A_DAY * self.profile.days))
        longest = _DAY if reach == REACH else NEW_PAUSE
        answers = self.model.probabilities(np.concatenate([matrix for _, matrix in asked]))
        parts = np.split(answers, np.cumsum([len(matrix) for _, matrix in asked])[:-1])
        return Minutes.of(
            span
            for (grid, _), part in zip(asked, parts, strict=True)
            for span in worked(grid, part, self.threshold, reach=reach, longest=longest).spans()
        )


def own_threshold(
    model: PresenceModel, profile: Profile, days: Sequence[SightedDay], names: Sequence[str], known: Iterable[Minutes]
) -> float:
    """The probability from which work is proposed to a person: the one that had matched their confirmed days best.

    That is the highest F1 over the minutes of ``known`` (confirmed minutes, by day) among thresholds that suggest at most
    ``TOTAL`` of them, shrunk by the number of days towards the threshold of the model.
    """
    confirmed = Minutes.of(span for day in known for span in day.spans())
    if not days or not confirmed.total:
        return model.threshold
    asked = [features(day, names, profile) for day in days]
    answers = model.probabilities(np.concatenate([matrix for _, matrix in asked]))
    starts = np.concatenate([grid.starts for grid, _ in asked])
    order = np.argsort(answers)
    shared = (confirmed.before(starts + STEP) - confirmed.before(starts))[order]
    # Minutes suggested, and of them confirmed, with everything from each threshold up.
    first = np.searchsorted(answers[order], THRESHOLDS, side="right")
    suggested = STEP * (len(order) - first)
    both = shared.sum() - np.append(0, np.cumsum(shared))[first]
    fitting = np.flatnonzero(suggested <= TOTAL * confirmed.total)
    lowest = int(fitting[0]) if len(fitting) else len(THRESHOLDS) - 1
    best = max(lowest, int(np.argmax(2 * both / (suggested + confirmed.total))))
    share = len(days) / (len(days) + PRIOR_DAYS)
    return float(share * THRESHOLDS[best] + (1 - share) * model.threshold)


def features(day: SightedDay, names: Sequence[str], profile: Profile) -> tuple[Grid, Floats]:
    """The rows of one day and their features, shape (rows, len(SPEC.names)); ``names`` are the containers by code."""
    grid = grid_of(day, REACH)
    seen, count = day.seen, len(day.seen)
    has_before, has_after = grid.before >= 0, grid.after < count
    before, after = np.maximum(grid.before, 0), np.minimum(grid.after, count - 1)
    lengths = (seen.ends - seen.starts).astype(np.float64)
    pauses = np.append(np.nan, (seen.starts[1:] - seen.ends[:-1]).astype(np.float64))
    here = seen.before(grid.at)

    def near(minutes: int) -> Floats:
        return np.asarray(np.abs(seen.before(grid.at + minutes) - here), dtype=np.float64)

    def known(is_there: Bools, values: Floats | Ints | Bools) -> Floats:
        found: Floats = np.where(is_there, values.astype(np.float64), np.nan)
        return found

    clock = (grid.at - day.begin).astype(np.float64)
    weekday = profile.weekday[day.day.weekday()]
    own = {name: np.full(len(clock), np.nan) for name in profile.tables}
    for name, (rows, cell) in cells(grid).items():
        own[name][rows] = log_odds(profile.tables[name][cell])
    places = log_odds(np.array([profile.places.get(name, profile.place) for name in names]))
    columns = (
        grid.is_inside, grid.since, grid.until, grid.since + grid.until, np.fmin(grid.since, grid.until),
        known(has_before, day.last[before]), known(has_after, day.first[after]),
        known(has_before, lengths[before]), known(has_after, lengths[after]), known(grid.is_inside, day.trust[before]),
        known(has_before & has_after, (day.last_place[before] == day.first_place[after]) & (day.last_place[before] > 0)),
        np.full(len(clock), seen.total), np.full(len(clock), count), clock,
        near(-30), near(30), near(-90), near(90), near(-180), near(180),
        (grid.at - seen.starts[0]).astype(np.float64), (seen.ends[-1] - grid.at).astype(np.float64),
        np.full(len(clock), seen.ends[-1] - seen.starts[0]), known(has_before, pauses[before]),
        _at(profile.clock, clock), _at(weekday, clock),
        _at(weekday, clock - _NEIGHBOURHOOD), _at(weekday, clock + _NEIGHBOURHOOD),
        own["lead"], own["tail"], own["pause"], own["inside"],
        known(has_before, places[day.last_place[before]]), known(has_after, places[day.first_place[after]]),
        np.full(len(clock), profile.day_minutes / 60), np.full(len(clock), profile.idle),
        np.full(len(clock), profile.days),
    )  # fmt: skip
    return grid, np.column_stack(columns).astype(np.float64)


def log_odds(share: Floats) -> Floats:
    """Natural log-odds of shares, which are kept between 1 and 99 %."""
    kept = np.clip(share, 0.01, 0.99)
    found: Floats = np.log(kept / (1 - kept))
    return found


def _at(shares: Floats, clock: Floats) -> Floats:
    """Log-odds at minutes of the local clock, between the middles of half hours in a straight line."""
    middles = (np.arange(len(shares)) + 0.5) * (_DAY / len(shares))
    return log_odds(np.interp(clock, middles, shares))


def worked(
    grid: Grid,
    probability: Floats,
    threshold: float,
    *,
    switch: float = SWITCH_COST,
    reach: int = REACH,
    longest: int = _DAY,
) -> Minutes:
    """The minutes of a day that count as worked: every trace, and what around traces is likelier than ``threshold``.

    Before the first trace and after the last it is the stretch, ``reach`` minutes at most, with the highest sum of
    log-odds against the threshold. A pause holds at most one break, the stretch with the lowest such sum, where that is
    lower than two times ``switch`` (a cost in log-odds of every turn from work to rest or back); one longer than
    ``longest`` minutes is a break from end to end.
    """
    spans = grid.day.seen.spans()
    odds = STEP * (log_odds(probability) - float(log_odds(np.array(threshold))))
    found = [*spans, *_edges(grid, odds, reach)]
    for place in range(len(spans) - 1):
        start, end = spans[place][1], spans[place + 1][0]
        if end - start > longest:
            continue
        rows = np.flatnonzero((grid.before == place) & ~grid.is_inside)
        gone, back = _break(odds[rows], switch)
        if gone == back:
            found.append((start, end))
            continue
        if gone:
            found.append((start, int(grid.starts[rows[gone]])))
        if back < len(rows):
            found.append((int(grid.starts[rows[back]]), end))
    return Minutes.of(found)


def _edges(grid: Grid, odds: Floats, reach: int) -> list[tuple[int, int]]:
    """What was worked before the first trace of a day and after its last."""
    begun, gone = int(grid.day.seen.starts[0]), int(grid.day.seen.ends[-1])
    before = np.flatnonzero((grid.before < 0) & (begun - grid.at <= reach))
    after = np.flatnonzero((grid.after >= len(grid.day.seen)) & ~grid.is_inside & (grid.at - gone <= reach))
    lead = int(np.argmax(np.append(0.0, np.cumsum(odds[before][::-1]))))
    tail = int(np.argmax(np.append(0.0, np.cumsum(odds[after]))))
    found: list[tuple[int, int]] = []
    if lead:
        found.append((int(grid.starts[before[-lead]]), begun))
    if tail:
        found.append((gone, min(int(grid.starts[after[tail - 1]]) + STEP, grid.day.over)))
    return found


def _break(odds: Floats, switch: float) -> tuple[int, int]:
    """The rows [gone, back) of a pause that were no work; 0, 0 where all of it was."""
    sums = np.append(0.0, np.cumsum(odds))
    fallen = np.maximum.accumulate(sums) - sums
    back = int(np.argmax(fallen))
    if fallen[back] <= 2 * switch:
        return 0, 0
    return int(np.argmax(sums[: back + 1])), back
