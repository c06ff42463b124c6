"""The command line: the shell face of the flows. Answers on standard output, progress and problems on standard error."""

import logging
import os
import sys
from importlib.metadata import entry_points
from typing import Final

import click

from hourtrail import __version__
from hourtrail.cli.audit import audit
from hourtrail.cli.backtest import backtest
from hourtrail.cli.check import check
from hourtrail.cli.common import OK, REFUSED, UNUSABLE, Settings
from hourtrail.cli.completion import completion
from hourtrail.cli.decide import decide
from hourtrail.cli.demo import demo
from hourtrail.cli.export import export
from hourtrail.cli.ingest import ingest
from hourtrail.cli.sources import sources
from hourtrail.cli.suggest import suggest
from hourtrail.cli.trail import trail
from hourtrail.domain.errors import HourtrailError
from hourtrail.wiring import COMMANDS

CORE: Final[tuple[click.Command, ...]] = (
    audit,
    backtest,
    check,
    completion,
    decide,
    demo,
    export,
    ingest,
    sources,
    suggest,
    trail,
)


class LazyGroup(click.Group):
    """Commands of the core, and those that other packages register; the latter are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return sorted({*super().list_commands(ctx), *(point.name for point in entry_points(group=COMMANDS))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded when it is a registered one."""
        if found := super().get_command(ctx, cmd_name):
            return found
        for point in entry_points(group=COMMANDS, name=cmd_name):
            command: click.Command = point.load()
            return command
        return None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="hourtrail")
@click.option(
    "--store", "store_url", metavar="URL", help="Database; also HOURTRAIL_STORE. Default: SQLite in your data folder."
)
@click.option("--tenant", metavar="NAME", help="Whose data.  [default: default]")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what happens inside.")
@click.pass_context
def hourtrail(ctx: click.Context, store_url: str | None, tenant: str | None, *, verbose: bool) -> None:
    """Turn calendars, commits and tickets into time entries that a person confirms.

    \b
    A first walk:  hourtrail demo
    Your own week: hourtrail ingest CALENDAR.ics --person ADA --zone Europe/Berlin
                   hourtrail suggest --from 2026-03-02 --to 2026-03-06
                   hourtrail decide SUGGESTION accept --as ADA

    Exit codes: 0 all read, 3 some records refused, 2 nothing could be read or wrong usage.
    """
    ctx.obj = Settings(store_url=store_url, tenant=tenant)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="hourtrail: %(message)s", stream=sys.stderr, force=True
    )


for _command in CORE:
    hourtrail.add_command(_command)


def main() -> None:
    """Entry point of the ``hourtrail`` command: every error is a sentence, none is a traceback."""
    try:
        code = hourtrail.main(prog_name="hourtrail", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(UNUSABLE)
    except HourtrailError as error:
        click.echo(f"hourtrail: {error}", err=True)
        sys.exit(UNUSABLE)
    except BrokenPipeError:
        # The reader (head, less) went away; that is not our error. Python would complain at shutdown otherwise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    sys.exit(code if isinstance(code, int) else OK)


__all__ = ["OK", "REFUSED", "UNUSABLE", "hourtrail", "main"]
