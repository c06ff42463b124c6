"""Time entries and their life: draft, submitted, approved or rejected, invoiced."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import utc


class EntryStatus(StrEnum):
    """Where a time entry stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    INVOICED = "invoiced"


LEGAL: Final[Mapping[EntryStatus, frozenset[EntryStatus]]] = {
    EntryStatus.DRAFT: frozenset({EntryStatus.SUBMITTED}),
    # Recall takes a submitted or approved entry back to draft; only a draft may be edited.
    EntryStatus.SUBMITTED: frozenset({EntryStatus.APPROVED, EntryStatus.REJECTED, EntryStatus.DRAFT}),
    EntryStatus.APPROVED: frozenset({EntryStatus.INVOICED, EntryStatus.DRAFT}),
    EntryStatus.REJECTED: frozenset({EntryStatus.DRAFT}),
    # An invoiced entry is corrected by a new entry, never reopened.
    EntryStatus.INVOICED: frozenset(),
}

APPROVALS: Final = frozenset({EntryStatus.APPROVED, EntryStatus.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """Booked time on one local work date. ``minutes`` is what was worked; ``billable_minutes`` what the contract bills.

    ``decision`` and ``suggestion`` lead back to the person's word and the evidence; both are empty for imported entries.
    Raises InvalidInput for minutes outside 0..1440 * 31 (a month's bulk line) or an end before the start.
    """

    id: str
    person: str
    date: date
    minutes: int
    item: WorkItem
    start: datetime | None = None
    end: datetime | None = None
    billable: bool | None = None
    narrative: str = ""
    hourly_rate: Decimal | None = None
    currency: str = ""
    status: EntryStatus = EntryStatus.DRAFT
    created_at: datetime | None = None
    source: str = ""
    write_off_minutes: int = 0
    billable_minutes: int | None = None
    suggestion: str = ""
    decision: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.minutes <= 1440 * 31:
            raise InvalidInput(f"minutes {self.minutes} is outside 0 to {1440 * 31}")
        if not 0 <= self.write_off_minutes <= 1440 * 31:
            raise InvalidInput(f"write_off_minutes {self.write_off_minutes} is outside 0 to {1440 * 31}")
        for name in ("start", "end", "created_at"):
            value = getattr(self, name)
            if value is not None and value.tzinfo is not UTC:
                object.__setattr__(self, name, utc(value, name))
        if self.start and self.end and self.end < self.start:
            raise InvalidInput(f"end {self.end.isoformat()} lies before start {self.start.isoformat()}")

    def moved_to(self, status: EntryStatus, actor: str) -> "TimeEntry":
        """The entry in its next status.

        Raises IllegalTransition when the life of an entry does not know that step, NotAllowed when a service asks or when
        somebody decides on their own time.
        """
        require_person(actor)
        if status not in LEGAL[self.status]:
            steps = ", ".join(sorted(LEGAL[self.status])) or "nothing: correct it with a new entry"
            raise IllegalTransition(
                f"entry {self.id} is {self.status} and cannot become {status}; from here it can become {steps}"
            )
        if status in APPROVALS and actor.strip() == self.person.strip():
            raise NotAllowed(f"{actor} cannot approve or reject their own time; ask another approver")
        return replace(self, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who moved an entry to which status, and when. Append-only."""

    id: str
    entry: str
    from_status: EntryStatus
    to_status: EntryStatus
    actor: str
    at: datetime
    note: str = ""
