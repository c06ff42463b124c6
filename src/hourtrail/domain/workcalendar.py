"""When a person is expected to work: weekdays, weekly hours, holidays. Capacity is what absences are taken from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Holiday, Person

FULL_WEEK: Final = Decimal(40)
"""Hours a week where master data states none."""

_PART: Final = re.compile(r"^([1-7])(?:-([1-7]))?$")


def parse_workdays(text: str) -> frozenset[int]:
    """ISO weekdays from ``1-5`` or ``1,2,4`` (1 = Monday). Raises InvalidInput."""
    days: set[int] = set()
    for part in text.split(","):
        found = _PART.match(part.strip())
        if not found:
            raise InvalidInput(f"workdays {text!r}: write 1-5 for Monday to Friday, or 1,2,4")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise InvalidInput(f"workdays {text!r}: {part.strip()} runs backwards")
        days.update(range(first, last + 1))
    return frozenset(days)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Working days of one person. ``weekdays`` are ISO numbers, ``weekly_hours`` spread evenly over them."""

    weekdays: frozenset[int]
    weekly_hours: Decimal
    holidays: frozenset[date]

    @classmethod
    def of(cls, person: Person, holidays: Iterable[Holiday]) -> "WorkCalendar":
        """The person's own days and hours, and the holidays of the calendar that they follow."""
        return cls(
            weekdays=parse_workdays(person.workdays),
            weekly_hours=FULL_WEEK if person.weekly_hours is None else person.weekly_hours,
            holidays=frozenset(row.date for row in holidays if row.calendar == person.calendar),
        )

    def is_working_day(self, day: date) -> bool:
        """Whether work is expected."""
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def minutes(self, day: date) -> int:
        """Minutes expected on ``day``, rounded half up."""
        if not self.is_working_day(day):
            return 0
        return int((self.weekly_hours * 60 / len(self.weekdays)).to_integral_value(rounding=ROUND_HALF_UP))

    def capacity(self, first: date, last: date) -> int:
        """Minutes expected from ``first`` to ``last``, both included."""
        return sum(self.minutes(first + timedelta(days=offset)) for offset in range((last - first).days + 1))
