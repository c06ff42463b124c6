"""The command line: the shell face of the flows. Answers on standard output, progress and problems on standard error."""

import logging
import os
import sys
from typing import Final

import click

from hourtrail import __version__
from hourtrail.cli.group import CommandGroup, Core
from hourtrail.cli.next_steps import told
from hourtrail.cli.settings import OK, REFUSED, UNUSABLE, Settings
from hourtrail.domain.errors import HourtrailError

CORE: Final = (
    Core("audit", "The audit trail."),
    Core(
        "auto-post", "Submit what was confirmed and prefilled on a standing order of two administrators; and stop it."
    ),
    Core("backtest", "Replay labelled work in time order and measure."),
    Core("billing", "Draft what was approved, post it, log disputes, change rates."),
    Core("check", "Check a file of time entries, alone or against master data."),
    Core("clients", "OAuth 2 clients: programs that fetch a token of half an hour with a secret of their own."),
    Core("completion", "Print the completion script of a shell."),
    Core(
        "confidence",
        "Thresholds in force and why, what they cost, the blind audit's proof, limited people, circuit breaker, drift.",
    ),
    Core("decide", "Decide on a suggestion."),
    Core("demo", "Run a small sample firm through ingest, suggest, decide and export, and say what to do next."),
    Core("export", "Write activities, time entries, suggestions, decisions, findings or the training set."),
    Core(
        "ingest",
        "Read calendars (.ics), git repositories, ticket exports and contract files (CSV, JSONL) into the store.",
    ),
    Core(
        "jobs",
        "The work of the night: sealing, retention, checks, confidence, refits. What it is, when it ran, and running it.",
    ),
    Core("keys", "API keys: long-lived secrets that programs show as they are."),
    Core("policies", "The policies in force: version, digest, since when, and who decided them."),
    Core(
        "privacy",
        "Who can see what of a person's day, what is forgotten, removed, erased or handed out, and the keys of activities.",
    ),
    Core("review", "The reviewers' queue: what needs a person, why, and what they said."),
    Core("roles", "Roles: who may do what, and who may not do both."),
    Core("sources", "List the registered sources and what each reads."),
    Core("suggest", "Propose time entries for the activities between two days."),
    Core("tenants", "The customers of this installation: each has its own data, people, settings and brand."),
    Core("timesheets", "Weeks of time entries: list, show, submit, recall, approve, reject."),
    Core("trail", "Show the evidence, model, score, threshold, decision, actor and times behind a time entry."),
    Core("usage", "Count what was ingested, suggested, decided, checked and billed, by day."),
    Core("users", "Accounts of people: who can sign in."),
)
"""The commands of this package, with what ``hourtrail --help`` says about each without importing it."""

SECTIONS: Final = {
    "For consultants": ("demo", "ingest", "sources", "suggest", "decide", "timesheets", "trail", "privacy"),
    "For reviewers and billing": ("check", "review", "billing", "export"),
    "For ML engineers": (
        "backtest", "confidence", "train", "refit", "models", "drift", "simulate",
    ),
    "For administrators": (
        "serve", "tenants", "users", "roles", "keys", "clients", "jobs", "auto-post", "policies", "audit", "usage", "completion",
    ),
}  # fmt: skip
"""Who reads ``hourtrail --help``: consultants, reviewers and finance, ML engineers, administrators; in the order of use."""


@click.group(
    cls=CommandGroup,
    core=CORE,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
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


def main() -> None:
    """Entry point of the ``hourtrail`` command: every error is a sentence, none is a traceback."""
    stdout = sys.stdout
    try:
        code = hourtrail.main(prog_name="hourtrail", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(UNUSABLE)
    except HourtrailError as error:
        click.echo(f"hourtrail: {told(error)}", err=True)
        sys.exit(UNUSABLE)
    except (BrokenPipeError, SystemExit) as stop:
        # The reader (head, less) went away; that is not our error. Python would complain at shutdown otherwise. click says
        # so with SystemExit, after putting another stream in place of standard output; any other exit keeps its code.
        if isinstance(stop, SystemExit) and sys.stdout is stdout:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    except OSError as error:
        click.echo(f"hourtrail: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        sys.exit(UNUSABLE)
    sys.exit(code if isinstance(code, int) else OK)


__all__ = ["CORE", "OK", "REFUSED", "SECTIONS", "UNUSABLE", "hourtrail", "main"]
