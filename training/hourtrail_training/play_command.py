"""``hourtrail simulate play`` and ``sweep``: the product before simulated people, and over numbers that nobody has published."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from hourtrail.cli.common import Day, answer, common_options, counted, opened, say
from hourtrail.domain.errors import InvalidInput
from hourtrail.wiring import load_models, sources
from hourtrail_training.agreement import agreement
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.play import Played, PlayOptions
from hourtrail_training.simulator.play import play as play_firm
from hourtrail_training.simulator.run import MARK
from hourtrail_training.sweep import Point, SweepOptions, holds
from hourtrail_training.sweep import sweep as sweep_over

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
SWEPT: Final = ("decline_share", "answers_mean", "attends_unanswered")
"""What a sweep looks at unless told otherwise: shares without any source that decide what evidence and answers there are."""


@click.command()
@click.argument("folder", type=EXISTING)
@click.option(
    "--from",
    "first",
    type=Day(),
    required=True,
    metavar="D",
    help="First Monday that is suggested; before it is history.",
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 520),
    default=4,
    show_default=True,
    help="How many weeks are suggested and answered.",
)
@click.option("--rules-only", is_flag=True, help="Leave the model out.")
@click.pass_context
@common_options
def play(ctx: click.Context, folder: Path, first: date, weeks: int, *, rules_only: bool, as_json: bool) -> None:
    """Let the people of the simulated firm in FOLDER answer the product's suggestions, week by week.

    Everything runs through ingest, suggest and decide into the store and tenant named, which should be empty: the decision
    log that it leaves says of every decision that a simulated person made it.
    """
    seed, bias, parameters = _made_with(folder)
    options = PlayOptions(seed=seed, first=first, weeks=weeks, bias=bias)
    with opened(ctx, create=True) as (store, tenant):
        models = load_models(rules_only=rules_only)
        done = play_firm(store, tenant, folder, options, parameters, models=models, sources=sources(), progress=say)
    if as_json:
        answer({"data": "simulated", **asdict(done), "verdicts": dict(sorted(done.verdicts.items()))})
    else:
        _print_played(done)


def _made_with(folder: Path) -> tuple[int, str, Parameters]:
    """Seed, bias mechanism and parameters of a simulated firm's folder. Raises InvalidInput when it is none."""
    try:
        about = json.loads((folder / MARK).read_text(encoding="utf-8"))
        drawn = json.loads((folder / "truth" / "parameters.json").read_text(encoding="utf-8"))
        values = {name: float(value) for name, value in drawn.items() if name != "simulated"}
        return int(about["options"]["seed"]), str(about["options"]["bias"]), Parameters(values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{folder} is no finished simulated firm; write one with `hourtrail simulate firm {folder}`"
        ) from error


def _print_played(done: Played) -> None:
    answered = sum(done.verdicts.values())
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in _by_count(done.verdicts))
    click.echo(
        f"SIMULATED people: {counted(done.suggestions, 'suggestion')} and {done.withheld:,} withheld; {done.ignored:,} ignored, "
        f"{answered:,} decisions ({told})"
    )
    click.echo(
        f"{done.right:,} answered suggestions named the true work; {done.lured:,} wrong ones were accepted all the same"
    )


def _by_count(verdicts: "Counter[str]") -> list[tuple[str, int]]:
    return sorted(verdicts.items(), key=lambda row: (-row[1], row[0]))


@click.command()
@click.option(
    "--parameter",
    "names",
    multiple=True,
    metavar="NAME",
    help=f"What to sweep; may be repeated.  [default: {', '.join(SWEPT)}]",
)
@click.option(
    "--values",
    type=click.IntRange(2, 50),
    default=3,
    show_default=True,
    help="Values from one end of the range to the other.",
)
@click.option("--seeds", type=click.IntRange(1, 50), default=2, show_default=True, help="Firms at each value.")
@click.option("--people", type=click.IntRange(1, 200), default=4, show_default=True, help="People of a firm.")
@click.option(
    "--weeks", type=click.IntRange(1, 104), default=4, show_default=True, help="Weeks of a firm, two of them history."
)
@click.option("--model", is_flag=True, help="With the bundled model instead of the rules.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def sweep(
    names: tuple[str, ...], values: int, seeds: int, people: int, weeks: int, *, model: bool, as_json: bool
) -> None:
    """Does capture stay ahead of a fixed gap over the whole range of what nobody has published?

    The same small firms are simulated at several values of a parameter; read the conclusion, not the height of a number.
    """
    options = SweepOptions(parameters=names or SWEPT, values=values, seeds=seeds, people=people, weeks=weeks)
    points = sweep_over(options, models=load_models(rules_only=not model), say=say)
    ahead = holds(points)
    if as_json:
        answer({"data": "simulated", "points": [point.as_json() for point in points], "ahead_everywhere": ahead})
        return
    click.echo(
        f"{'SIMULATED':28}{'value':>8}{'seed':>6}{'minute F1':>11}{'fixed gap':>11}{'gain':>8}{'right work':>12}{'hours':>8}"
    )
    for point in points:
        click.echo(_line(point))
    for name, everywhere in ahead.items():
        click.echo(f"{name}: {'ahead of the fixed gap over its whole range' if everywhere else 'NOT ahead everywhere'}")


@click.command("agreement")
@click.option(
    "--simulated",
    multiple=True,
    required=True,
    type=FILE,
    help="An answer of `backtest mapping --json` on simulated work; may be repeated.",
)
@click.option("--real", multiple=True, required=True, type=FILE, help="The same run on real work; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def agreement_command(simulated: tuple[Path, ...], real: tuple[Path, ...], *, as_json: bool) -> None:
    """Do methods rank alike on simulated and on real work? Below .6 (Kendall's tau) simulated numbers are not quoted."""
    found = agreement(simulated, real)
    if as_json:
        answer(found.as_json())
        return
    click.echo(f"{'top-1':34}simulated  real")
    for name, one, other in found.methods:
        click.echo(f"{name:34}{one:9.3f}{other:6.3f}")
    click.echo(
        f"Kendall's tau {found.tau:.2f}: the rankings {'agree' if found.agrees else 'do NOT agree; quote no simulated numbers'}"
    )


def _line(point: Point) -> str:
    def number(value: Any) -> str:
        return "-" if value is None else f"{value:.3f}"

    return (
        f"{point.parameter:28}{point.value:8.3g}{point.seed:6}{number(point.minute_f1):>11}{number(point.fixed_gap_f1):>11}"
        f"{number(point.gain):>8}{number(point.minute_f1_labelled):>12}{number(point.total_ratio):>8}"
    )
