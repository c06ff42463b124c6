"""How long what we published keeps working, and how we say that it will end: one table for routes and their fields.

``Deprecation`` is RFC 9745, ``Sunset`` RFC 8594. What is marked works unchanged until its day in UTC is over, then it is 410.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, Final

from hourtrail.domain.errors import HourtrailError
from hourtrail_serving.header_words import ENDING, named
from hourtrail_serving.schemas.parts import Schema

V1_UNTIL: Final = date(2029, 12, 31)
"""``/v1`` is served at least until the end of that day; it moves later, never earlier."""

LEAST_NOTICE: Final = timedelta(days=365)
"""Between the day on which something is marked and the day on which it ends."""

HOW_TO: Final = "https://github.com/hourtrail/hourtrail/blob/main/docs/how-to/build-on-the-api.md#versions"


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends: since when that is said, its last day, and what takes its place, as an address or a sentence's worth of words.

    ``query`` or ``member`` narrow it to one parameter, or to one member of the body, of a route that goes on.
    """

    since: date
    last_day: date
    instead: str
    query: str = ""
    member: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the route itself ends."""
        return not (self.query or self.member)

    def headers(self) -> dict[str, str]:
        """What an answer says of it."""
        said = int(datetime.combine(self.since, time(), UTC).timestamp())
        links = [f'<{HOW_TO}>; rel="deprecation"; type="text/html"']
        if self.instead.startswith("/"):
            links.append(f'<{self.instead}>; rel="successor-version"')
        return {
            "Deprecation": f"@{said}",
            "Sunset": format_datetime(self._end(), usegmt=True),
            "Link": ", ".join(links),
        }

    def is_over(self, now: datetime) -> bool:
        """Whether its last day has passed."""
        return now >= self._end()

    def _end(self) -> datetime:
        return datetime.combine(self.last_day + timedelta(days=1), time(), UTC)


class Gone(HourtrailError):
    """What was asked for has ended, as it was announced. ``headers`` say since when, and what takes its place."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(f"this ended with {ending.last_day}, as was said since {ending.since}; use {ending.instead}")
        self.headers = ending.headers()


ENDINGS: Final[dict[tuple[str, str], Ending]] = {}
"""By method and path as ``access.RULES`` has them. Nothing ends at present."""


def announced(method: str, path: str, query: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an answer of this route. Raises Gone where its last day has passed."""
    ending = ENDINGS.get((method, path))
    if ending is None or (ending.query and ending.query not in query):
        return {}
    if not ending.member and ending.is_over(datetime.now(UTC)):
        raise Gone(ending)
    return ending.headers()


def mark(operation: Schema, method: str, path: str, problem: Schema) -> None:
    """Say in the document what ends. ``problem`` is the answer that it gives from then on."""
    ending = ENDINGS.get((method, path))
    if ending is None:
        return
    if ending.is_whole:
        operation["deprecated"] = True
    for row in operation.get("parameters", ()):
        if row["in"] == "query" and row["name"] == ending.query:
            row["deprecated"] = True
    what = ending.query or ending.member
    words = f"{f'`{what}`' if what else 'This'} ends with {ending.last_day}; use {ending.instead}."
    operation["description"] = f"{operation.get('description', '')}\n\n{words}".strip()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            answer["headers"] = {**answer.get("headers", {}), **named(*ENDING)}
    if not ending.member:
        operation["responses"]["410"] = problem
