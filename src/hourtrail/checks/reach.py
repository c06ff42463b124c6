"""How far each check looks, so that a single new entry is checked against what it can touch and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hourtrail.checks.catalog import CHECKS

NEIGHBOUR_WEEKS: Final = 1
"""A finding on a person's day depends on entries of that person at most this many weeks before or after its own week."""


class Reach(StrEnum):
    """The entries on which the findings of a check can depend.

    ``person_weeks``: those of the same person in the weeks around; ``client``: those booked for the same client, whenever;
    ``firm``: any, so that only a full pass can tell.
    """

    PERSON_WEEKS = "person_weeks"
    CLIENT = "client"
    FIRM = "firm"


_CLIENT: Final = ("unknown_work_item", "over_cap", "budget_forecast", "milestone_mismatch")
_PERSON_WEEKS: Final = (
    "duplicate_entry",
    "near_duplicate",
    "overlap",
    "zero_minutes",
    "implausible_minutes",
    "daily_hours",
    "weekly_hours",
    "closed_task",
    "not_assigned",
    "outside_dates",
    "weekend_or_holiday",
    "on_absence",
    "late_entry",
    "future_entry",
    "thin_narrative",
    "copied_week",
    "wrong_rate",
    "missing_rate",
    "wrong_grade",
    "billable_mismatch",
    "excessive_write_off",
    "closed_period",
)

REACHES: Final[Mapping[str, Reach]] = MappingProxyType(
    {
        **dict.fromkeys(CHECKS, Reach.FIRM),
        **dict.fromkeys(_CLIENT, Reach.CLIENT),
        **dict.fromkeys(_PERSON_WEEKS, Reach.PERSON_WEEKS),
    }
)
"""Every check; one that is not named above waits for the full pass, which is always right."""


def checks_within(reach: Reach) -> tuple[str, ...]:
    """The names of the checks that look exactly that far, in the catalogue's order."""
    return tuple(name for name in CHECKS if REACHES[name] is reach)
