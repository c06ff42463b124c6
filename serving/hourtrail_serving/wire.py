"""What happens before there is a request: connections that say nothing, or no HTTP, and more of them than are taken.

uvicorn waits for the head of a request for as long as a client likes, and says what it refuses in plain text.
"""

import asyncio
import json
import logging
import sys
from http import HTTPStatus
from typing import Any, Final

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hourtrail_serving.problems import MEDIA_TYPE, TYPE_BASE, problem

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 500
"""Open connections, and requests at one time; what comes beyond is told 503 instead of being kept waiting."""

HEAD_SECONDS = 15.0
"""How long a client may take from connecting, or from the first byte of its next request, to the end of the head."""

TOO_MANY: Final = "more connections are open than are served at one time; ask again in some seconds"


async def too_many(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to every request while there are too many connections."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": "5", "Connection": "close", "Cache-Control": "no-store"}
    await problem(status, "busy", "Too much is being computed", TOO_MANY, headers=headers)(scope, receive, send)


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP with an end to the patience for a request's head, and with problems for what is no request."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what is a whole request now goes to the application, or is told that there are too many."""
        full = len(self.connections) > MOST_CONNECTIONS or len(self.tasks) >= MOST_CONNECTIONS
        self.app = too_many if full else self.config.loaded_app
        super().data_received(data)
        # A body that nobody waits for any more, because its request is answered, is waited for as a head is.
        if self.conn.their_state is h11.IDLE or self.conn.our_state is h11.DONE:
            self._wait_for_head()
        else:
            self._wait_no_more()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with what came, and close."""
        del msg
        error = sys.exception()
        status = HTTPStatus(getattr(error, "error_status_hint", HTTPStatus.BAD_REQUEST))
        self._refuse(status, f"this is no HTTP request that can be read: {str(error)[:200]}")

    def _wait_for_head(self) -> None:
        if self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_slow(self) -> None:
        self._head = None
        # Who has sent nothing at all is told nothing: a browser that connected ahead would take it for its next answer.
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT, f"no request came within {HEAD_SECONDS:g} seconds; send it at once"
            )
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        if self.conn.our_state is h11.IDLE or self.conn.our_state is h11.SEND_RESPONSE:
            name = status.phrase.lower().replace(" ", "-")
            body: dict[str, Any] = {
                "type": f"{TYPE_BASE}{name}",
                "title": status.phrase,
                "status": status,
                "detail": detail,
            }
            content = json.dumps(body).encode()
            headers = [
                ("content-type", MEDIA_TYPE), ("content-length", str(len(content))), ("connection", "close"),
                ("cache-control", "no-store"),
            ]  # fmt: skip
            head = h11.Response(status_code=status, headers=headers, reason=status.phrase)
            for event in (head, h11.Data(data=content), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
