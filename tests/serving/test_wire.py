"""What no client library sends, on a socket: half requests, slow ones, too many, and other protocols. A problem each time, nothing kept."""

import asyncio
import gzip
import json
import logging
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.types import Message
from tests.serving.conftest import CHEAP, TENANT, Site, running
from tests.tenancy.marked import dump

from hourtrail.store import open_store
from hourtrail_serving import guards, wire
from hourtrail_serving.gate import Login
from hourtrail_serving.guards import Guards
from hourtrail_serving.pace import Pace

NOTED = {"secret"}
"""Says when a key was used last."""


@pytest.fixture(scope="module")
def wired(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    file = tmp_path_factory.mktemp("wired") / "copy.db"
    shutil.copy(sample, file)
    login = Login(passwords=CHEAP, pace=Pace(of_a_program=10**9, of_an_address=10**9))
    with open_store(f"sqlite:///{file}") as store, running(store, login=login) as site:
        yield site


def opened(site: Site) -> socket.socket:
    host, port = site.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def head(site: Site, first: str = "POST /v1/decisions", *more: str) -> bytes:
    """A request's head by the program, without its empty line."""
    lines = [f"{first} HTTP/1.1", "Host: localhost", f"Authorization: {site.http.headers['Authorization']}", *more]
    return "\r\n".join(lines).encode("latin-1")


def ended(connection: socket.socket) -> bytes:
    """All that comes until the server closes, which it has to within the socket's timeout."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        # It closed while we were still sending.
        pass
    return b"".join(parts)


def said(site: Site, raw: bytes) -> bytes:
    with opened(site) as connection:
        connection.sendall(raw)
        return ended(connection)


def require_problem(answer: bytes, *statuses: int) -> None:
    first, _, body = answer.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert told["status"] in statuses, answer
    assert first.split()[1].decode() == str(told["status"])
    assert b"content-type: application/problem+json" in first.lower()
    assert {"type", "title", "detail"} <= set(told)
    assert "Traceback" not in answer.decode(errors="replace")


LAST = "Connection: close\r\n\r\n"
NOT_HTTP = {
    "bytes": b"\x00\xff\xfe\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40 + b"\r\n\r\n",
    "http/2": b"PRI * HTTP/2.0 \r\n\r\nSM\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "nul in the path": b"GET /v1/\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nul in a header": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    "space before the colon": b"GET /livez HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "no method": b" /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("what", NOT_HTTP)
def test_what_is_no_http_is_a_problem_all_the_same(wired: Site, what: str) -> None:
    require_problem(said(wired, NOT_HTTP[what]), 400)


@pytest.mark.parametrize(
    "line", [b"X: " + b"x" * 200_000, b"X: y\r\n" * 40_000, b"Cookie: hourtrail_session=" + b"x" * 200_000]
)
def test_a_head_without_end_is_refused(wired: Site, line: bytes) -> None:
    require_problem(said(wired, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n" + line), 431)


def test_an_address_without_end_is_refused(wired: Site) -> None:
    require_problem(said(wired, b"GET /livez?" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"), 431, 414)


BODIES = {
    "a negative length": ("Content-Length: -1", b"{}"),
    "a length in words": ("Content-Length: two", b"{}"),
    "two lengths": ("Content-Length: 2\r\nContent-Length: 3", b"{}"),
    "a length of a thousand digits": (f"Content-Length: {'9' * 1000}", b"{}"),
    "an unknown coding": ("Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"),
    "both": ("Content-Length: 2\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    "no chunk": ("Transfer-Encoding: chunked", b"ZZ\r\n{}\r\n"),
    "a chunk without end": ("Transfer-Encoding: chunked", b"F" * 60 + b"\r\n{}"),
    "an empty body in chunks": ("Transfer-Encoding: chunked", b"0\r\n\r\n"),
    "chunks that are no json": ("Transfer-Encoding: chunked", b"2\r\n{{\r\n0\r\n\r\n"),
    "a packed bomb": ("Content-Encoding: gzip\r\nContent-Length: LENGTH", gzip.compress(b" " * 50_000_000)),
    "plain words that are called packed": ("Content-Encoding: br\r\nContent-Length: 2", b"{}"),
    "a large body that asks first": ("Expect: 100-continue\r\nContent-Length: 999999999", b""),
    "an unknown charset": ("Content-Type: application/json; charset=utf-7\r\nContent-Length: 2", b"+-"),
    "no type": ("Content-Length: 2", b"{}"),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_none_is_a_problem_and_keeps_nothing(
    wired: Site, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    line, body = BODIES[what]
    before = dump(wired.store, TENANT)
    line = line.replace("LENGTH", str(len(body)))
    for path in ("/v1/decisions", "/v1/activities", "/v1/suggestions:score"):
        raw = head(wired, f"POST {path}", line, "Connection: close") + b"\r\n\r\n" + body
        answer = said(wired, raw)
        require_problem(answer, 400, 411, 413, 415, 422, 501)
    after = dump(wired.store, TENANT)
    assert {name for name in after if after[name] != before[name]} <= NOTED
    assert [row.getMessage() for row in caplog.records] == []


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND", "DELETE", "get", "A" * 2000])
def test_other_methods_are_refused_and_echo_nothing(wired: Site, method: str) -> None:
    answer = said(wired, head(wired, f"{method} /v1/decisions", "X-Secret: word-of-mine", "Connection: close\r\n\r\n"))
    require_problem(answer, 405)
    assert b"word-of-mine" not in answer
    assert b"allow: GET, POST" in answer
    star = said(wired, head(wired, f"{method} *", "Connection: close\r\n\r\n"))
    require_problem(star, 404, 405, 400)


@pytest.mark.parametrize("path", ["/livez", "/v1/me", "/v1/decisions", "/nowhere"])
def test_head_answers_without_a_body(wired: Site, path: str) -> None:
    answer = said(wired, head(wired, f"HEAD {path}", LAST.strip() + "\r\n\r\n"))
    status, (_, _, body) = int(answer.split()[1]), answer.partition(b"\r\n\r\n")
    assert (status in {200, 404, 405}, body) == (True, b"")


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_and_no_field_makes_another_method_of_a_request(wired: Site, name: str) -> None:
    before = dump(wired.store, TENANT)["activity"]
    query = "source=icalendar&from=2026-03-01&to=2026-03-31&_method=DELETE"
    for sent in (wired.http.get, wired.http.post):
        answer = sent(f"/v1/activities?{query}", headers={name: "DELETE"})
        assert answer.status_code in {403, 422}, answer.text
    assert dump(wired.store, TENANT)["activity"] == before


@pytest.mark.parametrize(
    "line", ["Connection: Upgrade\r\nUpgrade: websocket", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"]
)
def test_no_other_protocol_is_spoken(wired: Site, line: str) -> None:
    with opened(wired) as connection:
        connection.sendall(head(wired, "GET /v1/me", line) + b"\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200"), "asked for in vain, so it is an ordinary request"


def test_whoever_says_nothing_or_is_slow_is_not_waited_for(wired: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.4)
    with opened(wired) as connection:
        assert ended(connection) == b"", "whoever connects ahead gets no answer to a request that was not made"
    with opened(wired) as connection:
        began = time.monotonic()
        trickle(connection, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100)
        require_problem(ended(connection), 408)
        assert time.monotonic() - began < 3
    with opened(wired) as connection:
        # The same for the next request of a connection.
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        trickle(connection, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100)
        require_problem(ended(connection), 408)


def trickle(connection: socket.socket, text: bytes) -> None:
    """A byte every now and then, as long as the server takes it."""
    try:
        for place in range(len(text)):
            connection.sendall(text[place : place + 1])
            time.sleep(0.05)
    except OSError:
        pass


@pytest.mark.parametrize("line", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_a_body_that_comes_too_slowly_is_not_waited_for(
    wired: Site, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.4)
    before = dump(wired.store, TENANT)
    with opened(wired) as connection:
        began = time.monotonic()
        connection.sendall(head(wired, "POST /v1/activities", line, "Content-Type: application/json") + b"\r\n\r\n")
        trickle(connection, b'{"activities": [' if "Length" in line else b"1\r\n{\r\n1\r\n")
        first = connection.recv(65536)
        require_problem(first, 408)
        assert time.monotonic() - began < 5
    after = dump(wired.store, TENANT)
    assert {name for name in after if after[name] != before[name]} <= NOTED


def test_the_rest_of_a_body_that_was_answered_is_not_waited_for(wired: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.4)
    with opened(wired) as connection:
        connection.sendall(b"POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")
        began = time.monotonic()
        trickle(connection, b"x" * 200)
        assert time.monotonic() - began < 5, "it was closed while we were sending"


def test_beyond_the_most_connections_a_request_is_told_so(wired: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_CONNECTIONS", 8)
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(opened(wired))
        answer = said(wired, head(wired, "GET /v1/me") + b"\r\n\r\n")
        require_problem(answer, 503)
        assert b"retry-after: 5" in answer
    for _ in range(50):
        time.sleep(0.05)
        answer = said(wired, head(wired, "GET /livez", "Connection: close") + b"\r\n\r\n")
        if answer.startswith(b"HTTP/1.1 200"):
            break
    assert answer.startswith(b"HTTP/1.1 200"), "they have gone, and whoever comes is answered again"


def test_what_takes_long_behind_the_body_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.05)
    heard: list[str] = []
    asked: list[int] = []

    async def computes(_scope: object, receive: object, _send: object) -> None:
        body, left = await receive(), await receive()  # type: ignore[operator]
        heard.extend((body["type"], left["type"]))

    async def receive() -> Message:
        asked.append(len(asked))
        await asyncio.sleep(0.2 if len(asked) > 1 else 0)
        whole = {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.disconnect"} if len(asked) > 1 else whole

    async def send(_message: Message) -> None:
        return None

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
    # In a thread of its own: a browser of another test has left its loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(Guards(computes, most_bytes=10)(scope, receive, send))).result(20)  # type: ignore[arg-type]
    assert heard == ["http.request", "http.disconnect"]
