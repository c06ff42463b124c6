"""What the schemas of answers are put together from."""

from typing import Any, Final

from hourtrail.domain.entry import EntryStatus

Schema = dict[str, Any]


def object_of(**properties: Schema) -> Schema:
    """An object whose members are always there; new ones may come."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": True,
    }


def list_of(of: str | Schema) -> Schema:
    """A list of a named schema, or of this one."""
    return {"type": "array", "items": ref(of) if isinstance(of, str) else of}


def ref(name: str) -> Schema:
    """A reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(name: str) -> Schema:
    """A named schema, or null."""
    return {"anyOf": [ref(name), {"type": "null"}]}


TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL: Final[Schema] = {"anyOf": [TEXT, {"type": "null"}]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NUMBER: Final[Schema] = {"type": "number", "minimum": 0}
NUMBER_OR_NULL: Final[Schema] = {"anyOf": [NUMBER, {"type": "null"}]}
FLAG: Final[Schema] = {"type": "boolean"}
DATE: Final[Schema] = {"type": "string", "format": "date"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
INSTANT_OR_NULL: Final[Schema] = {"anyOf": [INSTANT, {"type": "null"}]}
STATUS: Final[Schema] = {"enum": [status.value for status in EntryStatus]}
NEXT_CURSOR: Final[Schema] = {"description": "opaque; null on the last page", **TEXT_OR_NULL}
MODEL: Final = object_of(name=TEXT, version=TEXT, digest=TEXT)
DEGRADED: Final[Schema] = {
    "description": "why rules answer instead of the model; null when the model does",
    **TEXT_OR_NULL,
}
REFUSED: Final = object_of(
    file=TEXT,
    line={"type": ["integer", "null"]},
    index={"type": ["integer", "null"]},
    field=TEXT_OR_NULL,
    reason=TEXT,
)
