"""The one place that talks to mlflow: what was trained, on which data, how good it was, and the files that came out."""

import os
from dataclasses import fields
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from hourtrail.domain.errors import InvalidInput
from hourtrail_models.artefact import Artefact
from hourtrail_models.fitting import PARAMETERS, ROUNDS
from hourtrail_training.ranker import Trained, TrainOptions

EXPERIMENT: Final = "hourtrail-ranker"


SETTINGS: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # A server that is down is a sentence after seconds, not a silence of minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""What we ask of mlflow where the person's own environment does not say otherwise."""


def log_run(uri: str, trained: Trained, artefact: Artefact, options: TrainOptions) -> str:
    """Log one run and return its id. Raises InvalidInput when ``uri`` does not take it; the artefact stays where it is.

    mlflow is imported here: it takes a second and nothing else needs it.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: PLC0415 - see above

    try:
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment(EXPERIMENT)
        with mlflow.start_run(run_name=f"{artefact.ref.name} {artefact.ref.version}") as run:
            mlflow.log_params(
                {
                    **PARAMETERS,
                    "rounds": ROUNDS,
                    **{row.name: str(getattr(options, row.name)) for row in fields(options)},
                }
            )
            mlflow.log_metrics({**trained.metrics, "temperature": trained.scorer.temperature})
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
    except (mlflow.MlflowException, SQLAlchemyError, OSError) as error:
        first = str(error).partition("\n")[0][:300]
        raise InvalidInput(
            f"the model is whole in {artefact.folder}, but mlflow at {uri} did not take the run: {first}; check --tracking"
        ) from error
