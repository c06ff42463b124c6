"""CSV exports, read row by row; a column that stands several times (Jira's comments) becomes a list."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from hourtrail.domain.errors import InvalidInput
from hourtrail.sources.tickets.json_export import encoding_of
from hourtrail.sources.tickets.mapping import Item, Shape

_DELIMITERS: Final = ",;\t"


def header_of(line: str) -> tuple[list[str], str]:
    """The column names in a file's first line, and what separates them."""
    separator = max(_DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        names = []
    return [name.strip() for name in names], separator


def shape_of_header(line: str, shapes: tuple[Shape, ...]) -> Shape | None:
    """The shape that a header names, if any."""
    names = set(header_of(line)[0])
    return next((shape for shape in shapes if shape.csv and names.issuperset(shape.needs)), None)


def csv_rows(path: Path, head: bytes) -> Iterator[tuple[int, Item | InvalidInput]]:
    """Line number and row, or what is wrong with that row; memory holds one row."""
    with path.open(encoding=encoding_of(head), errors="surrogateescape", newline="") as stream:
        names, separator = header_of(stream.readline().strip("\r\n"))
        yield from _rows(stream, names, separator)


def _rows(stream: TextIO, names: list[str], separator: str) -> Iterator[tuple[int, Item | InvalidInput]]:
    rows = csv.reader(stream, delimiter=separator, strict=True)
    while True:
        line = rows.line_num + 2  # the header, and lines count from 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, InvalidInput(f"this row is no CSV: {error}; is a quotation mark left open?")
            continue
        if not any(cells):
            continue
        if len(cells) > len(names):
            yield (
                line,
                InvalidInput(f"this row has {len(cells)} cells under {len(names)} columns; quote the separators"),
            )
        elif not _is_text(cells):
            yield line, InvalidInput("this row is not UTF-8; save the file as UTF-8")
        else:
            yield line, _row(names, cells)


def _is_text(cells: list[str]) -> bool:
    """Whether every byte of the row could be decoded; the others stand there as half surrogates, which nothing can encode."""
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True


def _row(names: list[str], cells: list[str]) -> Item:
    row: dict[str, object] = dict.fromkeys(names, "")
    for name, cell in zip(names, cells, strict=False):
        held = row[name]
        if isinstance(held, list):
            held.append(cell)
        elif held and cell:
            row[name] = [held, cell]
        elif cell:
            row[name] = cell
    return row
