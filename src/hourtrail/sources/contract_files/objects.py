"""Objects of a JSON Lines file, each with its line. Numbers arrive as they are written, so no decimal loses a digit."""

import json
import re
from collections.abc import Iterator
from typing import Final

from hourtrail.sources.contract_files.lines import Lines

# Escapes of NUL and of halves of surrogate pairs; only lines that hold one are looked at closely.
_SUSPECT: Final = re.compile(r"\\u(0000|[dD][89a-fA-F])")


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse_constant)


def objects(lines: Lines) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Every object as (line, body), or as (line, reason) where it cannot be read. Blank lines are left out."""
    for text in lines:
        number = lines.number
        if fault := lines.fault_within(number, number):
            yield number, fault
        elif text.strip():
            yield number, parse_object(text)


def parse_object(text: str) -> dict[str, object] | str:
    """The object of one line, or why there is none."""
    try:
        body = _DECODER.decode(text.strip())
    except json.JSONDecodeError as error:
        return f"is not JSON ({error.msg}, character {error.pos + 1}); write one complete object a line"
    except RecursionError:
        return "is nested too deeply"
    except ValueError as error:
        return f"is not JSON: {error}"
    if not isinstance(body, dict):
        return "is JSON, but no object; write one {…} a line"
    if _SUSPECT.search(text) and not _storable(body):
        return "holds a NUL or half of a surrogate pair (\\u0000 or \\ud800 to \\udfff), which is no text"
    return body


def _storable(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_storable(key) and _storable(item) for key, item in value.items())
    return not isinstance(value, list) or all(map(_storable, value))
