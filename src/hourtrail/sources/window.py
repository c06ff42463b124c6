"""Which instants a reading asks for, and which ones nobody can have worked at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Self

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named

# Clocks that lost their battery say 1970 or 2000-odd years off; version control and trackers began in the eighties.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def plausible(at: datetime, what: str = "time") -> datetime:
    """``at``, when somebody can have worked then. Raises InvalidInput outside the years 1980 to 2099."""
    if not EARLIEST <= at < LATEST:
        raise InvalidInput(f"{what} {at.isoformat()} lies outside the years 1980 to 2099; the clock was wrong")
    return at


@dataclass(frozen=True, slots=True)
class Window:
    """The local days that are wanted, both included; an open side is None."""

    first: date | None
    last: date | None
    zone: tzinfo

    @classmethod
    def of(cls, options: ReadOptions) -> Self:
        """The window of ``options``, in its zone or else UTC. Raises UnknownZone."""
        return cls(options.first, options.last, zone_named(options.zone) if options.zone else UTC)

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` falls on one of the days. ``at`` must be plausible: far years overflow in some zones."""
        day = at.astimezone(self.zone).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
