"""The types of a cell: how each is written, what it becomes, and the sentence that refuses a bad one.

Every parser takes the cell's text (never blank) and returns a domain value or raises InvalidInput.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import parse_date, parse_instant, zone_named
from hourtrail.domain.money import parse_decimal

Parser: TypeAlias = Callable[[str], object]

MAX_CODE: Final = 1_000
"""Characters of an identifier; longer ones are damage, not names."""
MAX_TEXT: Final = 100_000
"""Characters of a free text."""
MAX_ITEMS: Final = 1_000
"""Items of a list."""
MAX_MINUTES: Final = 1440 * 31
"""Minutes of one entry: a month's bulk line (domain.entry)."""

_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_WORKDAYS: Final = re.compile(r"[1-7](-[1-7])?(,[1-7](-[1-7])?)*")
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """One type of cell: its name and writing for people, its JSON Schema, and its parser for a given zone."""

    name: str
    written: str
    schema: Mapping[str, object]
    parser: Callable[[ZoneInfo | None], Parser]


def _type(name: str, written: str, schema: Mapping[str, object], parse: Parser) -> ValueType:
    return ValueType(name=name, written=written, schema=schema, parser=lambda _zone: parse)


def _code(text: str) -> str:
    stripped = text.strip()
    if len(stripped) > MAX_CODE:
        raise InvalidInput(f"is {len(stripped)} characters long; identifiers have at most {MAX_CODE}")
    return stripped


def _free(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"is {len(text)} characters long; texts have at most {MAX_TEXT}; shorten it")
    return text


def text_list(items: Sequence[str]) -> tuple[str, ...]:
    """Items without surrounding blanks; empty ones are dropped. Raises InvalidInput beyond MAX_ITEMS."""
    if len(items) > MAX_ITEMS:
        raise InvalidInput(f"holds {len(items)} items; lists have at most {MAX_ITEMS}")
    return tuple(_code(item) for item in items if item.strip())


def _truth(text: str) -> bool:
    try:
        return _TRUTH[text.strip().lower()]
    except KeyError:
        raise InvalidInput(f"{text[:40]!r} is neither true nor false (yes, no, 1 and 0 are read too)") from None


# The same few thousand days return on every row of a timesheet; remembering them halves the time of a row.
@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    stripped = text.strip()
    if len(stripped) != 10 or stripped[4] != "-" or stripped[7] != "-":
        raise InvalidInput(f"{text[:40]!r} is not a date; write it like 2026-03-02")
    return parse_date(stripped, "the text")


def _whole(text: str) -> int:
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()):
        raise InvalidInput(f"{text[:40]!r} is not a whole number of minutes from 0; an hour and a half is 90")
    minutes = int(stripped[:12])
    if minutes > MAX_MINUTES:
        raise InvalidInput(f"{stripped[:12]} is outside 0 to {MAX_MINUTES} minutes (31 days)")
    return minutes


def _number(low: Decimal | None, high: Decimal | None, hint: str = "") -> Parser:
    def parse(text: str) -> Decimal:
        stripped = text.strip()
        if not _DECIMAL.fullmatch(stripped):
            raise InvalidInput(
                f"{text[:40]!r} is not a number; write a decimal point and no thousands separator, like 1250.50"
            )
        value = parse_decimal(stripped, "the number")
        if low is not None and value < low:
            raise InvalidInput(f"{stripped[:40]} is less than {low}")
        if high is not None and value > high:
            raise InvalidInput(f"{stripped[:40]} is more than {high}{hint}")
        return value

    return parse


def _currency(text: str) -> str:
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise InvalidInput(f"{text[:40]!r} is not an ISO 4217 currency such as EUR")
    return code


def _zone(text: str) -> str:
    return zone_named(text.strip()).key


def _workdays(text: str) -> str:
    days = "".join(text.split()).replace(";", ",")
    if not _WORKDAYS.fullmatch(days) or any(part[0] > part[-1] for part in days.split(",")):
        raise InvalidInput(f"{text[:40]!r} names no workdays; write 1-5 for Monday to Friday, or 1,2,4")
    return days


