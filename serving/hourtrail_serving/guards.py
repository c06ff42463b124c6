"""What stands before every request: is it meant for this host, does it come from our own pages, and what browsers may do."""

import asyncio
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hourtrail_serving.access import SAFE
from hourtrail_serving.listening import is_address, only_here
from hourtrail_serving.problems import problem

BODY_SECONDS = 60.0
"""How long a body may take to come: at five megabytes, less than 100 kilobytes a second."""

TOO_SLOW: Final = "the request's body did not come in time; send less at once"

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies add to a request that they hand on."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Who worked on what is nothing that a shared cache or the back button of the next user should hold.
    "Cache-Control": "no-store",
}


class Guards:
    """ASGI middleware: refuses foreign hosts (421), foreign origins (403), packed (415), large (413) and slow bodies (408);
    adds security headers.

    A rebinding attack makes a browser call us under the attacker's own domain name, so names are refused unless they are
    ours; addresses in figures cannot be rebound and pass. Starlette's TrustedHostMiddleware knows names only.

    ``known`` says of further names, which may change, whether they are ours.

    ``only_here``, for a server that asks nobody who they are: only what comes from this machine itself is answered, neither
    another address of it nor what a proxy hands on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: Collection[str] = (),
        known: Callable[[str], bool] = lambda _host: False,
        most_bytes: int,
        only_here: bool = False,
    ) -> None:
        self.app = app
        self.known = known
        self.most_bytes = most_bytes
        self.too_large = f"the request's body is larger than {most_bytes:,} bytes; send less at once"
        self.only_here = only_here
        self.names = frozenset({"localhost", *(name.lower() for name in names)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refusal = (
            self._foreign_host(headers)
            or self._foreign_origin(scope["method"], headers)
            or self._packed(headers)
            or self._too_large(headers)
        )
        if refusal is None:
            await self.app(scope, self._counted(receive), send_with_headers)
        else:
            status, name, detail = refusal
            await problem(status, name, status.phrase, detail)(scope, receive, send_with_headers)

    def _foreign_host(self, headers: Headers) -> tuple[HTTPStatus, str, str] | None:
        host = _name_of(f"//{headers.get('host', '')}")
        if self.only_here:
            if only_here(host) and not any(name in headers for name in FORWARDED):
                return None
            detail = (
                "this server runs without a login, for this machine alone; let people sign in to be reached otherwise"
            )
            return HTTPStatus.MISDIRECTED_REQUEST, "foreign-host", detail
        if host in self.names or is_address(host) or self.known(host):
            return None
        detail = f"this server does not answer to the name {host[:100]!r}; start it with --name if it should"
        return HTTPStatus.MISDIRECTED_REQUEST, "foreign-host", detail

    @staticmethod
    def _packed(headers: Headers) -> tuple[HTTPStatus, str, str] | None:
        """Refuse what would have to be unpacked: little that is sent can be very much."""
        if headers.get("content-encoding", "identity").strip().lower() in {"", "identity"}:
            return None
        detail = "bodies are read as they come; send this one without Content-Encoding"
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-encoding", detail

    def _too_large(self, headers: Headers) -> tuple[HTTPStatus, str, str] | None:
        """Refuse a stated length before anything is read."""
        stated = headers.get("content-length", "")
        if not stated.isdecimal() or int(stated[:20]) <= self.most_bytes:
            return None
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", self.too_large

    def _counted(self, receive: Receive) -> Receive:
        """``receive`` that ends a body without a stated length where it becomes too large, and any where it takes too long.

        FastAPI's own max_body_size answers in plain text and outside of every middleware, without our headers.
        """
        read, until, is_whole = 0, asyncio.get_running_loop().time() + BODY_SECONDS, False

        async def counting() -> Message:
            nonlocal read, is_whole
            # Behind the body it is waited for the client to leave, which has no end.
            try:
                async with asyncio.timeout_at(None if is_whole else until):
                    message = await receive()
            except TimeoutError as error:
                # FastAPI lets an HTTPException of a middleware pass while it reads a body, and only that.
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from error
            read += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if read > self.most_bytes:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self.too_large)
            return message

        return counting

    @staticmethod
    def _foreign_origin(method: str, headers: Headers) -> tuple[HTTPStatus, str, str] | None:
        """Refuse what another site's page makes a browser send. Programs send neither header."""
        if method in SAFE:
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        same = (
            site in {"same-origin", "none"} if site else origin is None or _same_place(origin, headers.get("host", ""))
        )
        if same:
            return None
        return HTTPStatus.FORBIDDEN, "foreign-origin", "the request comes from another site's page; use Hourtrail's own"


def _name_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _same_place(origin: str, host: str) -> bool:
    return origin.split("://", 1)[-1].lower() == host.lower()
