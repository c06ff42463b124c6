"""JSON Schemas of the data contracts: ``python -m hourtrail.sources.contract_files.schemas OUTDIR``.

A schema describes one record: a line of JSON Lines, or a CSV row whose cells are read by their types.
"""

import json
import sys
from pathlib import Path
from typing import Any

from hourtrail.sources.contract_files.catalogue import DATA_CONTRACTS
from hourtrail.sources.contract_files.columns import Column, DataContract


def schema_of(contract: DataContract) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one record; unknown members are allowed, they are kept in ``extra``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": contract.title,
        "description": contract.about,
        "type": "object",
        "properties": {column.name: _property(column) for column in contract.published},
        "required": list(contract.required),
        "additionalProperties": True,
    }


def _property(column: Column) -> dict[str, Any]:
    body = {"description": column.meaning, **column.type.schema}
    if column.default:
        default = column.default
        body["default"] = json.loads(default) if column.type.schema.get("type") in {"boolean", "integer"} else default
    return body


def write_schemas(folder: Path) -> list[Path]:
    """Write ``<kind>.schema.json`` for every contract into ``folder``; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for word, contract in DATA_CONTRACTS.items():
        path = folder / f"{word}.schema.json"
        path.write_text(json.dumps(schema_of(contract), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m hourtrail.sources.contract_files.schemas OUTDIR")
    write_schemas(Path(sys.argv[1]))
