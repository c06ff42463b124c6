"""Types of what comes in: every text, number and date is bounded, so that no request can ask for more than we can do."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import parse_date, parse_instant

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
_DAY_CHARACTERS: Final = len("2026-03-02")


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    found = parse_date(value) if isinstance(value, str) and len(value) <= 10 else None
    if found is None:
        raise InvalidInput("is not a date; write it like 2026-03-02")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise InvalidInput(f"lies outside {FIRST_DAY} to {LAST_DAY}")
    return found


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) > 40:
        raise InvalidInput("is not a time; write it like 2026-03-02T09:00:00+01:00")
    return parse_instant(value)


# PostgreSQL stores no NUL, so none gets in.
_TEXT: Final = r"^[^\x00]*$"

Code = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=_TEXT)]
OptionalCode = Annotated[str, StringConstraints(max_length=1000, pattern=_TEXT)]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=_TEXT)]
Minutes = Annotated[int, Field(ge=1, le=1440, strict=True)]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]

PersonQuery = Annotated[Code | None, Query(description="Whose; everybody's when it is left out")]


def _moment(value: Any, *, end: bool) -> datetime:
    """An instant, or the beginning of a day in UTC; its end where ``end`` is asked for."""
    if isinstance(value, str) and len(value) == _DAY_CHARACTERS:
        day = datetime.combine(_day(value), time(), UTC)
        return day + timedelta(days=1) if end else day
    return _instant(value)


FromMoment = Annotated[
    Annotated[datetime, BeforeValidator(partial(_moment, end=False))] | None,
    Query(alias="from", description="An instant, or a day in UTC; what happened then or later"),
]
ToMoment = Annotated[
    Annotated[datetime, BeforeValidator(partial(_moment, end=True))] | None,
    Query(alias="to", description="An instant, what happened before it; or a day in UTC, included"),
]
FromQuery = Annotated[Day | None, Query(alias="from", description="First local work date")]
ToQuery = Annotated[Day | None, Query(alias="to", description="Last local work date, included")]
IdPath = Annotated[Code, Path(description="Stable id")]


class Strict(BaseModel):
    """A body whose unknown members are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_sent(self) -> str:
        """The body as one text, by which two requests are told apart.

        ``model_dump_json`` writes UTF-8 and fails over half a surrogate pair, which a row of a contract may hold until it is read.
        """
        return json.dumps(self.model_dump(), default=str)


FIRM_WIDE_DAYS: Final = 35
PERSON_DAYS: Final = 400


def bounded(person: str | None, first: date | None, last: date | None) -> None:
    """Refuse a range that would read more than an answer can hold. Raises InvalidInput."""
    if person is None and (first is None or last is None):
        raise InvalidInput("name a person, or a range with from and to")
    if first is None or last is None:
        return
    most = FIRM_WIDE_DAYS if person is None else PERSON_DAYS
    if not 1 <= (last - first).days + 1 <= most:
        who = "of everybody" if person is None else "of one person"
        raise InvalidInput(f"from {first} to {last} {who} must be 1 to {most} days")
