"""Many instants at once: those in the two usual forms by arithmetic on their digits, all others one by one."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from hourtrail.columnar import NO_INSTANT, from_instant

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Parse = Callable[[str], object]

_PATTERN: Final = np.frombuffer(b"0000-00-00T00:00:00", np.uint8)
_DIGITS: Final = np.flatnonzero(ord("0") == _PATTERN)
_MARKS: Final = np.flatnonzero(ord("0") != _PATTERN)
_ZULU, _OFFSET = len("2026-03-02T09:00:00Z"), len("2026-03-02T09:00:00+01:00")


def instants_of(texts: Sequence[str], parse: Parse) -> Ints:
    """Microseconds since 1970 in UTC (``hourtrail.columnar.instants``), ``NO_INSTANT`` for an empty text.

    ``parse`` reads a text of any form, to an aware ``datetime`` in UTC or to None. It raises InvalidInput.
    """
    out = np.full(len(texts), NO_INSTANT, np.int64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    for length in (_ZULU, _OFFSET):
        rows = np.flatnonzero(lengths == length)
        if len(rows):
            some = texts if len(rows) == len(texts) else [texts[row] for row in rows.tolist()]
            out[rows], sure = _by_digits(some, length)
            lengths[rows[sure]] = 0
    for row in np.flatnonzero(lengths).tolist():
        out[row] = from_instant(parse(texts[row]))  # type: ignore[arg-type] # what an INSTANT is parsed to
    return out


def _by_digits(texts: Sequence[str], length: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The instants, and which of them are sure: written in the usual form, and in no year near the ends of the calendar."""
    raw = "".join(texts).encode("ascii", errors="replace")
    letters = np.frombuffer(raw, np.uint8).reshape(len(texts), length)
    digits = letters.astype(np.int64) - ord("0")
    sure = (letters[:, _MARKS] == _PATTERN[_MARKS]).all(axis=1)
    sure &= ((digits[:, _DIGITS] >= 0) & (digits[:, _DIGITS] <= 9)).all(axis=1)
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in (5, 8, 11, 14, 17))
    sure &= (year >= 2) & (year <= 9998) & (month >= 1) & (month <= 12)
    sure &= (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(sure, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64)
    sure &= (day >= 1) & (day <= (months + 1).astype("datetime64[D]").astype(np.int64) - days)
    minutes = ((days + day - 1) * 24 + hour) * 60 + minute
    if length == _ZULU:
        sure &= letters[:, 19] == ord("Z")
    else:
        ahead, offset, usual = _offsets(letters, digits)
        sure &= usual
        minutes -= np.where(ahead, offset, -offset)
    return (minutes * 60 + second) * 1_000_000, sure


def _offsets(letters: Bytes, digits: Ints) -> tuple[npt.NDArray[np.bool_], Ints, npt.NDArray[np.bool_]]:
    """Whether each offset is ahead of UTC, its minutes, and whether it is written as usual."""
    ahead = letters[:, 19] == ord("+")
    hours, minutes = digits[:, 20] * 10 + digits[:, 21], digits[:, 23] * 10 + digits[:, 24]
    numbers = digits[:, [20, 21, 23, 24]]
    usual = (ahead | (letters[:, 19] == ord("-"))) & (letters[:, 22] == ord(":"))
    usual &= ((numbers >= 0) & (numbers <= 9)).all(axis=1) & (hours < 24) & (minutes < 60)
    return ahead, hours * 60 + minutes, usual
