"""What the document shows of every operation: a request that was made to the sample firm, its answer, and how it refuses.

``examples.json`` is written by ``pytest tests/serving/test_examples.py --update-golden`` from real requests.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hourtrail.domain.accounts import TooManyFailures
from hourtrail_serving.access import Rule, TooManyRequests
from hourtrail_serving.problems import CODES, MEDIA_TYPE, TYPE_BASE
from hourtrail_serving.schemas.parts import Schema

FILE: Final = "examples.json"

_BY_FEATURE: Final = {"feature-off"}
_BY_KEY: Final = {"key-reused", "key-in-work"}
_OF_SIGN_IN: Final = {"too-many-failures"}
_OF_WRITES: Final = {"forged-form", "foreign-origin"}
_OF_OPERATIONS: Final[dict[str, tuple[str, ...]]] = {
    "mode-not-proven": ("PUT /v1/mode",),
    "batch-refused": ("POST /v1/decisions:batch",),
    "still-referred": ("DELETE /v1/directory/",),
    "one-by-one": ("POST /v1/decisions:batch", "POST /v1/timesheets/"),
    "blocked": ("POST /v1/time-entries/", "POST /v1/timesheets/"),
    "illegal-transition": ("POST /v1/time-entries/", "POST /v1/timesheets/"),
    "busy": ("POST /v1/suggestions:", "POST /v1/checks"),
}
"""Codes that only these can come to, by the beginning of their method and path."""


_DETAILS: Final[dict[str, str]] = {
    "too-many-requests": str(TooManyRequests(42, {})),
    "too-many-failures": str(TooManyFailures(30)),
    "not-signed-in": "send an API key or an access token as `Authorization: Bearer …`",
    "missing-permission": "this needs entries:write; psa has its scopes. An administrator can grant it",
    "not-found": "there is no time entry 'te_1' in tenant 'northlight'; list them with GET /v1/time-entries",
    "invalid-input": "minutes: must be a whole number, like 45",
    "bad-request": "the body cannot be read; send one JSON object in UTF-8 with Content-Type: application/json",
    "too-large": "the request's body is larger than 5,242,880 bytes; send less at once",
    "content-encoding": "bodies are read as they come; send this one without Content-Encoding",
    "request-timeout": "the request's body did not come in time; send less at once",
    "foreign-host": "this server does not answer to the name 'example.net'; start it with --name if it should",
    "store-unavailable": "the database does not answer; the server's log says why. Try again later",
}
"""What a refusal says, where its title is not all that is known of it before."""


_NO_TOKEN: Final[dict[str, Schema]] = {
    "400": {
        "error": "invalid_scope",
        "error_description": "the secret has no scope entries:approve; ask for what it has",
    },
    "401": {
        "error": "invalid_client",
        "error_description": "show client_id and client_secret, by HTTP Basic or in the form",
    },
}
"""How a token is refused, which is no problem document (RFC 6749, 5.2)."""


@cache
def recorded() -> dict[str, Any]:
    """Request and answer of each operation by its id."""
    found: dict[str, Any] = json.loads((files("hourtrail_serving") / FILE).read_text(encoding="utf-8"))
    return found


def show(operation: Schema, method: str, path: str, rule: Rule) -> None:
    """Put the examples of one operation into its description."""
    known = recorded().get(operation["operationId"], {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in known:
            content["example"] = known["request"]
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            if kind == MEDIA_TYPE:
                _show_problem(answer, content, codes_of(operation, method, path, rule, int(status)))
            elif operation["operationId"] == "post_token" and status in _NO_TOKEN:
                content["example"] = _NO_TOKEN[status]
            elif status.startswith("2") and kind == known.get("kind"):
                content["example"] = known["answer"]


def codes_of(operation: Schema, method: str, path: str, rule: Rule, status: int) -> list[str]:
    """The stable codes with which an operation may refuse in one status."""
    headers = {row["name"] for row in operation.get("parameters", ()) if row["in"] == "header"}
    never = set() if rule.feature is not None else _BY_FEATURE
    never = never | (set() if "Idempotency-Key" in headers else _BY_KEY)
    never = never | (_OF_SIGN_IN if not rule.is_open else set())
    never = never | (_OF_WRITES if method == "GET" else set())
    at = f"{method} {path}"
    never = never | {code for code, known in _OF_OPERATIONS.items() if not at.startswith(known)}
    return [code for code, (own, _) in CODES.items() if own == status and code not in never]


def _show_problem(answer: Schema, content: Schema, codes: list[str]) -> None:
    if not codes:
        return
    own, title = CODES[codes[0]]
    answer["description"] = ", ".join(f"`{code}`" for code in codes)
    detail = _DETAILS.get(codes[0], title)
    content["example"] = {"type": f"{TYPE_BASE}{codes[0]}", "title": title, "status": int(own), "detail": detail}
