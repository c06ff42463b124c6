"""Read the time entries of one file as columns: a million rows in the time of a few million numbers, not of as many objects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hourtrail.columnar import EntryColumns, ListedEntries
from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import NothingRead
from hourtrail.sources.contract_files.delimited import names_of, rows
from hourtrail.sources.contract_files.entrywise import EntryBuilder
from hourtrail.sources.contract_files.kinds import contract_named, require_columns, shape_of
from hourtrail.sources.contract_files.lines import Lines, open_stream
from hourtrail.sources.contract_files.plain import Block, PlainReader
from hourtrail.sources.contract_files.reading import MAX_ROWS, read_numbered
from hourtrail.sources.contract_files.records import Plan, RecordMaker, RowRefused

_WORD: Final = "time-entries"
_ROWS_AT_ONCE: Final = 20_000
_ONE_BY_ONE: Final = 15
"""Rows that cost more as columns than one by one."""

_Row: TypeAlias = tuple[int, list[str] | str]


@dataclass(frozen=True, slots=True)
class EntryFile:
    """The entries of a file, the line on which each begins, and the rows that were refused, all in the order of the file."""

    entries: EntryColumns
    lines: npt.NDArray[np.int64]
    refused: list[Rejected]


def read_entries(path: Path, options: ReadOptions) -> EntryFile:
    """The same entries and refusals as ``read_numbered(path, "time-entries", options)`` gives, and the same errors."""
    shape = shape_of(path)
    if not shape.delimiter:
        return _one_by_one(path, options)
    maker = RecordMaker(contract_named(_WORD), options)
    with open_stream(path) as stream:
        reader = _Reader(path, stream, shape.delimiter, maker)
        reader.read()
    entries, lines = reader.builder.entries()
    return EntryFile(entries, lines, reader.refused)


def _one_by_one(path: Path, options: ReadOptions) -> EntryFile:
    good: list[TimeEntry] = []
    lines: list[int] = []
    refused: list[Rejected] = []
    for line, row in read_numbered(path, _WORD, options):
        if isinstance(row, Rejected):
            refused.append(row)
        elif isinstance(row, TimeEntry):
            good.append(row)
            lines.append(line)
    return EntryFile(ListedEntries(good), np.array(lines, np.int64), refused)


class _Reader:
    """Walks through one CSV file, stretch by stretch."""

    def __init__(self, path: Path, stream: object, delimiter: str, maker: RecordMaker) -> None:
        self._path, self._stream, self._delimiter, self._maker = path, stream, delimiter, maker
        self._lines = Lines(stream)  # type: ignore[arg-type] # what open_stream gives
        found = rows(self._lines, delimiter)
        line, header = next(found, (1, "the file holds no header row"))
        if isinstance(header, str):
            raise NothingRead(f"{path}:{line}: {header}")
        names = names_of(header)
        require_columns(path, maker.contract, names, maker.stood_in)
        self._found = found
        self._plan = Plan(maker, names)
        self._left = MAX_ROWS
        self.builder = EntryBuilder(maker, self._plan)
        self.refused: list[Rejected] = []

    def read(self) -> None:
        """Every row that may be read; what ends the reading early is told like a refused row."""
        for chunk in self._chunks():
            cut = chunk[: self._left]
            self._rows(cut)
            self._left -= len(cut)
            if len(cut) < len(chunk):
                self._refuse(chunk[len(cut)][0], None, f"stopped after {MAX_ROWS} rows; split the file here")
                return
        if self._lines.broken:
            self._refuse(self._lines.number + 1, None, f"{self._lines.broken}; the rows before are kept")

    def _chunks(self) -> Iterator[list[_Row]]:
        if isinstance(self._stream, BufferedReader):
            plain = PlainReader(self._stream, self._delimiter, self._plan.width, self._lines.number)
            for block in plain:
                if not block.regular or len(block.lines) > self._left or not self._add(block):
                    yield self._split(block)
            self._lines = Lines(self._stream, number=plain.line, offset=plain.offset)
            self._found = rows(self._lines, self._delimiter, after=plain.line)
        chunk: list[_Row] = []
        for row in self._found:
            chunk.append(row)
            if len(chunk) >= _ROWS_AT_ONCE:
                yield chunk
                chunk = []
        yield chunk

    def _add(self, block: Block) -> bool:
        """All rows of a regular block at once; False when one of them needs a closer look."""
        width, count = self._plan.width, len(block.lines)
        cells = self._delimiter.join(block.lines).split(self._delimiter)
        columns = [cells[place::width] for place in range(width)]
        if not self.builder.add(columns, range(block.first, block.first + count)):
            return False
        self._left -= count
        return True

    def _split(self, block: Block) -> list[_Row]:
        cells = ((line, text.split(self._delimiter)) for line, text in enumerate(block.lines, start=block.first))
        return [(line, row) for line, row in cells if any(row)]

    def _rows(self, chunk: Sequence[_Row]) -> None:
        """Rows in their order; those that cannot be split into the header's columns are refused in between."""
        width = self._plan.width
        for fits, some in groupby(chunk, key=lambda row: not isinstance(row[1], str) and len(row[1]) == width):
            if fits:
                self._stretch(list(some))
                continue
            for line, cells in some:
                self._single(line, cells)

    def _stretch(self, chunk: Sequence[_Row]) -> None:
        """Rows of the right width: all at once where nothing is wrong, else their halves, and in the end one by one."""
        if len(chunk) > _ONE_BY_ONE:
            columns = list(zip(*(cells for _, cells in chunk), strict=True))
            if self.builder.add(columns, [line for line, _ in chunk]):
                return
            half = len(chunk) // 2
            self._stretch(chunk[:half])
            self._stretch(chunk[half:])
            return
        for line, cells in chunk:
            self._single(line, cells)

    def _single(self, line: int, cells: list[str] | str) -> None:
        if isinstance(cells, str):
            self._refuse(line, None, cells)
            return
        try:
            entry = self._maker.from_texts(self._plan, cells)
        except RowRefused as refused:
            self._refuse(line, refused.column, refused.reason)
            return
        if isinstance(entry, TimeEntry):
            self.builder.add_entry(entry, line)

    def _refuse(self, line: int, column: str | None, reason: str) -> None:
        self.refused.append(Rejected(file=str(self._path), line=line, field=column, reason=reason))
