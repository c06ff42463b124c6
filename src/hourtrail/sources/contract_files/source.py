"""The source that reads the files of the data contracts."""

from collections.abc import Iterator
from pathlib import Path

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.errors import NothingRead
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files.kinds import is_recognised, shape_of
from hourtrail.sources.contract_files.reading import read_records

_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")


class ContractFileSource:
    """Activities as JSON Lines or CSV, master data and time entries as CSV; each may be gzip-compressed."""

    name = "contract_files"

    def recognises(self, path: Path) -> bool:
        """Whether the name may be a contract file's and the header (or the first object) is one's."""
        if not path.name.lower().removesuffix(".gz").endswith(_SUFFIXES):
            return False
        try:
            return is_recognised(shape_of(path).names)
        except NothingRead:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Record | Rejected]:
        """Every record of the file; see :func:`~hourtrail.sources.contract_files.reading.read_records`."""
        return read_records(path, options.record, options)
