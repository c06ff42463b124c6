"""How long what we published keeps working, and how we say that it will end: one table for routes and their fields.

``Deprecation`` is RFC 9745, ``Sunset`` RFC 8594. What is marked works unchanged until its day in UTC is over, then it is 410.
"""

import json
from collections.abc import Mapping, Sequence
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

    ``query`` or ``member`` narrow it to one parameter, or to one member of the body, of a route that goes on; a member of rows
    in a list is named with the list's own name and a dot before it (``decisions.note``).
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

    def is_over(self, at: datetime) -> bool:
        """Whether its last day has passed."""
        return at >= self._end()

    def _end(self) -> datetime:
        return datetime.combine(self.last_day + timedelta(days=1), time(), UTC)


class Gone(HourtrailError):
    """What was asked for has ended, as it was announced. ``headers`` say since when, and what takes its place."""

    def __init__(self, ending: Ending) -> None:
        what = ending.query or ending.member
        super().__init__(
            f"{f'`{what}`' if what else 'this'} ended with {ending.last_day}, as was said since {ending.since}; use {ending.instead}"
        )
        self.headers = ending.headers()


ENDINGS: Final[dict[tuple[str, str], tuple[Ending, ...]]] = {}
"""By method and path as ``access.RULES`` has them. Nothing ends at present."""


def now() -> datetime:
    """The instant by which something is over."""
    return datetime.now(UTC)


def announced(method: str, path: str, query: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an answer of this route, as far as its address tells. Raises Gone where its last day has passed."""
    rows = ENDINGS.get((method, path), ())
    return _told([row for row in rows if row.is_whole or (row.query and row.query in query)])


def members_end(method: str, path: str) -> bool:
    """Whether a member of its body is marked, so that the body has to be looked at."""
    return any(row.member for row in ENDINGS.get((method, path), ()))


def announced_in(method: str, path: str, body: bytes) -> dict[str, str]:
    """The same of the members that the body has. What is no JSON has none, and is refused where it is read.

    Raises Gone.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    rows = ENDINGS.get((method, path), ())
    return _told([row for row in rows if row.member and _has(sent, row.member.split("."))])


def _has(sent: Any, names: Sequence[str]) -> bool:
    if isinstance(sent, list):
        return any(_has(row, names) for row in sent)
    if not names:
        return True
    return isinstance(sent, Mapping) and names[0] in sent and (len(names) == 1 or _has(sent[names[0]], names[1:]))


def _told(rows: Sequence[Ending]) -> dict[str, str]:
    """What is said of these: of the one that ends first."""
    if not rows:
        return {}
    first = min(rows, key=lambda row: row.last_day)
    if first.is_over(now()):
        raise Gone(first)
    return first.headers()


def mark(operation: Schema, method: str, path: str, problem: Schema) -> None:
    """Say in the document what ends. ``problem`` is the answer that it gives from then on."""
    for ending in ENDINGS.get((method, path), ()):
        _mark(operation, ending, problem)


def _mark(operation: Schema, ending: Ending, problem: Schema) -> None:
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
    operation["responses"]["410"] = problem
