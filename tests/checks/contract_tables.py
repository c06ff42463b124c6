"""Entries and master data written as the files that people hand in, and read as those are."""

import csv
import tempfile
from datetime import date
from pathlib import Path

from tests.checks import tables

from hourtrail.domain.activity import ReadOptions
from hourtrail.sources.contract_files import read_all


def read(word: str, table: str) -> list:
    """The records of a ``|``-separated table with the columns of a data contract, read as a file is."""
    lines = tables.rows(table)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, lines[0])
            writer.writeheader()
            writer.writerows(lines)
        good, refused = read_all(path, word, ReadOptions(today=date(2026, 12, 31)))
    assert refused == []
    return good
