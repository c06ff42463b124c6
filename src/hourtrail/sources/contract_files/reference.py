"""The reference page of the data files: ``python -m hourtrail.sources.contract_files.reference OUTFILE``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.columns import Column, DataContract
from hourtrail.sources.contract_files.lines import MAX_BYTES, MAX_LINE
from hourtrail.sources.contract_files.reading import MAX_ROWS
from hourtrail.sources.contract_files.values import MAX_CODE, MAX_ITEMS, MAX_TEXT

_RULES: Final = f"""\
# Data files

The files that `hourtrail ingest`, `check` and `backtest` read. This page is generated from the code that reads them
(`python -m hourtrail.sources.contract_files.reference docs/reference/data-files.md`); the JSON Schema of each kind is
`data/contracts/<kind>.schema.json`.

## Rules for all of them

- **Text** is UTF-8, with or without a byte order mark. A line with other bytes is refused with the position of the first
  one and never guessed at; a header, or a whole file, in another encoding ends the reading.
- **CSV** has a header row and RFC 4180 quoting, lines end in LF or CRLF. Columns come in any order; headers are read
  without surrounding blanks and in any case. Semicolons or tabs separate too, but only where the header is one of the
  kinds below when it is split by them and is none when it is split by commas. A row with more or fewer cells than the
  header is refused: a shifted row is never guessed right. Rows of empty cells are left out.
- An apostrophe before `=`, `+`, `-`, `@` at the beginning of a CSV cell is dropped: exports put it there so that no
  spreadsheet runs the cell as a formula.
- **JSON Lines** has one object a line with the same names, exactly as written here; numbers, booleans and lists may be
  JSON values. A file whose first character is `{{`, or whose name ends in `.jsonl` or `.ndjson`, is read so.
- Both may be **gzip**-compressed. Of a damaged archive, the rows before the damage are kept.
- An **unknown column** is kept in `extra`. A missing optional column, or an empty cell, stands for the default.
  Without a **required column** the file is refused, and the message names what is missing and the nearest name present.
- An **instant** has an offset or `Z`; without one it is refused, unless `--zone` names a zone.
- A **row that cannot be read** is reported with file, line, column and reason; every other row is kept. A quote that is
  never closed costs its own row only.
- A **second row with the same identity** in one file is refused, the first good one is kept.
- The **kind** is the one that shares most columns with the header; `ingest --as` names it where that is not enough.
  Clients, projects, expenses and payments are always named.
- An **id in another system** (`source` + `external_id`) names one row of its kind for ever. A second row with it is refused;
  so is a row whose codes are others than those that the id has stood for. Rows that dates tell apart (assignments, rates,
  holidays, periods, taxes) may move: the row with that id takes the place of the one before.
- A file with a header and no rows is an empty file of its kind, not an error.

Limits: {MAX_ROWS:,} rows and {MAX_BYTES >> 30} GiB (decompressed) a file, {MAX_LINE >> 20} MiB a line, {MAX_TEXT:,} \
characters a text, {MAX_CODE} an identifier, {MAX_ITEMS:,} items a list.
"""


def reference_page() -> str:
    """The page in Markdown."""
    return "\n".join([_RULES, *(line for contract in DATA_CONTRACTS.values() for line in _section(contract))])


def _section(contract: DataContract) -> Iterator[str]:
    yield f"## {contract.title} (`--as {contract.word}`)\n"
    yield contract.about + "\n"
    yield f"Identity: {_identity(contract)}.\n"
    yield "| column | need | type | written | default | meaning |\n|---|---|---|---|---|---|"
    yield from (_row(column) for column in contract.published)
    yield ""


def _identity(contract: DataContract) -> str:
    return " + ".join(f"`{name}`" for name in contract.identity) or "the whole row"


def _row(column: Column) -> str:
    name = f"**{column.name}**" if column.required else column.name
    default = f"`{column.default}`" if column.default else ""
    need = "yes" if column.required else ""
    return f"| {name} | {need} | {column.type.name} | {column.type.written} | {default} | {column.meaning} |"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m hourtrail.sources.contract_files.reference OUTFILE")
    Path(sys.argv[1]).write_text(reference_page(), encoding="utf-8")
