"""Errors as RFC 9457 problems: one place turns Hourtrail's error tree into status codes, and none shows a traceback."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from hourtrail.domain.access import MissingPermission, OutOfReach
from hourtrail.domain.accounts import NotSignedIn, TooManyFailures
from hourtrail.domain.errors import (
    Conflict,
    HourtrailError,
    IllegalTransition,
    InvalidInput,
    ModelUnavailable,
    NotAllowed,
    NotFound,
)
from hourtrail.domain.settings import FeatureOff
from hourtrail.domain.tenant import TenantSuspended
from hourtrail.flows.bulk import OneByOneOnly
from hourtrail.flows.decide_batch import BatchRefused
from hourtrail.flows.directory.removing import StillReferred
from hourtrail.flows.modes import ModeNotProven
from hourtrail.flows.timesheets import Blocked
from hourtrail.store import StoreUnavailable
from hourtrail_serving.access import RULES, ForgedForm, TooManyRequests, is_act_on
from hourtrail_serving.etags import PreconditionFailed
from hourtrail_serving.fault_words import place_of, reason_of, sentence
from hourtrail_serving.idempotency import KeyInWork, KeyReused
from hourtrail_serving.next_steps import told
from hourtrail_serving.served import Busy
from hourtrail_serving.versions import Gone

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "urn:hourtrail:problem:"

# The first class that matches decides; every other HourtrailError is a request that cannot be carried out.
_KINDS: Final[tuple[tuple[type[HourtrailError], HTTPStatus, str, str], ...]] = (
    (KeyReused, HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", "The key was used for another request"),
    (Gone, HTTPStatus.GONE, "gone", "This address has been taken away"),
    (NotFound, HTTPStatus.NOT_FOUND, "not-found", "No such record"),
    (NotSignedIn, HTTPStatus.UNAUTHORIZED, "not-signed-in", "Nobody is signed in"),
    (TooManyFailures, HTTPStatus.TOO_MANY_REQUESTS, "too-many-failures", "Too many failed attempts"),
    (TooManyRequests, HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
    (MissingPermission, HTTPStatus.FORBIDDEN, "missing-permission", "Your roles or scopes do not allow this"),
    (OutOfReach, HTTPStatus.FORBIDDEN, "out-of-reach", "This is about somebody else"),
    (ForgedForm, HTTPStatus.FORBIDDEN, "forged-form", "This does not come from our own page"),
    (TenantSuspended, HTTPStatus.FORBIDDEN, "tenant-suspended", "The firm's access is suspended"),
    (FeatureOff, HTTPStatus.FORBIDDEN, "feature-off", "The firm does not have this part of the product"),
    (ModeNotProven, HTTPStatus.CONFLICT, "mode-not-proven", "The mode is not proven yet"),
    (NotAllowed, HTTPStatus.FORBIDDEN, "not-allowed", "This actor may not do this"),
    (StillReferred, HTTPStatus.CONFLICT, "still-referred", "Something refers to this row"),
    (Blocked, HTTPStatus.CONFLICT, "blocked", "Findings stand in the way"),
    (OneByOneOnly, HTTPStatus.CONFLICT, "one-by-one", "The policy wants this looked at on its own"),
    (BatchRefused, HTTPStatus.CONFLICT, "batch-refused", "Nothing of the batch was carried out"),
    (PreconditionFailed, HTTPStatus.PRECONDITION_FAILED, "precondition-failed", "The record is not the one you read"),
    (IllegalTransition, HTTPStatus.CONFLICT, "illegal-transition", "The entry cannot go to that status"),
    (KeyInWork, HTTPStatus.CONFLICT, "key-in-work", "The first request with this key is being worked on"),
    (Conflict, HTTPStatus.CONFLICT, "conflict", "The record changed or was decided"),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "The request does not fit"),
    (ModelUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "model-unavailable", "The model cannot answer"),
    (StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "store-unavailable", "The database cannot answer"),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE, "busy", "Too much is being computed"),
    (HourtrailError, HTTPStatus.UNPROCESSABLE_ENTITY, "refused", "The request cannot be carried out"),
)

_OTHERS: Final[tuple[tuple[HTTPStatus, str, str], ...]] = (
    (HTTPStatus.BAD_REQUEST, "bad-request", "Bad Request"),
    (HTTPStatus.FORBIDDEN, "foreign-origin", "Forbidden"),
    (HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "Method Not Allowed"),
    (HTTPStatus.REQUEST_TIMEOUT, "request-timeout", "Request Timeout"),
    (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "Request Entity Too Large"),
    (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-encoding", "Unsupported Media Type"),
    (HTTPStatus.MISDIRECTED_REQUEST, "foreign-host", "Misdirected Request"),
    (HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong inside"),
)
"""What is refused before or beside the error tree."""

CODES: Final[dict[str, tuple[HTTPStatus, str]]] = {
    name: (status, title) for status, name, title in (*((s, n, t) for _, s, n, t in _KINDS), *_OTHERS)
}
"""Every stable code with its status and title; ``docs/reference/http-api.md`` says when each is given."""

_WAITS: Final[tuple[tuple[type[HourtrailError], int], ...]] = (
    (KeyInWork, 1), (Busy, 5), (StoreUnavailable, 30), (ModelUnavailable, 30),
)  # fmt: skip
"""Seconds until it is worth asking again."""

_UNREADABLE: Final = "There was an error parsing the body"
"""FastAPI's words for a body that is no text."""

