"""``hourtrail users``: accounts of people."""

import sys

import click

from hourtrail.cli.common import answer, common_options, opened, say
from hourtrail.cli.identity_options import by_option, show, table, tell_secret
from hourtrail.domain.access import Role
from hourtrail.domain.accounts import LONGEST_PASSWORD
from hourtrail.domain.errors import InvalidInput
from hourtrail.flows.identity.passwords import Passwords
from hourtrail.flows.identity.people import (
    NewAccount,
    accounts,
    add_account,
    new_password,
    set_password,
)
from hourtrail.flows.identity.people import disable as run_disable
from hourtrail.flows.identity.people import enable as run_enable

_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of making one up."
)


@click.group()
def users() -> None:
    """Accounts of people: who can sign in."""


@users.command()
@click.argument("login")
@click.option("--name", default="", metavar="TEXT", help="What pages call them.  [default: the login name]")
@click.option(
    "--person", default="", metavar="P", help="The person of the firm whose time is theirs.  [default: the login name]"
)
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="What they do; repeatable."
)
@click.option("--sso", is_flag=True, help="They sign in with the identity provider and have no password here.")
@_STDIN
@by_option
@common_options
@click.pass_context
def add(
    ctx: click.Context,
    login: str,
    name: str,
    person: str,
    roles: tuple[str, ...],
    actor: str,
    *,
    sso: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add an account. The login name is best the mail address by which the firm's data knows the person.

    \b
    hourtrail users add ana@firm.example --role consultant --role approver
    hourtrail users add kim --person kim@firm.example --role reviewer --password-stdin < password.txt
    hourtrail users add lea@firm.example --role consultant --sso
    """
    if sso and password_stdin:
        raise InvalidInput("give either --sso or --password-stdin")
    given = _from_stdin() if password_stdin else ""
    made_up = "" if sso or given else new_password()
    new = NewAccount(
        login=login, name=name, person=person, password=given or made_up, roles=tuple(Role(role) for role in roles)
    )
    with opened(ctx, create=True) as (store, tenant):
        holder = add_account(store, tenant, new, actor, passwords=Passwords())
    if as_json:
        answer({**holder.to_json(), **({"password": made_up} if made_up else {})})
        return
    held = ", ".join(role.value for role in holder.roles) or "no role yet: hourtrail roles grant"
    words = f"account {holder.account.login} added with {held}; their time is {holder.account.person}'s"
    if made_up:
        tell_secret(f"{words}. The password:", made_up)
    else:
        click.echo(words)


@users.command("list")
@common_options
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every account with its roles."""
    with opened(ctx, reading=True) as (store, tenant):
        rows = accounts(store, tenant)
    if as_json:
        answer({"accounts": [row.to_json() for row in rows]})
        return
    made = table("login", "person", "roles", "signs in with", "state")
    for row in rows:
        told = row.to_json()
        state = f"disabled {row.account.disabled_at.date()}" if row.account.disabled_at else "open"
        made.add_row(
            row.account.login, row.account.person, ", ".join(told["roles"]) or "none", told["signs_in_with"], state
        )
    show(made, "nobody can sign in yet: hourtrail users add NAME --role admin")


@users.command()
@click.argument("login")
@by_option
@common_options
@click.pass_context
def disable(ctx: click.Context, login: str, actor: str, *, as_json: bool) -> None:
    """Close an account and end its sessions, at once; what it did stays. The server notices within five seconds."""
    with opened(ctx) as (store, tenant):
        row = run_disable(store, tenant, login, actor)
    _told(row.login, "disabled", as_json=as_json)


@users.command()
@click.argument("login")
@by_option
@common_options
@click.pass_context
def enable(ctx: click.Context, login: str, actor: str, *, as_json: bool) -> None:
    """Open a closed account again, with the roles that it had."""
    with opened(ctx) as (store, tenant):
        row = run_enable(store, tenant, login, actor)
    _told(row.login, "enabled", as_json=as_json)


@users.command()
@click.argument("login")
@_STDIN
@by_option
@common_options
@click.pass_context
def password(ctx: click.Context, login: str, actor: str, *, password_stdin: bool, as_json: bool) -> None:
    """Give an account another password and end its sessions."""
    given = _from_stdin() if password_stdin else ""
    made_up = "" if given else new_password()
    with opened(ctx) as (store, tenant):
        row = set_password(store, tenant, login, given or made_up, actor, passwords=Passwords())
    if as_json:
        answer({"login": row.login, **({"password": made_up} if made_up else {})})
    elif made_up:
        tell_secret(f"{row.login} has another password, and is signed out everywhere:", made_up)
    else:
        click.echo(f"{row.login} has another password, and is signed out everywhere")


def _from_stdin() -> str:
    """One line. Raises InvalidInput for none."""
    if sys.stdin.isatty():
        say("type the password and press Enter (it shows):")
    line = sys.stdin.readline(LONGEST_PASSWORD + 2).rstrip("\r\n")
    if not line:
        raise InvalidInput("standard input holds no password")
    return line


def _told(login: str, what: str, *, as_json: bool) -> None:
    if as_json:
        answer({"login": login, "state": what})
    else:
        click.echo(f"{login} is {what}")
