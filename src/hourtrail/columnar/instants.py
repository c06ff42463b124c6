"""Instants as whole microseconds since 1970 in UTC, which is as fine as an instant of the domain is."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

NO_INSTANT: Final = -(2**63)
"""Stands where there is none; it sorts before every instant."""
MICROSECONDS_A_DAY: Final = 86_400_000_000
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def from_instant(value: datetime | None) -> int:
    """The number of an instant; ``NO_INSTANT`` for None."""
    return NO_INSTANT if value is None else (value - _EPOCH) // _MICROSECOND


def to_instant(number: int) -> datetime | None:
    """The instant of a number."""
    return None if number == NO_INSTANT else _EPOCH + timedelta(microseconds=number)
