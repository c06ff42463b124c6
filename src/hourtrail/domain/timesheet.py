"""A person's week of time entries, submitted as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput


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
            if entry.person != self.person or not self.week <= entry.date < self.week + timedelta(days=7):
                raise InvalidInput(f"entry {entry.id} of {entry.person} on {entry.date} is not of this timesheet")

    @classmethod
    def of(cls, person: str, day: date, entries: Iterable[TimeEntry]) -> "Timesheet":
        """The timesheet of the week that holds ``day``, from any entries."""
        monday = day - timedelta(days=day.weekday())
        mine = (row for row in entries if row.person == person and monday <= row.date < monday + timedelta(days=7))
        return cls(person=person, week=monday, entries=tuple(mine))

    @property
    def minutes(self) -> int:
        """Minutes booked, rejected entries left out."""
        return sum(entry.minutes for entry in self.entries if entry.status is not EntryStatus.REJECTED)

    def submitted(self, actor: str) -> "Timesheet":
        """Every draft submitted, everything else as it is. Raises NotAllowed for a service."""
        moved = (
            entry.moved_to(EntryStatus.SUBMITTED, actor) if entry.status is EntryStatus.DRAFT else entry
            for entry in self.entries
        )
        return Timesheet(person=self.person, week=self.week, entries=tuple(moved))
