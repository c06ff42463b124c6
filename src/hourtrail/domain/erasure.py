"""Taking a person out of what is kept for ever, so that what remains can still be proved.

Rows of append-only tables keep their place, their digest and what is no person's: names give way to a pseudonym, words to
nothing. The audit trail lists each row that was changed so, and the digest of the form in which it stands since then; a row
that is not as it was written, and that no such list names, was altered by somebody.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

PERSON_ERASED: Final = "person:person:erased"
"""The action of the events that list what was erased."""

ERASURE_CLOSED: Final = "system:erasure:closed"
"""The action of the event behind them: from then on the database changes none of these rows again."""

EVENT: Final = "audit_event"
PAYLOAD: Final = "audit_payload"
"""Kinds of listed rows whose new form the trail's verifier checks; the others are the tables by their names."""

ROWS_TOLD: Final = 5_000
"""Rows that one event lists."""

_MARK: Final = "erased-"
_DISTINCTIVE: Final = 8
"""Characters from which on a name is looked for inside longer texts too; shorter ones are words of a language."""

WORDS: Final = frozenset({
    "activity", "address", "anchor", "container", "domains", "expected", "explanation", "issuer", "login", "measured",
    "narrative", "note", "reason", "reasons", "reference", "salt", "series", "subject", "text", "title", "why",
})  # fmt: skip
"""Members of JSON bodies that hold what somebody wrote or what a source told; ``salt`` keeps digests from being guessed at."""


IDS: Final = frozenset({
    "act", "approval", "block", "comparables", "decision", "draft", "entry", "finding", "id", "leans_on", "line", "object",
    "review", "supersedes", "suggestion", "time_entry", "created", "updated", "withdrawn", "rows",
})  # fmt: skip
"""Members of JSON bodies that hold ids of records, by which they find each other: never rewritten, unless one is the name."""


def new_pseudonym() -> str:
    """A name that tells nothing and is given once: no key and no guess leads back from it."""
    return f"{_MARK}{secrets.token_hex(8)}"


def is_pseudonym(name: str) -> bool:
    """Whether this person was erased: nothing is learned from them any more."""
    return name.startswith(_MARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """By what a person is known here. ``accounts`` are ids of their accounts, which name nobody themselves."""

    person: str
    logins: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The person's id and login names, each once."""
        return tuple(dict.fromkeys((self.person, *self.logins)))


@dataclass(frozen=True, slots=True)
class Eraser:
    """Replaces one person's names by ``pseudonym``, and empties words where it is told to."""

    names: Names
    pseudonym: str

    def exactly(self, value: str) -> str:
        """The pseudonym where ``value`` is one of the names, else ``value``: for ids, whatever a firm put into them."""
        return self.pseudonym if value in self.names.all else value

    def text(self, value: str) -> str:
        """``value`` with the pseudonym in place of the names: where it is one, or holds one long enough to be meant."""
        if value in self.names.all:
            return self.pseudonym
        for name in self.names.all:
            if is_distinctive(name) and name in value:
                value = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", self.pseudonym, value)
        return value

    def json(self, value: Any, *, words: bool, key: str = "") -> Any:
        """The same for every text of a JSON value, keys too; with ``words`` the texts under ``WORDS`` become empty."""
        if isinstance(value, str):
            if words and key in WORDS:
                return ""
            return self.exactly(value) if key in IDS else self.text(value)
        if isinstance(value, Mapping):
            return {self.text(name): self.json(inner, words=words, key=name) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            if words and key in WORDS and all(isinstance(inner, str) for inner in value):
                return []
            return [self.json(inner, words=words, key=key) for inner in value]
        return value


def is_distinctive(name: str) -> bool:
    """Whether a name is looked for inside texts too: an address, or too long for a chance hit."""
    return "@" in name or len(name) >= _DISTINCTIVE


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """One listed row: its table, its key, and for the trail's own rows the digest of the form in which it stands now."""

    kind: str
    key: str
    now: str = ""

    def told(self) -> list[str]:
        """As the event's payload lists it."""
        return [self.kind, self.key, self.now]


def listed(payload: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The new forms that an erasure's event lists, by kind and key; what is no list counts as none."""
    rows = payload.get("rows")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return {}
    told: Iterable[Any] = (row for row in rows if isinstance(row, Sequence) and len(row) == len(("kind", "key", "now")))
    return {(str(kind), str(key)): str(now) for kind, key, now in told}
