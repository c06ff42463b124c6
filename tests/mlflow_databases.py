"""mlflow databases for tests: made once and copied, because making the tables takes longer than most tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

SETTINGS = (
    "HOURTRAIL_REGISTRY", "HOURTRAIL_MODEL_CACHE", "HOURTRAIL_USE_CASES", "MLFLOW_TRACKING_URI", "MLFLOW_DISABLE_TELEMETRY",
    "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "MLFLOW_ALLOW_PICKLE_DESERIALIZATION",
)  # fmt: skip

# mlflow 3.17 calls a loader that SQLAlchemy 2.1 deprecates; nothing of ours can change that.
QUIET = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture(scope="session")
def mlflow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mlflow import MlflowClient  # noqa: PLC0415 - a second

    path = tmp_path_factory.mktemp("mlflow") / "template.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        uri = f"sqlite:///{path}"
        MlflowClient(tracking_uri=uri, registry_uri=uri).search_registered_models()
    return path


@pytest.fixture
def registry_uri(mlflow_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty registry of this test's own, configured, with a cache of models of its own; no setting stays behind."""
    for name in SETTINGS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    shutil.copy(mlflow_template, tmp_path / "registry.db")
    uri = f"sqlite:///{tmp_path / 'registry.db'}"
    monkeypatch.setenv("HOURTRAIL_REGISTRY", uri)
    monkeypatch.setenv("HOURTRAIL_MODEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    return uri
