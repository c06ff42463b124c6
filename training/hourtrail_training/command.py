"""``hourtrail train``: fit and calibrate the ranker on a labelled file, logged as an mlflow run."""

import os
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from hourtrail.cli.common import Day, answer, say, say_refused
from hourtrail.cli.settings import OK, REFUSED
from hourtrail.domain.errors import Conflict, ModelUnavailable
from hourtrail.wiring import load_models
from hourtrail_models.artefact import Artefact
from hourtrail_training.ranker import Trained, TrainOptions, write_artefact
from hourtrail_training.ranker import train as fit
from hourtrail_training.tracking import log_run


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
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
    "--tracking",
    default="",
    metavar="URL",
    help="mlflow server or database; also MLFLOW_TRACKING_URI.  [default: sqlite:///mlflow.db]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else there.")
def train(
    file: Path,
    fit_from: date,
    calibrate_from: date,
    until: date,
    level: str,
    delay_days: float,
    most_rows: int,
    version: str,
    out: Path,
    tracking: str,
    *,
    as_json: bool,
) -> int:
    """Fit the ranker on FILE (activities with a label), in time order, and write a data-only artefact.

    The defaults are those of the bundled model: OpenStack 2016-17 to learn from, 2018 for the thresholds.
    """
    options = TrainOptions(
        fit_from=fit_from,
        calibrate_from=calibrate_from,
        until=until,
        level=level,
        delay_days=delay_days,
        most_rows=most_rows,
    )
    if out.is_dir() and any(out.iterdir()):
        raise Conflict(f"{out} already holds something; models are never replaced, choose a new folder with --out")
    models = load_models()
    if models.encoder is None:
        raise ModelUnavailable(f"the encoder is needed for training: {models.degraded}")
    trained = fit(file, options, models.encoder, today=datetime.now(UTC).date(), say=say)
    artefact = write_artefact(trained, out, version)
    uri = tracking or os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    run = log_run(uri, trained, artefact, options)
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


def _print(trained: Trained, artefact: Artefact, run: str) -> None:
    click.echo(f"{artefact.folder}: digest {artefact.digest}, mlflow run {run}")
    for name, value in trained.metrics.items():
        click.echo(f"  {name} {value:.4f}")
    for row in trained.scorer.thresholds:
        click.echo(f"  {row.band} from {row.value:.4f}: {row.basis}")
