"""Where a list of rows with long names goes on: cursors and ids that hold codes of another system."""

import base64
import json
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import StringConstraints

from hourtrail.domain.errors import InvalidInput

LONGEST: Final = 20_000
"""Three codes of a thousand characters each, whatever their alphabet, as base64."""

# A code as it is, or base64: an address may be that long only where no character of it is written as three or twelve.
_WIDE: Final = StringConstraints(
    min_length=1, max_length=LONGEST, pattern=r"^([^\x00]{1,1000}|[A-Za-z0-9_=~.-]{1,20000})$"
)
_CURSOR: Final = StringConstraints(max_length=LONGEST, pattern=r"^[A-Za-z0-9_=-]*$")

WideCursor = Annotated[Annotated[str, _CURSOR] | None, Query(description="next_cursor of the page before")]
WideId = Annotated[Annotated[str, _WIDE], Path(description="Stable id, as lists tell it")]


def cursor_of(*parts: str) -> str:
    """A cursor behind the row with these names."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


def place_of(cursor: str | None, parts: int) -> list[str] | None:
    """The names behind which the page begins; None for the first one. Raises InvalidInput for a foreign cursor."""
    if cursor is None:
        return None
    names = _names(cursor)
    if names is None or len(names) != parts:
        raise InvalidInput("this cursor was not given by this server; begin without one")
    return names


def _names(cursor: str) -> list[str] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        # What a database could not look for is no name either.
        ours = isinstance(found, list) and all(isinstance(name, str) and "\0" not in name for name in found)
        "".join(found if ours else ()).encode()
    except (ValueError, RecursionError):
        return None
    return found if ours else None
