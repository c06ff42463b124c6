"""Logs a training on a decision log as an mlflow run with everything that a reviewer asks for, and registers the artefact."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hourtrail import __version__
from hourtrail.domain.instants import format_instant
from hourtrail_models.artefact import Artefact
from hourtrail_models.fitting import PARAMETERS, ROUNDS
from hourtrail_models.registry import Registry, Version, speaking_to
from hourtrail_training.evaluation import coverage_curve, reliability
from hourtrail_training.from_log import FromLog
from hourtrail_training.model_card import model_card
from hourtrail_training.plots import coverage_svg, reliability_svg
from hourtrail_training.tracking import EXPERIMENT

ARTEFACT, REPORT = "ranker", "report"
_SQLITE: Final = "sqlite:///"


def log_and_register(uri: str, registry: Registry, found: FromLog, artefact: Artefact, *, author: str) -> Version:
    """One run and one registered version without any alias. Raises ModelUnavailable when mlflow does not take them.

    Parameters, metrics (each slice's too), data digest, code version; the artefact, plots, contributions, the gate's
    verdict and the model card as files. The artefact on the disk stays whatever happens.
    """
    code = code_version()
    with speaking_to(uri):
        from mlflow import MlflowClient  # noqa: PLC0415 - takes a second
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 - takes a second

        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        run = client.create_run(_experiment(client, uri), run_name=f"{artefact.ref.name} {artefact.ref.version}")
        now = int(time.time() * 1000)
        params = [Param(name, str(value)) for name, value in {**PARAMETERS, "rounds": ROUNDS}.items()]
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(name, value, now, 0) for name, value in _metrics(found)],
            params=params,
            tags=[RunTag(name, value) for name, value in _tags(found, artefact, author, code).items()],
        )
        client.log_artifacts(run.info.run_id, str(artefact.folder), ARTEFACT)
        with tempfile.TemporaryDirectory(prefix="hourtrail-report-") as scratch:
            write_report(Path(scratch), found, artefact, author=author, code=code)
            client.log_artifacts(run.info.run_id, scratch, REPORT)
        client.set_terminated(run.info.run_id)
    return registry.register(
        source=f"{run.info.artifact_uri}/{ARTEFACT}",
        run=run.info.run_id,
        digest=artefact.digest,
        author=author,
        features=found.trained.scorer.spec.version,
        data=json.dumps(
            {
                "digest": found.dataset.digest,
                "labels": len(found.dataset.relived),
                "as_of": format_instant(found.dataset.as_of),
            }
        ),
        gate=found.verdict.as_json(),
    )


def write_report(folder: Path, found: FromLog, artefact: Artefact, *, author: str, code: str) -> None:
    """The files that people and programs read beside the numbers."""
    contest = found.contest
    sides = (("this model", contest.candidate), ("champion", contest.champion))
    bins = [(name, reliability(row.confidence, row.right, contest.weight)) for name, row in sides]
    curves = [(name, coverage_curve(row, contest.weight)) for name, row in sides]
    files: dict[str, str] = {
        "reliability.svg": reliability_svg(bins),
        "coverage.svg": coverage_svg(curves),
        "contributions.json": _json(found.contributions),
        "slices.json": _json(found.by_slice),
        "gate.json": _json(found.verdict.as_json()),
        "model-card.md": model_card(found, artefact.ref, author=author, code=code),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def code_version() -> str:
    """The commit of the checkout that this code runs from, with ``+`` when it was changed; the wheel's version elsewhere."""
    git = shutil.which("git")
    if git is None:
        return f"hourtrail {__version__}"
    questions = (("ls-files", "--error-unmatch", __file__), ("rev-parse", "HEAD"), ("status", "--porcelain", "-uno"))
    said: list[str] = []
    for words in questions:
        command = [git, "-C", str(Path(__file__).parent), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - constant words
        if done.returncode:
            return f"hourtrail {__version__}"
        said.append(done.stdout.strip())
    _, commit, changed = said
    return f"hourtrail {__version__}, git {commit[:12]}{'+' if changed else ''}"


def _experiment(client: Any, uri: str) -> str:
    """The experiment's id. On SQLite the files lie beside the database, whatever folder the command was called from."""
    known = client.get_experiment_by_name(EXPERIMENT)
    if known is not None:
        return str(known.experiment_id)
    beside = None
    if uri.startswith(_SQLITE):
        beside = (Path(uri.removeprefix(_SQLITE)).resolve().parent / "mlartifacts").as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=beside))


def _metrics(found: FromLog) -> Iterator[tuple[str, float]]:
    yield from found.trained.metrics.items()
    yield "temperature", found.trained.scorer.temperature
    for name, row in found.by_slice.items():
        plain = name.replace(":", ".").replace(" ", "_")
        yield from ((f"slice.{plain}.{metric}", value) for metric, value in row.items())


def _tags(found: FromLog, artefact: Artefact, author: str, code: str) -> dict[str, str]:
    data = found.dataset
    return {
        "data": found.trained.data.name,
        "data.sha256": data.digest,
        "data.rows": str(len(data.relived)),
        "data.as_of": format_instant(data.as_of),
        "data.simulated": str(data.simulated).lower(),
        "data.unreadable": str(len(data.unreadable)),
        "grown_on": ", ".join(f"{row.name} {row.digest[:12]}" for row in found.trained.grown_on),
        "encoder": found.trained.encoder,
        "artefact.sha256": artefact.digest,
        "code": code,
        "author": author,
        "champion": found.champion,
        "gate": "passed" if found.verdict.passed else "refused",
    }


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
