"""``hourtrail roles``: who may do what, granted and revoked for ever."""

import click

from hourtrail.cli.common import answer, common_options, opened
from hourtrail.cli.identity_options import by_option, show, table
from hourtrail.domain.access import Role
from hourtrail.domain.instants import format_instant
from hourtrail.flows.identity.people import Holder, accounts, standing_conflicts
from hourtrail.flows.identity.people import grant as run_grant
from hourtrail.flows.identity.people import revoke as run_revoke
from hourtrail.policy.roles import ACTS, CONFLICTS, VERSION

_ROLES = click.argument(
    "names", metavar="ROLE…", nargs=-1, required=True, type=click.Choice([role.value for role in Role])
)
_REASON = click.option("--reason", default="", metavar="TEXT", help="Why, for the audit trail.")


@click.group()
def roles() -> None:
    """Roles: who may do what, and who may not do both."""


@roles.command()
@click.argument("login")
@_ROLES
@_REASON
@by_option
@common_options
@click.pass_context
def grant(ctx: click.Context, login: str, names: tuple[str, ...], reason: str, actor: str, *, as_json: bool) -> None:
    """Grant roles. Those that conflict with each other, or with a role that is held, are refused with the reason.

    Roles: consultant, approver, reviewer, finance, ml_engineer, integrator, partner_admin, admin, auditor.
    """
    with opened(ctx) as (store, tenant):
        holder = run_grant(store, tenant, login, [Role(name) for name in names], actor, reason=reason)
    _told(holder, as_json=as_json)


@roles.command()
@click.argument("login")
@_ROLES
@_REASON
@by_option
@common_options
@click.pass_context
def revoke(ctx: click.Context, login: str, names: tuple[str, ...], reason: str, actor: str, *, as_json: bool) -> None:
    """Revoke roles. The server notices within five seconds."""
    with opened(ctx) as (store, tenant):
        holder = run_revoke(store, tenant, login, [Role(name) for name in names], actor, reason=reason)
    _told(holder, as_json=as_json)


@roles.command("list")
@common_options
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """The log of roles: every grant and revocation, who did it, and why."""
    with opened(ctx, reading=True) as (store, tenant):
        logins = {holder.account.id: holder.account.login for holder in accounts(store, tenant)}
        with store.tenant(tenant, read_only=True) as db:
            rows = sorted(db.role_changes(), key=lambda row: (row.at, row.account, row.role.value))
    told = [
        {
            "login": logins[row.account], "role": row.role.value, "granted": row.granted, "by": row.actor,
            "reason": row.reason, "at": format_instant(row.at),
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        answer({"changes": told})
        return
    made = table("at", "login", "role", "", "by", "reason")
    for row, said in zip(rows, told, strict=True):
        verb = "granted" if row.granted else "revoked"
        made.add_row(str(said["at"]), str(said["login"]), row.role.value, verb, row.actor, row.reason)
    show(made, "no role was ever granted")


@roles.command()
@common_options
@click.pass_context
def conflicts(ctx: click.Context, *, as_json: bool) -> None:
    """Which duties nobody may have together, and every account whose roles conflict all the same.

    Roles that conflict are refused when they are granted; an account listed here got them under an older policy. Exit code 1
    when there is one.
    """
    with opened(ctx, reading=True) as (store, tenant):
        found = standing_conflicts(store, tenant)
    if as_json:
        rules = [{"roles": [row.one.value, row.other.value], "reason": row.reason} for row in CONFLICTS]
        standing = [
            {"login": holder.account.login, "roles": [row.one.value, row.other.value], "reason": row.reason}
            for holder, rows in found
            for row in rows
        ]
        answer({"policy": VERSION, "rules": rules, "acts": list(ACTS), "standing": standing})
    else:
        made = table("nobody is", "and", "because")
        for row in CONFLICTS:
            made.add_row(row.one.value, row.other.value, row.reason)
        show(made, "")
        click.echo("and whatever the roles: " + "; ".join(ACTS))
        for holder, rows in found:
            for row in rows:
                click.echo(f"CONFLICT: {holder.account.login} is {row.one} and {row.other}: {row.reason}")
        if not found:
            click.echo("no account holds roles that conflict")
    ctx.exit(1 if found else 0)


def _told(holder: Holder, *, as_json: bool) -> None:
    if as_json:
        answer(holder.to_json())
        return
    held = ", ".join(role.value for role in holder.roles) or "no role"
    click.echo(f"{holder.account.login} now holds {held}")
