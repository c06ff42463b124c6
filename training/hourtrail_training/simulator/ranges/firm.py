"""What a firm is: its size, people, clients, contracts and what happens to them."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range

FIRM: Final[tuple[Range, ...]] = ()
