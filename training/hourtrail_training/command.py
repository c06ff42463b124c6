"""``hourtrail train``: fit and calibrate the ranker on the decision log or a labelled file, logged as an mlflow run."""

import getpass
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from hourtrail.cli.common import Day, answer, common_options, opened, say, say_refused
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.domain.errors import Conflict, ModelUnavailable
from hourtrail.wiring import load_models
from hourtrail_models.artefact import Artefact
from hourtrail_models.registry import address
from hourtrail_training.dask_boost import boost_at
from hourtrail_training.ranker import Trained, TrainOptions, write_artefact
from hourtrail_training.ranker import train as fit
from hourtrail_training.refit import Registered, Trainer, train_and_register
from hourtrail_training.tracking import log_run


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fit-from",
    type=Day(),
    default="2016-01-01",
    show_default=True,
    metavar="D",
    help="First day the trees learn from.",
)
@click.option(
    "--calibrate-from",
    type=Day(),
    default="2018-01-01",
    show_default=True,
    metavar="D",
    help="First day of the thresholds.",
)
@click.option(
    "--until",
    type=Day(),
    default="2019-01-01",
    show_default=True,
    metavar="D",
    help="Nothing from this day on is read.",
)
@click.option("--level", type=click.Choice(["project", "task"]), default="project", show_default=True)
@click.option(
    "--delay", "delay_days", type=float, default=1.0, show_default=True, metavar="DAYS", help="Confirmation delay."
)
@click.option(
    "--rows",
    "most_rows",
    type=click.IntRange(500, 500_000),
    default=40_000,
    show_default=True,
    help="Newest rows to learn from.",
)
@click.option("--version", default="1", show_default=True, help="Version of the model.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("model"),
    show_default=True,
    help="Folder of the artefact; must not exist.",
)
@click.option(
    "--registry",
    "--tracking",
    "tracking",
    default="",
    metavar="URL",
    help="mlflow server or database; also HOURTRAIL_REGISTRY, MLFLOW_TRACKING_URI.  [default: sqlite:///mlflow.db]",
)
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS",
    help="Grow the trees on a Dask cluster; also HOURTRAIL_DASK.  [default: this process]",
)
@click.option(
    "--as", "author", metavar="PERSON", default=getpass.getuser, show_default="you", help="Who answers for the model."
)
@common_options
@click.pass_context
def train(
    ctx: click.Context,
    file: Path | None,
    fit_from: date,
    calibrate_from: date,
    until: date,
    level: str,
    delay_days: float,
    most_rows: int,
    version: str,
    out: Path,
    tracking: str,
    dask: str,
    author: str,
    *,
    as_json: bool,
) -> int:
    """Fit the ranker and write a data-only artefact: on the tenant's decision log, or on a labelled FILE.

    Without FILE it learns from what people decided in the store, measures itself beside the model in use, and registers a
    version that serves nobody until a named person promotes it (hourtrail models promote).

    With FILE (activities with a label) it learns in time order; the stretches are told with the days below, whose defaults
    are OpenStack 2016-17 to learn from and 2018 for the thresholds. (hourtrail_training.public_mix makes the bundled model.)
    """
    _require_new(out)
    if file is None:
        with opened(ctx) as (store, tenant):
            trainer = Trainer(uri=address(tracking), store=store, tenant=tenant, author=author, boost=boost_at(dask))
            made = train_and_register(trainer, out, now=datetime.now(UTC), say=say)
        print_registered(made, as_json=as_json)
        return REFUSED if made.found.dataset.unreadable else OK
    options = TrainOptions(
        fit_from=fit_from,
        calibrate_from=calibrate_from,
        until=until,
        level=level,
        delay_days=delay_days,
        most_rows=most_rows,
    )
    models = load_models()
    if models.encoder is None:
        raise ModelUnavailable(f"the encoder is needed for training: {models.degraded}")
    trained = fit(file, options, models.encoder, today=datetime.now(UTC).date(), say=say)
    artefact = write_artefact(trained, out, version)
    run = log_run(address(tracking), trained, artefact, options)
    if as_json:
        answer(
            {
                "artefact": str(out),
                "digest": artefact.digest,
                "run": run,
                "metrics": trained.metrics,
                "temperature": trained.scorer.temperature,
                "untrained": [trained.scorer.spec.names[column] for column in trained.scorer.untrained],
                "thresholds": [asdict(row) for row in trained.scorer.thresholds],
            }
        )
    else:
        _print(trained, artefact, run)
    say_refused(list(trained.refused), len(trained.refused))
    return REFUSED if trained.refused else OK


def print_registered(made: Registered, *, as_json: bool) -> None:
    """What was learned from, how good it is, and whether it may be proposed."""
    found, version = made.found, made.version
    if as_json:
        answer(
            {
                "data": "simulated" if found.dataset.simulated else "decision log",
                "data_digest": found.dataset.digest,
                "labels": len(found.dataset.relived),
                "outcomes": found.dataset.outcomes,
                "unreadable": list(found.dataset.unreadable),
                "artefact": str(made.artefact.folder),
                "digest": made.artefact.digest,
                "run": version.run,
                "registered": {"name": version.name, "version": version.version, "alias": made.alias or None},
                "metrics": found.trained.metrics,
                "slices": found.by_slice,
                "gate": found.verdict.as_json(),
            }
        )
        return
    if found.dataset.simulated:
        click.echo("SIMULATED people: these numbers say nothing about the field")
    click.echo(
        f"{version.name} {version.version}: {len(found.dataset.relived):,} labels, digest {version.digest[:12]}, run {version.run}"
    )
    for name in ("top1", "top3", "mrr", "log_loss", "ece"):
        click.echo(f"  {name} {found.metrics[name]:.4f}, the model in use {found.metrics[f'champion_{name}']:.4f}")
    for line in found.verdict.lines():
        click.echo(f"  {line}")
    click.echo(
        f"the gate {'passed' if found.verdict.passed else 'REFUSED'} it"
        + (f"; it is the {made.alias} now and is scored silently" if made.alias else "; nobody is served by it yet")
    )
    for problem in found.dataset.unreadable[:20]:
        say(f"left out: {problem}")


def _require_new(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        raise Conflict(f"{out} already holds something; models are never replaced, choose a new folder with --out")


def _print(trained: Trained, artefact: Artefact, run: str) -> None:
    click.echo(f"{artefact.folder}: digest {artefact.digest}, mlflow run {run}")
    for name, value in trained.metrics.items():
        click.echo(f"  {name} {value:.4f}")
    for row in trained.scorer.thresholds:
        click.echo(f"  {row.band} from {row.value:.4f}: {row.basis}")
