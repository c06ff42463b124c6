"""Read one contract file: every good row becomes a record, every bad one says where and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.bulk import Bulk
from hourtrail.sources.contract_files.delimited import names_of, rows
from hourtrail.sources.contract_files.kinds import contract_named, contract_of, require_columns, shape_of
from hourtrail.sources.contract_files.lines import Lines, open_stream
from hourtrail.sources.contract_files.objects import objects
from hourtrail.sources.contract_files.records import Plan, RecordMaker, RowRefused

MAX_ROWS: Final = 5_000_000
"""Rows of one file; what follows is refused with the advice to split it."""


_Row: TypeAlias = tuple[int, list[str] | str]
_Result: TypeAlias = Record | RowRefused

# More rows at once gain nothing; fewer than some cost more together than one by one.
_ROWS_AT_ONCE: Final = 2_000
_BYTES_AT_ONCE: Final = 1 << 20
_ONE_BY_ONE: Final = 15


def read_records(path: Path, record: str, options: ReadOptions) -> Iterator[Record | Rejected]:
    """Stream the records of one file, as :func:`read_numbered` does, without their lines."""
    return (row for _, row in read_numbered(path, record, options))


def read_numbered(path: Path, record: str, options: ReadOptions) -> Iterator[tuple[int, Record | Rejected]]:
    """Stream the records of one file, each with the line on which it begins. ``record`` is a word of ``ingest --as``, or
    empty to go by the header.

    Every refused row is yielded where it stands, so a caller that lists them bounds its own list. Raises NothingRead, before
    the first record, when the file as a whole cannot be used (not text, empty, required columns missing), InvalidInput for
    an unknown word, UnknownZone for an unknown ``options.zone``.
    """
    named = contract_named(record) if record else None
    shape = shape_of(path)
    contract = named or contract_of(path, shape)
    maker = RecordMaker(contract, options)
    with open_stream(path) as stream:
        lines = Lines(stream)
        results = _from_csv(path, lines, shape.delimiter, maker) if shape.delimiter else _from_json(lines, maker)
        count = line = 0
        for count, (line, result) in enumerate(results, start=1):
            if count > MAX_ROWS:
                break
            yield line, _rejected(path, line, result) if isinstance(result, RowRefused) else result
        if count > MAX_ROWS:
            reason = f"stopped after {MAX_ROWS} rows; split the file here"
            yield line, Rejected(file=str(path), line=line, reason=reason)
        elif lines.broken:
            line, reason = lines.number + 1, f"{lines.broken}; the rows before are kept"
            yield line, Rejected(file=str(path), line=line, reason=reason)


def read_all(path: Path, record: str, options: ReadOptions) -> tuple[list[Record], list[Rejected]]:
    """The good records and the refused rows of one file, as :func:`read_records` tells them, both in file order."""
    good: list[Record] = []
    refused: list[Rejected] = []
    for row in read_records(path, record, options):
        if isinstance(row, Rejected):
            refused.append(row)
        else:
            good.append(row)
    return good, refused


def _rejected(path: Path, line: int, refused: RowRefused) -> Rejected:
    return Rejected(file=str(path), line=line, field=refused.column, reason=refused.reason)


def _from_csv(path: Path, lines: Lines, delimiter: str, maker: RecordMaker) -> Iterator[tuple[int, _Result]]:
    found = rows(lines, delimiter)
    line, header = next(found, (1, "the file holds no header row"))
    if isinstance(header, str):
        raise NothingRead(f"{path}:{line}: {header}")
    names = names_of(header)
    require_columns(path, maker.contract, names, maker.stood_in)
    plan = Plan(maker, names)
    bulk = Bulk(maker, plan)
    for chunk in _chunks(found, lines):
        yield from _made(chunk, maker, plan, bulk)


def _chunks(found: Iterator[_Row], lines: Lines) -> Iterator[list[_Row]]:
    """The rows in stretches that are bounded in number and, by the bytes that were read for them, in size."""
    chunk: list[_Row] = []
    begun = lines.offset
    for row in found:
        chunk.append(row)
        if len(chunk) >= _ROWS_AT_ONCE or lines.offset - begun > _BYTES_AT_ONCE:
            yield chunk
            chunk, begun = [], lines.offset
    yield chunk


def _made(chunk: list[_Row], maker: RecordMaker, plan: Plan, bulk: Bulk) -> Iterator[tuple[int, _Result]]:
    """The results of a stretch of rows: all at once where nothing is wrong, else of its halves, and in the end row by row."""
    if len(chunk) <= _ONE_BY_ONE:
        yield from ((line, _single(cells, maker, plan)) for line, cells in chunk)
        return
    texts = [cells for _, cells in chunk if not isinstance(cells, str)]
    records = bulk.records(texts) if len(texts) == len(chunk) else None
    if records is not None:
        yield from ((line, record) for (line, _), record in zip(chunk, records, strict=True))
        return
    half = len(chunk) // 2
    yield from _made(chunk[:half], maker, plan, bulk)
    yield from _made(chunk[half:], maker, plan, bulk)


def _single(cells: list[str] | str, maker: RecordMaker, plan: Plan) -> _Result:
    if isinstance(cells, str):
        return RowRefused(None, cells)
    try:
        return maker.from_texts(plan, cells)
    except RowRefused as refused:
        return refused


def _from_json(lines: Lines, maker: RecordMaker) -> Iterator[tuple[int, _Result]]:
    for line, body in objects(lines):
        try:
            yield line, RowRefused(None, body) if isinstance(body, str) else maker.from_object(body)
        except RowRefused as refused:
            yield line, refused