MOST_FAULTS: Final = 50
"""Faults listed of one request; a list of thousands helps nobody."""


def status_of(error: HourtrailError) -> HTTPStatus:
    """The status code of an error; pages use it too."""
    return next(status for kind, status, _, _ in _KINDS if isinstance(error, kind))


def problem(
    status: int,
    name: str,
    title: str,
    detail: str,
    *,
    errors: Sequence[dict[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """One problem document; ``errors`` lists the faulty members of the request."""
    body = _document(status, name, title, detail, errors)
    return JSONResponse(body, status_code=int(status), media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem."""
    app.add_exception_handler(HourtrailError, _hourtrail)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Exception, _unexpected)


async def _hourtrail(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HourtrailError)
    body = body_of(error)
    headers = {**_share(request), **challenge(request, error)}
    return JSONResponse(body, status_code=body["status"], media_type=MEDIA_TYPE, headers=headers)


def _share(request: Request) -> dict[str, str]:
    """What the gate tells of whoever asks, where it came to know them: a refusal counts as a request too."""
    told: dict[str, str] = getattr(request.state, "told", {})
    return told


def body_of(error: HourtrailError) -> dict[str, Any]:
    """The problem document of an error."""
    status, name, title = next((s, n, t) for kind, s, n, t in _KINDS if isinstance(error, kind))
    detail = told(error)
    if isinstance(error, StoreUnavailable):
        # The message names the database's address, which is the operator's business.
        log.error("%s", error)
        detail = "the database does not answer; the server's log says why. Try again later"
    return _document(status, name, title, detail, _listed(error))


def _listed(error: HourtrailError) -> list[dict[str, Any]]:
    """What an error names one by one: where in the request, or which record, and why."""
    if isinstance(error, BatchRefused):
        return [{"in": "body", "at": f"decisions.{place}", "reason": str(fault)} for place, fault in error.faults]
    if isinstance(error, Blocked):
        found = [{"in": "finding", "at": row.id, "reason": row.explanation} for row in error.findings]
        return found[:MOST_FAULTS]
    if isinstance(error, StillReferred):
        return [{"in": "record", "at": one.what, "reason": f"{one.count} of them"} for one in error.by]
    if isinstance(error, OneByOneOnly):
        return [{"in": "record", "at": name, "reason": why} for name, why in error.why.items()][:MOST_FAULTS]
    if isinstance(error, ModeNotProven):
        return [{"in": "record", "at": row.name, "reason": row.words} for row in error.missing]
    return []


def _document(status: int, name: str, title: str, detail: str, errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {"type": f"{TYPE_BASE}{name}", "title": title, "status": int(status), "detail": detail}
    return {**body, "errors": list(errors)} if errors else body


def _wait(error: HourtrailError) -> int | None:
    """After how many seconds the same may go well; None where waiting helps nothing."""
    if isinstance(error, (TooManyRequests, TooManyFailures)):
        return error.seconds
    return next((seconds for kind, seconds in _WAITS if isinstance(error, kind)), None)


def challenge(request: Request, error: HourtrailError) -> dict[str, str]:
    """The headers of a refusal: how to authenticate (RFC 6750, 3), or when to come back."""
    if isinstance(error, Gone):
        return error.headers
    if (seconds := _wait(error)) is not None:
        return {"Retry-After": str(seconds), **(error.headers if isinstance(error, TooManyRequests) else {})}
    if isinstance(error, NotSignedIn):
        shown = ', error="invalid_token"' if "authorization" in request.headers else ""
        return {"WWW-Authenticate": f'Bearer realm="hourtrail"{shown}'}
    if isinstance(error, MissingPermission) and "authorization" in request.headers:
        return {"WWW-Authenticate": 'Bearer realm="hourtrail", error="insufficient_scope"'}
    return {}


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    errors = [{"in": str(row["loc"][0]), "at": place_of(row), "reason": reason_of(row)} for row in faults[:MOST_FAULTS]]
    detail = sentence(faults)
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "The request does not fit", detail, errors=errors,
        headers=_share(request),
    )  # fmt: skip


async def http_problem(request: Request, error: Exception) -> JSONResponse:
    """A refusal of the framework, in the product's words."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    derived = status.phrase.lower().replace(" ", "-")
    name = next((code for known, code, _ in _OTHERS if known is status), derived)
    headers = {**_share(request), **(error.headers or {})}
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _methods(request)
    return problem(status, name, status.phrase, _detail(request, status, error.detail), headers=headers)


def _methods(request: Request) -> str:
    """Every method of this address; Starlette names those of the first route alone (RFC 9110, 10.2.1)."""
    path = request.scope["path"]
    known = {method for method, route in RULES if compile_path(route)[0].match(path) and not is_act_on(route, path)}
    return ", ".join(sorted(known))


def _detail(request: Request, status: HTTPStatus, detail: str) -> str:
    if status is HTTPStatus.NOT_FOUND:
        return "there is nothing at this address; /docs lists what there is, for programs /openapi.json"
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        return f"{request.method} does nothing at this address; it takes {_methods(request) or 'no request'}"
    if detail == _UNREADABLE:
        return "the body cannot be read; send one JSON object in UTF-8 with Content-Type: application/json"
    return detail or status.description


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    # The server logs the traceback itself; the client learns nothing of the inside.
    title = "Something went wrong inside"
    detail = f"{request.method} {request.url.path} failed; nothing of it was kept. The server's log says why."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", title, detail)
