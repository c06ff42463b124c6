"""A template of a tenant: settings, policies among them, and a work calendar, in one TOML document."""

import calendar
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import Holiday
from hourtrail.domain.settings_fields import table, whole, words
from hourtrail.domain.settings_wire import LONGEST_DOCUMENT, settings_from_mapping

MOST_HOLIDAYS: Final = 366
_KEYS: Final = ("about", "calendar", "settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyHoliday:
    """A day off that has the same date each year. The 29th of February is none."""

    month: int
    day: int
    name: str

    def __post_init__(self) -> None:
        whole("calendar.holidays.month", self.month, 1, 12)
        whole("calendar.holidays.day", self.day, 1, calendar.monthrange(2027, self.month)[1])
        words("calendar.holidays.name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantTemplate:
    """``document`` is a settings document that was read once; ``about`` says in a line for whom it is."""

    name: str
    about: str
    document: Mapping[str, Any]
    calendar: str
    holidays: tuple[YearlyHoliday, ...]

    def days_off(self, first_year: int, years: int = 3) -> list[Holiday]:
        """The holidays of some years, in order. Those that move with the moon are nobody's guess: the firm adds them."""
        return [
            Holiday(calendar=self.calendar, date=date(year, one.month, one.day), name=one.name)
            for year in range(first_year, first_year + years)
            for one in self.holidays
        ]


def load_template(text: str, name: str) -> TenantTemplate:
    """The template written in ``text`` (TOML). Raises InvalidInput naming the template and what is wrong with it."""
    if len(text) > LONGEST_DOCUMENT:
        raise InvalidInput(f"template {name}: {len(text):,} characters are too many; the limit is {LONGEST_DOCUMENT:,}")
    try:
        body = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"template {name}: this is not TOML: {str(error)[:200]}") from error
    try:
        return _template(body, name)
    except (InvalidInput, TypeError) as error:
        told = error if isinstance(error, InvalidInput) else "a holiday needs month, day and name, and nothing else"
        raise InvalidInput(f"template {name}: {told}") from error


def _template(body: Mapping[str, Any], name: str) -> TenantTemplate:
    unknown = sorted(str(key) for key in body if key not in _KEYS)
    if unknown:
        raise InvalidInput(f"{unknown[0]:.60}: unknown; a template holds {', '.join(_KEYS)}")
    about, days = body.get("about", ""), table("calendar", body.get("calendar", {}))
    words("about", about)
    words("calendar.name", days.get("name", ""))
    rows = days.get("holidays", [])
    if not isinstance(rows, list) or len(rows) > MOST_HOLIDAYS:
        raise InvalidInput(f"calendar.holidays: must be at most {MOST_HOLIDAYS} tables, like [[calendar.holidays]]")
    document = table("settings", body.get("settings", {}))
    settings_from_mapping(document)
    holidays = tuple(YearlyHoliday(**table("calendar.holidays", row)) for row in rows)
    return TenantTemplate(
        name=name, about=about, document=document, calendar=days.get("name", "") or "standard", holidays=holidays
    )
