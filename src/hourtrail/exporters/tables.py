"""Rows out as CSV, JSON Lines or one JSON array, streaming. CSV cells that a spreadsheet would run as a formula are defused."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TextIO

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_jsonl(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    """One JSON object a line; returns how many."""
    count = 0
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_json(rows: Iterable[Mapping[str, Any]], out: TextIO) -> int:
    """One JSON array, an element a line; returns how many."""
    count = 0
    out.write("[")
    for row in rows:
        out.write((",\n" if count else "\n") + json.dumps(row, ensure_ascii=False))
        count += 1
    out.write("\n]\n" if count else "]\n")
    return count


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], out: TextIO) -> int:
    """A header and a row each, RFC 4180; lists become ``;``-separated, objects JSON. Returns how many rows."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ";".join(value)
    elif isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        # A leading apostrophe is what spreadsheets themselves use to mark text (OWASP, CSV injection). Text that looks
        # marked already gets another, because the reader drops one: what is exported comes back as it was.
        return f"'{value}" if value.lstrip("'").startswith(FORMULA) else value
    return str(value)
