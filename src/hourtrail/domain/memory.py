"""What people confirmed: the memory that features and reasons read "as of this instant"."""

from dataclasses import dataclass
from datetime import datetime

from hourtrail.domain.activity import ActivityKind
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One confirmed piece of work. ``at`` is when the work happened, ``known_at`` when somebody said what it was.

    ``id`` is the time entry (or, for "this is not work", the decision); ``item`` is NOT_WORK there. Nothing may be
    learned from it before ``known_at``: that is the guard against leakage.
    """

    id: str
    person: str
    item: WorkItem
    at: datetime
    known_at: datetime
    text: str = ""
    kind: ActivityKind = ActivityKind.FOCUS
    container: str = ""
    reference: str = ""
    series: str = ""
    domains: tuple[str, ...] = ()
    zone: str = "UTC"
    minutes: int = 0
    billable: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at, "at"))
        object.__setattr__(self, "known_at", utc(self.known_at, "known_at"))
