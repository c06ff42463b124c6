"""Reads the policy files that ship with this program: TOML below ``policy/files``, each with its version and its day."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, Final, TypeVar

from hourtrail.domain.errors import InvalidInput

E = TypeVar("E", bound=StrEnum)

_HEAD: Final = ("version", "since")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """One file: its version, since when, and its members. Every method raises InvalidInput naming the file and the member."""

    name: str
    version: str
    since: date
    body: Mapping[str, Any]

    def only(self, known: Iterable[str]) -> None:
        """Refuse a member that nobody reads: it would look like a rule and be none."""
        if unknown := sorted(set(self.body) - set(known)):
            raise InvalidInput(f"{self.name}: {unknown[0]}: unknown; it holds {', '.join([*_HEAD, *known])}")

    def table(self, name: str) -> dict[str, Any]:
        """A member that is a table."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise InvalidInput(f"{self.name}: {name}: must be a table, like [{name}]")
        return value

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        if not isinstance(value, list) or not all(isinstance(row, str) and row.strip() for row in value):
            raise InvalidInput(f"{self.name}: {where}: must be a list of texts in quotes")
        if len(set(value)) != len(value):
            raise InvalidInput(
                f"{self.name}: {where}: names {next(row for row in value if value.count(row) > 1)!r} twice"
            )
        return tuple(value)

    def word(self, kind: type[E], where: str, value: object) -> E:
        """One of the closed words that ``kind`` has."""
        found = next((row for row in kind if row.value == value), None)
        if found is None:
            raise InvalidInput(f"{self.name}: {where}: {value!r} is none; there are {', '.join(kind)}")
        return found

    def words(self, kind: type[E], where: str, value: object) -> tuple[E, ...]:
        """A list of them, none twice."""
        return tuple(self.word(kind, where, row) for row in self.texts(where, value))


def read_policy(name: str, text: str | None = None) -> PolicyFile:
    """The file ``name``; ``text`` in its place. Raises InvalidInput for what is no TOML, or lacks its version or its day."""
    if text is None:
        text = (files("hourtrail.policy") / "files" / name).read_text(encoding="utf-8")
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{name}: this is not TOML: {error}") from error
    version, since = body.pop("version", None), body.pop("since", None)
    if not isinstance(version, str) or not version.strip():
        raise InvalidInput(f'{name}: version: missing; name the policy, like version = "2"')
    if type(since) is not date:
        raise InvalidInput(f"{name}: since: missing; say from which day on, like since = 2026-11-21")
    return PolicyFile(name=name, version=version, since=since, body=body)
