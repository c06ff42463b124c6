"""``hourtrail tenants``: the customers of one installation, and what each has said of itself."""

from pathlib import Path

import click

from hourtrail.cli.common import answer, common_options, installation_options, opened, opened_store
from hourtrail.cli.identity_options import by_option, show, table, tell_secret
from hourtrail.domain.brand_picture import MOST_BYTES
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings_wire import load_settings, settings_to_mapping
from hourtrail.domain.tenant import TenantState
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.tenant_settings import change_settings
from hourtrail.flows.tenants import (
    NewTenant,
    administered,
    create_tenant,
    described,
    set_logo,
    set_state,
    template,
    templates,
)

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group()
def tenants() -> None:
    """The customers of this installation: each has its own data, people, settings and brand."""


_NAME = click.argument("name", metavar="TENANT")
_REASON = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit trail.")


@tenants.command()
@_NAME
@click.option(
    "--template", "source", default="consulting", show_default=True, metavar="T", help="Its name, or a TOML file."
)
@click.option("--admin", default="", metavar="LOGIN", help="Login name of its first administrator.")
@click.option(
    "--sso", is_flag=True, help="The administrator signs in with the identity provider and has no password here."
)
@click.option("--product", default="", metavar="TEXT", help="What the product is called on its pages.")
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="Host name that leads to it; repeatable.")
@by_option
@installation_options
@click.pass_context
def create(
    ctx: click.Context,
    name: str,
    source: str,
    admin: str,
    product: str,
    hosts: tuple[str, ...],
    actor: str,
    *,
    sso: bool,
    as_json: bool,
) -> None:
    """Make a tenant from a template: settings, policies, a work calendar, and its first administrator.

    Run again it makes what is missing and leaves alone what is there. A server with --all-tenants serves it at once.

    \b
    hourtrail tenants create acme --template consulting --admin kim@acme.example --host hours.acme.example
    hourtrail tenants create smith-law --template ./our-own.toml
    """
    new = NewTenant(
        name=name, template=template(source), admin=admin, sso=sso, product=product, hosts=tuple(map(str.lower, hosts))
    )
    with opened_store(ctx, create=True) as store:
        done = create_tenant(store, new, actor, passwords=Passwords())
    if as_json:
        told = {
            "tenant": done.name,
            "made": list(done.made),
            "kept": list(done.kept),
            "settings": done.settings.version,
        }
        answer({**told, **({"password": done.password} if done.password else {})})
        return
    words = f"{done.name}: made {', '.join(done.made) or 'nothing'}"
    words += f"; {', '.join(done.kept)} stood there already" if done.kept else ""
    if done.password:
        tell_secret(f"{words}. The password of {admin}:", done.password)
    else:
        click.echo(words)


@tenants.command("templates")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def templates_(*, as_json: bool) -> None:
    """The templates that come with the program. One of your own is a TOML file like them."""
    rows = templates()
    if as_json:
        answer({"templates": [{"name": row.name, "about": row.about, "settings": dict(row.document)} for row in rows]})
        return
    made = table("template", "about")
    for row in rows:
        made.add_row(row.name, row.about)
    show(made, "there are none")