def label_of(body: Mapping[str, object]) -> WorkItem:
    """The known answer of a benchmark row. Raises InvalidInput when its parts are not text."""
    parts = [body.get(name) or "" for name in ("client", "project", "task")]
    texts = [_code(part) for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        raise InvalidInput('a label is an object of texts, like {"client": "acme", "project": "portal", "task": ""}')
    return WorkItem(*texts)


def _label(text: str) -> WorkItem:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidInput(
            f'{text[:40]!r} is not a label; write a JSON object like {{"client": "acme", "project": "portal"}}'
        )
    return label_of(body)


def choice(values: Mapping[str, object] | type[StrEnum], *more: str) -> ValueType:
    """A closed list of words, read in any case. ``more`` are spellings that are read but not advertised."""
    known = dict(values) if isinstance(values, Mapping) else {member.value: member for member in values}
    advertised = [word for word in known if word not in more]

    def parse(text: str) -> object:
        try:
            return known[text.strip().lower()]
        except KeyError:
            raise InvalidInput(f"{text[:40]!r} is none of {', '.join(advertised)}") from None

    return _type("choice", "one of " + ", ".join(f"`{word}`" for word in advertised), {"enum": advertised}, parse)


def decimal_type(
    name: str, written: str, low: Decimal | None = Decimal(0), high: Decimal | None = None, hint: str = ""
) -> ValueType:
    """A decimal between two bounds, both included; ``hint`` is told to whoever writes more."""
    pattern = ("^[+-]?" if low is None else "^[+]?") + r"[0-9]+(\.[0-9]+)?$"
    return _type(name, written, {"type": ["string", "number"], "pattern": pattern}, _number(low, high, hint))


_STRING: Final = {"type": "string"}
CODE: Final = _type("identifier", "text, surrounding blanks are dropped", {**_STRING, "maxLength": MAX_CODE}, _code)
TEXT: Final = _type("text", "free text", {**_STRING, "maxLength": MAX_TEXT}, _free)
LIST: Final = _type(
    "list",
    "separated by `;`",
    {"type": "array", "items": _STRING, "maxItems": MAX_ITEMS},
    lambda text: text_list(text.split(";")),
)
BOOLEAN: Final = _type("boolean", "`true` or `false`", {"type": "boolean"}, _truth)
DATE: Final = _type("date", "a local calendar day, `2026-03-02`", {**_STRING, "format": "date"}, _day)
MINUTES: Final = _type(
    "minutes", f"a whole number, 0 to {MAX_MINUTES}", {"type": "integer", "minimum": 0, "maximum": MAX_MINUTES}, _whole
)
AMOUNT: Final = decimal_type("amount", "money of at least 0, decimal point")
SIGNED_AMOUNT: Final = decimal_type("signed amount", "money, decimal point; below 0 for a credit", low=None)
HOURS: Final = decimal_type("hours", "decimal hours of at least 0")
WEEKLY_HOURS: Final = decimal_type("hours", "decimal hours, 0 to 168", high=Decimal(168))
SHARE: Final = decimal_type("share", "a fraction, 0 to 1", high=Decimal(1), hint="; write 19 % as 0.19")
CURRENCY: Final = _type("currency", "ISO 4217, `EUR`", {**_STRING, "pattern": "^[A-Z]{3}$"}, _currency)
ZONE: Final = _type("zone", "an IANA name, `Europe/Berlin`", _STRING, _zone)
WORKDAYS: Final = _type(
    "workdays", "`1-5` = Monday to Friday, or `1,2,4`", {**_STRING, "pattern": f"^{_WORKDAYS.pattern}$"}, _workdays
)
LABEL: Final = _type(
    "label",
    'a JSON object, `{"client": …, "project": …, "task": …}`',
    {"type": "object", "properties": {"client": _STRING, "project": _STRING, "task": _STRING}},
    _label,
)
INSTANT: Final = ValueType(
    name="instant",
    written="RFC 3339 with an offset or `Z`, `2026-03-02T09:00:00+01:00`",
    schema={**_STRING, "format": "date-time"},
    parser=lambda zone: lambda text: parse_instant(text, zone),
)
