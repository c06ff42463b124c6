"""What a person's confirmed entries say about how they work: data that the capture step is given, never looks up.

Everything is shrunk towards a stated default by the number of days or meetings seen, so that nothing jumps when the first
entry is confirmed, and a firm without any gets the default.
"""

from dataclasses import dataclass
from typing import Final

from hourtrail.domain.errors import InvalidInput

HALF_HOURS: Final = 48

ENOUGH: Final = 0.5
"""From this share on, a habit is followed."""

DEFAULT_WORKED_SHARE: Final[tuple[float, ...]] = (
    *(0.02,) * 14,
    *(0.10, 0.30, 0.55, 0.70, 0.75, 0.75, 0.75, 0.75),  # 07:00 to 11:00
    *(0.70, 0.65, 0.50, 0.50, 0.60, 0.70),  # 11:00 to 14:00
    *(0.70, 0.70, 0.65, 0.65, 0.60, 0.50),  # 14:00 to 17:00
    *(0.35, 0.25, 0.15, 0.10, 0.05, 0.05),  # 17:00 to 20:00
    *(0.02,) * 8,
)
"""An office day with a break at noon, as a share of days by half hour of the local clock. An assumption: no published figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How one person works, as far as confirmed entries tell.

    ``worked_share``: by half hour of the local clock, the share of days on which that time is worked, 0 to 1.
    ``attends_unanswered``: the share of invitations without an answer and
    without any trace that were work after all; ``works_unseen`` the share of pauses of up to two hours beside a stated
    time (a meeting, a call) that were. ``days``: how many days of entries this rests on.
    """

    worked_share: tuple[float, ...] = DEFAULT_WORKED_SHARE
    attends_unanswered: float = 0.0
    works_unseen: float = 0.0
    days: int = 0

    def __post_init__(self) -> None:
        if len(self.worked_share) != HALF_HOURS:
            raise InvalidInput(f"worked_share has {len(self.worked_share)} values; give {HALF_HOURS}, one a half hour")
