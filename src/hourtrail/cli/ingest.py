"""``hourtrail ingest``: read calendars, repositories, tickets and contract files."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from hourtrail.cli.common import (
    Day,
    answer,
    common_options,
    counted,
    counter,
    end_progress,
    opened,
    say,
    say_refused,
)
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.domain.activity import ReadOptions
from hourtrail.flows.fetch import fetched
from hourtrail.flows.ingest import IngestReport
from hourtrail.flows.ingest import ingest as run_ingest
from hourtrail.flows.known_tenants import is_new
from hourtrail.store import Store
from hourtrail.wiring import sources

RECORDS: Final = (
    "activities", "tasks", "assignments", "people", "contracts", "rate-cards", "holidays", "periods", "milestones",
    "tax-rates", "time-entries", "clients", "projects", "expenses", "payments",
)  # fmt: skip


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH|URL...")
@click.option(
    "--as",
    "record",
    type=click.Choice(RECORDS),
    metavar="KIND",
    help=f"What a CSV or JSONL file holds; by default it tells itself. One of {', '.join(RECORDS)}.",
)
@click.option(
    "--source",
    default="",
    metavar="NAME",
    help="Where the activities of a CSV or JSONL file come from; or the reader to use, see `hourtrail sources`.",
)
@click.option("--person", default="", metavar="P", help="Whose calendar it is; calendars need it.")
@click.option("--zone", default="", metavar="Z", help="IANA zone for times without an offset, like Europe/Berlin.")
@click.option("--from", "first", type=Day(), metavar="D", help="First day to read.")
@click.option("--to", "last", type=Day(), metavar="D", help="Last day to read.")
@common_options
@click.pass_context
def ingest(
    ctx: click.Context,
    paths: tuple[str, ...],
    record: str | None,
    source: str,
    person: str,
    zone: str,
    first: date | None,
    last: date | None,
    *,
    as_json: bool,
) -> int:
    """Read calendars (.ics), git repositories, ticket exports and contract files (CSV, JSONL) into the store.

    Files and folders are recognised by what they are, CSV kinds by their header. Reading the same input again changes
    nothing; an event that moved is updated, one that is gone is withdrawn. Bad records are named and never stop the rest.

    \b
    hourtrail ingest calendar.ics --person ada@example.com --zone Europe/Berlin
    hourtrail ingest ./portal --person ada@example.com
    hourtrail ingest jira-export.json tasks.csv people.csv
    """
    if first and last and last < first:
        raise click.UsageError(f"--to {last} lies before --from {first}")
    with opened(ctx, create=True) as (store, tenant), fetched(paths) as (local, unreachable):
        if is_new(store, tenant):
            say(
                f"{tenant} is a new tenant, made by this; hourtrail tenants create {tenant} gives it settings from a template"
            )
        options = ReadOptions(
            today=datetime.now(UTC).date(),
            person=person,
            zone=zone or _zone_of(store, tenant, person),
            source=source,
            record=record or "",
            first=first,
            last=last,
        )
        report = run_ingest(
            store, tenant, local, options, sources=sources(), progress=counter("records read"), refused=unreachable
        )
        end_progress()
    if as_json:
        answer(report.to_json())
    else:
        _print(report, local)
    return REFUSED if report.refused_count else OK


def _zone_of(store: Store, tenant: str, person: str) -> str:
    """The zone that master data gives the person, so that it need not be typed again."""
    if not person:
        return ""
    with store.tenant(tenant, read_only=True) as db:
        known = {row.id: row.zone for row in db.master().people}
    return known.get(person, "")


def _print(report: IngestReport, paths: list[Path]) -> None:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.by_kind.items())) or "nothing"
    click.echo(f"read {counted(report.read, 'record')} from {counted(len(paths), 'input')}: {kinds}")
    click.echo(
        f"{report.created:,} new, {report.updated:,} changed, {report.unchanged:,} as before, {report.withdrawn:,} withdrawn"
    )
    for verb, counts in (("dropped", report.dropped), ("redacted", report.redacted)):
        for name, count in sorted(counts.items()):
            if count:
                click.echo(f"{count:,} {verb} by rule {name!r}")
    say_refused(report.refused, report.refused_count)
    if report.created or report.updated:
        say("next: hourtrail suggest --from DAY --to DAY")
