"""What tools record of it."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

TRACES: Final[tuple[Range, ...]] = ()
