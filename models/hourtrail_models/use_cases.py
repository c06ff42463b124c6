"""The allow-list: what models may be used for, who answers for it, and what serves when no model may."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hourtrail.domain.errors import InvalidInput, NotAllowed

SETTING: Final = "HOURTRAIL_USE_CASES"
SHIPPED: Final = Path(__file__).parent / "use_cases.toml"
FALLBACKS: Final = ("bundled", "rules", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One entry. ``fallback`` serves when no registered model may: ``bundled``, ``rules``, or nothing (``off``)."""

    name: str
    purpose: str
    owner: str
    fallback: str


def use_cases() -> dict[str, UseCase]:
    """The list in force. Raises InvalidInput, naming file and entry, when it cannot be read."""
    path = Path(os.environ.get(SETTING) or SHIPPED)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"the allow-list of use cases {path} cannot be read: {error}; see {SETTING}") from error
    return {name: _entry(path, name, body) for name, body in entries.items()}


def require_use_case(name: str) -> UseCase:
    """The entry of that name. Raises NotAllowed when it is not listed."""
    listed = use_cases()
    if name not in listed:
        raise NotAllowed(
            f"the use case {name!r} is not on the allow-list ({', '.join(sorted(listed)) or 'which is empty'}); no model serves "
            f"it until an entry with purpose, owner and fallback is added to the file that {SETTING} names"
        )
    return listed[name]


def _entry(path: Path, name: str, body: object) -> UseCase:
    if not isinstance(body, dict) or not all(
        isinstance(body.get(key), str) for key in ("purpose", "owner", "fallback")
    ):
        raise InvalidInput(f"{path}, [{name}]: a use case needs purpose, owner and fallback, as texts")
    if not body["owner"].strip():
        raise InvalidInput(f"{path}, [{name}]: nobody owns this use case; name a role or a person")
    if body["fallback"] not in FALLBACKS:
        raise InvalidInput(f"{path}, [{name}]: fallback is one of {', '.join(FALLBACKS)}, not {body['fallback']!r}")
    return UseCase(name=name, purpose=body["purpose"], owner=body["owner"], fallback=body["fallback"])
