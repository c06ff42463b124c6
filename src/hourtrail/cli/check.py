"""``hourtrail check``: what in these time entries needs a person?"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from hourtrail.checks import CheckPolicy, Grain
from hourtrail.checks.policy import load as load_policy
from hourtrail.cli.common import Day, answer, console, counted, say, say_refused
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.domain.errors import InvalidInput
from hourtrail.exporters.tables import write_csv
from hourtrail.flows.check import CheckFiles, CheckReport, check_files
from hourtrail.flows.check_wire import report_to_json
from hourtrail.scale import SETTING, batches

MOST_SHOWN = 200
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=READABLE)
@click.option("--tasks", type=READABLE, help="Tasks: unknown, closed and out-of-date work items; other clients' names.")
@click.option("--assignments", type=READABLE, help="Assignments: who may book on what.")
@click.option("--contracts", type=READABLE, help="Contracts: dates, caps, budgets, and how an entry is priced.")
@click.option("--rate-cards", type=READABLE, help="Rate cards: missing and wrong rates, other grades' prices.")
@click.option("--people", type=READABLE, help="People: names, zones, work days, weekly hours, teams.")
@click.option("--holidays", type=READABLE, help="Holidays of the people's calendars.")
@click.option("--periods", type=READABLE, help="Accounting periods: what is closed, and which one is open next.")
@click.option("--milestones", type=READABLE, help="Milestones: what is due, accepted and planned.")
@click.option("--activities", type=READABLE, help="Evidence: coverage, missing time, absences, meetings.")
@click.option("--policy", type=READABLE, help="TOML: which checks run, bounds, severity, clauses.")
@click.option(
    "--grain",
    type=click.Choice(["auto", "day", "week"]),
    default="auto",
    show_default=True,
    help="A row is a day or a week.",
)
@click.option("--as-of", type=Day(), metavar="D", help="Today, for the checks.  [default: last date in the file]")
@click.option("--only", default="", metavar="CHECK,...", help="Only these checks.")
@click.option("--zone", default="", metavar="Z", help="IANA zone for times without an offset.")
@click.option(
    "--scores",
    "scores_out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write id,score,check for every entry.",
)
@click.option(
    "--dask",
    "scheduler",
    metavar="ADDRESS",
    envvar=SETTING,
    show_envvar=True,
    help="Check on the Dask cluster whose scheduler is there, like tcp://10.0.0.5:8786.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def check(
    file: Path,
    policy: Path | None,
    grain: str,
    as_of: date | None,
    only: str,
    zone: str,
    scheduler: str | None,
    scores_out: Path | None,
    *,
    as_json: bool,
    **master: Path | None,
) -> int:
    """Check a file of time entries, alone or against master data. Nothing is stored.

    \b
    hourtrail check entries.csv --tasks tasks.csv --assignments assignments.csv
    """
    with batches(scheduler) as where:
        report = check_files(
            CheckFiles(entries=file, **master),
            policy=_policy(policy) if policy else CheckPolicy(),
            grain=None if grain == "auto" else Grain(grain),
            as_of=as_of,
            only=[name.strip() for name in only.split(",") if name.strip()],
            zone=zone,
            today=datetime.now(UTC).date(),
            where=where,
        )
    if scores_out is not None:
        _write_scores(report, scores_out)
    if as_json:
        answer(report_to_json(report))
    else:
        _print(report)
    say_refused(report.refused, len(report.refused))
    return REFUSED if report.refused else OK


def _policy(path: Path) -> CheckPolicy:
    try:
        return load_policy(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text, so it is no policy in TOML") from error


def _write_scores(report: CheckReport, out: Path) -> None:
    with out.open("w", encoding="utf-8", newline="") as stream:
        rows = ({"id": row.id, "score": f"{row.score:.6g}", "check": row.check} for row in report.scores)
        write_csv(rows, ("id", "score", "check"), stream)


def _print(report: CheckReport) -> None:
    screen = console()
    table = Table(box=None, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("at risk", justify="right", no_wrap=True)
    table.add_column("why it needs a person")
    for row in report.findings[:MOST_SHOWN]:
        risk = f"{row.value_at_risk.to_cents().amount} {row.value_at_risk.currency}" if row.value_at_risk else ""
        table.add_row(row.check, risk, row.explanation)
    if report.findings:
        screen.print(table)
    if len(report.findings) > MOST_SHOWN:
        screen.print(f"… and {len(report.findings) - MOST_SHOWN} more; --json lists them all")
    counts = ", ".join(f"{name} {count}" for name, count in report.summary["by_check"].items() if count) or "nothing"
    screen.print(
        f"{'SIMULATED data: ' if 'data' in report.summary else ''}"
        f"{counted(report.summary['entries'], 'entry', 'entries')} checked (a row is a {report.grain.value}): {counts}"
    )
    for team in report.summary.get("under_reporting", ()):
        screen.print(_about_team(team))
    for name, why in report.skipped.items():
        say(f"not checked: {name}: {why}")


def _about_team(team: dict[str, Any]) -> str:
    """One sentence about a team as a whole; it names nobody."""
    booked, seen = team["booked_minutes"] / 60, team["evidence_minutes"] / 60
    return (
        f"team {team['team']} booked {booked:.0f} h of {seen:.0f} h evidenced in the {team['weeks']} weeks "
        f"{team['first_week']} to {team['last_week']} (at least {team['people']} people)"
    )
