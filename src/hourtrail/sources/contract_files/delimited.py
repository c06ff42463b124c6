"""Rows of a CSV file (RFC 4180), each with the physical line on which it starts.

A quote that is never closed costs its own row only: the lines that it swallowed are read again.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final

from hourtrail.sources.contract_files.lines import Lines

MAX_ROW: Final = 1 << 20
"""Characters of one row over all its lines."""
MAX_REREAD: Final = 5_000_000
"""Lines that may be read again after broken quotes, over the whole file: bounds the time a hostile file can take."""

_ADVICE: Final = {
    "unexpected end of data": 'a quote (") is opened and never closed',
    "new-line character seen in unquoted field": "it holds a bare carriage return; save the file with LF or CRLF line breaks",
}


class _Feeder:
    """Hands lines to ``csv`` and keeps those of the open row, so that they can be taken back."""

    def __init__(self, lines: Lines, number: int) -> None:
        self.number = number
        self._lines = iter(lines)
        self._open: list[str] = []
        self._size = 0
        self._again: deque[str] = deque()
        self._reread = 0

    def __iter__(self) -> "_Feeder":
        return self

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self._open.append(text)
        self._size += len(text)
        if self._size > MAX_ROW:
            raise csv.Error(f"the row is longer than {MAX_ROW} characters")
        return text

    def close_row(self) -> None:
        """The row is complete."""
        self._open.clear()
        self._size = 0

    def take_back(self) -> None:
        """Give every line of the open row but the first back, to be read as rows of their own."""
        swallowed = self._open[1:]
        self._reread += len(swallowed)
        if self._reread <= MAX_REREAD:
            self._again.extendleft(reversed(swallowed))
            self.number -= len(swallowed)
        self.close_row()


def rows(lines: Lines, delimiter: str, after: int = 0) -> Iterator[tuple[int, list[str] | str]]:
    """Every row as (line, cells), or as (line, reason) where it cannot be read. Blank rows are left out.

    ``after`` lines of the file lie before the first of ``lines``.
    """
    feeder = _Feeder(lines, after)
    reader = csv.reader(feeder, delimiter=delimiter, strict=True)
    while True:
        start = feeder.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = lines.fault_within(start, start)
            feeder.take_back()
            reader = csv.reader(feeder, delimiter=delimiter, strict=True)
            yield start, fault or _in_words(str(error))
            continue
        feeder.close_row()
        if fault := lines.fault_within(start, feeder.number):
            yield start, fault
        elif any(cells):
            yield start, cells


def _in_words(error: str) -> str:
    for start, advice in _ADVICE.items():
        if error.startswith(start):
            return f"the row cannot be read: {advice}"
    return f"the row cannot be read as CSV: {error}; put a cell that holds quotes in quotes and double the inner ones"


def header_cells(line: str, delimiter: str) -> list[str]:
    """The column names of a header line; none when it is no CSV."""
    try:
        return names_of(next(csv.reader([line], delimiter=delimiter, strict=True)))
    except (csv.Error, StopIteration):
        return []


def names_of(cells: list[str]) -> list[str]:
    """Column names without surrounding blanks and in lower case; blank ones are named by their place."""
    return [cell.strip().lower() or f"column {place}" for place, cell in enumerate(cells, start=1)]
