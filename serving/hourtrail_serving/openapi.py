"""What the OpenAPI document says of answers: the schemas of the data contracts, and the problems of every endpoint."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.review import ReviewKind
from hourtrail.exporters.schemas import DECISION, FINDING, SUGGESTION
from hourtrail_serving.problems import MEDIA_TYPE

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_INSTANT_OR_NULL: Final[Schema] = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
_TEXT_OR_NULL: Final[Schema] = {"anyOf": [_TEXT, {"type": "null"}]}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
_STATUS: Final[Schema] = {"enum": [status.value for status in EntryStatus]}


def _object(**properties: Schema) -> Schema:
    """An object whose members are always there; new ones may come."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": True,
    }


def _list(of: str | Schema) -> Schema:
    return {"type": "array", "items": ref(of) if isinstance(of, str) else of}


def ref(name: str) -> Schema:
    """A reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(name: str) -> Schema:
    return {"anyOf": [ref(name), {"type": "null"}]}


_WITHHELD: Final = _object(
    block=_TEXT, reason=_TEXT, person=_TEXT, date={"anyOf": [_DATE, {"type": "null"}]}, title=_TEXT,
    suggestion=_TEXT_OR_NULL,
)  # fmt: skip
_TIME_ENTRY: Final = _object(
    id=_TEXT, person=_TEXT, date=_DATE, minutes=_COUNT, client=_TEXT, project=_TEXT, task=_TEXT, start=_INSTANT_OR_NULL,
    end=_INSTANT_OR_NULL, billable={"type": ["boolean", "null"]}, narrative=_TEXT,
    hourly_rate={"description": "decimal string", **_TEXT_OR_NULL}, currency=_TEXT, status=_STATUS,
    created_at=_INSTANT_OR_NULL, source=_TEXT, write_off_minutes=_COUNT, billable_minutes={"type": ["integer", "null"]},
    suggestion=_TEXT_OR_NULL, decision=_TEXT_OR_NULL,
)  # fmt: skip
_APPROVAL: Final[Schema] = _object(
    **{"from": _STATUS, "to": _STATUS, "actor": _TEXT, "at": {"type": "string", "format": "date-time"}, "note": _TEXT}
)
_GRID_ROW: Final = _object(
    client=_TEXT, project=_TEXT, task=_TEXT, booked=_list(_COUNT), proposed=_list(_COUNT),
    planned_minutes={"type": ["integer", "null"]},
)  # fmt: skip
_DEGRADED: Final = {"description": "why rules answer instead of the model; null when the model does", **_TEXT_OR_NULL}
_MODEL: Final = _object(name=_TEXT, version=_TEXT, digest=_TEXT)
_REFUSED: Final = _object(
    file=_TEXT,
    line={"type": ["integer", "null"]},
    index={"type": ["integer", "null"]},
    field=_TEXT_OR_NULL,
    reason=_TEXT,
)

_NUMBER: Final[Schema] = {"type": "number", "minimum": 0}
_NUMBER_OR_NULL: Final[Schema] = {"anyOf": [_NUMBER, {"type": "null"}]}
_FLAG: Final[Schema] = {"type": "boolean"}
_QUEUE_ITEM: Final = _object(
    id=_TEXT, rank={"type": ["integer", "null"]}, finding=ref("Finding"), size=_COUNT, members=_list(_TEXT),
    probability=_NUMBER, value_at_risk=_list(_object(amount=_TEXT, currency=_TEXT)), age_days=_COUNT, weight=_NUMBER,
    reason={"description": "why it stands where it stands", **_TEXT}, queue=_TEXT, owner=_TEXT,
    due={"anyOf": [_DATE, {"type": "null"}]}, escalated=_FLAG,
    version={"description": "send it back with a review, so that nothing is answered that was not shown", **_TEXT},
)  # fmt: skip
_REVIEW: Final = _object(
    id=_TEXT, finding=_TEXT, act={"description": "the same for all rows of one act", **_TEXT},
    kind={"enum": [kind.value for kind in ReviewKind]}, actor=_TEXT, at={"type": "string", "format": "date-time"},
    reason_code=_TEXT, note=_TEXT, assignee=_TEXT, seconds=_NUMBER_OR_NULL, supersedes=_TEXT_OR_NULL,
    shown={"type": "object"},
)  # fmt: skip
_CHECK_PRECISION: Final = _object(
    check=_TEXT, true_issues=_COUNT, looks=_COUNT, precision=_NUMBER_OR_NULL, probability=_NUMBER, upper=_NUMBER, muted=_FLAG,
    why=_TEXT, open=_COUNT,
)  # fmt: skip

SCHEMAS: Final[dict[str, Schema]] = {
    "Suggestion": SUGGESTION,
    "Decision": DECISION,
    "Withheld": _WITHHELD,
    "TimeEntry": _TIME_ENTRY,
    "Suggestions": _object(suggestions=_list("Suggestion"), withheld=_list("Withheld"), degraded=_DEGRADED),
    "Computed": _object(
        suggestions=_list("Suggestion"), withheld=_list("Withheld"), created=_COUNT, updated=_COUNT, withdrawn=_COUNT,
        totals=_list(_object(person=_TEXT, date=_DATE, working_minutes=_COUNT, project_minutes=_COUNT)), degraded=_DEGRADED,
        strangers=_list(_TEXT),
    ),
    "Scored": _object(
        suggestions=_list("Suggestion"), withheld=_list("Withheld"), refused=_list(_REFUSED), model=_MODEL,
        policy=_object(version=_TEXT), as_of={"type": "string", "format": "date-time"}, degraded=_DEGRADED,
    ),
    "Decided": _object(decision=ref("Decision"), time_entries=_list("TimeEntry")),
    "TimeEntries": _object(time_entries=_list("TimeEntry")),
    "Trail": _object(
        time_entry=ref("TimeEntry"), decision=_or_null("Decision"), suggestion=_or_null("Suggestion"),
        evidence=_list({"type": "object"}), approvals=_list(_APPROVAL),
    ),
    "Week": _object(person=_TEXT, monday=_DATE, rows=_list(_GRID_ROW)),
    "Alive": _object(status={"const": "alive"}),
    "Readiness": _object(
        status={"enum": ["ready", "degraded", "unavailable"]}, database=_TEXT, schema=_TEXT, model=_MODEL, degraded=_DEGRADED
    ),
    "Finding": FINDING,
    "QueueItem": _QUEUE_ITEM,
    "Review": _REVIEW,
    "Queue": _object(
        items=_list("QueueItem"), next_cursor={"description": "opaque; null on the last page", **_TEXT_OR_NULL},
        total=_COUNT, audits=_COUNT, muted=_list(_object(check=_TEXT, reason=_TEXT, hidden=_COUNT)),
    ),
    "FindingDetail": _object(
        finding=ref("Finding"), item=_or_null("QueueItem"), time_entry=_or_null("TimeEntry"),
        comparable_entries=_list("TimeEntry"), reviews=_list("Review"),
    ),
    "Reviewed": _object(act=_TEXT, reviews=_list("Review"), muting=_list(_TEXT)),
    "Clearing": _object(
        **{"id": _TEXT, "actor": _TEXT, "at": {"type": "string", "format": "date-time"}, "from": _DATE, "to": _DATE},
        cleared=_COUNT, flagged=_COUNT, own=_COUNT, sampled=_COUNT, seconds=_NUMBER_OR_NULL,
    ),
    "Precision": _object(
        policy=_TEXT, checks=_list(_CHECK_PRECISION),
        cleared=_object(
            entries=_COUNT, drawn=_COUNT, audited=_COUNT, wrong=_COUNT, wrong_share=_NUMBER_OR_NULL, upper=_NUMBER
        ),
        review_seconds=_NUMBER, confirmed_hours=_NUMBER, seconds_per_confirmed_hour=_NUMBER_OR_NULL,
    ),
    "Problem": {
        "description": "RFC 9457",
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": {"description": "what happened and what to do", **_TEXT},
            "errors": _list({"type": "object", "properties": {"in": _TEXT, "at": _TEXT, "reason": _TEXT}}),
        },
        "required": ["type", "title", "status", "detail"],
    },
}  # fmt: skip


def answers(schema: str, description: str, *problems: HTTPStatus, status: int = 200) -> dict[int | str, Schema]:
    """The ``responses`` of an endpoint: its answer, and the problems it may give beside those that all may give."""
    always = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        status: {"description": description, "content": {"application/json": {"schema": ref(schema)}}},
        **{
            int(code): {"description": code.phrase, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
            for code in sorted({*always, *problems})
        },
    }


def writes(schema: str, description: str, *problems: HTTPStatus, status: int = 200) -> dict[int | str, Schema]:
    """:func:`answers` of an endpoint that takes a body: it may be too large, or come from another site's page."""
    refusals = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return answers(schema, description, *refusals, *problems, status=status)


def described(app: FastAPI) -> Callable[[], Schema]:
    """The function that gives ``app``'s document, made once."""

    def document() -> Schema:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
            app.openapi_schema = made
        return app.openapi_schema

    return document
