"""What the OpenAPI document says of answers: the schemas of the data contracts, and the problems of every endpoint."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hourtrail.domain.access import PEOPLE_ONLY, Permission
from hourtrail.policy.roles import SCOPES
from hourtrail_serving.access import RULES, SAFE, Rule
from hourtrail_serving.gate import CSRF_HEADER
from hourtrail_serving.header_words import HEADERS, declare, named
from hourtrail_serving.member_words import describe
from hourtrail_serving.openapi_examples import show
from hourtrail_serving.problems import MEDIA_TYPE
from hourtrail_serving.schemas import SCHEMAS
from hourtrail_serving.schemas.parts import TEXT, Schema, ref
from hourtrail_serving.versions import V1_UNTIL, mark


def answers(schema: str, description: str, *problems: HTTPStatus, status: int = 200) -> dict[int | str, Schema]:
    """The ``responses`` of an endpoint: its answer, and the problems it may give beside those that all may give."""
    always = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        status: {"description": description, "content": {"application/json": {"schema": ref(schema)}}},
        **{int(code): _refusal(code) for code in sorted({*always, *problems})},
    }


def one(schema: str, description: str, *problems: HTTPStatus) -> dict[int | str, Schema]:
    """:func:`answers` of an endpoint that reads one record by its address: with a tag, and 304 for whoever has it already."""
    found = answers(schema, description, HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED, *problems)
    found[200]["headers"] = named("ETag")
    return {**found, 304: {"description": "It is still what If-None-Match names", "headers": named("ETag")}}


def writes(schema: str, description: str, *problems: HTTPStatus, status: int = 200) -> dict[int | str, Schema]:
    """:func:`answers` of an endpoint that takes a body: it may be too large, or come from another site's page."""
    refusals = (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    )
    return answers(schema, description, *refusals, *problems, status=status)


TOKEN_REQUEST: Final[Schema] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "grant_type": {"const": "client_credentials"},
                    "scope": {"description": "space-separated; all of the secret's when left out", **TEXT},
                    "client_id": TEXT,
                    "client_secret": TEXT,
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
    "apiKey": {"type": "http", "scheme": "bearer", "description": "an API key"},
    "session": {
        "type": "apiKey", "in": "cookie", "name": "hourtrail_session",
        "description": "a person who signed in; what changes something also needs the session's X-CSRF-Token",
    },
    "csrf": {
        "type": "apiKey", "in": "header", "name": CSRF_HEADER,
        "description": "the `csrf_token` of the session, as `GET /v1/me` tells it",
    },
}  # fmt: skip


def _security(rule: Rule, method: str) -> list[Schema]:
    """Any one of these: a token or key with a scope that is enough, or a session whose roles are. Names are permissions."""
    found: list[Schema] = []
    for needed in rule.needs:
        names = [needed.value]
        if needed is Permission.SIGNED_IN:
            names = []
        elif needed in PEOPLE_ONLY:
            continue
        found += [{"oauth2": names}, {"apiKey": names}]
    session: Schema = {"session": [needed.value for needed in rule.needs]}
    return [*found, session if method in SAFE else {**session, "csrf": []}]


def _refusal(code: HTTPStatus) -> Schema:
    return {"description": code.phrase, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}


def _secure(document: Schema) -> None:
    """Say of every operation what it needs, by the table that is enforced; and how it refuses."""
    document["components"]["securitySchemes"] = _SCHEMES
    for path, item in document["paths"].items():
        for method, operation in item.items():
            rule = RULES[method.upper(), path]
            operation["security"] = [] if rule.is_open else _security(rule, method.upper())
            refusals = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
            for code in () if rule.is_open else refusals:
                operation["responses"].setdefault(str(int(code)), _refusal(code))
            mark(operation, method.upper(), path, _refusal(HTTPStatus.GONE))
            operation["responses"] = dict(sorted(operation["responses"].items()))
            declare(operation, rule)
            show(operation, method.upper(), path, rule)


def described(app: FastAPI) -> Callable[[], Schema]:
    """The function that gives ``app``'s document, made once."""

    def document() -> Schema:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.setdefault("components", {}).setdefault("schemas", {}).update(json.loads(json.dumps(SCHEMAS)))
            made["components"]["headers"] = HEADERS
            made["info"]["x-served-until"] = V1_UNTIL.isoformat()
            _secure(made)
            describe(made)
            app.openapi_schema = made
        return app.openapi_schema

    return document
