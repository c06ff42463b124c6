"""``hourtrail usage``: how much of the product a firm uses."""

import sys
from datetime import UTC, date, datetime, timedelta

import click

from hourtrail.cli.common import Day, answer, common_options, opened
from hourtrail.exporters.tables import write_csv
from hourtrail.flows.usage import COLUMNS
from hourtrail.flows.usage import usage as read_usage


@click.command()
@click.option("--from", "first", type=Day(), metavar="D", help="First UTC day; 30 days before the last by default.")
@click.option("--to", "last", type=Day(), metavar="D", help="Last UTC day, included; today by default.")
@click.option("--csv", "as_csv", is_flag=True, help="A row for each day and unit: tenant, day, workflow, unit, count.")
@common_options
@click.pass_context
def usage(ctx: click.Context, first: date | None, last: date | None, *, as_csv: bool, as_json: bool) -> None:
    """Count what was ingested, suggested, decided, checked and billed, by day. Numbers only: nobody is named.

    \b
    hourtrail usage --from 2026-03-01 --to 2026-03-31 --csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two forms of one answer; choose one")
    until = last or datetime.now(UTC).date()
    with opened(ctx, reading=True) as (store, tenant):
        found = read_usage(store, tenant, first or until - timedelta(days=30), until)
    if as_json:
        answer(found.to_json())
    elif as_csv:
        write_csv(found.rows(), COLUMNS, sys.stdout)
    else:
        body = found.to_json()
        click.echo(f"{tenant}, {body['from']} to {body['to']} (UTC)")
        for row in body["totals"]:
            click.echo(f"  {row['workflow']:8} {row['unit']:20} {row['count']:>12,}")
