"""What is wrong with a request, in the product's words: one table from pydantic's kinds of faults to what to do about each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

LONGEST_REASON: Final = 500
_SHORTEST_PATH: Final = 2
"""Parts of the place of a member: in what it was sent, and its name."""

_OBJECT: Final = "must be a JSON object, {…}"
_LIST: Final = "must be a JSON list, […]"
_TEXT: Final = "must be a text, in quotes"
_NUMBER: Final = "must be a number"
_WHOLE: Final = "must be a whole number, like 45"
_FLAG: Final = "must be true or false"

_FORMS: Final[dict[str, str]] = {
    r"^[^\x00]*$": "must not hold the character U+0000; leave it out",
    r"^[^:\x00]+$": "must not be empty, nor hold a colon or the character U+0000",
    r"^[0-9a-f]*$": "must be the digest as it was told: figures and the letters a to f",
    r"^[0-9]{1,12}(\.[0-9]{1,4})?$": 'must be an amount as a text, like "400.00"',
    r"^[A-Z]{3}$": "must be a currency's three capital letters, like EUR",
    r"^([0-9]{1,18}:[0-9a-f]{64})?$": "must be SEQUENCE:DIGEST, as an earlier answer told it",
}
"""What a pattern asks for, by the pattern."""

Facts = Mapping[str, Any]


def _count(number: Any, what: str) -> str:
    return f"{number:,} {what}" if number != 1 else f"1 {what.removesuffix('s')}"


_WORDS: Final[dict[str, str | Callable[[Facts], str]]] = {
    "missing": "is missing; send it",
    "extra_forbidden": "is not known here; leave it out, or see /docs for how it is spelt",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "string_type": _TEXT,
    "string_unicode": "must be text in UTF-8",
    "string_too_short": lambda facts: f"must have at least {_count(facts['min_length'], 'characters')}",
    "string_too_long": lambda facts: f"must have at most {_count(facts['max_length'], 'characters')}; shorten it",
    "string_pattern_mismatch": lambda facts: _FORMS.get(facts["pattern"], f"is not of the form {facts['pattern']}"),
    "too_short": lambda facts: (
        f"must hold at least {_count(facts['min_length'], 'rows')}, and these are {facts['actual_length']}"
    ),
    "too_long": lambda facts: (
        f"must hold at most {_count(facts['max_length'], 'rows')}; send the others in another request"
    ),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "is too large a number",
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "none_required": "must be null",
    "greater_than_equal": lambda facts: f"must be {facts['ge']} or more",
    "greater_than": lambda facts: f"must be more than {facts['gt']}",
    "less_than_equal": lambda facts: f"must be {facts['le']:,} or less",
    "less_than": lambda facts: f"must be less than {facts['lt']:,}",
    "enum": lambda facts: f"must be one of {facts['expected']}",
    "literal_error": lambda facts: f"must be one of {facts['expected']}",
}
"""By pydantic's type of the fault; what is to be said of the values of its bounds is made from them."""

_NO_BODY: Final = "send a JSON object as the body; this operation needs one"
_NO_OBJECT: Final = "the body must be a JSON object, {…}, sent with Content-Type: application/json"


def place_of(row: Mapping[str, Any]) -> str:
    """Where the fault is, within what ``in`` names: empty for the whole body."""
    # Of what is no JSON, pydantic tells the character instead of a member.
    return "" if row["type"] == "json_invalid" else ".".join(str(part)[:60] for part in row["loc"][1:])


def reason_of(row: Mapping[str, Any]) -> str:
    """What is wrong there, and what to do."""
    kind, facts = row["type"], row.get("ctx", {})
    if kind == "json_invalid":
        fault = facts.get("error", "it cannot be read")
        return f"the body is not JSON: {fault}, at character {row['loc'][-1]}. Send one JSON object"
    if len(row["loc"]) < _SHORTEST_PATH and kind in {"missing", "model_type", "model_attributes_type"}:
        return _NO_BODY if kind == "missing" else _NO_OBJECT
    words = _WORDS.get(kind)
    if words is None:
        # A sentence of our own; pydantic puts "Value error, " before it.
        return str(row["msg"]).removeprefix("Value error, ")[:LONGEST_REASON]
    return (words if isinstance(words, str) else words(facts))[:LONGEST_REASON]


def sentence(faults: Sequence[Mapping[str, Any]]) -> str:
    """The first fault, and how many more there are."""
    at, more = place_of(faults[0]), f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{f'{at}: ' if at else ''}{reason_of(faults[0])}{more}"
