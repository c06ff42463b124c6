"""``hourtrail simulate``: write a simulated firm, say what it is drawn from, and how far it can be told from real work."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from hourtrail.cli.common import Day, answer, counted, say
from hourtrail.domain.errors import InvalidInput
from hourtrail_training.play_command import agreement_command, play, sweep
from hourtrail_training.realism.compare import AIM, QUANTILES, Compared
from hourtrail_training.realism.report import RealFiles, realism
from hourtrail_training.simulator.options import MECHANISMS, ZONES, SimulateOptions
from hourtrail_training.simulator.parameters import draw
from hourtrail_training.simulator.ranges import RANGES, Range
from hourtrail_training.simulator.run import WORKERS, Simulated
from hourtrail_training.simulator.run import simulate as write_firm
from hourtrail_training.simulator.sample import write_sample
from hourtrail_training.simulator.writers import FORMS

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there."
)


@click.group()
def simulate() -> None:
    """Simulate a firm: truth first, then evidence, then what people report.

    Nothing in it is real or measured. Results on it may say "works end to end", "this method before that one" and "fails
    like this", never how well the product does in the field.
    """


@simulate.command()
@click.argument("out", type=FOLDER)
@click.option("--people", type=int, default=12, show_default=True, help="How many people work there.")
@click.option("--from", "first", type=Day(), default="2026-01-05", show_default=True, metavar="D", help="First day.")
@click.option("--to", "last", type=Day(), metavar="D", help="Last day.  [default: twelve weeks]")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and options write the same bytes.")
@click.option(
    "--zone",
    "zones",
    multiple=True,
    metavar="Z",
    help=f"IANA zone of some of the people; may be repeated.  [default: {', '.join(ZONES)}]",
)
@click.option(
    "--traces",
    type=click.Choice(MECHANISMS["traces"]),
    default=MECHANISMS["traces"][0],
    show_default=True,
    help="How traces follow work; the second form is for held-out builds.",
)
@click.option(
    "--bias",
    type=click.Choice(MECHANISMS["bias"]),
    default=MECHANISMS["bias"][0],
    show_default=True,
    help="How people trust suggestions; the second form is for held-out builds.",
)
@click.option(
    "--fault-types",
    type=click.Choice(MECHANISMS["fault_types"]),
    default=MECHANISMS["fault_types"][0],
    show_default=True,
    help="Which faults; the second form has a type that nobody tunes on.",
)
@click.option("--no-faults", is_flag=True, help="Put no labelled faults into the reported time.")
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice([form.name for form in FORMS]),
    help="Only these forms of evidence; may be repeated.  [default: all]",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter's value instead of the drawn one; may be repeated.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=WORKERS,
    show_default=True,
    help="Processes; the result is the same for any number.",
)
@json_option
def firm(
    out: Path,
    people: int,
    first: date,
    last: date | None,
    seed: int,
    zones: tuple[str, ...],
    traces: str,
    bias: str,
    fault_types: str,
    forms: tuple[str, ...],
    overrides: tuple[str, ...],
    workers: int,
    *,
    no_faults: bool,
    as_json: bool,
) -> None:
    """Write a simulated firm to OUT: contract files, native forms, and the truth apart in OUT/truth.

    An earlier simulation in OUT is replaced; a folder that holds anything else is left alone.
    """
    options = SimulateOptions(
        seed=seed, people=people, first=first, last=last or first + timedelta(weeks=12, days=-1), zones=zones or ZONES,
        traces=traces, bias=bias, fault_types=fault_types, faults=not no_faults,
    )  # fmt: skip
    done = write_firm(options, draw(seed, _values(overrides)), out, forms=forms, workers=workers, say=say)
    _tell(done, as_json=as_json)


@simulate.command()
@click.argument("out", type=FOLDER, default=Path("data/sample"))
@json_option
def sample(out: Path, *, as_json: bool) -> None:
    """Write the sample firm that the demonstration and the tutorial use: 8 people, 6 weeks, always the same bytes."""
    _tell(write_sample(out, say=say), as_json=as_json)


@simulate.command()
@json_option
def parameters(*, as_json: bool) -> None:
    """Every parameter with its range and where that comes from; those without a source are swept."""
    if as_json:
        answer([_as_json(row) for row in RANGES])
        return
    for row in RANGES:
        click.echo(f"{row.name}: {row.low:g} to {row.high:g}{'' if row.swept else f', most often {row.centre:g}'}")
        click.echo(f"    {row.about}")
        click.echo(f"    {row.source or 'no source: swept over its whole width'}")


simulate.add_command(play)
simulate.add_command(sweep)
simulate.add_command(agreement_command)


def _as_json(row: Range) -> dict[str, Any]:
    return {
        "name": row.name, "low": row.low, "centre": None if row.swept else row.centre, "high": row.high,
        "about": row.about, "source": row.source, "swept": row.swept,
    }  # fmt: skip


@simulate.command("realism")
@click.argument("folder", type=EXISTING)
@click.option("--commits", type=READABLE, help="Real commits: activities with a label.")
@click.option("--timecards", type=READABLE, help="Real timecards: time entries, a line a project and week.")
@click.option("--meetings", type=READABLE, help="Real meetings: a calendar or activities.")
@json_option
def realism_command(
    folder: Path, commits: Path | None, timecards: Path | None, meetings: Path | None, *, as_json: bool
) -> None:
    """How well can a classifier tell the simulated firm in FOLDER from real work, marginal by marginal?

    An area under the curve of .5 is none, 1 always; up to .75 is the aim. What is above is listed.
    """
    real = RealFiles(commits=commits, timecards=timecards, meetings=meetings)
    found = realism(folder, real, today=datetime.now(UTC).date(), say=say)
    if as_json:
        answer({"data": "simulated", "aim": AIM, "marginals": [row.as_json() for row in found]})
    else:
        _print(found)


def _print(found: list[Compared]) -> None:
    share = "/".join(f"{100 * quantile:g}" for quantile in QUANTILES)
    click.echo(f"{'simulated against real':32}{'AUC':>6}{'KS':>6}  quantiles at {share} %: real | simulated")
    for row in found:
        told = "  -  " if row.auc is None else f"{row.auc:.3f}"
        far = "  -  " if row.distance is None else f"{row.distance:.3f}"
        click.echo(
            f"{row.name:32}{told:>6}{far:>6}  {_numbers(row.quantiles_real)} | {_numbers(row.quantiles_simulated)} {row.unit}"
        )
    told_apart = [row.name for row in found if row.distinguishable]
    click.echo(f"told apart (AUC above {AIM}): {', '.join(told_apart) or 'none'}")


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.3g}" for value in values) or "no rows"


def _values(overrides: tuple[str, ...]) -> dict[str, float]:
    """``name=value`` pairs. Raises InvalidInput."""
    found = {}
    for text in overrides:
        name, _equals, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise InvalidInput(f"--set {text!r}: write it like stay=0.6") from None
    return found


def _tell(done: Simulated, *, as_json: bool) -> None:
    if as_json:
        answer(
            {
                "data": "simulated", "folder": str(done.folder), "people": len(done.firm.employees), "weeks": done.weeks,
                "time_entries": done.entries, "labelled_faults": done.faults, "seconds": round(done.seconds, 3),
            }
        )  # fmt: skip
        return
    click.echo(
        f"{done.folder}: a simulated firm of {counted(len(done.firm.employees), 'person', 'people')}, "
        f"{counted(done.weeks, 'week')}, {done.entries:,} reported time entries, {done.faults:,} labelled faults and benign "
        f"twins, in {done.seconds:.1f} s"
    )
    click.echo(f"what really happened is in {done.folder / 'truth'}; give the product everything but that")
