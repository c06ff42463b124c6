"""What a person may ask of the simulator, refused in one sentence when it cannot be."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named

ZONES: Final = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata")
MECHANISMS: Final = {
    "traces": ("hawkes", "renewal"),
    "bias": ("beta", "threshold"),
    "fault_types": ("public", "held_out"),
}
"""Traits of the generator with two forms each; the first is the public build's. A held-out build takes the second ones,
which nobody tunes on (models.md B5, 4)."""
MOST_PEOPLE: Final = 5_000
MOST_DAYS: Final = 3_660
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2037
"""Outside these years no daylight saving rule is in force anywhere that anybody could check against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    """How large a firm, when, where and by which mechanisms. ``first`` and ``last`` are local days, both included.

    Raises InvalidInput or UnknownZone for what cannot be simulated.
    """

    seed: int
    people: int
    first: date
    last: date
    zones: tuple[str, ...] = ZONES
    traces: str = "hawkes"
    bias: str = "beta"
    faults: bool = True
    fault_types: str = "public"

    def __post_init__(self) -> None:
        _check_size(self)
        _check_dates(self)
        if not self.zones:
            raise InvalidInput("no zone given; name at least one, such as Europe/Berlin")
        for name in self.zones:
            zone_named(name)
        for trait, forms in MECHANISMS.items():
            if getattr(self, trait) not in forms:
                raise InvalidInput(f"{trait} {getattr(self, trait)!r} is unknown; choose {' or '.join(forms)}")


def _check_size(options: SimulateOptions) -> None:
    if not 1 <= options.people <= MOST_PEOPLE:
        raise InvalidInput(f"people {options.people}: a firm has 1 to {MOST_PEOPLE:,} people")
    if not 0 <= options.seed < 2**63:
        raise InvalidInput(f"seed {options.seed}: give a whole number from 0 to {2**63 - 1}")


def _check_dates(options: SimulateOptions) -> None:
    if options.last < options.first:
        raise InvalidInput(f"the last day {options.last} lies before the first day {options.first}")
    if options.first.year < FIRST_YEAR or options.last.year > LAST_YEAR:
        raise InvalidInput(
            f"{options.first} to {options.last}: daylight saving rules are known for {FIRST_YEAR} to {LAST_YEAR} only; "
            "choose days inside those years"
        )
    if (options.last - options.first).days >= MOST_DAYS:
        raise InvalidInput(f"{options.first} to {options.last} is longer than {MOST_DAYS:,} days; simulate it in parts")
