"""What the OpenAPI document says of answers: the schemas of the data contracts, and the problems of every endpoint."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hourtrail.domain.access import PEOPLE_ONLY, Permission, PrincipalKind, Reach, Role
from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.pricing import LineKind
from hourtrail.domain.review import ReviewKind
from hourtrail.exporters.schemas import DECISION, FINDING, SUGGESTION
from hourtrail.policy.roles import SCOPES
from hourtrail_serving.access import RULES, Rule
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

_MONEY: Final = _object(amount={"description": "decimal string in the currency's minor unit", **_TEXT}, currency=_TEXT)
_MONEY_OR_NULL: Final = {"anyOf": [_MONEY, {"type": "null"}]}
_RATE_OR_NULL: Final = {"anyOf": [_object(amount=_TEXT, currency=_TEXT), {"type": "null"}]}
_TAX_OR_NULL: Final[Schema] = {
    "description": "null where the firm keeps no tax rates",
    "anyOf": [
        _object(
            code=_TEXT, rate={"description": "a fraction: 19 % is 0.19", **_TEXT}, amount=_MONEY,
            note={"description": "what the invoice has to say", **_TEXT},
        ),
        {"type": "null"},
    ],
}  # fmt: skip
_LAST_WORD: Final[Schema] = {
    "anyOf": [
        _object(
            object=_TEXT, word=_TEXT, actor=_TEXT, at={"type": "string", "format": "date-time"}, note=_TEXT,
            effective_on={"anyOf": [_DATE, {"type": "null"}]},
        ),
        {"type": "null"},
    ]
}  # fmt: skip
_DRAFT_STATUS: Final = {"enum": ["open", "posted", "withdrawn"]}
_LINE: Final = {
    "id": _TEXT, "draft": _TEXT, "number": _COUNT, "kind": {"enum": [kind.value for kind in LineKind]}, "date": _DATE,
    "entry": _TEXT_OR_NULL, "milestone": _TEXT_OR_NULL, "project": _TEXT, "minutes": _COUNT, "rate": _RATE_OR_NULL,
    "amount": {"description": "net", **_MONEY_OR_NULL}, "tax": _TAX_OR_NULL,
    "why": {"description": "the clause that priced it", **_TEXT},
}  # fmt: skip
_INVOICE_LINE: Final = _object(
    description=_TEXT,
    kind=_TEXT,
    hours=_TEXT,
    rate=_RATE_OR_NULL,
    amount=_MONEY_OR_NULL,
    tax=_TAX_OR_NULL,
    parts=_list(_TEXT),
)

_ROLES: Final = _list({"enum": [role.value for role in Role]})
_ACCOUNT: Final = _object(
    id=_TEXT, login=_TEXT, name=_TEXT, person=_TEXT, roles=_ROLES,
    signs_in_with={"enum": ["password", "identity provider"]}, created_at={"type": "string", "format": "date-time"},
    disabled_at=_INSTANT_OR_NULL,
)  # fmt: skip
_PROGRAM: Final = _object(
    id=_TEXT, kind={"enum": ["api_key", "client_secret"]}, program=_TEXT, client_id=_TEXT,
    visible={"description": "its visible beginning; the secret itself is kept nowhere", **_TEXT}, scopes=_list(_TEXT),
    state={"enum": ["active", "expired", "revoked", "disabled"]}, created_at={"type": "string", "format": "date-time"},
    created_by=_TEXT, expires_at=_INSTANT_OR_NULL, revoked_at=_INSTANT_OR_NULL, last_used_at=_INSTANT_OR_NULL,
    replaces=_TEXT_OR_NULL,
)  # fmt: skip

SCHEMAS: Final[dict[str, Schema]] = {
    "Principal": _object(
        kind={"enum": [kind.value for kind in PrincipalKind]}, id=_TEXT, name=_TEXT,
        person={"description": "whose time is theirs; empty for a program", **_TEXT}, roles=_ROLES,
        permissions={"type": "object", "additionalProperties": {"enum": [reach.value for reach in Reach]}},
        csrf_token={"description": "of the session; null for a program", **_TEXT_OR_NULL},
    ),
    "Accounts": _object(accounts=_list(_ACCOUNT), programs=_list(_PROGRAM)),
    "AccessToken": _object(
        access_token=_TEXT, token_type={"const": "Bearer"}, expires_in=_COUNT,
        scope={"description": "space-separated", **_TEXT},
    ),
    "TokenError": _object(error={"description": "RFC 6749, 5.2", **_TEXT}, error_description=_TEXT),
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
        total=_COUNT, audits=_COUNT, behind=_COUNT, muted=_list(_object(check=_TEXT, reason=_TEXT, hidden=_COUNT)),
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
        decision_seconds=_NUMBER, decision_seconds_per_confirmed_hour=_NUMBER_OR_NULL,
    ),
    "Confidence": _object(
        model=_TEXT, degraded=_TEXT_OR_NULL, policy=_TEXT, mode={"enum": ["shadow", "suggest", "prefill"]}, temperature=_NUMBER,
        renewed_at=_TEXT_OR_NULL, outcomes=_COUNT, unseen_outcomes=_COUNT,
        bands=_list(
            _object(
                band=_TEXT, value=_NUMBER_OR_NULL, shipped=_NUMBER_OR_NULL, target_precision=_NUMBER_OR_NULL, basis=_TEXT,
                labels=_COUNT, coverage=_NUMBER_OR_NULL, coverage_cost=_NUMBER_OR_NULL,
            )
        ),
        audit=_object(
            share=_NUMBER, answers=_COUNT, errors=_COUNT, lower_bound=_NUMBER, promise=_NUMBER, proven={"type": "boolean"},
            still_needed={"type": ["integer", "null"]}, words=_TEXT,
        ),
        limited_people=_list(_object(person=_TEXT, precision=_NUMBER, answers=_NUMBER)),
        breaker=_object(
            tripped={"type": "boolean"}, since=_TEXT_OR_NULL, why=_TEXT, recent=_COUNT, recent_right=_COUNT
        ),
        ask=_object(
            answers=_COUNT, mean_size=_NUMBER_OR_NULL, single=_NUMBER_OR_NULL, over_most=_NUMBER_OR_NULL, most=_COUNT
        ),
        drift=_list(
            _object(
                measure=_TEXT, lately=_NUMBER_OR_NULL, before=_NUMBER_OR_NULL, answers=_COUNT, alarm=_TEXT_OR_NULL
            )
        ),
        events=_list(_object(at=_TEXT, kind=_TEXT, subject=_TEXT, why=_TEXT)),
        unreadable=_list(_TEXT), unreadable_count=_COUNT,
    ),
    "DraftLine": _object(
        **_LINE, draft_status=_DRAFT_STATUS, contract=_TEXT, client=_TEXT, entity=_TEXT,
        posting_date={"description": "accounting day", **_DATE},
    ),
    "DraftLines": _object(
        draft_lines=_list("DraftLine"), next_cursor={"description": "opaque; null on the last page", **_TEXT_OR_NULL}
    ),
    "Draft": _object(
        **{
            "id": _TEXT, "status": _DRAFT_STATUS, "contract": _TEXT, "client": _TEXT, "project": _TEXT, "entity": _TEXT,
            "from": _DATE, "to": _DATE, "posting_date": _DATE, "actor": _TEXT,
            "at": {"type": "string", "format": "date-time"}, "policy": _object(version=_TEXT), "last_word": _LAST_WORD,
            "lines": _list(_object(**_LINE)), "totals": _list(_MONEY), "gross": _list(_MONEY), "shown": _list(_INVOICE_LINE),
            "taxes": _list(_object(code=_TEXT, rate=_TEXT, note=_TEXT, net=_MONEY, tax=_MONEY)),
        },
    ),
    "Dispute": _object(
        id=_TEXT, status={"enum": ["open", "upheld", "dismissed", "withdrawn"]},
        reason={"enum": [reason.value for reason in DisputeReason]}, blame=_TEXT, raised_by=_TEXT, actor=_TEXT,
        at={"type": "string", "format": "date-time"}, line=_TEXT_OR_NULL, entry=_TEXT_OR_NULL, contract=_TEXT, client=_TEXT,
        project=_TEXT, amount=_MONEY_OR_NULL, note=_TEXT, last_word=_LAST_WORD, queue=_TEXT, owner=_TEXT,
    ),
    "Disputes": _object(
        disputes=_list("Dispute"),
        clients=_list(
            _object(client=_TEXT, disputes=_list(_TEXT), reasons={"type": "object", "additionalProperties": _COUNT}, blame=_TEXT)
        ),
        next_cursor={"description": "opaque; null on the last page", **_TEXT_OR_NULL},
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


TOKEN_REQUEST: Final[Schema] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "grant_type": {"const": "client_credentials"},
                    "scope": {"description": "space-separated; all of the secret's when left out", **_TEXT},
                    "client_id": _TEXT,
                    "client_secret": _TEXT,
                },
                "required": ["grant_type"],
            }
        }
    },
}

_SCHEMES: Final[Schema] = {
    "oauth2": {
        "type": "oauth2",
        "description": "client credentials; the token is sent as Authorization: Bearer",
        "flows": {
            "clientCredentials": {"tokenUrl": "/v1/oauth/token", "scopes": {scope.value: scope.value for scope in SCOPES}}
        },
    },
    "apiKey": {"type": "http", "scheme": "bearer", "description": "an API key, hourtrail keys create"},
    "session": {
        "type": "apiKey", "in": "cookie", "name": "hourtrail_session",
        "description": "a person who signed in; what changes something also needs the session's X-CSRF-Token",
    },
}  # fmt: skip


def _security(rule: Rule) -> list[Schema]:
    """Any one of these: a token or key with a scope that is enough, or a session whose roles are. Names are permissions."""
    found: list[Schema] = []
    for needed in rule.needs:
        names = [needed.value]
        if needed is Permission.SIGNED_IN:
            names = []
        elif needed in PEOPLE_ONLY:
            continue
        found += [{"oauth2": names}, {"apiKey": names}]
    return [*found, {"session": [needed.value for needed in rule.needs]}]


def _secure(document: Schema) -> None:
    """Say of every operation what it needs, by the table that is enforced; and how it refuses."""
    document["components"]["securitySchemes"] = _SCHEMES
    for path, item in document["paths"].items():
        for method, operation in item.items():
            rule = RULES[method.upper(), path]
            operation["security"] = [] if rule.is_open else _security(rule)
            if rule.is_open:
                continue
            for code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
                operation["responses"].setdefault(
                    str(int(code)), {"description": code.phrase, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
                )
            operation["responses"] = dict(sorted(operation["responses"].items()))


def described(app: FastAPI) -> Callable[[], Schema]:
    """The function that gives ``app``'s document, made once."""

    def document() -> Schema:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
            _secure(made)
            app.openapi_schema = made
        return app.openapi_schema

    return document
