"""Every parameter of the simulator, with its range and where that comes from."""

from typing import Final

from hourtrail_training.simulator.ranges.base import Range
from hourtrail_training.simulator.ranges.firm import FIRM
from hourtrail_training.simulator.ranges.reports import REPORTS
from hourtrail_training.simulator.ranges.traces import TRACES
from hourtrail_training.simulator.ranges.work import WORK

RANGES: Final[tuple[Range, ...]] = (*FIRM, *WORK, *TRACES, *REPORTS)

__all__ = ["RANGES", "Range"]
