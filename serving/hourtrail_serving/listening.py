"""Where the server listens, who can reach it there, and by which address people call it."""

import ipaddress
import os
import socket
from collections.abc import Collection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hourtrail.domain.errors import InvalidInput

if TYPE_CHECKING:
    from hourtrail_serving.provider import Provider

PROVIDER_SECRET: Final = "HOURTRAIL_OIDC_SECRET"  # noqa: S105 - the name of an environment variable


def is_address(host: str) -> bool:
    """Whether it is an address in figures rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def only_here(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def require_safe_place(
    host: str, public_url: str, others: Collection[str] = (), *, no_login: bool, allow_remote: bool
) -> bool:
    """Whether others reach the address in the clear, as was asked for. ``others`` are further names of it and proxies.

    Raises InvalidInput where they would without it having been asked for, or without a login.
    """
    if no_login and (public_url or others or not only_here(host)):
        raise InvalidInput(
            "--no-login is for this machine alone; leave out --host, --name, --proxy and --public-url, or let people sign in"
        )
    if only_here(host) or public_url.startswith("https://"):
        return False
    if not allow_remote:
        raise InvalidInput(
            f"{host} can be reached from other machines, and without https passwords could be read on the way; put it behind a"
            " proxy and give --public-url https://…, or add --allow-remote"
        )
    return True


def public_address(url: str) -> str:
    """The address without its path, empty for none. Raises InvalidInput for anything that is no web address."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise InvalidInput(f"--public-url {url[:100]!r} is not an address like https://hours.example")
    return f"{parts.scheme}://{parts.netloc}"


def identity_provider(issuer: str, client: str) -> "Provider | None":
    """The provider that people sign in with; None where none is named. Raises InvalidInput for half a one, or plain http."""
    if not issuer and not client:
        return None
    secret = os.environ.get(PROVIDER_SECRET, "")
    if not (issuer and client and secret):
        raise InvalidInput(
            f"an identity provider needs --oidc-issuer, --oidc-client and its secret in {PROVIDER_SECRET}"
        )
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and only_here(parts.hostname or "")):
        raise InvalidInput(f"the identity provider {issuer[:100]!r} has to be reached by https")
    from hourtrail_serving.provider import Provider  # noqa: PLC0415 - see its first lines

    return Provider(issuer=issuer, client_id=client, client_secret=secret)


def listening(host: str, port: int) -> socket.socket:
    """A bound socket. Raises InvalidInput with the reason."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {host} port {port} ({error.strerror or error}); choose another with --host and --port"
        ) from error
    # Whoever connects inherits it. asyncio sets it on sockets that were made as TCP's by number only, which these are not; without
    # it each answer's body waits 40 ms for the client to have acknowledged its head (Nagle beside delayed acknowledgements).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """The address on which it listens."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
