"""``/v1/oauth/token``: OAuth 2 client credentials (RFC 6749, 4.4), its answers and its errors."""

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_plus

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from hourtrail.domain.access import Permission
from hourtrail.domain.accounts import NotSignedIn
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.identity.programs import Made, ScopeRefused, issue_token
from hourtrail.policy.roles import scopes_named
from hourtrail_serving.gate import Guarded
from hourtrail_serving.openapi import TOKEN_REQUEST
from hourtrail_serving.problems import MEDIA_TYPE
from hourtrail_serving.schemas.parts import ref
from hourtrail_serving.served import Context, Served

router = APIRouter(prefix="/v1", tags=["accounts"], route_class=Guarded)

FORM: Final = "application/x-www-form-urlencoded"


class TokenError(Exception):
    """An error of RFC 6749, 5.2, by its code."""

    def __init__(self, code: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.code, self.description, self.status = code, description, status


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A token", "content": {"application/json": {"schema": ref("AccessToken")}}},
    400: {"description": "Refused", "content": {"application/json": {"schema": ref("TokenError")}}},
    401: {"description": "Unknown client", "content": {"application/json": {"schema": ref("TokenError")}}},
    **{
        int(code): {"description": code.phrase, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
        for code in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.TOO_MANY_REQUESTS)
    },
}


@router.post("/oauth/token", responses=_RESPONSES, openapi_extra={"requestBody": TOKEN_REQUEST})
async def post_token(request: Request, served: Context) -> JSONResponse:
    """A short-lived access token for a program. The client shows its secret by HTTP Basic or in the form.

    `grant_type=client_credentials`; `scope` (space-separated) narrows what the token may, left out it may what the secret may.
    """
    told = served.login.pace.knock(request.client.host if request.client else "")
    try:
        made = await _issue(request, served)
    except TokenError as error:
        headers = {"WWW-Authenticate": 'Basic realm="hourtrail"'} if error.status is HTTPStatus.UNAUTHORIZED else {}
        body = {"error": error.code, "error_description": error.description}
        return JSONResponse(body, status_code=error.status, headers={**headers, **told, "Pragma": "no-cache"})
    assert made.kept.expires_at is not None
    answer = {
        "access_token": made.secret,
        "token_type": "Bearer",
        "expires_in": max(0, round((made.kept.expires_at - datetime.now(UTC)).total_seconds())),
        "scope": " ".join(made.kept.scopes),
    }
    return JSONResponse(answer, headers={**told, "Pragma": "no-cache"})


async def _issue(request: Request, served: Served) -> Made:
    form = await _form(request)
    client, secret = _client(request, form)
    # Whose program it is says its secret, whatever the host name.
    tenancy = request.app.state.tenancy
    tenant = tenancy.tenant_of(secret)
    if form.get("grant_type", "") != "client_credentials":
        raise TokenError("unsupported_grant_type", "this server knows grant_type=client_credentials")
    scopes: tuple[Permission, ...] | None = None
    try:
        if form.get("scope", "").strip():
            scopes = scopes_named(form["scope"].split())
        tenancy.require(tenant)
        return await run_in_threadpool(issue_token, served.store, tenant, client, secret, scopes)
    except NotSignedIn as error:
        raise TokenError("invalid_client", str(error), HTTPStatus.UNAUTHORIZED) from error
    except ScopeRefused as error:
        raise TokenError("invalid_scope", str(error)) from error
    except InvalidInput as error:
        raise TokenError("invalid_scope", _plain(str(error))) from error


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise TokenError("invalid_request", f"send the request as {FORM}")
    try:
        rows = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    except HTTPException as error:
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        raise TokenError("invalid_request", "the form cannot be read") from error
    if len({name for name, _ in rows}) != len(rows):
        raise TokenError("invalid_request", "a parameter is given more than once")
    return dict(rows)


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("authorization")
    if header is None:
        if not form.get("client_id") or not form.get("client_secret"):
            text = "show client_id and client_secret, by HTTP Basic or in the form"
            raise TokenError("invalid_client", text, HTTPStatus.UNAUTHORIZED)
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        raise TokenError("invalid_request", "show the secret once: by HTTP Basic or in the form")
    scheme, _, encoded = header.partition(" ")
    try:
        client, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise TokenError(
            "invalid_client", "the Authorization header cannot be read", HTTPStatus.UNAUTHORIZED
        ) from error
    if scheme.lower() != "basic" or not colon:
        raise TokenError("invalid_client", "the Authorization header cannot be read", HTTPStatus.UNAUTHORIZED)
    return unquote_plus(client), unquote_plus(secret)


def _plain(text: str) -> str:
    """Without what RFC 6749 keeps out of descriptions."""
    return "".join(char for char in text if " " <= char <= "~" and char not in '"\\')
