"""Stretches of a CSV file in which nothing is quoted: their cells are found by splitting, many lines at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Final

from hourtrail.sources.contract_files.lines import MAX_BYTES, MAX_LINE

_BLOCK: Final = 1 << 21
"""Bytes that are read at once: a bound on memory; more gain nothing."""
_LONG: Final = MAX_LINE // 4
"""Characters of a line that need no second look, whatever their bytes."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines; ``first`` is the number of the first one. ``regular``: each has the width of the header, none is blank."""

    first: int
    lines: Sequence[str]
    regular: bool


class PlainReader:
    """Reads blocks of plain lines from where ``stream`` stands, until one is not plain or the file ends.

    ``line`` lines lie before that place. Afterwards the stream stands behind the last plain block, ``line`` and ``offset``
    say where that is.
    """

    def __init__(self, stream: BufferedReader, delimiter: str, width: int, line: int) -> None:
        self._stream, self._delimiter, self._width = stream, delimiter, width
        self.line, self.offset = line, stream.tell()

    def __iter__(self) -> Iterator[Block]:
        while text := self._next():
            lines = text.split("\n")
            if not lines[-1]:
                lines.pop()
            if max(map(len, lines)) > _LONG:
                break
            yield Block(self.line + 1, lines, self._is_regular(lines))
            self.line, self.offset = self.line + len(lines), self._stream.tell()
        self._stream.seek(self.offset)

    def _next(self) -> str:
        """The text of the next block; empty at the end, and where csv has to look more closely or a line is damaged."""
        try:
            raw = self._stream.read(_BLOCK)
            raw += self._stream.readline(MAX_LINE + 1)
        except OSError:
            return ""
        if b'"' in raw or b"\0" in raw or self.offset + len(raw) > MAX_BYTES:
            return ""
        if b"\r" in raw:
            raw = raw.replace(b"\r\n", b"\n")
        try:
            return raw.decode() if b"\r" not in raw else ""
        except UnicodeDecodeError:
            return ""

    def _is_regular(self, lines: Sequence[str]) -> bool:
        blank = self._delimiter * (self._width - 1)
        return blank not in lines and {line.count(self._delimiter) for line in lines} == {self._width - 1}
