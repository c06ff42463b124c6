from datetime import date

import pytest

from hourtrail_training.simulator.founding.calendars import calendar_of, currency_of, holidays, periods


def days(calendar: str, year: int) -> dict[str, date]:
    return {row.name: row.date for row in holidays([calendar], date(year, 1, 1), date(year, 12, 31))}


@pytest.mark.parametrize(
    ("calendar", "name", "day"),
    [
        # From the calendars that the countries publish.
        ("DE", "Karfreitag", date(2026, 4, 3)),
        ("DE", "Christi Himmelfahrt", date(2026, 5, 14)),
        ("DE", "Pfingstmontag", date(2026, 5, 25)),
        ("GB", "Easter Monday", date(2026, 4, 6)),
        ("GB", "Boxing Day", date(2026, 12, 28)),
        ("GB", "Christmas Day", date(2026, 12, 25)),
        ("GB", "Summer bank holiday", date(2026, 8, 31)),
        ("GB", "Christmas Day", date(2021, 12, 27)),
        ("GB", "Boxing Day", date(2021, 12, 28)),
        ("GB", "Christmas Day", date(2022, 12, 27)),
        ("GB", "Boxing Day", date(2022, 12, 26)),
        ("GB", "New Year's Day", date(2022, 1, 3)),
        ("US", "Martin Luther King Jr. Day", date(2026, 1, 19)),
        ("US", "Memorial Day", date(2026, 5, 25)),
        ("US", "Independence Day", date(2026, 7, 3)),
        ("US", "Thanksgiving", date(2026, 11, 26)),
        ("IN", "Republic Day", date(2026, 1, 26)),
        ("INT", "Labour Day", date(2026, 5, 1)),
    ],
)
def test_public_holidays_fall_where_the_law_puts_them(calendar: str, name: str, day: date) -> None:
    assert days(calendar, day.year)[name] == day


def test_a_new_year_on_a_saturday_is_kept_on_the_day_before() -> None:
    assert date(2021, 12, 31) in {row.date for row in holidays(["US"], date(2021, 1, 1), date(2021, 12, 31))}


def test_juneteenth_is_no_holiday_before_there_was_one() -> None:
    assert "Juneteenth" not in days("US", 2020)
    assert days("US", 2021)["Juneteenth"] == date(2021, 6, 18)


def test_no_calendar_names_one_day_twice() -> None:
    rows = holidays(["DE", "GB", "US", "IN", "INT", "DE"], date(2020, 1, 1), date(2030, 12, 31))
    keys = [(row.calendar, row.date) for row in rows]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)


def test_periods_are_whole_months_and_the_last_one_is_open() -> None:
    rows = periods(date(2025, 11, 20), date(2026, 2, 5))
    assert [(row.starts_on, row.ends_on) for row in rows] == [
        (date(2025, 11, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    ]
    assert [row.closed for row in rows] == [True, True, False, False]


def test_a_zone_has_a_calendar_and_a_currency() -> None:
    assert (calendar_of("America/Denver"), currency_of("America/Denver")) == ("US", "USD")
    assert (calendar_of("Australia/Sydney"), currency_of("Europe/London")) == ("INT", "GBP")
