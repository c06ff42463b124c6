"""The whole loop against a real ``mlflow server`` on this machine: register, sign off, serve, roll back, server down.

It needs the full mlflow of the [train] extra, here or in the Python that MLFLOW_SERVER_PYTHON names.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime

import pytest
from tests.mlflow_databases import QUIET, SETTINGS, mlflow_template  # noqa: F401 - a fixture
from tests.training.decided_firm import NOW, TENANT

from hourtrail.wiring import load_models
from hourtrail_models import fitting
from hourtrail_models.promotion import Promotion, promote, roll_back
from hourtrail_models.registry import CHAMPION
from hourtrail_models.shipped import bundled_scorer
from hourtrail_training import dataset, from_log
from hourtrail_training.gate import Verdict
from hourtrail_training.refit import Trainer, train_and_register

pytestmark = [QUIET, pytest.mark.train]
PYTHON = os.environ.get("MLFLOW_SERVER_PYTHON", sys.executable)
STARTS_WITHIN = 300
"""Seconds; the first start of an environment compiles what it imports."""


@pytest.fixture
def server(tmp_path, mlflow_template):  # noqa: F811 - the fixture
    """A server on a free port, with a database and files of its own."""
    # mlflow-skinny has the module of the server, too; only the whole distribution can run it.
    asked = "import importlib.metadata, mlflow.server; importlib.metadata.version('mlflow')"
    known = subprocess.run([PYTHON, "-c", asked], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("the full mlflow is not installed here; set MLFLOW_SERVER_PYTHON to a Python that has it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--backend-store-uri",
        f"sqlite:///{tmp_path / 'server.db'}",
        "--artifacts-destination",
        str(tmp_path / "files"),
    ]
    (tmp_path / "server.db").write_bytes(mlflow_template.read_bytes())
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": ""}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while True:
                try:
                    with urllib.request.urlopen(f"{url}/health", timeout=2):
                        break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        pytest.fail(
                            f"mlflow server did not answer within {STARTS_WITHIN} s (exit code {process.poll()})"
                        )
                    time.sleep(0.1)
            yield url, process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)


def test_a_version_goes_through_a_real_server_to_serving_and_survives_its_end(
    server, decided_store, tmp_path, monkeypatch
):
    url, process = server
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("HOURTRAIL_REGISTRY", url)
    monkeypatch.setenv("HOURTRAIL_MODEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fitting, "ROUNDS", 10)
    monkeypatch.setitem(fitting.PARAMETERS, "num_threads", 1)
    monkeypatch.setattr(dataset, "FEWEST", 100)
    # Two hundred labels cannot show that a model is better: the gate's word is not what is tested here.
    monkeypatch.setattr(from_log, "judge", lambda _contest, _bounds: Verdict(reasons=()))
    trainer = Trainer(uri=url, store=decided_store, tenant=TENANT, author="eva")
    made = train_and_register(trainer, tmp_path / "model", now=NOW, say=lambda _line: None)
    assert trainer.registry.versions()[0].digest == made.artefact.digest
    asked = Promotion(use_case="ranker", version="1", alias=CHAMPION, approver="max", evidence="run report")
    promote(trainer.registry, decided_store, TENANT, asked, now=datetime(2026, 5, 4, tzinfo=UTC))
    served = load_models(tenant=TENANT)
    assert (served.scorer.ref.version, served.scorer.ref.digest, served.notice) == ("1", made.artefact.digest, "")
    os.killpg(process.pid, 9)
    process.wait(timeout=20)
    after = load_models(tenant=TENANT)
    assert after.scorer.ref == served.scorer.ref
    assert "does not answer" in after.notice
    assert after.scorer.ref != bundled_scorer().ref
    with pytest.raises(Exception, match="does not answer"):
        roll_back(trainer.registry, decided_store, TENANT, "max", "", now=datetime(2026, 5, 5, tzinfo=UTC))
