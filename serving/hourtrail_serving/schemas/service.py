"""Health, and problems."""

from typing import Final

from hourtrail_serving.schemas.parts import DEGRADED, MODEL, TEXT, Schema, list_of, object_of

SCHEMAS: Final[dict[str, Schema]] = {
    "Alive": object_of(status={"const": "alive"}),
    "Readiness": object_of(
        status={"enum": ["ready", "degraded", "unavailable"]}, database=TEXT, schema=TEXT, model=MODEL, degraded=DEGRADED
    ),
    "Problem": {
        "description": "RFC 9457",
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": {"description": "what happened and what to do", **TEXT},
            "errors": list_of({"type": "object", "properties": {"in": TEXT, "at": TEXT, "reason": TEXT}}),
        },
        "required": ["type", "title", "status", "detail"],
    },
}  # fmt: skip
