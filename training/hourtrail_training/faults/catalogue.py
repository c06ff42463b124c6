"""Every type of fault by its name, and how often each happens."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail_training.faults import (
    backdated,
    duplicate,
    inactive,
    missing_time,
    odd_time,
    over_cap,
    overlap,
    quantity,
    rate,
    wrong_billable,
    wrong_project,
)
from hourtrail_training.faults.fault import FaultType
from hourtrail_training.simulator.randomness import stream

FAULTS: Final[Mapping[str, FaultType]] = MappingProxyType(
    {
        module.FAULT.name: module.FAULT
        # Rarest places first: what fits only a few lines chooses before what fits all of them.
        for module in (
            over_cap,
            inactive,
            rate,
            wrong_billable,
            overlap,
            odd_time,
            wrong_project,
            duplicate,
            quantity,
            backdated,
            missing_time,
        )
    }
)

PUBLIC: Final = tuple(name for name, row in FAULTS.items() if not row.held_out)
"""What the public build puts in; the rest waits for a held-out one."""


def chosen(types: tuple[str, ...] | None) -> tuple[FaultType, ...]:
    """The types of these names, in the catalogue's order; None = all public ones. Raises InvalidInput for an unknown name."""
    wanted = PUBLIC if types is None else types
    unknown = sorted(set(wanted) - set(FAULTS))
    if unknown:
        raise InvalidInput(f"there is no fault type {unknown[0]!r}; choose from {', '.join(FAULTS)}")
    return tuple(row for name, row in FAULTS.items() if name in wanted)


def prevalence_of(seed: int, types: tuple[FaultType, ...], given: Mapping[str, float] | None) -> dict[str, float]:
    """Share of its population that each type falls on: as given, else drawn between the type's bounds, evenly on a log scale.

    Raises InvalidInput for a share outside 0 to 1, and for a type that is not injected.
    """
    shares = dict(given or {})
    for name, share in shares.items():
        if name not in {row.name for row in types}:
            raise InvalidInput(f"prevalence of {name!r} is given, but that type is not injected")
        if not 0 <= share <= 1:
            raise InvalidInput(f"prevalence of {name} {share} lies outside 0 to 1")
    for row in types:
        if row.name not in shares:
            draw = float(stream(seed, "prevalence", row.name).random())
            shares[row.name] = row.low * (row.high / row.low) ** draw
    return shares
