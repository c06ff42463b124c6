"""What its people do: days, meetings, tasks and interruptions."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

WORK: Final[tuple[Range, ...]] = ()
