"""What a value in a settings document may be: each test names the key and what would do. Standard library only."""

import re
from collections.abc import Mapping
from typing import Any, Final

from hourtrail.domain.errors import InvalidInput

LONGEST: Final = 200
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def whole(where: str, value: object, lowest: int, highest: int) -> None:
    """Raises InvalidInput unless ``value`` is a whole number from ``lowest`` to ``highest``."""
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidInput(f"{where}: must be a whole number from {lowest:,} to {highest:,}")


def flag(where: str, value: object) -> None:
    """Raises InvalidInput unless ``value`` is true or false."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{where}: must be true or false")


def words(where: str, value: object, longest: int = LONGEST) -> None:
    """Raises InvalidInput unless ``value`` is one line of text of at most ``longest`` characters; it may be empty."""
    if not isinstance(value, str) or len(value) > longest or _CONTROL.search(value):
        raise InvalidInput(f"{where}: must be one line of text, at most {longest} characters")


def lines(where: str, value: object, most: int) -> None:
    """Raises InvalidInput unless ``value`` is a tuple of at most ``most`` different texts, none of them empty."""
    if not isinstance(value, tuple) or len(value) > most or len(set(map(str, value))) != len(value):
        raise InvalidInput(f"{where}: must be a list of at most {most:,} different texts")
    for number, one in enumerate(value):
        words(f"{where}[{number}]", one)
        if not one.strip():
            raise InvalidInput(f"{where}[{number}]: is empty; leave it out")


def table(where: str, value: object) -> Mapping[str, Any]:
    """``value`` as a table. Raises InvalidInput for anything else."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{where}: must be a table, like [{where}]")
    return value
