"""``hourtrail serve``: the API and the day page, on this machine unless it is said otherwise."""

import gc
import os
from threading import Event
from typing import Final
from urllib.parse import urlsplit

import click
import uvicorn

from hourtrail.cli.common import answer, installation_options, opened, say
from hourtrail.cli.settings import Settings
from hourtrail.domain.errors import InvalidInput, NotAllowed
from hourtrail.domain.tenant import TenantState
from hourtrail.store import Store
from hourtrail.store.tenants import walks_past_row_security
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
from hourtrail_serving.own_providers import secrets_of_tenants
from hourtrail_serving.process import tune
from hourtrail_serving.tenancy import Tenants, watch_hosts
from hourtrail_serving.unchecked import QUIET
from hourtrail_serving.wire import BoundedProtocol

NO_LOGIN: Final = (
    "WARNING: no login. Whoever reaches this address on this machine can read everything and decide as anybody; the audit trail"
    " says of each word that nobody was signed in. This is for trying it out."
)
IN_THE_CLEAR: Final = (
    "WARNING: other machines reach this address without encryption, so passwords and keys can be read on the way. Put it"
    " behind a proxy that speaks https, and give the address that people use with --public-url."
)

UNFENCED: Final = (
    "WARNING: several tenants are served by a database role that row-level security does not hold back (a superuser, or BYPASSRLS)."
    " The program still asks for one tenant's rows alone; let it connect as a role that owns nothing, so that the database refuses"
    " the others' too."
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
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="NAME",
    help="Whose data; repeatable, to serve several from one process.",
)
@click.option("--all-tenants", is_flag=True, help="Serve every tenant of the database, those to come too.")
@installation_options
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
    tenants: tuple[str, ...],
    *,
    all_tenants: bool,
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

    With several tenants, whose data a request is about follows from its key or session; people sign in at a host name that
    the tenant's settings name, or at /at/TENANT/sign-in.
    """
    tune()
    wanted = _wanted(ctx, tenants, all_tenants=all_tenants, no_login=no_login)
    if require_safe_place(host, public_url, (*names, *proxies), no_login=no_login, allow_remote=allow_remote):
        say(IN_THE_CLEAR)
    public, provider = public_address(public_url), identity_provider(oidc_issuer, oidc_client)
    secrets = secrets_of_tenants()
    with listening(host, port) as listener, opened(ctx, create=True, suspended=True) as (store, _):
        if wanted.only:
            _say_who_can_sign_in(store, wanted.only, no_login=no_login, sso=provider is not None)
        elif walks_past_row_security(store.engine):
            say(UNFENCED)
        _say_who_is_suspended(store, wanted)
        registry = bool(os.environ.get(REGISTRY, "").strip()) and not rules_only
        shared = load_models(rules_only=rules_only, tenant=wanted.only or None)
        if shared.degraded:
            say(f"the rules answer instead of the model: {shared.degraded}")
        if shared.notice:
            say(shared.notice)
        known = (
            *names,
            *(() if is_address(host) else (host,)),
            *((urlsplit(public).hostname or "",) if public else ()),
        )
        login = Login(required=not no_login, public_url=public, provider=provider)
        # Without a registry everybody has the same model; with one, each tenant its own, loaded when it is first asked for.
        own = registry and not wanted.only
        models = (lambda tenant: load_models(tenant=tenant) if tenant else shared) if own else shared
        app = create_app(store, wanted, models, names=known, login=login, quiet=QUIET, secrets=secrets)
        stop = Event()
        app.state.tenancy.look()
        watch_hosts(app.state.tenancy, stop)
        if registry:
            watch(app, stop)
        # What a start leaves behind stays until the end. A full collection that walks it again takes a tenth of a second, in
        # the middle of somebody's request.
        gc.collect()
        gc.freeze()
        url = url_of(listener)
        if as_json:
            answer({"url": url, "store": store.url, **_told(wanted)})
        say(f"Hourtrail serves {_in_words(wanted)} at {url}/ (stop with Ctrl-C)")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, http=BoundedProtocol, ws="none",
            timeout_graceful_shutdown=10, proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies) or None,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            stop.set()


def _say_who_is_suspended(store: Store, wanted: Tenants) -> None:
    names = [word.tenant for word in store.tenants() if word.state is TenantState.SUSPENDED]
    if closed := [name for name in names if wanted.names is None or name in wanted.names]:
        say(f"suspended, so that nobody is let in until they are resumed: {', '.join(closed)}")


def _wanted(ctx: click.Context, tenants: tuple[str, ...], *, all_tenants: bool, no_login: bool) -> Tenants:
    """Which tenants to serve. Raises InvalidInput for both ways at once, or several of them without a login."""
    if all_tenants and tenants:
        raise InvalidInput("--all-tenants serves every tenant; leave out --tenant, or name those that are meant")
    if no_login and (all_tenants or len(set(tenants)) > 1):
        raise InvalidInput("--no-login serves one tenant: without a login nobody knows whose data is asked for")
    if all_tenants:
        return Tenants(None)
    return Tenants(tuple(dict.fromkeys(tenants)) or (ctx.ensure_object(Settings).tenant_name,))


def _told(tenants: Tenants) -> dict[str, object]:
    if tenants.only:
        return {"tenant": tenants.only}
    return {"tenants": "all" if tenants.names is None else list(tenants.names)}


def _in_words(tenants: Tenants) -> str:
    if tenants.names is None:
        return "every tenant"
    return f"tenant {tenants.only!r}" if tenants.only else f"tenants {', '.join(tenants.names)}"


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
