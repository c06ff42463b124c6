"""The one last word of a person on a draft, a dispute or a proposed rate. A second one is refused, whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from hourtrail.domain.decision import require_person
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import utc

NOTE_LIMIT: Final = 2_000
"""Characters of a note or a reason."""


class Word(StrEnum):
    """What was said."""

    POSTED = "posted"
    """The draft is handed to the books; its time counts as invoiced."""
    WITHDRAWN = "withdrawn"
    """The draft, dispute or proposal is taken back; what a draft claimed is free again."""
    UPHELD = "upheld"
    """The dispute is right: what it is about is not billed as it stands."""
    DISMISSED = "dismissed"
    """The dispute is not right."""
    APPROVED = "approved"
    """The rate enters the rate card."""
    REJECTED = "rejected"
    """The rate does not."""


WORDS: Final[Mapping[str, frozenset[Word]]] = {
    "draft": frozenset({Word.POSTED, Word.WITHDRAWN}),
    "dispute": frozenset({Word.UPHELD, Word.DISMISSED, Word.WITHDRAWN}),
    "rate_change": frozenset({Word.APPROVED, Word.REJECTED, Word.WITHDRAWN}),
}
"""Which words fit which kind of object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """A row of the log of last words. ``effective_on`` is the accounting day of a posting, else None.

    Raises NotAllowed for a model or a service, InvalidInput for a word that does not fit ``kind``.
    """

    object: str
    kind: str
    word: Word
    actor: str
    at: datetime
    note: str = ""
    effective_on: date | None = None

    def __post_init__(self) -> None:
        require_person(self.actor)
        object.__setattr__(self, "at", utc(self.at, "at"))
        if self.word not in WORDS[self.kind]:
            raise InvalidInput(f"a {self.kind.replace('_', ' ')} cannot be {self.word}")
        require_short(self.note, "note")


def require_short(text: str, what: str) -> None:
    """A text that people write beside something. Raises InvalidInput when it is too long."""
    if len(text) > NOTE_LIMIT:
        raise InvalidInput(f"a {what} holds at most {NOTE_LIMIT} characters; this one has {len(text)}")
