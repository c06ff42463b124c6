"""Public holidays by their rules, and accounting periods by month.

National holidays only, as the law of each country names them: Germany (those of all states), England, the United States
(federal) and India (the three national days, Good Friday and Christmas, as offices commonly keep them). Other places get the
days that most calendars share.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from dateutil.easter import easter

from hourtrail.domain.firm import Holiday, Period

_SATURDAY: Final = 6
_DAYS_TO_CLOSE: Final = 10
"""A month closes for booking this many days after its end."""


def _weekday_of(year: int, month: int, weekday: int, number: int) -> date:
    """The ``number``-th ISO ``weekday`` of a month; -1 is the last one."""
    if number < 0:
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.isoweekday() - weekday) % 7)
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.isoweekday()) % 7 + 7 * (number - 1))


def _germany(year: int) -> dict[str, date]:
    sunday = easter(year)
    return {
        "Neujahr": date(year, 1, 1),
        "Karfreitag": sunday - timedelta(days=2),
        "Ostermontag": sunday + timedelta(days=1),
        "Tag der Arbeit": date(year, 5, 1),
        "Christi Himmelfahrt": sunday + timedelta(days=39),
        "Pfingstmontag": sunday + timedelta(days=50),
        "Tag der Deutschen Einheit": date(year, 10, 3),
        "1. Weihnachtstag": date(year, 12, 25),
        "2. Weihnachtstag": date(year, 12, 26),
    }


def _england(year: int) -> dict[str, date]:
    sunday = easter(year)
    new_year = date(year, 1, 1)
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    # Christmas Day on a Friday, Saturday or Sunday: what falls on the weekend is made up for on the next free weekday.
    first, second = {5: (0, 2), 6: (2, 2), 7: (2, 0)}.get(christmas.isoweekday(), (0, 0))
    return {
        "New Year's Day": new_year + timedelta(days=(8 - new_year.isoweekday()) if new_year.isoweekday() >= 6 else 0),
        "Good Friday": sunday - timedelta(days=2),
        "Easter Monday": sunday + timedelta(days=1),
        "Early May bank holiday": _weekday_of(year, 5, 1, 1),
        "Spring bank holiday": _weekday_of(year, 5, 1, -1),
        "Summer bank holiday": _weekday_of(year, 8, 1, -1),
        "Christmas Day": christmas + timedelta(days=first),
        "Boxing Day": boxing + timedelta(days=second),
    }


def _observed(day: date) -> date:
    """Saturday's holiday is kept on Friday, Sunday's on Monday."""
    return day + timedelta(days={6: -1, 7: 1}.get(day.isoweekday(), 0))


def _united_states(year: int) -> dict[str, date]:
    days = {
        "New Year's Day": _observed(date(year, 1, 1)),
        "Martin Luther King Jr. Day": _weekday_of(year, 1, 1, 3),
        "Washington's Birthday": _weekday_of(year, 2, 1, 3),
        "Memorial Day": _weekday_of(year, 5, 1, -1),
        "Independence Day": _observed(date(year, 7, 4)),
        "Labor Day": _weekday_of(year, 9, 1, 1),
        "Columbus Day": _weekday_of(year, 10, 1, 2),
        "Veterans Day": _observed(date(year, 11, 11)),
        "Thanksgiving": _weekday_of(year, 11, 4, 4),
        "Christmas Day": _observed(date(year, 12, 25)),
    }
    return days | ({"Juneteenth": _observed(date(year, 6, 19))} if year >= 2021 else {})


def _india(year: int) -> dict[str, date]:
    return {
        "Republic Day": date(year, 1, 26),
        "Good Friday": easter(year) - timedelta(days=2),
        "Independence Day": date(year, 8, 15),
        "Gandhi Jayanti": date(year, 10, 2),
        "Christmas": date(year, 12, 25),
    }


def _elsewhere(year: int) -> dict[str, date]:
    return {"New Year's Day": date(year, 1, 1), "Labour Day": date(year, 5, 1), "Christmas": date(year, 12, 25)}


_RULES: Final[dict[str, Callable[[int], dict[str, date]]]] = {
    "DE": _germany, "GB": _england, "US": _united_states, "IN": _india, "INT": _elsewhere,
}  # fmt: skip
_CALENDARS: Final = {
    "Europe/Berlin": "DE", "Europe/Busingen": "DE", "Europe/London": "GB", "Asia/Kolkata": "IN", "Asia/Calcutta": "IN",
    "America/New_York": "US", "America/Chicago": "US", "America/Denver": "US", "America/Los_Angeles": "US",
    "America/Phoenix": "US", "America/Detroit": "US", "America/Boise": "US", "America/Anchorage": "US",
    "Pacific/Honolulu": "US",
}  # fmt: skip
_CURRENCIES: Final = {"GB": "GBP", "US": "USD", "IN": "USD"}


def calendar_of(zone: str) -> str:
    """The holiday calendar that people in a zone keep."""
    return _CALENDARS.get(zone, "INT")


def currency_of(zone: str) -> str:
    """The currency that people in a zone are paid and billed in; Indian offices of such firms bill in dollars."""
    return _CURRENCIES.get(calendar_of(zone), "EUR")


def holidays(calendars: Iterable[str], first: date, last: date) -> tuple[Holiday, ...]:
    """Holidays of the years of the horizon, by calendar and date."""
    rows: dict[tuple[str, date], Holiday] = {}
    for calendar in sorted(set(calendars)):
        for year in range(first.year, last.year + 2):  # a Saturday's New Year is kept on the day before
            for name, day in _RULES[calendar](year).items():
                if day.year > last.year:
                    continue
                rows.setdefault((calendar, day), Holiday(calendar=calendar, date=day, name=name))
    return tuple(rows[key] for key in sorted(rows))


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first.replace(day=1)
    while start <= last:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        yield start, following - timedelta(days=1)
        start = following


def periods(first: date, last: date) -> tuple[Period, ...]:
    """Months that the horizon touches; those that ended long enough before its end are closed."""
    return tuple(
        Period(starts_on=start, ends_on=end, closed=end + timedelta(days=_DAYS_TO_CLOSE) <= last)
        for start, end in _months(first, last)
    )
