"""The traces that true work leaves in tools: lossy, bursty, and sometimes about something else than what was being done.

The line from left to right: ``arrivals`` (when) -> ``subjects`` (about what) -> one module a channel (what the tool
records) -> ``week`` (a person's week, in time order, with ids).
"""

from hourtrail_training.simulator.traces.week import Tracer, leave

__all__ = ["Tracer", "leave"]
