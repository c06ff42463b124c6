"""How long a pause ends a session, and how much unseen work is assumed around an event: one frozen, versioned object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.errors import InvalidInput

DEFAULT_LEAD: Final[Mapping[ActivityKind, int]] = {
    # gist counts 30 min before a first commit, git-time 25, git-hours 120. On 21 people's diaries 30 under-totals and 120
    # hits the total but not the day, so the cautious one is taken: a person adds time more gladly than they strike it.
    ActivityKind.COMMIT: 30,
    # No published figure; assumptions, shown apart from the evidence on every block.
    ActivityKind.REVIEW: 20,
    ActivityKind.DOCUMENT: 15,
    ActivityKind.TICKET: 10,
    ActivityKind.EMAIL: 8,
    ActivityKind.MESSAGE: 5,
}
"""Minutes of work assumed before the first event of a burst, by its kind."""

DEFAULT_TAIL: Final[Mapping[ActivityKind, int]] = {
    ActivityKind.COMMIT: 0,  # a commit ends the work that it holds
    ActivityKind.REVIEW: 0,
    ActivityKind.DOCUMENT: 5,
    ActivityKind.TICKET: 5,
    ActivityKind.EMAIL: 2,
    ActivityKind.MESSAGE: 3,
}
"""Minutes of work assumed after the last event of a burst, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """All in minutes unless said otherwise. Raises InvalidInput outside the stated bounds.

    ``gap_minutes`` (15 to 120): the longest pause inside a session. The default of an hour is where inter-activity times
    of people fall apart across domains (Halfaker et al., WWW 2015). ``lead_minutes`` and ``tail_minutes`` (0 to 120) by
    kind; a kind left out has none. ``minimum_block_minutes``: what is shorter is not proposed on its own, except a stated
    meeting, call, journey, timer or worklog. ``minimum_remnant_minutes``: what an overlap leaves of something longer than
    twice that must reach it. ``focus_pause_minutes``: focus windows on the same thing this close are one.
    ``bridge_minutes`` (0 to 120): the longest pause between two traces that may be bridged; 0 bridges none.
    ``max_block_hours``: a stated span longer than that is no working session (the limit of ``implausible_minutes``).
    """

    gap_minutes: int = 60
    lead_minutes: Mapping[ActivityKind, int] = field(default_factory=lambda: DEFAULT_LEAD)
    tail_minutes: Mapping[ActivityKind, int] = field(default_factory=lambda: DEFAULT_TAIL)
    minimum_block_minutes: int = 6
    minimum_remnant_minutes: int = 15
    focus_pause_minutes: int = 5
    bridge_minutes: int = 120
    max_block_hours: int = 16
    version: str = "2"

    def __post_init__(self) -> None:
        _bounded("gap_minutes", self.gap_minutes, 15, 120)
        _bounded("minimum_block_minutes", self.minimum_block_minutes, 1, 60)
        _bounded("minimum_remnant_minutes", self.minimum_remnant_minutes, 1, 60)
        _bounded("focus_pause_minutes", self.focus_pause_minutes, 0, 60)
        _bounded("bridge_minutes", self.bridge_minutes, 0, 120)
        _bounded("max_block_hours", self.max_block_hours, 1, 24)
        for name in ("lead_minutes", "tail_minutes"):
            for kind, minutes in getattr(self, name).items():
                _bounded(f"{name} of {kind}", minutes, 0, 120)

    def lead(self, kind: ActivityKind) -> int:
        """Minutes assumed before a first event of that kind."""
        return self.lead_minutes.get(kind, 0)

    def tail(self, kind: ActivityKind) -> int:
        """Minutes assumed after a last event of that kind."""
        return self.tail_minutes.get(kind, 0)


def _bounded(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise InvalidInput(f"capture setting {name} is {value}; use {low} to {high}")
