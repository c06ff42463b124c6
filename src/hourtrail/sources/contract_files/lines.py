"""Physical lines of a UTF-8 file, plain or gzip, one at a time and within bounds."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Final

from hourtrail.domain.errors import NothingRead

MAX_LINE: Final = 1 << 20
"""Bytes of one physical line; a longer one is refused and skipped."""
MAX_BYTES: Final = 8 << 30
"""Bytes of one file after decompression: far above any real export, and the end of a decompression bomb."""

MAX_HEADER: Final = 1 << 16
"""Bytes of a header row, and of what is looked at to recognise a file."""

_OTHER_ENCODINGS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_NOT_TEXT: Final = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
}
_BOM: Final = "\ufeff"


@dataclass(slots=True)
class Lines:
    """The lines of a file. ``faults`` says, by line number, why a line may not be used; its text is then only filler.

    ``offset`` is how many bytes were read, ``broken`` says why the reading ended before the end of the file.
    """

    stream: gzip.GzipFile | BufferedReader
    number: int = 0
    broken: str = ""
    faults: dict[int, str] = field(default_factory=dict)
    offset: int = 0

    def __iter__(self) -> Iterator[str]:
        while raw := self._next():
            self.number += 1
            yield self._text(raw)
            self.offset += len(raw)

    def fault_within(self, first: int, last: int) -> str:
        """The first fault of the lines ``first`` to ``last`` (and forget it), or the empty string."""
        if not self.faults:
            return ""
        found = [self.faults.pop(number) for number in range(first, last + 1) if number in self.faults]
        return found[0] if found else ""

    def _next(self) -> bytes:
        if self.offset >= MAX_BYTES:
            self.broken = f"stopped after {MAX_BYTES >> 30} GiB; split the file"
            return b""
        try:
            return self.stream.readline(MAX_LINE + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = f"the compressed file is cut or damaged here ({error}); fetch it again"
        except OSError as error:
            self.broken = f"reading failed here: {error.strerror or error}"
        return b""

    def _text(self, raw: bytes) -> str:
        if len(raw) > MAX_LINE:
            self.faults[self.number] = f"the line is longer than {MAX_LINE >> 20} MiB"
            while raw and not raw.endswith(b"\n"):
                raw = self._next()
                self.offset += len(raw)
            return "\n"
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            at = self.offset + error.start
            self.faults[self.number] = (
                f"byte {at} (0x{raw[error.start]:02x}) is not UTF-8; save the file as UTF-8 and read it again"
            )
            return raw.decode(errors="replace")
        if "\0" in text:
            self.faults[self.number] = f"byte {self.offset + raw.index(0)} is NUL; the line is damaged"
        return text.removeprefix(_BOM) if self.number == 1 else text


def open_stream(path: Path) -> gzip.GzipFile | BufferedReader:
    """The file's bytes, decompressed when it is gzip by content. Raises NothingRead when it cannot be opened."""
    if not path.is_file():
        raise NothingRead(f"{path}: is not a file; name a CSV or JSON Lines file")
    try:
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"\x1f\x8b"
        return gzip.GzipFile(path) if zipped else path.open("rb")
    except OSError as error:
        raise NothingRead(f"{path}: cannot be read: {error.strerror or error}") from error


def head_of(path: Path, size: int = MAX_HEADER) -> bytes:
    """Up to ``size`` first bytes; fewer where a damaged archive gives no more. Raises NothingRead."""
    head = bytearray()
    with open_stream(path) as stream:
        try:
            while len(head) < size and (piece := stream.read1(size - len(head))):
                head += piece
        except (EOFError, zlib.error, OSError) as error:
            if not head:
                raise NothingRead(f"{path}: cannot be read: {error}; fetch it again") from error
    return bytes(head)


def require_text(path: Path, head: bytes) -> None:
    """Refuse at once what is another encoding or another format. Raises NothingRead with what it is and what to do."""
    for mark, what in _OTHER_ENCODINGS.items():
        if head.startswith(mark):
            raise NothingRead(f"{path}: byte 0 (0x{head[0]:02x}) begins {what} text; save the file as UTF-8")
    for mark, what in _NOT_TEXT.items():
        if head.startswith(mark):
            raise NothingRead(f"{path}: is {what}, not text; export it as CSV in UTF-8")


def first_line(path: Path, head: bytes) -> str:
    """The first line that is not blank. Raises NothingRead when it is no UTF-8 text, or longer than ``head``."""
    body = head.lstrip(b"\r\n")
    line, ended, _ = body.partition(b"\n")
    start = len(head) - len(body)
    if b"\0" in line:
        raise NothingRead(f"{path}: byte {start + line.index(0)} is NUL, so this is no text; export it as CSV in UTF-8")
    if not ended and len(line) >= MAX_HEADER:
        raise NothingRead(f"{path}: the header row is longer than {MAX_HEADER} bytes; is this a CSV file?")
    try:
        return line.decode().removeprefix(_BOM).rstrip("\r")
    except UnicodeDecodeError as error:
        at = start + error.start
        raise NothingRead(f"{path}: byte {at} (0x{head[at]:02x}) is not UTF-8; save the file as UTF-8") from error
