"""What the answers cost the people: seconds an accepted and a corrected suggestion take, and what that saves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hourtrail.flows.decision_log import Example, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Median seconds are None where nobody's screen told how long it took; ``minutes_saved`` is None then too."""

    accepted: int
    corrected: int
    seconds_accepted: float | None
    seconds_corrected: float | None

    @property
    def minutes_saved(self) -> float | None:
        """Minutes that accepting took less than correcting would have, over all accepted suggestions."""
        if self.seconds_accepted is None or self.seconds_corrected is None:
            return None
        return self.accepted * (self.seconds_corrected - self.seconds_accepted) / 60

    @property
    def minutes_lost(self) -> float | None:
        """Minutes that corrections took more than accepting a right answer would have: the cost of wrong answers."""
        if self.seconds_accepted is None or self.seconds_corrected is None:
            return None
        return self.corrected * (self.seconds_corrected - self.seconds_accepted) / 60


def effort_of(examples: Sequence[Example]) -> Effort:
    """Of the decisions that stand."""
    standing = [row for row in examples if row.superseded_by is None and row.decision is not None]
    accepted = [row for row in standing if row.outcome is Outcome.ACCEPTED]
    corrected = [row for row in standing if row.outcome is Outcome.EDITED]
    return Effort(
        accepted=len(accepted), corrected=len(corrected),
        seconds_accepted=_median(accepted), seconds_corrected=_median(corrected),
    )  # fmt: skip


def _median(rows: Sequence[Example]) -> float | None:
    seconds = [row.decision.seconds for row in rows if row.decision is not None and row.decision.seconds is not None]
    return float(np.median(seconds)) if seconds else None
