"""``hourtrail backtest capture``: how much of a real timesheet would have been found?"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from hourtrail.cli.common import Day, answer, counted, counter, end_progress, say_refused
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.flows.backtest.capture import TRUTHS, CaptureOptions, backtest_capture
from hourtrail.flows.backtest.capture_files import CaptureFiles
from hourtrail.wiring import load_models, with_time_models

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--activities",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    required=True,
    metavar="PATH",
    help="Evidence: a contract file, or whatever `ingest` reads. May be given several times.",
)
@click.option("--time-entries", type=READABLE, required=True, help="The truth: what was worked, with start and end.")
@click.option("--from", "first", type=Day(), metavar="D", help="First measured day; what lies before is history.")
@click.option("--to", "last", type=Day(), metavar="D", help="Last measured day, included.")
@click.option(
    "--delay",
    "delay_days",
    type=float,
    default=1.0,
    show_default=True,
    metavar="DAYS",
    help="A time entry becomes known so long after it; at the earliest when its day is over.",
)
@click.option("--reported", type=READABLE, help="What people booked, where that is not the truth; it is learned from.")
@click.option("--tasks", type=READABLE, help="The bookable work items; by default what each person booked so far.")
@click.option("--assignments", type=READABLE, help="Who may book on what.")
@click.option("--people", type=READABLE, help="People: zones.")
@click.option(
    "--person", default="", metavar="P", help="Whose calendar or repository it is, where the file does not say."
)
@click.option(
    "--zone", default="", metavar="Z", help="IANA zone for times without an offset and people without a zone."
)
@click.option(
    "--truth-kind",
    type=click.Choice(TRUTHS),
    default="unknown",
    show_default=True,
    help="Where the truth comes from; printed with the numbers.",
)
@click.option("--rules-only", is_flag=True, help="Name work items by the rules instead of the bundled ranker.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def capture(
    activities: tuple[Path, ...],
    time_entries: Path,
    first: date | None,
    last: date | None,
    delay_days: float,
    reported: Path | None,
    tasks: Path | None,
    assignments: Path | None,
    people: Path | None,
    person: str,
    zone: str,
    truth_kind: str,
    *,
    rules_only: bool,
    as_json: bool,
) -> int:
    """How much of my real timesheet would it have found? Nothing is stored.

    Each person's days are replayed one by one through what `hourtrail suggest` runs, as they stood when the day was over,
    and the suggested time is compared with the time entries minute by minute.

    \b
    hourtrail backtest capture --activities activities.jsonl --time-entries timesheet.csv --zone Europe/Berlin
    """
    report = backtest_capture(
        CaptureFiles(
            activities=activities, time_entries=time_entries, reported=reported, tasks=tasks,
            assignments=assignments, people=people,
        ),
        CaptureOptions(
            first=first, last=last, delay_days=delay_days, zone=zone, person=person, truth=truth_kind
        ),
        models=with_time_models(load_models(rules_only=rules_only)),
        today=datetime.now(UTC).date(),
        reading=counter("activities read"),
        progress=_progress(),
    )  # fmt: skip
    end_progress()
    if as_json:
        answer(report.answer)
    else:
        _print(report.answer)
    say_refused(report.refused, report.refused_count)
    return REFUSED if report.refused_count else OK


def _progress() -> Callable[[int, int], None]:
    if not sys.stderr.isatty():
        return lambda _done, _all: None
    return lambda done, total: click.echo(f"\r{done:,} of {total:,} days ", err=True, nl=False)


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _print(found: dict[str, Any]) -> None:
    data = "SIMULATED data, " if found["data"] == "simulated" else ""
    click.echo(
        f"{data}truth: {found['truth']}; {counted(found['person_days'], 'person-day')} of "
        f"{counted(found['people'], 'person', 'people')}, "
        f"{found['from']} to {found['to']}, model {found['model']}"
    )
    click.echo(f"{'':26}minute F1  daily hours MAE")
    for name, row in {"hourtrail": found, **found["baselines"]}.items():
        click.echo(f"{name:26}{_number(row['minute_f1']):>9}  {_number(row['daily_hours_mae'], 2):>15}")
    click.echo(
        f"worked or not: precision {_number(found['minute_precision'])}, recall {_number(found['minute_recall'])}; "
        f"{found['minutes_invented']:,} minutes invented, {found['minutes_missed']:,} missed"
    )
    click.echo(
        f"on which project: F1 {_number(found['minute_f1_labelled'])}, by project {_number(found['minute_f1_by_project'])}; "
        f"{found['minutes_on_wrong_project']:,} minutes on a wrong one, {_number(found['unassigned_share'])} unassigned"
    )
    blocks, off = found["blocks"], found["boundary_error_minutes"]
    click.echo(
        f"blocks: {blocks['matched']:,} of {blocks['true']:,} found by {blocks['suggested']:,}, edges off by "
        f"{_number(off['median'], 0)} minutes (median), {_number(off['p90'], 0)} (90 %)"
    )
    click.echo(
        f"hours: {found['total_hours_suggested']:,.1f} suggested, {found['total_hours_true']:,.1f} true "
        f"(ratio {_number(found['total_ratio'], 2)}), a week off by {_number(found['weekly_hours_mape'])} of it"
    )
    if (missing := found["missing_time"]) is not None:
        click.echo(
            f"missing time: {missing['found_days']:,} of {missing['short_days']:,} short days named "
            f"(recall {_number(missing['recall'])}), {missing['false_days']:,} named falsely"
        )
    if found["person_days_without_clock"]:
        click.echo(
            f"{counted(found['person_days_without_clock'], 'person-day')} with entries without start: they count for hours only"
        )
    click.echo(f"{counted(found['suggestions'], 'suggestion')}, {found['seconds']:,.1f} s")
