"""What other systems send, and what became of it: activities, the directory, expenses, payments, ids, usage."""

from typing import Final

from hourtrail_serving.schemas.parts import (
    COUNT,
    DATE,
    INSTANT,
    NEXT_CURSOR,
    NUMBER,
    REFUSED,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
)

_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": COUNT}
_REFERENCE: Final = object_of(source=TEXT, external_id=TEXT)

SCHEMAS: Final[dict[str, Schema]] = {
    "Ingested": object_of(
        read=COUNT, created=COUNT, updated=COUNT, unchanged=COUNT, withdrawn=COUNT,
        refused={"description": "rows that were not kept, each with its index", **list_of(REFUSED)},
        by_kind=_COUNTS, dropped={"description": "by privacy rule, never what", **_COUNTS}, redacted=_COUNTS, seconds=NUMBER,
    ),
    "Activities": object_of(
        activities={"description": "rows of activities.schema.json", **list_of({"type": "object"})}, next_cursor=NEXT_CURSOR
    ),
    "WithdrawnActivities": object_of(withdrawn={"description": "external ids", **list_of(TEXT)}),
    "DirectoryRow": {
        **object_of(
            id={"description": "stable as long as its codes are", **TEXT},
            source={"description": "as the row was told last", **TEXT_OR_NULL}, external_id=TEXT_OR_NULL,
            references={"description": "what each other system calls it", **list_of(_REFERENCE)},
            extra={"description": "unknown columns", "type": "object", "additionalProperties": TEXT},
        ),
        "description": "a row of the kind's schema in data/contracts; what is not said is null",
    },
    "RemovedRow": object_of(kind=TEXT, id=TEXT),
    "Usage": object_of(
        **{"tenant": TEXT, "from": DATE, "to": DATE},
        usage=list_of(object_of(day=DATE, workflow=TEXT, unit=TEXT, count=COUNT)),
        totals={"description": "over all days; people once", **list_of(object_of(workflow=TEXT, unit=TEXT, count=COUNT))},
    ),
    "RecordRow": {
        **object_of(
            id={"description": "stable for ever", **TEXT}, source=TEXT, external_id=TEXT, amount=TEXT, currency=TEXT,
            told={"description": "how often it was told", **COUNT}, told_at=INSTANT, told_by=TEXT,
        ),
        "description": "a row of the kind's schema in data/contracts; one by its id has what was told before in `before`",
    },
    "Records": object_of(rows=list_of("RecordRow"), next_cursor=NEXT_CURSOR),
    "ExternalIds": object_of(external_ids=list_of(object_of(kind=TEXT, id=TEXT, source=TEXT, external_id=TEXT))),
    "DirectoryRows": object_of(rows=list_of("DirectoryRow"), next_cursor=NEXT_CURSOR),
}  # fmt: skip
