"""What the commands about accounts and programs share: who does it, and how a secret is told once."""

import getpass
from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich.table import Table

from hourtrail.cli.common import console, say
from hourtrail.domain.errors import InvalidInput

F = TypeVar("F", bound=Callable[..., Any])

ONCE = "It is told this once and kept nowhere; put it where it belongs now."


def by_option(command: F) -> F:
    """``--by``: who stands in the audit trail."""
    return click.option(
        "--by", "actor", metavar="NAME", callback=_actor, help="Who does it, for the audit trail.  [default: you]"
    )(command)


def _actor(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    if value is not None and not value.strip():
        raise InvalidInput("--by needs a name")
    return value.strip() if value else f"operator:{_user()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def tell_secret(words: str, secret: str) -> None:
    """The secret alone on standard output, so that it can be piped; the words on standard error."""
    say(words)
    click.echo(secret)
    say(ONCE)


def table(*columns: str) -> Table:
    """A plain table whose cells are text and never markup."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def show(made: Table, nothing: str) -> None:
    """The table, or what there is to say instead."""
    if made.row_count:
        console().print(made, markup=False)
    else:
        click.echo(nothing)
