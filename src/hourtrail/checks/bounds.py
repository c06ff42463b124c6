"""The numbers that checks go by, each with its range and meaning, and how hard each check stops an entry by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from hourtrail.domain.finding import Severity


@dataclass(frozen=True, slots=True)
class Bound:
    """What a bound may be, and what it means."""

    default: Decimal
    lowest: Decimal
    highest: Decimal
    meaning: str


def _hours(default: str, highest: int, meaning: str) -> Bound:
    return Bound(Decimal(default), Decimal(0), Decimal(highest), meaning)


BOUNDS: Final[Mapping[str, Mapping[str, Bound]]] = MappingProxyType(
    {
        "near_duplicate": {
            "similarity": Bound(
                Decimal("0.9"), Decimal("0.5"), Decimal(1), "Narratives at least this similar are compared further."
            ),
            "minutes_apart": Bound(
                Decimal(15), Decimal(0), Decimal(1440), "Entries whose minutes differ by more are told apart."
            ),
        },
        "overlap": {
            "minutes": Bound(
                Decimal(0), Decimal(0), Decimal(1440), "Entries that share more minutes than this overlap."
            ),
        },
        "implausible_minutes": {"hours": _hours("16", 744, "An entry of more hours than this is implausible.")},
        "daily_hours": {"hours": _hours("12", 24, "A person's day with more booked hours than this is shown.")},
        "weekly_hours": {"hours": _hours("60", 168, "A person's week with more booked hours than this is shown.")},
        "unknown_work_item": {
            "people": Bound(
                Decimal(3),
                Decimal(1),
                Decimal(10_000),
                "From this many people on, the task list is taken to be at fault.",
            ),
        },
    }
)
"""Every bound that a check knows. Limits are strict: only more than the bound is a finding."""

SEVERITIES: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        "duplicate_entry": Severity.WARN,
        "near_duplicate": Severity.INFO,
        "overlap": Severity.WARN,
        "zero_minutes": Severity.INFO,
        "implausible_minutes": Severity.WARN,
        "daily_hours": Severity.WARN,
        "weekly_hours": Severity.WARN,
        "closed_task": Severity.BLOCK,
        "not_assigned": Severity.WARN,
        "outside_dates": Severity.WARN,
        "unknown_work_item": Severity.BLOCK,
    }
)
"""Every check by its stable public name, with its default severity."""
