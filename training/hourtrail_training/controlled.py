"""A stream through the shipped control loop, night by night, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourtrail.domain.confidence import ControlEvent, Controls, Mode, Outcome
from hourtrail.domain.ports import ThresholdSelector
from hourtrail.policy.bands import BandPolicy
from hourtrail.policy.confidence import Settings, advance, in_force
from hourtrail.policy.confidence.temperature import tempered
from hourtrail_training.stream import Stream, midnight

DAY: Final = 86_400.0
ENOUGH_SHOWN: Final = 30
"""People with at least so many shown answers have a precision of their own."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Controlled:
    """Which rows were shown at high confidence, and what happened on the way."""

    stream: Stream
    shown: Bools
    confidence: NDArray[np.float64]
    events: tuple[ControlEvent, ...]


def run(
    stream: Stream, first: date, last: date, *, shipped: BandPolicy, selector: ThresholdSelector, settings: Settings
) -> Controlled:
    """Every night of [first, last): take in the labels known by then, then route what is asked until the next night."""
    known = sorted((row for row in stream.outcome if row is not None), key=lambda row: (row.known_at, row.id))
    instants = np.array([row.known_at.timestamp() for row in known])
    shown, confidence = np.zeros(len(stream), dtype=np.bool_), np.zeros(len(stream))
    # Filled in wherever it is earned: what is measured is the high band itself, whatever mode a tenant chooses.
    controls, events, taken = Controls(mode=Mode.PREFILL), [], 0
    for number in range((last - first).days):
        night = midnight(first) + number * DAY
        until = int(np.searchsorted(instants, night, side="right"))
        proving = known[:until]
        now = datetime.fromtimestamp(night, UTC)
        controls, changed = advance(
            controls, known[taken:until], proving, now, shipped=shipped, selector=selector, settings=settings
        )
        events += changed
        taken = until
        policy = in_force(controls, shipped, version="")
        begin, end = np.searchsorted(stream.asked, [night, night + DAY])
        for row in range(int(begin), int(end)):
            outcome = stream.outcome[row]
            if outcome is not None:
                confidence[row] = tempered(outcome.scores, policy.temperature)
                mine = policy.of(outcome.person).prefill
                shown[row] = mine is not None and confidence[row] >= mine.value
    return Controlled(stream, shown, confidence, tuple(events))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Precision and coverage of what was shown; quarters as (name, events, shown, right)."""

    events: int
    shown: int
    right: int
    quarters: tuple[tuple[str, int, int, int], ...]
    people: tuple[tuple[str, int, int], ...]

    @property
    def precision(self) -> float:
        """NaN where nothing was shown."""
        return self.right / self.shown if self.shown else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the events that was shown."""
        return self.shown / self.events if self.events else float("nan")

    @property
    def worst_quarter(self) -> float:
        """The lowest precision of a quarter that showed something."""
        return min((right / shown for _, _, shown, right in self.quarters if shown), default=float("nan"))

    def quarters_keeping(self, promise: float) -> float:
        """Share of the quarters that showed something and kept the promise."""
        kept = [right / shown >= promise for _, _, shown, right in self.quarters if shown]
        return sum(kept) / len(kept) if kept else float("nan")

    @property
    def worst_person(self) -> tuple[str, float]:
        """Of the people with ``ENOUGH_SHOWN``."""
        return min(
            ((who, right / shown) for who, shown, right in self.people),
            key=lambda one: one[1],
            default=("", float("nan")),
        )

    def people_keeping(self, share: float) -> float:
        """Share of those people whose precision is at least ``share``."""
        kept = [right / shown >= share for _, shown, right in self.people]
        return sum(kept) / len(kept) if kept else float("nan")


def numbers(ran: Controlled, measured: Bools) -> Numbers:
    """What a run came to on the rows ``measured``."""
    stream, good = ran.stream, ran.shown & measured
    quarter = [_quarter(instant) for instant in stream.asked]
    by_quarter = [_tally(quarter, mask) for mask in (measured, good, good & stream.right)]
    by_person = [_tally(stream.person, mask) for mask in (good, good & stream.right)]
    return Numbers(
        events=int(measured.sum()),
        shown=int(good.sum()),
        right=int((good & stream.right).sum()),
        quarters=tuple((name, *(tally[name] for tally in by_quarter)) for name in sorted(by_quarter[0])),  # type: ignore[misc] # three tallies
        people=tuple(
            (who, shown, by_person[1][who]) for who, shown in sorted(by_person[0].items()) if shown >= ENOUGH_SHOWN
        ),
    )


def _tally(names: Sequence[str], mask: Bools) -> Counter[str]:
    return Counter(names[row] for row in np.flatnonzero(mask).tolist())


def _quarter(instant: float) -> str:
    when = datetime.fromtimestamp(instant, UTC)
    return f"{when.year}-Q{(when.month - 1) // 3 + 1}"


def until_shown(ran: Controlled, measured: Bools) -> timedelta | None:
    """Days from the first measured row to the last one shown in them; None when nothing was."""
    rows = np.flatnonzero(ran.shown & measured)
    if not len(rows):
        return None
    return timedelta(seconds=float(ran.stream.asked[rows[-1]] - ran.stream.asked[np.flatnonzero(measured)[0]]))


def outcomes_of(stream: Stream) -> list[Outcome]:
    """Those rows on which there was an answer."""
    return [row for row in stream.outcome if row is not None]
