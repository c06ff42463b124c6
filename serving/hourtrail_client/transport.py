"""How the client sends: who it is, when it sends again, and what an answer is."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx2

T = TypeVar("T")

AGAIN: Final = frozenset({429, 503})
"""Answers that say "later": nothing was done. So does a conflict that tells when to come back (``key-in-work``)."""

LONGEST_WAIT: Final = 60.0
"""Seconds that one call waits between two attempts at most, whatever the server says."""

Query = Mapping[str, str | int | float | bool | Sequence[str] | None]


class Problem(Exception):
    """A problem that the server told (RFC 9457). ``code`` is the stable last part of its type."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.type = str(document.get("type", "about:blank"))
        self.code = self.type.rpartition(":")[2]
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.errors: list[dict[str, str]] = list(document.get("errors", ()))
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail or self.title}")


class Unchanged(Exception):
    """The answer was 304: it still is what ``if_none_match`` named, and has no body."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer: its ``body``, its ``etag`` and, for whoever looks for more, its status and headers."""

    status: int
    headers: Mapping[str, str]
    _body: T | None

    @property
    def unchanged(self) -> bool:
        """Whether it still is what was known."""
        return self.status == httpx2.codes.NOT_MODIFIED

    @property
    def body(self) -> T:
        """What was told. Raises Unchanged where nothing was, because it is known."""
        if self._body is None:
            raise Unchanged
        return self._body

    @property
    def etag(self) -> str | None:
        """The tag that ``if_match`` and ``if_none_match`` take."""
        return self.headers.get("etag")


@dataclass(slots=True)
class ClientSecret:
    """OAuth 2 client credentials in place of a key: an access token is fetched, and anew before it ends."""

    client_id: str
    secret: str
    scope: str = ""
    _token: str = ""
    _until: float = 0.0

    def token(self, http: httpx2.Client) -> str:
        """A token that holds for another half minute. Raises Problem."""
        if time.monotonic() >= self._until:
            form = {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {})}
            answer = http.post("/v1/oauth/token", data=form, auth=(quote(self.client_id), quote(self.secret)))
            told = _document(answer)
            if answer.is_error:
                code, detail = told.get("error", "invalid_client"), told.get("error_description", "")
                raise Problem(answer.status_code, {"type": f"urn:ietf:rfc:6749:{code}", "detail": detail, **told})
            self._token = told["access_token"]
            self._until = time.monotonic() + max(0.0, float(told["expires_in"]) - 30)
        return self._token


@dataclass(slots=True)
class Transport:
    """One server, asked by one program with an API key or a :class:`ClientSecret`.

    A call is sent up to ``attempts`` times where that is safe: reads always, writes with an ``Idempotency-Key``, which is made
    where the operation takes one and none is given. ``sleep`` and ``http`` are for tests and for proxies.
    """

    url: str
    credential: str | ClientSecret
    attempts: int = 4
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    http: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.Client(base_url=self.url, timeout=self.timeout, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @staticmethod
    def quoted(name: str | int) -> str:
        """One part of an address, whatever characters it has."""
        return quote(str(name), safe="")

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        **conditions: str | None,
    ) -> Answer[Any]:
        """Send one request until it is answered. Raises Problem; httpx2.TransportError where nobody answers."""
        headers = {_HEADERS[name]: value for name, value in conditions.items() if value is not None}
        takes_key = "idempotency_key" in conditions
        if takes_key:
            headers.setdefault("Idempotency-Key", str(uuid4()))
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        params = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        safe = method == "GET" or takes_key
        for left in range(self.attempts - 1, -1, -1):
            try:
                token = self.credential if isinstance(self.credential, str) else self.credential.token(self.http)
                answer = self.http.request(
                    method,
                    path,
                    params=params,
                    content=content,
                    headers={**headers, "Authorization": f"Bearer {token}"},
                )
            except httpx2.TransportError:
                if not (safe and left):
                    raise
                self._wait(self.attempts - left, None)
                continue
            if left and _later(answer):
                self._wait(self.attempts - left, _seconds(answer))
                continue
            return _answer(answer)
        raise AssertionError("attempts is less than one")

    def _wait(self, attempt: int, told: float | None) -> None:
        """As long as the server says; else ever longer, and never in step with others."""
        seconds = told if told is not None else random.uniform(0.1, 0.4) * 2**attempt  # noqa: S311 - no secret
        self.sleep(min(seconds, LONGEST_WAIT))


_HEADERS: Final = {"idempotency_key": "Idempotency-Key", "if_match": "If-Match", "if_none_match": "If-None-Match"}


def _text(value: object) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


def _seconds(answer: httpx2.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None


def _later(answer: httpx2.Response) -> bool:
    in_work = answer.status_code == httpx2.codes.CONFLICT and _seconds(answer) is not None
    return in_work or answer.status_code in AGAIN


def _document(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"title": answer.reason_phrase, "detail": "the answer is no JSON: is this Hourtrail's address?"}
    return found if isinstance(found, dict) else {"title": answer.reason_phrase}


def _answer(answer: httpx2.Response) -> Answer[Any]:
    if answer.is_error:
        raise Problem(answer.status_code, _document(answer), _seconds(answer))
    kind = answer.headers.get("content-type", "").partition(";")[0]
    body: Any = (
        answer.json() if kind == "application/json" else answer.text if kind.startswith("text/") else answer.content
    )
    return Answer(answer.status_code, answer.headers, None if answer.status_code == httpx2.codes.NOT_MODIFIED else body)


def pages(call: Callable[..., Answer[T]], *arguments: Any, **named: Any) -> Iterator[T]:
    """Every page of a list, by its ``next_cursor``: ``pages(api.list_entries, person="ada")``."""
    cursor: str | None = None
    while True:
        body = call(*arguments, **named, **({"cursor": cursor} if cursor else {})).body
        yield body
        cursor = body["next_cursor"]  # type: ignore[index] # a list's answer has one, whichever it is
        if cursor is None:
            return
