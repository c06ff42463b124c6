"""What a piece of work looks like, as columns: shared by what is asked and by what is remembered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import numpy as np

from hourtrail.domain.instants import zone_named
from hourtrail.features.arrays import Encode, Floats, Ints, Keys, Terms, Vectors
from hourtrail.features.keys import folded, keys
from hourtrail.features.lexical import terms

_TICKET: Final = re.compile(r"\b([A-Z][A-Z0-9_]{1,19})-\d{1,9}\b")
_NUMBERED: Final = re.compile(r"^(.+?)[-#!]\d+$")
_SEPARATORS: Final = re.compile(r"[/\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of work before it becomes a row of columns."""

    person: str
    at: datetime
    zone: str
    text: str
    container: str
    reference: str
    series: str
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploded:
    """An attribute with any number of values a row: row numbers and keys, one for each value."""

    rows: Ints
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Columns of n pieces of work. ``at`` is in seconds since 1970; ``hour`` and ``weekday`` are local.

    ``text`` is 0 for a blank text; ``vectors`` has the shape (n, dimension), or is None without an encoder.
    """

    person: Keys
    at: Floats
    hour: Floats
    weekday: Floats
    text: Keys
    vectors: Vectors | None
    terms: Terms
    same: Mapping[str, Exploded]

    @classmethod
    def of(cls, pieces: Sequence[Piece], encode: Encode | None) -> "Traits":
        """Columns of ``pieces``, in their order."""
        texts = [" ".join(piece.text.split()) for piece in pieces]
        at = np.fromiter((piece.at.timestamp() for piece in pieces), dtype=np.float64, count=len(pieces))
        hour, weekday = _local_clock(pieces)
        return cls(
            person=keys(piece.person for piece in pieces),
            at=at,
            hour=hour,
            weekday=weekday,
            text=folded(texts),
            vectors=None if encode is None else embedded(texts, encode),
            terms=terms(texts),
            same={
                "series": _exploded((piece.series,) for piece in pieces),
                "container": _exploded((piece.container,) for piece in pieces),
                "prefix": _exploded((ticket_project(piece.reference, piece.text),) for piece in pieces),
                "reference": _exploded((piece.reference,) for piece in pieces),
                "domain": _exploded(piece.domains for piece in pieces),
            },
        )


def embedded(texts: Sequence[str], encode: Encode) -> Vectors:
    """One vector a text, each distinct text encoded once; a blank text gives zeros. Shape (len(texts), dimension)."""
    distinct = sorted({text for text in texts if text})
    if not distinct:
        return np.zeros((len(texts), 0), dtype=np.float32)
    vectors = np.asarray(encode(distinct), dtype=np.float32)
    place = {text: row for row, text in enumerate(distinct)}
    padded = np.concatenate((vectors, np.zeros((1, vectors.shape[1]), dtype=np.float32)))
    return padded[[place.get(text, -1) for text in texts]]


def same_dimension(vectors: Vectors, dimension: int) -> Vectors:
    """Vectors of blank texts alone have no dimension of their own; they become zeros of the one that is asked for."""
    return vectors if vectors.shape[1] == dimension else np.zeros((len(vectors), dimension), dtype=np.float32)


def ticket_project(reference: str, text: str) -> str:
    """The project part of a ticket key: ``ABC`` of ``ABC-12``, ``team/app`` of ``team/app#7``; of the text where no reference says it."""
    if reference:
        found = _NUMBERED.match(_last_segment(reference) if "://" in reference else reference)
        return found.group(1) if found else ""
    named = _TICKET.search(text[:2000])
    return named.group(1) if named else ""


@lru_cache(maxsize=1 << 14)
def container_names(container: str) -> tuple[str, ...]:
    """The container as given and by its last part, without ``.git``: a path and a name mean the same repository."""
    whole = container.strip().rstrip("/\\").casefold()
    names = dict.fromkeys((whole, _last_segment(whole).removesuffix(".git")))
    return tuple(name for name in names if name)


def parent_domains(domain: str) -> tuple[str, ...]:
    """``eu.acme.com`` and ``acme.com``: a mail domain and those above it that still have two parts."""
    parts = domain.strip().casefold().split(".")
    return tuple(".".join(parts[start:]) for start in range(max(1, len(parts) - 1)))


def _last_segment(path: str) -> str:
    return _SEPARATORS.split(path.rstrip("/\\"))[-1]


def _exploded(values: Iterable[tuple[str, ...]]) -> Exploded:
    found = [(row, value) for row, several in enumerate(values) for value in dict.fromkeys(several) if value]
    return Exploded(
        rows=np.fromiter((row for row, _ in found), dtype=np.int64, count=len(found)),
        keys=folded(value for _, value in found),
    )


def _local_clock(pieces: Sequence[Piece]) -> tuple[Floats, Floats]:
    local = [piece.at.astimezone(zone_named(piece.zone)) for piece in pieces]
    hour = np.array([clock.hour + clock.minute / 60.0 for clock in local], dtype=np.float64)
    return hour, np.array([clock.weekday() for clock in local], dtype=np.float64)
