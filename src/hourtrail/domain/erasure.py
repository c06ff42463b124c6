"""Taking a person out of what is kept for ever, so that what remains can still be proved.

Rows of append-only tables keep their place, their digest and what is no person's: names give way to a pseudonym, words to
nothing. The audit trail lists each row that was changed so, and the digest of the form in which it stands since then; a row
that is not as it was written, and that no such list names, was altered by somebody.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
_SHORTEST_HINT: Final = 4

WORDS: Final = frozenset({
    "activity", "address", "anchor", "container", "domains", "expected", "explanation", "issuer", "login", "measured",
    "narrative", "note", "reason", "reasons", "reference", "salt", "series", "subject", "text", "title", "why",
})  # fmt: skip
"""Members of JSON bodies that hold what somebody wrote or what a source told; ``salt`` keeps digests from being guessed at."""


IDS: Final = frozenset({
    "act", "approval", "block", "client", "comparables", "contract", "created", "decision", "draft", "entry", "finding", "id",
    "leans_on", "line", "object", "project", "review", "rows", "suggestion", "supersedes", "task", "time_entry", "updated",
    "withdrawn",
})  # fmt: skip
"""Members of JSON bodies that hold ids and codes, by which records find each other: never rewritten, unless one is the name."""


def new_pseudonym() -> str:
    """A name that tells nothing and is given once: no key and no guess leads back from it."""
    return f"{_MARK}{secrets.token_hex(8)}"


def is_pseudonym(name: str) -> bool:
    """Whether this person was erased: nothing is learned from them any more."""
    return name.startswith(_MARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """By what a person is known here. ``accounts`` are ids of their accounts, which name nobody themselves.

    ``addresses`` are further mail addresses of theirs. ``called`` are names that others may share ("Ann Lee"): looked for and
    told, never replaced. ``others`` are ids and logins of other people in which one of these names stands.
    """

    person: str
    logins: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The person's id, login names and addresses, each once."""
        return tuple(dict.fromkeys((self.person, *self.logins, *self.addresses)))

    def is_one(self, value: str) -> bool:
        """Whether ``value`` is one of the names; the case of a mail address tells nothing (RFC 5321 lets it, nobody does)."""
        return value in self.all or ("@" in value and value.casefold() in {one.casefold() for one in self.all})

    def stand_in(self, value: str) -> bool:
        """Whether a text holds one of the names, or what the person is called by."""
        found = _inside((*filter(is_distinctive, self.all), *self.called), self.others)
        return self.is_one(value) or any(hit.lastgroup == "own" for hit in found.finditer(value))

    def stand_in_json(self, value: Any) -> bool:
        """The same for any text of a JSON value, keys too."""
        if isinstance(value, str):
            return self.stand_in(value)
        if isinstance(value, Mapping):
            return any(self.stand_in(name) or self.stand_in_json(inner) for name, inner in value.items())
        return isinstance(value, (list, tuple)) and any(map(self.stand_in_json, value))


@dataclass(frozen=True, slots=True)
class Eraser:
    """Replaces one person's names by ``pseudonym``, and empties words where it is told to."""

    names: Names
    pseudonym: str

    def exactly(self, value: str) -> str:
        """The pseudonym where ``value`` is one of the names, else ``value``: for names and ids, whatever a firm put into them."""
        return self.pseudonym if self.names.is_one(value) else value

    def text(self, value: str) -> str:
        """``value`` with the pseudonym in place of the names: where it is one, or holds one long enough to be meant.

        Whatever the case and the form of accents (NFC, NFD); not inside the name of somebody else.
        """
        if self.names.is_one(value):
            return self.pseudonym
        if value in self.names.others:
            return value
        found = _inside(tuple(filter(is_distinctive, self.names.all)), self.names.others)
        return found.sub(lambda hit: self.pseudonym if hit.lastgroup == "own" else hit[0], value)

    def hidden(self, value: str) -> str:
        """:meth:`text`, and without what the person is called by."""
        calls = _inside(self.names.called, ())
        return calls.sub(self.pseudonym, self.text(value)) if self.names.called else self.text(value)

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


def hint_of(name: str) -> str:
    """The longest part of a name that every way of writing it has in common, in lower case: to look for before deciding exactly."""
    parts = re.findall(r"[a-z0-9@.+_-]+", unicodedata.normalize("NFC", name).lower())
    longest = max(parts, key=len, default="")
    return longest if len(longest) >= _SHORTEST_HINT else name


@lru_cache(maxsize=64)
def _inside(names: tuple[str, ...], others: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the names as words of their own (group ``own``), and before them those of others that hold one."""

    def any_of(group: str, wanted: tuple[str, ...]) -> str:
        longest_first = sorted(wanted, key=len, reverse=True)
        return f"(?P<{group}>{'|'.join(map(_however_written, longest_first))})" if wanted else f"(?P<{group}>(?!))"

    either = f"{any_of('others', others)}|{any_of('own', names)}"
    return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.IGNORECASE)


def _however_written(name: str) -> str:
    """A pattern of the name with its accents composed or apart."""
    pairs = ((sign, unicodedata.normalize("NFD", sign)) for sign in unicodedata.normalize("NFC", name))
    return "".join(
        re.escape(one) if one == apart else f"(?:{re.escape(one)}|{re.escape(apart)})" for one, apart in pairs
    )


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
