"""Rows of a JSON body as records of the data contracts, by the same reader that reads the files."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.flows.ingest import IngestReport
from hourtrail.sources.contract_files.kinds import contract_named
from hourtrail.sources.contract_files.objects import parse_object
from hourtrail.sources.contract_files.records import RecordMaker, RowRefused

R = TypeVar("R")

Row: TypeAlias = dict[str, Any]
"""A row of a data contract as it comes in a body."""

_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

# Nothing in a contract file depends on the day it is read.
_OPTIONS: Final = ReadOptions(today=date(1970, 1, 1))


def ingested(report: IngestReport) -> Row:
    """What became of rows: as the command tells it, with what the privacy rules did even where that is nothing."""
    return {"dropped": {}, "redacted": {}, **report.to_json()}


def read_rows(
    word: str, rows: Sequence[dict[str, Any]], kind: type[R], refused: list[Rejected]
) -> Iterator[tuple[int, R]]:
    """The good rows with their index; bad ones are added to ``refused``. ``word`` is what ``ingest --as`` calls the kind."""
    maker = RecordMaker(contract_named(word), _OPTIONS)
    for index, row in enumerate(rows):
        body = _as_written(row)
        if isinstance(body, str):
            refused.append(Rejected(file=word, index=index, reason=body))
            continue
        try:
            record = maker.from_object(body)
        except RowRefused as fault:
            refused.append(Rejected(file=word, index=index, field=fault.column, reason=fault.reason))
            continue
        assert isinstance(record, kind)
        yield index, record


def _as_written(row: Row) -> Row | str:
    """The row as the reader of files takes it, or why it is none: numbers as they were written, no text that cannot be stored."""
    values = row.values()
    if all(type(value) is str for value in values) and not _UNSTORABLE.search("".join((*row, *values))):
        return row
    return parse_object(json.dumps(row))
