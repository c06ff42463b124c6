"""``hourtrail backtest``: replay real work and measure what the product would have said."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hourtrail.cli.backtest_capture import capture
from hourtrail.cli.common import answer, end_progress, say_refused
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.flows.backtest import MappingOptions, backtest_mapping
from hourtrail.wiring import load_models

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def backtest() -> None:
    """Replay labelled work in time order and measure."""


backtest.add_command(capture)


@backtest.command()
@click.argument("file", type=READABLE)
@click.option("--tasks", type=READABLE, help="The bookable work items; by default the labels revealed so far.")
@click.option("--level", type=click.Choice(["auto", "project", "task"]), default="auto", show_default=True)
@click.option(
    "--split",
    default="0.5",
    show_default=True,
    metavar="DATE|SHARE",
    help="Measure from this UTC date, or behind this share of the rows.",
)
@click.option(
    "--delay",
    "delay_days",
    type=float,
    default=1.0,
    show_default=True,
    metavar="DAYS",
    help="A label becomes known so long after the work; 0 = before the next event.",
)
@click.option(
    "--refit",
    "refit_days",
    type=float,
    default=30.0,
    show_default=True,
    metavar="DAYS",
    help="Refit ranker and calibration so often.",
)
@click.option("--target-precision", type=float, default=0.95, show_default=True)
@click.option("--pretrained-only", is_flag=True, help="Never refit; the memory of confirmations still counts.")
@click.option("--rules-only", is_flag=True, help="Start from the rules instead of the bundled model.")
@click.option("--zone", default="", metavar="Z", help="IANA zone for times without an offset.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def mapping(
    file: Path,
    tasks: Path | None,
    level: str,
    split: str,
    delay_days: float,
    refit_days: float,
    target_precision: float,
    zone: str,
    *,
    pretrained_only: bool,
    rules_only: bool,
    as_json: bool,
) -> int:
    """How well would it have mapped my work? FILE holds activities with a label, or time entries.

    Every row is predicted before its label is revealed, and stands beside copying the last label, the majority, nearest
    neighbours and a frozen text model under the same delay and split.
    """
    options = MappingOptions(
        level=level, split=split, delay_days=delay_days, refit_days=refit_days, target_precision=target_precision,
        pretrained_only=pretrained_only, zone=zone,
    )  # fmt: skip
    report = backtest_mapping(
        file,
        options,
        models=load_models(rules_only=rules_only),
        today=datetime.now(UTC).date(),
        tasks=tasks,
        progress=_progress(),
    )
    end_progress()
    if as_json:
        answer(report.answer)
    else:
        _print(report.answer)
    say_refused(report.refused, len(report.refused))
    return REFUSED if report.refused else OK


def _progress() -> Callable[[int, int], None]:
    if not sys.stderr.isatty():
        return lambda _done, _all: None
    return lambda done, total: click.echo(f"\r{done:,} of {total:,} rows", err=True, nl=False)


def _share(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"


def _print(found: dict[str, Any]) -> None:
    click.echo(
        f"{'SIMULATED data: ' if 'data' in found else ''}"
        f"{found['n']:,} rows measured at {found['level']} level, {found['classes']} work items, model {found['model']}"
    )
    if found["overlap"]:
        click.echo("the bundled model was trained on some of these rows: its numbers are too good")
    low_high = found["interval"]["top1"]
    interval = f"  (95 % interval by person {low_high[0]:.3f} to {low_high[1]:.3f})" if low_high else ""
    click.echo(f"{'':26}top-1  top-3")
    click.echo(f"{'hourtrail':26}{_share(found['top1'])}  {_share(found['top3'])}{interval}")
    for name, row in found["baselines"].items():
        if row is not None:
            click.echo(f"{name:26}{_share(row['top1'])}  {_share(row['top3'])}")
    click.echo(
        f"at switches {_share(found['top1_at_switch'])}, MRR {_share(found['mrr'])}, log-loss {_share(found['log_loss'])}, "
        f"ECE {_share(found['ece'])}, never seen before {_share(found['unseen_share'])}"
    )
    click.echo(
        f"shown at a target precision of {found['target_precision']:.2f}: {_share(found['coverage_at_target'])} of the rows, "
        f"of which {_share(found['precision_at_target'])} were right"
    )
    click.echo(f"{found['seconds']:,.0f} s, {found['events_per_second']:,.0f} rows/s, {found['peak_rss_mb']:,.0f} MB")
