"""What of an audit event a list may show. Data: ``files/audit_logging.toml``."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

FILE: Final = "audit_logging.toml"

_CODE: Final = re.compile(r"[\w.:@+-]{1,120}")
"""A word without a blank: an id, a name of a band, an instant. What a person wrote as a sentence is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogging:
    """The policy of the trail: what is kept how long, how often it is sealed, which members of a payload a list shows."""

    version: str
    since: date
    kept: str
    sealed: str
    shown: frozenset[str]

    def visible(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The members that are shown, nested as they were; ``withheld`` among them says how many are not."""
        shown: dict[str, Any] = {}
        hidden = 0
        for path, value in _leaves(payload):
            if ".".join(path) not in self.shown or not _is_plain(value):
                hidden += 1
                continue
            place = shown
            for name in path[:-1]:
                place = place.setdefault(name, {})
            place[path[-1]] = value
        return {**shown, "withheld": hidden} if hidden else shown


@cache
def audit_logging() -> AuditLogging:
    """The policy of this program."""
    body = tomllib.loads((files("hourtrail.policy") / "files" / FILE).read_text(encoding="utf-8"))
    return AuditLogging(
        version=body["version"],
        since=body["since"],
        kept=body["kept"],
        sealed=body["sealed"],
        shown=frozenset(body["shown"]),
    )


def _leaves(body: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in body.items():
        if isinstance(value, Mapping) and value and len(above) < 2:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _is_plain(value: object) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    return isinstance(value, str) and (not value or _CODE.fullmatch(value) is not None)
