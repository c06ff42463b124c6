"""What a person asked the models to forget: that a series, a repository, a ticket or an entry means some work item.

The entries stay, the bill stays; only the memory that features and training lean on no longer holds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import utc
from hourtrail.domain.memory import Confirmation


class Trait(StrEnum):
    """By what a confirmed piece of work is remembered."""

    SERIES = "series"
    REFERENCE = "reference"
    CONTAINER = "container"
    DOMAIN = "domain"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """One row of the log: from ``at`` on, ``person``'s work with this trait is no longer remembered.

    ``item`` narrows it to one work item; None forgets whatever was booked on it. ``takes_back`` names an earlier row that
    no longer holds; such a row forgets nothing itself.
    """

    id: str
    person: str
    trait: Trait
    value: str
    at: datetime
    item: WorkItem | None = None
    takes_back: str = ""

    def __post_init__(self) -> None:
        if not self.person.strip() or not self.value.strip():
            raise InvalidInput("say whose work and which association is to be forgotten; neither may be empty")
        object.__setattr__(self, "at", utc(self.at, "at"))

    def covers(self, row: Confirmation) -> bool:
        """Whether ``row`` is no longer to be remembered."""
        if row.person != self.person or (self.item is not None and row.item != self.item):
            return False
        if self.trait is Trait.DOMAIN:
            return self.value in row.domains
        if self.trait is Trait.ENTRY:
            return self.value == row.id
        traits = {Trait.SERIES: row.series, Trait.REFERENCE: row.reference, Trait.CONTAINER: row.container}
        return self.value == traits[self.trait]


def standing(log: Iterable[Forgotten]) -> list[Forgotten]:
    """What still holds, oldest first."""
    rows = list(log)
    taken_back = {row.takes_back for row in rows}
    return [row for row in rows if not row.takes_back and row.id not in taken_back]


def remembered(rows: Iterable[Confirmation], forgotten: Iterable[Forgotten]) -> list[Confirmation]:
    """Those that nobody asked to forget."""
    asked: dict[str, list[Forgotten]] = {}
    for one in forgotten:
        asked.setdefault(one.person, []).append(one)
    return [row for row in rows if not any(one.covers(row) for one in asked.get(row.person, ()))]
