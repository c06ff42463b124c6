"""``hourtrail tenants``: the customers of one installation, and what each has said of itself."""

from pathlib import Path

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.identity_options import by_option, show, table
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail.domain.settings_wire import load_settings, settings_to_mapping
from hourtrail.flows.tenant_settings import change_settings

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group()
def tenants() -> None:
    """The customers of this installation: each has its own data, people, settings and brand."""


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
    with opened(ctx) as (store, tenant), store.tenant(tenant, read_only=True) as db:
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
    with opened(ctx, create=True) as (store, tenant):
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
    with opened(ctx) as (store, tenant), store.tenant(tenant, read_only=True) as db:
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