@tenants.command("list")
@installation_options
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every tenant of the database: state, tier, version of its settings, open accounts."""
    with opened_store(ctx) as store:
        rows = [described(store, word) for word in store.tenants()]
    if as_json:
        answer({"tenants": rows})
        return
    made = table("tenant", "state", "since", "product", "tier", "settings", "accounts")
    for row in rows:
        keys = ("tenant", "state", "since", "product", "tier", "settings_version", "accounts")
        made.add_row(*(str(row[key]) for key in keys))
    show(made, "there is no tenant yet: hourtrail tenants create NAME --admin LOGIN")


@tenants.command("show")
@_NAME
@installation_options
@click.pass_context
def show_tenant(ctx: click.Context, name: str, *, as_json: bool) -> None:
    """One tenant: state and why, brand, hosts, features, accounts."""
    with opened_store(ctx) as store:
        row = described(store, administered(store, name, name))
    if as_json:
        answer(row)
        return
    for key, value in row.items():
        click.echo(f"{key.replace('_', ' ')}: {_told(value)}")


@tenants.command()
@_NAME
@_REASON
@by_option
@installation_options
@click.pass_context
def suspend(ctx: click.Context, name: str, reason: str, actor: str, *, as_json: bool) -> None:
    """Let nobody of a tenant in: sign-in, sessions, keys and tokens answer 403. Everything is kept.

    A running server notices within five seconds.
    """
    _say(ctx, name, TenantState.SUSPENDED, actor, reason, as_json=as_json)


@tenants.command()
@_NAME
@_REASON
@by_option
@installation_options
@click.pass_context
def resume(ctx: click.Context, name: str, reason: str, actor: str, *, as_json: bool) -> None:
    """Let a suspended tenant go on; sessions and keys that have not ended work again."""
    _say(ctx, name, TenantState.ACTIVE, actor, reason, as_json=as_json)


def _say(ctx: click.Context, name: str, state: TenantState, actor: str, reason: str, *, as_json: bool) -> None:
    with opened_store(ctx) as store:
        word = set_state(store, name, state, actor, reason=reason)
    if as_json:
        answer({"tenant": word.tenant, "state": word.state.value, "since": format_instant(word.at), "by": word.actor})
    else:
        click.echo(f"{word.tenant} is {word.state} since {format_instant(word.at)}")


@tenants.command()
@click.argument("file", type=READABLE)
@by_option
@common_options
@click.pass_context
def logo(ctx: click.Context, file: Path, actor: str, *, as_json: bool) -> None:
    """Put the picture in FILE (a small PNG) on the tenant's pages."""
    if file.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{file} has {file.stat().st_size:,} bytes; a logo has at most {MOST_BYTES:,}")
    with opened(ctx, suspended=True) as (store, tenant):
        made = set_logo(store, tenant, file.read_bytes(), actor)
    if as_json:
        answer({"tenant": tenant, "version": made.version, "logo": made.brand.logo})
    else:
        click.echo(f"the logo of {tenant!r} is {made.brand.logo[:12]}…, version {made.version} of its settings")


@tenants.group()
def settings() -> None:
    """A tenant's settings: brand, features, retention, privacy rules, limits, policies; one versioned document."""


@settings.command("show")
@click.option(
    "--version", "number", type=click.IntRange(min=1), help="An earlier version.  [default: the one in force]"
)
@common_options
@click.pass_context
def show_(ctx: click.Context, number: int | None, *, as_json: bool) -> None:
    """Show the document, every default stated. What is shown with --json can be changed and given to `set`."""
    with opened(ctx, suspended=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        version = number or db.settings().version
        document = settings_to_mapping(db.settings()) if number is None else db.settings_document(number)
    if document is None:
        raise InvalidInput(
            f"there is no version {number} of the settings of {tenant!r}; see hourtrail tenants settings history"
        )
    if as_json:
        answer(document)
        return
    click.echo(f"version {version}" if version else "version 0: the defaults")
    for section, body in document.items():
        for key, value in body.items():
            click.echo(f"  {section}.{key}: {_told(value)}")


@settings.command("set")
@click.argument("file", type=READABLE)
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit trail.")
@click.option("--based-on", type=click.IntRange(min=0), help="Only when this version is still the one in force.")
@by_option
@common_options
@click.pass_context
def set_(ctx: click.Context, file: Path, reason: str, based_on: int | None, actor: str, *, as_json: bool) -> None:
    """Put the document in FILE (TOML or JSON) in force. What it leaves out has its default."""
    try:
        document = settings_to_mapping(load_settings(file.read_text(encoding="utf-8"), str(file)))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8 text") from error
    with opened(ctx, suspended=True) as (store, tenant):
        made = change_settings(store, tenant, document, actor, reason=reason, based_on=based_on)
    if as_json:
        answer({"tenant": tenant, "version": made.version})
    else:
        click.echo(f"version {made.version} of the settings of {tenant!r} is in force")


@settings.command()
@common_options
@click.pass_context
def history(ctx: click.Context, *, as_json: bool) -> None:
    """Every version: when, by whom, why, and the digest of its document."""
    with opened(ctx, suspended=True) as (store, tenant), store.tenant(tenant, read_only=True) as db:
        rows = db.settings_history()
    told = [
        {
            "version": row.version, "at": format_instant(row.at), "by": row.actor, "reason": row.reason,
            "digest": row.digest,
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        answer({"tenant": tenant, "versions": told})
        return
    made = table("version", "at", "by", "reason", "digest")
    for one in told:
        made.add_row(*(str(one[key])[:60] for key in ("version", "at", "by", "reason")), str(one["digest"])[:12])
    show(made, "the defaults are in force; nothing was ever set")


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one.get("name", one)) if isinstance(one, dict) else str(one) for one in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value != "" else "none"
