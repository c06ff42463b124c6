"""``hourtrail export``: what the store knows, as CSV or JSON Lines."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import click

from hourtrail.cli.common import Day, common_options, opened, say
from hourtrail.exporters.tables import write_csv, write_json, write_jsonl
from hourtrail.flows.export import COLUMNS, rows
from hourtrail.flows.stored_checks import check_stored
from hourtrail.store import Store


@click.command()
@click.argument("what", metavar="WHAT", type=click.Choice(list(COLUMNS)))
@click.option("--from", "first", type=Day(), metavar="D", help="First day.")
@click.option("--to", "last", type=Day(), metavar="D", help="Last day, included.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl"]), help="csv by default; jsonl keeps nested fields whole."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="File; standard output by default."
)
@common_options
@click.pass_context
def export(
    ctx: click.Context,
    what: str,
    first: date | None,
    last: date | None,
    form: str | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write activities, time entries, suggestions, decisions, findings or the training set.

    WHAT is activities, time-entries, suggestions, decisions, findings or training-set.

    With --json and no --format, one JSON array. CSV cells that a spreadsheet would run as a formula start with an
    apostrophe; ingest takes it off again. Findings are those of the stored entries, checked now, and all found before.
    """
    with opened(ctx, reading=True) as (store, tenant):
        if what == "findings":
            check_stored(store, tenant, today=datetime.now(UTC).date())
        count = _write(store, tenant, what, first=first, last=last, form=form, out=out, as_json=as_json)
    say(f"{count:,} {what} written{f' to {out}' if out else ''}")


def _write(
    store: Store,
    tenant: str,
    what: str,
    *,
    first: date | None,
    last: date | None,
    form: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    with store.tenant(tenant, read_only=True) as db:
        found = rows(db, what, first, last)

        def write(stream: TextIO) -> int:
            if form == "jsonl":
                return write_jsonl(found, stream)
            return write_json(found, stream) if as_json and form is None else write_csv(found, COLUMNS[what], stream)

        if out is None:
            return write(sys.stdout)
        with out.open("w", encoding="utf-8", newline="") as stream:
            return write(stream)
