"""What was done to which time entry, or only looks as if it had been."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Difficulty(StrEnum):
    """How hard an injected fault is to find (models.md B4)."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLabel:
    """What was done to a reported line on purpose, or, for a benign twin, what only looks like it."""

    entry: str
    """Id of the line; empty when the fault is that lines are missing (then person and date say where)."""
    person: str
    date: date
    type: str
    """``duplicate``, ``quantity``, ``rate``, ``inactive``, ``over_cap``, ``overlap``, ``missing_time``, ``wrong_project``,
    ``wrong_billable``, ``odd_time``; a held-out build adds ``backdated``."""
    difficulty: Difficulty
    benign: bool
    minutes_effect: int
    """Minutes booked too many; negative = too few; 0 where right minutes stand in the wrong place."""
    money_effect: str
    """Decimal text in ``currency``; positive = the client would pay too much."""
    currency: str
    cause: str
    """Root cause: ``entry``, ``master_data``, ``contract`` or ``source``, as findings name blame."""
    twin: str = ""
    """Id of the other line of a pair."""
