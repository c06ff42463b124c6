"""``hourtrail serve``: the API and the day page, on this machine unless it is said otherwise."""

import ipaddress
import os
import socket
from threading import Event
from typing import Final

import click
import uvicorn

from hourtrail.cli.common import answer, common_options, opened, say
from hourtrail.domain.errors import InvalidInput
from hourtrail.wiring import REGISTRY, load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.champion import watch

MOST_CONNECTIONS: Final = 500
"""Open connections; more are told 503 instead of being kept waiting."""

WARNING: Final = (
    "WARNING: there is no login yet, and other machines can reach this address. Whoever can, can read everything and decide"
    " as anybody. Put it behind a proxy that signs people in."
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 = any free one.")
@click.option("--allow-remote", is_flag=True, help="Listen on an address that other machines reach, without a login.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Host name that it is reached by, beside localhost; repeatable.",
)
@click.option("--rules-only", is_flag=True, help="Leave the model out; the rules answer and are labelled as such.")
@common_options
@click.pass_context
def serve(
    ctx: click.Context,
    host: str,
    port: int,
    names: tuple[str, ...],
    *,
    allow_remote: bool,
    rules_only: bool,
    as_json: bool,
) -> None:
    """Serve the day page and the HTTP API until it is stopped with Ctrl-C.

    \b
    http://127.0.0.1:8000/             the day page: accept, correct, undo
    http://127.0.0.1:8000/openapi.json what programs can call
    """
    if not _only_here(host):
        if not allow_remote:
            raise InvalidInput(
                f"{host} can be reached from other machines and there is no login yet; add --allow-remote"
            )
        say(WARNING)
    with _listening(host, port) as listener, opened(ctx, create=True) as (store, tenant):
        models = load_models(rules_only=rules_only, tenant=tenant)
        if models.degraded:
            say(f"the rules answer instead of the model: {models.degraded}")
        if models.notice:
            say(models.notice)
        app = create_app(store, tenant, models, names=(*names, *(() if _is_address(host) else (host,))))
        stop = Event()
        if os.environ.get(REGISTRY, "").strip() and not rules_only:
            watch(app, stop)
        url = _url(listener)
        if as_json:
            answer({"url": url, "store": store.url, "tenant": tenant})
        say(f"Hourtrail serves tenant {tenant!r} at {url}/ (stop with Ctrl-C)")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=10,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            stop.set()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _only_here(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket. Raises InvalidInput with the reason."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise InvalidInput(
            f"cannot listen on {host} port {port} ({error.strerror or error}); choose another with --host and --port"
        ) from error


def _url(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
