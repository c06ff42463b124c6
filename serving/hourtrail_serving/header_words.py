"""What the document says of the headers of answers: one table for what is told to whoever asks, and when.

What every answer carries whoever asks (security headers, ``Cache-Control``, ``Content-Length``, ``Date``) is described nowhere.
"""

from http import HTTPStatus
from typing import Final

from hourtrail_serving.access import Rule
from hourtrail_serving.schemas.parts import TEXT, Schema

_WORDS: Final[dict[str, str]] = {
    "ETag": "the strong tag of this answer; If-None-Match and If-Match take it",
    "Location": "the address of the record that this made or moved",
    "RateLimit-Policy": 'how many requests you may send in how many seconds: `"minute";q=600;w=60`',
    "RateLimit": 'how many of them are left, and in how many seconds the count begins anew: `"minute";r=599;t=42`',
    "Retry-After": "in how many seconds to ask again",
    "WWW-Authenticate": "how to say who you are (RFC 6750; for a token's client RFC 7617)",
    "Content-Disposition": "the name of the file that this is",
    "Deprecation": "since when it is said that this ends (RFC 9745)",
    "Sunset": "when it ends (RFC 8594)",
    "Link": "what to read of it, and what takes its place",
    "Pragma": "no-cache: a token is nobody else's (RFC 6749, 5.1)",
}

HEADERS: Final[dict[str, Schema]] = {
    name: {"description": words, "schema": {"type": "integer", "minimum": 0} if name == "Retry-After" else TEXT}
    for name, words in _WORDS.items()
}
"""``components.headers`` of the document."""

ENDING: Final = ("Deprecation", "Sunset", "Link")
_PACE: Final = ("RateLimit-Policy", "RateLimit")
_BY_STATUS: Final[dict[int, tuple[str, ...]]] = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.FORBIDDEN: ("WWW-Authenticate",),
    HTTPStatus.GONE: ENDING,
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}
_NOBODY_YET: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.MISDIRECTED_REQUEST}
"""Refused before anybody is known, whose share could be told."""

OWN: Final[dict[str, tuple[str, ...]]] = {
    "correct_time_entry": ("Location",),
    **{f"{act}_timesheet": ("ETag",) for act in ("submit", "recall", "approve", "reject")},
    "post_entry_status": ("ETag",),
    "put_settings": ("ETag",),
    "export_audit": ("Content-Disposition",),
    "export_person": ("Content-Disposition",),
    "post_token": ("Pragma", *_PACE),
}
"""What successes of these carry beside; of the token, its refusals too."""


def named(*names: str) -> dict[str, Schema]:
    """References to these headers, as a response declares them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def declare(operation: Schema, rule: Rule) -> None:
    """Say of each answer of an operation which headers it may carry."""
    keyed = any(row["name"] == "Idempotency-Key" for row in operation.get("parameters", ()))
    for text, answer in operation["responses"].items():
        status, names = int(text), list(_BY_STATUS.get(int(text), ()))
        if not rule.is_open and status not in _NOBODY_YET:
            names += _PACE
        if status == HTTPStatus.CONFLICT and keyed:
            names.append("Retry-After")
        own = OWN.get(operation["operationId"], ())
        if status < HTTPStatus.BAD_REQUEST or "Pragma" in own:
            names += own
        if names:
            answer["headers"] = {**answer.get("headers", {}), **named(*names)}
