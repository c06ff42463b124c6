"""A tenant's settings as a document: read with every fault named at once, and written with every default stated."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final, TypeVar

from hourtrail.domain.brand import Brand
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings import (
    Administration,
    Features,
    Limits,
    Privacy,
    PrivacyRule,
    Retention,
    SignIn,
    TenantSettings,
)
from hourtrail.domain.settings_fields import table

S = TypeVar("S")

LONGEST_DOCUMENT: Final = 200_000
"""Characters."""

_SECTIONS: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {
        "brand": Brand,
        "features": Features,
        "retention": Retention,
        "privacy": Privacy,
        "limits": Limits,
        "administration": Administration,
        "sign_in": SignIn,
    }
)
_POLICIES: Final = "policies"


def load_settings(text: str, file: str = "settings") -> TenantSettings:
    """The settings written in ``text``, JSON where it begins with a brace, else TOML; what it leaves out has its default.

    Raises InvalidInput naming the file and every fault.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise InvalidInput(f"{file}: {len(text):,} characters are too many; the limit is {LONGEST_DOCUMENT:,}")
    try:
        body = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file}: this is neither TOML nor JSON: {str(error)[:200]}") from error
    return settings_from_mapping(body, file)


def settings_from_mapping(
    body: Mapping[str, Any], file: str = "settings", *, known_only: bool = True
) -> TenantSettings:
    """The settings of a parsed document; the reverse of :func:`settings_to_mapping`.

    ``known_only`` False is for stored documents, which a newer version may have written. Raises InvalidInput.
    """
    problems: list[str] = []
    known = (*_SECTIONS, _POLICIES)
    if known_only:
        problems += [f"{key!s:.60}: unknown; there are {', '.join(known)}" for key in body if key not in known]
    read: dict[str, Any] = {}
    for name, kind in _SECTIONS.items():
        try:
            read[name] = _section(name, kind, body.get(name, {}), known_only=known_only)
        except InvalidInput as error:
            problems.append(str(error))
    try:
        read[_POLICIES] = _policies(body.get(_POLICIES, {}))
    except InvalidInput as error:
        problems.append(str(error))
    if problems:
        raise InvalidInput("\n".join(f"{file}: {problem}" for problem in problems))
    return TenantSettings(**read)


def settings_to_mapping(settings: TenantSettings) -> dict[str, Any]:
    """Every field as plain JSON values; the version is not part of the document."""
    plain: dict[str, Any] = {name: _plain(getattr(settings, name)) for name in _SECTIONS}
    return {**plain, _POLICIES: {name: dict(body) for name, body in settings.policies.items()}}


def settings_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document as canonical JSON."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """``section.key`` of everything that differs between two documents; no value."""
    return sorted(
        f"{section}.{key}"
        for section in {*before, *after}
        for key in {*before.get(section, {}), *after.get(section, {})}
        if before.get(section, {}).get(key) != after.get(section, {}).get(key)
    )


def _section(name: str, kind: type[S], value: object, *, known_only: bool) -> S:
    body = table(name, value)
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type] # each is a dataclass
    unknown = sorted(str(key) for key in body if key not in known)
    if unknown and known_only:
        raise InvalidInput(f"{name}.{unknown[0]:.60}: unknown; there are {', '.join(sorted(known))}")
    given = {key: tuple(one) if isinstance(one, list) else one for key, one in body.items() if key in known}
    if kind is Privacy and "rules" in given:
        given["rules"] = _rules(given["rules"], known_only=known_only)
    return kind(**given)


def _rules(value: object, *, known_only: bool) -> tuple[PrivacyRule, ...]:
    if not isinstance(value, tuple):
        raise InvalidInput("privacy.rules: must be tables, like [[privacy.rules]]")
    made = []
    for number, one in enumerate(value):
        try:
            made.append(_rule(table(f"privacy.rules[{number}]", one), known_only=known_only))
        except (InvalidInput, TypeError) as error:
            told = error if isinstance(error, InvalidInput) else "needs a name and an action"
            raise InvalidInput(f"privacy.rules[{number}]: {told}") from error
    return tuple(made)


def _rule(body: Mapping[str, Any], *, known_only: bool) -> PrivacyRule:
    known = {one.name for one in fields(PrivacyRule)}
    unknown = sorted(str(key) for key in body if key not in known)
    if unknown and known_only:
        raise InvalidInput(f"{unknown[0]:.60}: unknown; there are {', '.join(sorted(known))}")
    return PrivacyRule(**{key: one for key, one in body.items() if key in known})


def _policies(value: object) -> Mapping[str, Mapping[str, Any]]:
    body = table(_POLICIES, value)
    return MappingProxyType({str(name): dict(table(f"{_POLICIES}.{name}", one)) for name, one in body.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (Brand, Features, Retention, Privacy, PrivacyRule, Limits, Administration, SignIn)):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return str(value) if isinstance(value, str) else value
