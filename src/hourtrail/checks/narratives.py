"""Narratives as any language writes them: words, and how much they say."""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 2_000
# Our own choice: a sign of Chinese, Japanese or Korean is taken to say as much as three letters of an alphabet.
_WIDE: Final = 3


def words(text: str) -> list[str]:
    """The words of a text, whatever its script, without case, accents and punctuation; only of its first 2,000 signs."""
    return _WORD.findall(_plain(text[:_LONGEST]))


def folded(text: str) -> str:
    """The words as one text: equal for texts that differ in case, accents, blanks and punctuation alone."""
    return " ".join(words(text))


def said(text: str, known: frozenset[str] = frozenset()) -> int:
    """How much a text says: letters and digits of its distinct words that are not ``known`` already, wide signs thrice.

    A word of one sign repeated (``xxxx``) says nothing.
    """
    return sum(_size(word) for word in set(words(text)) - known if len(set(word)) > 1 or _is_wide(word[0]))


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    # Marks are no letters for the pattern, so the vowel signs of Hindi or Thai would cut words apart.
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M"))
    return unicodedata.normalize("NFC", kept).casefold()


def _size(word: str) -> int:
    return len(word) if word.isascii() else sum(_WIDE if _is_wide(sign) else 1 for sign in word)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in {"W", "F"}
