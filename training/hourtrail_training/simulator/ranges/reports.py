"""What people report of it, and how they answer suggestions."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

REPORTS: Final[tuple[Range, ...]] = ()
