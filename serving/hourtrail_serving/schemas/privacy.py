"""What an erasure removes and rewrites, by table."""

from typing import Final

from hourtrail_serving.schemas.parts import COUNT, FLAG, TEXT, Schema, list_of, object_of

_BY_TABLE: Final[Schema] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}

SCHEMAS: Final[dict[str, Schema]] = {
    "Erasure": object_of(
        erased={"description": "false: nothing was done yet, send `confirm` back", **FLAG},
        removed={"description": "rows that go, by table", **_BY_TABLE},
        rewritten={"description": "rows that lose names and words, and stay", **_BY_TABLE},
        left={
            "description": "where the person goes on being named (ids, what others wrote); at most 1,000 of `left_in_all`",
            **list_of(object_of(table=TEXT, column=TEXT, row=TEXT)),
        },
        left_in_all=COUNT,
        confirm={"description": "what to send to do it; empty once it is done", **TEXT},
        pseudonym={"description": "what stands in the person's place since; empty before", **TEXT},
        wiped={"description": "whether the file of a SQLite database was overwritten too", **FLAG},
    ),
}
