"""What people say of their time: the last layer of the simulated firm, made from the truth and from how they report."""

from dataclasses import dataclass
from datetime import date

from hourtrail.domain.firm import WorkItem
from hourtrail_training.simulator.world import Minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A line of somebody's timesheet, as they wrote it. ``truth`` says how much of it happened."""

    id: str
    person: str
    date: date
    minutes: int
    item: WorkItem
    narrative: str
    billable: bool
    created: Minute
    start: Minute | None = None
    end: Minute | None = None
    status: str = "submitted"
    source: str = "timesheet"
    hourly_rate: str = ""
    """Decimal text, as the contract's rate card had it."""
    currency: str = ""
    write_off_minutes: int = 0
    true_minutes: int = 0
    """Minutes of that day that the person truly spent on that item."""
    origin: str = "memory"
    """How it came about: ``memory``, ``filler``, ``copied``, ``duplicate``, ``late``, or ``fault:<type>`` when injected."""
