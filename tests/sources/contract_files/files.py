"""Short ways to write a file and to read it, for the tests of this folder."""

from datetime import date
from pathlib import Path

from hourtrail.domain.activity import ReadOptions, Rejected
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files import read_all

TODAY = date(2026, 3, 31)
ENTRIES = "id,person,date,minutes,project"


def read(path: Path, record: str = "", **options: str) -> tuple[list[Record], list[Rejected]]:
    """The good and the refused of a file."""
    return read_all(path, record, ReadOptions(today=TODAY, **options))


def entries(folder: Path, *rows: str, header: str = ENTRIES, end: str = "\n") -> Path:
    """A time-entries file of these rows."""
    path = folder / "entries.csv"
    path.write_bytes("".join(line + end for line in (header, *rows)).encode())
    return path


def good_row(number: int) -> str:
    """A good row under ENTRIES."""
    return f"e{number},ana,2026-03-02,60,P"


def ids(records: list[Record]) -> list[str]:
    """The ids of time entries, in order."""
    return [record.id for record in records]
