"""``hourtrail serve``: the API and the day page, on this machine unless it is said otherwise."""

import os
from threading import Event
from typing import Final
from urllib.parse import urlsplit

import click
import uvicorn

from hourtrail.cli.common import answer, common_options, opened, say
from hourtrail.domain.errors import NotAllowed
from hourtrail.store import Store
from hourtrail.wiring import REGISTRY, load_models
from hourtrail_serving.app import create_app
from hourtrail_serving.champion import watch
from hourtrail_serving.gate import Login
from hourtrail_serving.listening import (
    PROVIDER_SECRET,
    identity_provider,
    is_address,
    listening,
    public_address,
    require_safe_place,
    url_of,
)

MOST_CONNECTIONS: Final = 500
"""Open connections; more are told 503 instead of being kept waiting."""

NO_LOGIN: Final = (
    "WARNING: no login. Whoever reaches this address on this machine can read everything and decide as anybody; the audit trail"
    " says of each word that nobody was signed in. This is for trying it out."
)
IN_THE_CLEAR: Final = (
    "WARNING: other machines reach this address without encryption, so passwords and keys can be read on the way. Put it"
    " behind a proxy that speaks https, and give the address that people use with --public-url."
)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 = any free one.")
@click.option(
    "--no-login", is_flag=True, help="Ask nobody who they are: on this machine, for trying it out, without accounts."
)
@click.option("--allow-remote", is_flag=True, help="Listen on an address that other machines reach without https.")
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Address by which people reach it through a proxy; https makes cookies secure.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy whose X-Forwarded-For is believed; repeatable.",
)
@click.option(
    "--oidc-issuer",
    default="",
    envvar="HOURTRAIL_OIDC_ISSUER",
    metavar="URL",
    help="Identity provider (OpenID Connect); also HOURTRAIL_OIDC_ISSUER.",
)
@click.option(
    "--oidc-client",
    default="",
    envvar="HOURTRAIL_OIDC_CLIENT",
    metavar="ID",
    help=f"Our client id there, also HOURTRAIL_OIDC_CLIENT; the secret is read from {PROVIDER_SECRET}.",
)
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
    public_url: str,
    proxies: tuple[str, ...],
    oidc_issuer: str,
    oidc_client: str,
    *,
    no_login: bool,
    allow_remote: bool,
    rules_only: bool,
    as_json: bool,
) -> None:
    """Serve the day page and the HTTP API until it is stopped with Ctrl-C.

    \b
    http://127.0.0.1:8000/             the day page: accept, correct, undo
    http://127.0.0.1:8000/openapi.json what programs can call

    People sign in with an account (`hourtrail users add`), programs show a key (`hourtrail keys create`). To try it out
    on your own machine: --no-login.
    """
    if require_safe_place(host, public_url, (*names, *proxies), no_login=no_login, allow_remote=allow_remote):
        say(IN_THE_CLEAR)
    public, provider = public_address(public_url), identity_provider(oidc_issuer, oidc_client)
    with listening(host, port) as listener, opened(ctx, create=True) as (store, tenant):
        _say_who_can_sign_in(store, tenant, no_login=no_login, sso=provider is not None)
        models = load_models(rules_only=rules_only, tenant=tenant)
        if models.degraded:
            say(f"the rules answer instead of the model: {models.degraded}")
        if models.notice:
            say(models.notice)
        known = (
            *names,
            *(() if is_address(host) else (host,)),
            *((urlsplit(public).hostname or "",) if public else ()),
        )
        login = Login(required=not no_login, public_url=public, provider=provider)
        app = create_app(store, tenant, models, names=known, login=login)
        stop = Event()
        if os.environ.get(REGISTRY, "").strip() and not rules_only:
            watch(app, stop)
        url = url_of(listener)
        if as_json:
            answer({"url": url, "store": store.url, "tenant": tenant})
        say(f"Hourtrail serves tenant {tenant!r} at {url}/ (stop with Ctrl-C)")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=10, proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies) or None,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            stop.set()


def _say_who_can_sign_in(store: Store, tenant: str, *, no_login: bool, sso: bool) -> None:
    """Raises NotAllowed for a tenant with accounts that is to be served without a login."""
    with store.tenant(tenant, read_only=True) as db:
        some = db.has_accounts()
    if no_login and some:
        raise NotAllowed(
            f"tenant {tenant!r} has accounts, and --no-login would let anybody on this machine decide in their names;"
            " leave it out and sign in"
        )
    if no_login:
        say(NO_LOGIN)
    elif not some:
        how = "--role consultant --sso" if sso else "--role consultant"
        say(f"nobody can sign in yet: hourtrail users add YOU@FIRM {how} --store {store.url} --tenant {tenant}")
