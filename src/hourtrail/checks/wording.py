"""How checks speak: durations, days and spans the way a reviewer says them, the same in every locale."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def duration(minutes: int | Decimal) -> str:
    """``61 h 30 min``, ``60 h``, ``45 min``; a fraction of a minute is kept as it is."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{int(hours)} h"] if hours else []
    if rest or not hours:
        parts.append(f"{Decimal(rest).normalize():f} min")
    return " ".join(parts)


def day(value: date) -> str:
    """``2 March 2026``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def clock(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """``09:00 to 10:30 (Europe/Berlin)``; the end names its day when that is another one."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%H:%M} on {day(last.date())}"
    return f"{first:%H:%M} to {until} ({zone.key})"


def window(first: date | None, last: date | None) -> str:
    """``from 2 March 2026 to 30 April 2026``, open on either side."""
    parts = [f"from {day(first)}"] if first else []
    if last:
        parts.append(f"to {day(last)}")
    return " ".join(parts) or "at any time"


def count(number: int, one: str, many: str) -> str:
    """``1 entry``, ``2 entries``."""
    return f"{number} {one if number == 1 else many}"


def weekday(value: date) -> str:
    """``a Sunday``."""
    return f"a {_WEEKDAYS[value.weekday()]}"
