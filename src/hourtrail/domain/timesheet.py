"""A person's week of time entries: submitted, recalled, approved and rejected as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import IllegalTransition, InvalidInput
from hourtrail.domain.weeks import whole_week_of


class TimesheetStatus(StrEnum):
    """Where a timesheet stands, by the entry of it that is furthest from being billed."""

    EMPTY = "empty"
    REJECTED = "rejected"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    INVOICED = "invoiced"


class TimesheetAct(StrEnum):
    """What a person does to a whole week."""

    SUBMIT = "submit"
    RECALL = "recall"
    APPROVE = "approve"
    REJECT = "reject"

    @property
    def status(self) -> EntryStatus:
        """Where it takes entries."""
        return _TO[self]

    @property
    def takes(self) -> frozenset[EntryStatus]:
        """The entries that it moves; it leaves all others as they are."""
        return _FROM[self]

    @property
    def done(self) -> str:
        """The act in the past, as the audit trail names it."""
        return _DONE[self]


_TO = {
    TimesheetAct.SUBMIT: EntryStatus.SUBMITTED,
    TimesheetAct.RECALL: EntryStatus.DRAFT,
    TimesheetAct.APPROVE: EntryStatus.APPROVED,
    TimesheetAct.REJECT: EntryStatus.REJECTED,
}
_FROM = {
    TimesheetAct.SUBMIT: frozenset({EntryStatus.DRAFT}),
    TimesheetAct.RECALL: frozenset({EntryStatus.SUBMITTED, EntryStatus.APPROVED, EntryStatus.REJECTED}),
    TimesheetAct.APPROVE: frozenset({EntryStatus.SUBMITTED}),
    TimesheetAct.REJECT: frozenset({EntryStatus.SUBMITTED}),
}
_DONE = {
    TimesheetAct.SUBMIT: "submitted",
    TimesheetAct.RECALL: "recalled",
    TimesheetAct.APPROVE: "approved",
    TimesheetAct.REJECT: "rejected",
}
_FURTHEST = (TimesheetStatus.REJECTED, TimesheetStatus.DRAFT, TimesheetStatus.SUBMITTED, TimesheetStatus.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timesheet:
    """The entries of one person in the week that begins on Monday ``week``. Raises InvalidInput for a stranger's entry."""

    person: str
    week: date
    entries: tuple[TimeEntry, ...]

    def __post_init__(self) -> None:
        if self.week.isoweekday() != 1:
            raise InvalidInput(f"a timesheet begins on a Monday; {self.week} is not one")
        for entry in self.entries:
            if entry.person != self.person or not self.week <= entry.date <= self.last:
                raise InvalidInput(f"entry {entry.id} of {entry.person} on {entry.date} is not of this timesheet")

    @classmethod
    def of(cls, person: str, day: date, entries: Iterable[TimeEntry]) -> "Timesheet":
        """The timesheet of the week that holds ``day``, from any entries."""
        monday = whole_week_of(day)
        mine = (row for row in entries if row.person == person and monday <= row.date < monday + timedelta(days=7))
        return cls(person=person, week=monday, entries=tuple(mine))

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.week + timedelta(days=6)

    @property
    def minutes(self) -> int:
        """Minutes booked, rejected entries left out."""
        return sum(self.days)

    @property
    def days(self) -> list[int]:
        """Minutes booked from Monday to Sunday, rejected entries left out."""
        found = [0] * 7
        for entry in self.entries:
            if entry.status is not EntryStatus.REJECTED:
                found[entry.date.weekday()] += entry.minutes
        return found

    @property
    def status(self) -> TimesheetStatus:
        """By the entry that is furthest from being billed; a rejected one is, since somebody has to correct it."""
        found = {entry.status.value for entry in self.entries}
        if not found:
            return TimesheetStatus.EMPTY
        return next((status for status in _FURTHEST if status.value in found), TimesheetStatus.INVOICED)

    def moved_by(self, act: TimesheetAct) -> tuple[TimeEntry, ...]:
        """The entries that ``act`` moves. Raises IllegalTransition when there are none."""
        found = tuple(entry for entry in self.entries if entry.status in act.takes)
        if not found:
            takes = " or ".join(sorted(act.takes))
            raise IllegalTransition(
                f"{self.person}'s timesheet of the week of {self.week} is {self.status}: there is nothing {takes} in it to"
                f" {act}"
            )
        return found
