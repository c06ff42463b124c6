"""The one place that talks to mlflow: what was trained, on which data, how good it was, and the files that came out."""

import os
from typing import Final

from hourtrail_models.artefact import Artefact
from hourtrail_models.fitting import PARAMETERS, ROUNDS
from hourtrail_training.ranker import Trained, TrainOptions

EXPERIMENT: Final = "hourtrail-ranker"


def log_run(uri: str, trained: Trained, artefact: Artefact, options: TrainOptions) -> str:
    """Log one run and return its id. mlflow is imported here: it takes a second and nothing else needs it."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: PLC0415 - see above

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=f"{artefact.ref.name} {artefact.ref.version}") as run:
        mlflow.log_params(
            {**PARAMETERS, "rounds": ROUNDS, **{name: str(getattr(options, name)) for name in options.__slots__}}
        )
        mlflow.log_metrics(trained.metrics)
        mlflow.set_tags(
            {
                "data": trained.data.name,
                "data.sha256": trained.data.digest,
                "data.rows": str(trained.data.rows),
                "encoder": trained.encoder,
                "artefact.sha256": artefact.digest,
            }
        )
        mlflow.log_artifacts(str(artefact.folder), "ranker")
        return str(run.info.run_id)
