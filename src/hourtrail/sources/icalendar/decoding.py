"""From the bytes of a file to text, without losing the events of a file in the wrong encoding."""

import codecs
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NOT_TEXT = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with single line feeds, and what had to be assumed to read it (``line`` is 1-based)."""

    text: str
    complaint: str = ""
    line: int | None = None


def decode(data: bytes) -> Decoded:
    """The text of a calendar file: UTF-8 as RFC 5545 wants it, UTF-16 with or without a mark, else Windows-1252.

    A single byte encoding cannot be recognised with certainty, so that case carries a complaint; times and ids are ASCII
    and stay right, only letters in titles may be wrong.
    """
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :].decode(marked, "replace"))
    if (guessed := _unmarked_utf16(data)) is not None:
        return _decoded(data.decode(guessed, "replace"))
    try:
        return _decoded(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _decoded(
            data.decode("cp1252", "replace"),
            f"the file is not UTF-8 (byte 0x{data[error.start]:02X}) and was read as Windows-1252; "
            "check the letters in its titles, or export the calendar as UTF-8",
            data.count(b"\n", 0, error.start) + 1,
        )


def _unmarked_utf16(data: bytes) -> str | None:
    for encoding in ("utf-16-le", "utf-16-be"):
        if data.lstrip().startswith("BEGIN:".encode(encoding)):
            return encoding
    return None


def _decoded(text: str, complaint: str = "", line: int | None = None) -> Decoded:
    # Control characters have no place in a calendar (RFC 5545, 3.1) and a database refuses NUL.
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_NOT_TEXT)
    return Decoded(plain, complaint, line)
