"""``hourtrail suggest``: candidate time entries with evidence, confidence and reasons."""

from datetime import date
from itertools import groupby

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hourtrail.cli.common import Day, answer, common_options, console, hours, opened, say
from hourtrail.domain.instants import zone_named
from hourtrail.domain.suggestion import Band, Suggestion
from hourtrail.domain.wire import suggestion_to_json, withheld_to_json
from hourtrail.flows.suggest import SuggestResult
from hourtrail.flows.suggest import suggest as run_suggest
from hourtrail.wiring import load_models

BAND_WORDS = {Band.PREFILL: "prefill", Band.SUGGEST: "suggest", Band.ASK: "ask", Band.WITHHOLD: "unassigned"}
BAND_STYLE = {Band.PREFILL: "green", Band.SUGGEST: "cyan", Band.ASK: "yellow", Band.WITHHOLD: "dim"}


@click.command()
@click.option("--person", metavar="P", help="Whose week; by default everybody with activities.")
@click.option("--from", "first", type=Day(), required=True, metavar="D", help="First day, like 2026-03-02.")
@click.option("--to", "last", type=Day(), required=True, metavar="D", help="Last day, included.")
@click.option("--rules-only", is_flag=True, help="Leave the model out; the rules answer and are labelled as such.")
@common_options
@click.pass_context
def suggest(
    ctx: click.Context, person: str | None, first: date, last: date, *, rules_only: bool, as_json: bool
) -> None:
    """Propose time entries for the activities between two days.

    Running it again reconciles: what changed is updated, what is gone is withdrawn, what a person decided is never touched.
    """
    models = load_models(rules_only=rules_only)
    with opened(ctx) as (store, tenant):
        result = run_suggest(store, tenant, first=first, last=last, models=models, person=person)
    if as_json:
        answer(
            {
                "suggestions": [suggestion_to_json(row) for row in result.suggestions],
                "withheld": [withheld_to_json(row) for row in result.withheld],
                "totals": [
                    {
                        "person": row.person,
                        "date": row.date.isoformat(),
                        "working_minutes": row.working_minutes,
                        "project_minutes": row.project_minutes,
                    }
                    for row in result.totals
                ],
                "degraded": result.degraded or None,
            }
        )
    else:
        print_result(result)


def print_result(result: SuggestResult, *, withheld: bool = True) -> None:
    """A table a day and person, reasons under each line, totals below."""
    screen = console()
    if result.degraded:
        say(f"the rules answer instead of the model: {result.degraded}")
    ordered = sorted(result.suggestions, key=lambda row: (row.person, row.date, row.span.start))
    totals = {(row.person, row.date): row for row in result.totals}
    for (person, day), rows in groupby(ordered, key=lambda row: (row.person, row.date)):
        screen.print(_day_table(person, day, list(rows)))
        if total := totals.get((person, day)):
            screen.print(f"  working time {hours(total.working_minutes)}, on projects {hours(total.project_minutes)}\n")
    if not ordered:
        screen.print("nothing to suggest in these days: ingest activities first, or choose other days")
    unshown = [row for row in result.withheld if not row.suggestion]
    if withheld and unshown:
        screen.print(f"not proposed ({len(unshown)}):")
        for row in unshown:
            screen.print(Text(f"  {row.date or ''}  {row.title or row.block}: {row.reason}", style="dim"))


def _day_table(person: str, day: date, rows: list[Suggestion]) -> Table:
    table = Table(
        title=f"{person}, {day:%A %-d %B %Y}", title_justify="left", title_style="bold", box=None, pad_edge=False
    )
    table.add_column("time", no_wrap=True)
    for name in ("evidence", "suggested", "billed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("work item", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    table.add_column("what and why")
    for row in rows:
        zone = zone_named(row.block.zone)
        start, end = row.span.start.astimezone(zone), row.span.end.astimezone(zone)
        why = Group(Text(row.narrative), Text("; ".join(row.reasons), style="dim"), Text(row.id, style="dim"))
        table.add_row(
            f"{start:%H:%M}-{end:%H:%M}",
            hours(row.block.evidence_minutes),
            hours(row.block.suggested_minutes),
            hours(row.billable_minutes),
            Text(_work_item(row), style=BAND_STYLE[row.band]),
            f"{row.confidence:.0%} {BAND_WORDS[row.band]}",
            why,
        )
    return table


def _work_item(row: Suggestion) -> str:
    if row.item is None:
        return "unassigned"
    others = len(row.alternatives) - 1
    return f"{row.item}{f' (+{others} more)' if row.band is Band.ASK and others > 0 else ''}"
