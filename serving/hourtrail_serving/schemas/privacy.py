"""What an erasure removes and rewrites, by table."""

from typing import Final

from hourtrail_serving.schemas.parts import FLAG, TEXT, Schema, object_of

_BY_TABLE: Final[Schema] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}

SCHEMAS: Final[dict[str, Schema]] = {
    "Erasure": object_of(
        erased={"description": "false: nothing was done yet, send `confirm` back", **FLAG},
        removed={"description": "rows that go, by table", **_BY_TABLE},
        rewritten={"description": "rows that lose names and words, and stay", **_BY_TABLE},
        confirm={"description": "what to send to do it; empty once it is done", **TEXT},
        pseudonym={"description": "what stands in the person's place since; empty before", **TEXT},
        wiped={"description": "whether the file of a SQLite database was overwritten too", **FLAG},
    ),
}
