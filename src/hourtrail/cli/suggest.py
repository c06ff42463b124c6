"""``hourtrail suggest``: candidate time entries with evidence, confidence and reasons."""

from datetime import date
from itertools import groupby
from textwrap import fill
from typing import Final

import click
from rich.console import Console
from rich.text import Text

from hourtrail.cli.common import Day, answer, common_options, console, counter, end_progress, hours, opened, say
from hourtrail.domain.instants import zone_named
from hourtrail.domain.suggestion import Band, Suggestion
from hourtrail.flows.suggest import SuggestResult
from hourtrail.flows.suggest import suggest as run_suggest
from hourtrail.wiring import load_models

_WORTH_A_LINE: Final = 15
"""Minutes by which what will be booked of a week must differ from what is suggested."""

INDENT = " " * 12
"""Below the first column, the time."""

BAND_WORDS = {Band.PREFILL: "prefill", Band.SUGGEST: "suggest", Band.ASK: "ask"}
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
    with opened(ctx) as (store, tenant):
        models = load_models(rules_only=rules_only, tenant=tenant)
        if models.notice:
            say(models.notice)
        shown = counter("people done")
        result = run_suggest(
            store, tenant, first=first, last=last, models=models, person=person, progress=lambda done, _all: shown(done)
        )
        end_progress()
    if as_json:
        answer(result.to_json())
    else:
        print_result(result)


def print_result(result: SuggestResult, *, withheld: bool = True) -> None:
    """A table a day and person, reasons under each line, totals below."""
    screen = console()
    if result.degraded:
        say(f"the rules answer instead of the model: {result.degraded}")
    if result.strangers:
        shown = ", ".join(result.strangers[:5]) + (", …" if len(result.strangers) > 5 else "")
        say(f"left out, because the firm's people do not name them: {shown}; --person asks for one of them")
    ordered = sorted(result.suggestions, key=lambda row: (row.person, row.date, row.span.start))
    totals = {(row.person, row.date): row for row in result.totals}
    for (person, day), rows in groupby(ordered, key=lambda row: (row.person, row.date)):
        _print_day(screen, person, day, list(rows))
        if total := totals.get((person, day)):
            screen.print(f"  working time {hours(total.working_minutes)}, on projects {hours(total.project_minutes)}\n")
    for week in result.weeks:
        expected = week.expected_booked_minutes
        # A week whose sum says the same as its suggestions is not worth a line.
        if expected is not None and abs(expected - week.suggested_minutes) >= _WORTH_A_LINE:
            screen.print(
                f"{week.person}, week of {week.week}: {hours(week.suggested_minutes)} h suggested; going by the weeks before, "
                f"{hours(expected)} h will be booked"
            )
    if not ordered:
        screen.print("nothing to suggest in these days: ingest activities first, or choose other days")
    unshown = [row for row in result.withheld if not row.suggestion]
    if withheld and unshown:
        screen.print(f"not proposed ({len(unshown)}):")
        for row in unshown:
            screen.print(Text(f"  {row.date or ''}  {row.title or row.block}: {row.reason}", style="dim"))


def _print_day(screen: Console, person: str, day: date, rows: list[Suggestion]) -> None:
    """Fits 80 columns: numbers and work item on one line, what it was and why below it."""
    screen.print(Text(f"{person}, {day:%A} {day.day} {day:%B %Y}", style="bold"))
    screen.print(
        Text(f"{'time':<11} {'evidence':>8} {'suggested':>9} {'billed':>6} {'sure':<15} work item", style="bold")
    )
    for row in rows:
        zone = zone_named(row.block.zone)
        start, end = row.span.start.astimezone(zone), row.span.end.astimezone(zone)
        minutes = row.block.evidence_minutes, row.block.suggested_minutes, row.billable_minutes
        evidence, suggested, billed = map(hours, minutes)
        line = Text(f"{start:%H:%M}-{end:%H:%M} {evidence:>8} {suggested:>9} {billed:>6} ")
        sure = "-" if row.item is None else f"{row.confidence:.0%} {BAND_WORDS[row.band]}"
        screen.print(line.append(f"{sure:<15} {_work_item(row)}", style=BAND_STYLE[row.band]))
        for text, style in ((row.narrative, ""), (_others(row), ""), (_why(row), "dim"), (row.id, "dim")):
            if text:
                screen.print(Text(_indented(text, screen.width), style=style))


def _indented(text: str, width: int) -> str:
    return fill(text, max(width, 40), initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False)


def _work_item(row: Suggestion) -> str:
    return "unassigned" if row.item is None else f"{row.item}{'?' if row.band is Band.ASK else ''}"


def _others(row: Suggestion) -> str:
    """What else it may be, where the answer is a question."""
    if row.band is not Band.ASK or len(row.alternatives) < 2:
        return ""
    return "or " + ", ".join(f"{other.item} {other.confidence:.0%}" for other in row.alternatives[1:])


def _why(row: Suggestion) -> str:
    leaning = (f"leans on {', '.join(row.leans_on)}",) if row.leans_on else ()
    return "; ".join((*row.reasons, *leaning))
