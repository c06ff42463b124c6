"""Weeks begin on Monday, everywhere."""

from datetime import date, timedelta

from hourtrail.domain.errors import InvalidInput


def monday_of(day: date) -> date:
    """The Monday of a day's week; the calendar itself begins on one."""
    return day - timedelta(days=day.weekday())


def whole_week_of(day: date) -> date:
    """The same, of a week that is wholly in the calendar. Raises InvalidInput where the calendar ends within it."""
    monday = monday_of(day)
    try:
        monday + timedelta(days=7)
    except OverflowError as error:
        raise InvalidInput(f"the week of {day} is not wholly in the calendar") from error
    return monday
