"""What the values in a tracker's export mean: times, people, texts, durations."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from hourtrail.domain.errors import InvalidInput, NaiveTime
from hourtrail.domain.instants import parse_instant
from hourtrail.sources.window import plausible

# How trackers write a local time into CSV where an administrator did not choose ISO 8601. Day and month as two bare
# numbers (03/04/2026) mean different days to different people and are refused.
_LOCAL_FORMATS: Final = (
    "%d/%b/%y %I:%M %p",  # Jira's default, 02/Mar/26 9:00 AM
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%b %d, %Y, %I:%M:%S %p",
    "%b %d, %Y, %I:%M %p",
)
_DAY_OR_MONTH: Final = re.compile(r"^\d{1,2}/\d{1,2}/\d{2,4}\b")
# The preferred identity first; a display name comes last, since two people may share one.
_IDENTITIES: Final = ("emailAddress", "email", "mail", "accountId", "login", "name", "displayName", "key", "id")
_MAX_MINUTES: Final = 31 * 24 * 60
_MAX_TEXT: Final = 20_000


def instant(value: object, zone: ZoneInfo | None) -> datetime:
    """An instant from an export. Raises NaiveTime when it has no offset and no zone was told, else InvalidInput."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput("the time is missing")
    text = value.strip()
    if text[4:5] == "-":  # ISO 8601, as nearly always; trying the others on each would cost most of the reading
        return plausible(parse_instant(text, zone))
    for form in _LOCAL_FORMATS:
        try:
            local = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is what was told, or it is refused below
        except ValueError:
            continue
        if zone is None:
            raise NaiveTime(f"time {text!r} has no offset; say where its clock stood with --zone Europe/Berlin")
        return plausible(_at(local, zone))
    if _DAY_OR_MONTH.match(text):
        raise InvalidInput(
            f"time {text[:40]!r} may be a day before its month or after it; export with dates like 2026-03-02"
        )
    return plausible(parse_instant(text, zone))


def _at(local: datetime, zone: tzinfo) -> datetime:
    return parse_instant(local.replace(tzinfo=zone).isoformat())


def minutes_of(*, seconds: object = None, hours: object = None) -> int:
    """Whole minutes, half up, of seconds, of decimal hours, or of hours as ``h:mm``. Raises InvalidInput unless 0 < m <= 31 days."""
    try:
        minutes = Decimal(str(seconds)) / 60 if seconds is not None else _minutes_from_hours(str(hours).strip())
        whole = int(minutes.quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise InvalidInput(f"{str(seconds if seconds is not None else hours)[:40]!r} is no duration") from error
    if not 0 < whole <= _MAX_MINUTES:
        raise InvalidInput(f"a worklog of {whole} minutes cannot be; it must be more than 0 and at most 31 days")
    return whole


def _minutes_from_hours(text: str) -> Decimal:
    if ":" in text:
        hours, minutes = text.split(":", 1)
        return Decimal(hours) * 60 + Decimal(minutes)
    return Decimal(text.replace(",", ".")) * 60


def identities(value: object) -> tuple[str, ...]:
    """The names of one person, the preferred one first: a text is the name, an object holds several."""
    if isinstance(value, str):
        return (clean(value),)
    if not isinstance(value, Mapping):
        return ()
    found = (value.get(key) for key in _IDENTITIES)
    return tuple(clean(str(name)) for name in found if isinstance(name, (str, int)) and str(name).strip())


def clean(text: str, limit: int = 1_000) -> str:
    """``text`` without what databases refuse (NUL, half surrogates), stripped, at most ``limit`` characters."""
    return text[:limit].replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def plain_text(value: object) -> str:
    """A text, or the words of an Atlassian document (``{"type": "doc", "content": […]}``), a paragraph to a line."""
    if isinstance(value, str):
        return clean(value, _MAX_TEXT)
    words: list[str] = []
    pending: list[object] = [value]
    while pending:  # a stack rather than recursion: nesting is the sender's choice
        node = pending.pop()
        if isinstance(node, str):
            words.append(node)
        elif isinstance(node, Mapping):
            if isinstance(node.get("text"), str):
                words.append(str(node["text"]))
            content = node.get("content")
            children = list(content) if isinstance(content, list) else []
            pending.extend(reversed([*children, "\n"] if node.get("type") == "paragraph" else children))
    return clean("".join(words), _MAX_TEXT)
