"""The described interface against the running one, by schemathesis: what the document says is what happens, whoever asks.

The suite sends a handful of requests to each operation; ``make fuzz`` sends hundreds, at the edges of every schema too.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.conftest import CHEAP, Site, running

from hourtrail.domain.access import Role
from hourtrail.store import open_store
from hourtrail_serving.gate import Login
from hourtrail_serving.pace import Pace

DEEP = os.environ.get("HOURTRAIL_FUZZ") == "deep"
WHO = ("program", *(role.value for role in Role)) if DEEP else ("program", Role.ADMIN.value, Role.APPROVER.value)
HOW = (
    ("--phases", "coverage,fuzzing,stateful", "--max-examples", "40", "--max-time", "600")
    if DEEP
    else ("--phases", "fuzzing", "--max-examples", "2", "--seed", "7")
)
NOT_OURS = (
    # Whether a name, a range or a row means something is no matter of its form: those are 404 and 422.
    "positive_data_acceptance",
    # Ids are what systems call things: an erased or withdrawn one may come back.
    "use_after_free",
    "ensure_resource_availability",
)


@pytest.fixture(scope="module")
def fuzzed(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    file = tmp_path_factory.mktemp("fuzzed") / "copy.db"
    shutil.copy(sample, file)
    login = Login(passwords=CHEAP, pace=Pace(of_a_person=10**9, of_a_program=10**9, of_an_address=10**9))
    with open_store(f"sqlite:///{file}") as store, running(store, login=login) as site:
        yield site


def operations(site: Site) -> list[str]:
    return [f"{method} {path}" for path, item in site.get("/openapi.json")["paths"].items() for method in item]


@pytest.mark.timeout(3600 if DEEP else 300)
@pytest.mark.parametrize("who", WHO)
def test_every_operation_does_what_the_document_says(fuzzed: Site, who: str, tmp_path: Path) -> None:
    client = fuzzed.http if who == "program" else fuzzed.person(f"{who}@northlight.example", Role(who))
    # By their very names, by which it knows what to leave out when it asks without.
    names = ("Authorization",) if who == "program" else ("Cookie", "X-CSRF-Token")
    shown = [f"{name}: {client.headers[name]}" for name in names]
    # A cookie that comes as a header is none that it could leave out, or would know for the credential.
    skipped = NOT_OURS if who == "program" else (*NOT_OURS, "negative_data_rejection", "ignored_auth")
    words = [
        "schemathesis", "run", f"{fuzzed.url}/openapi.json", *(word for header in shown for word in ("--header", header)),
        "--exclude-checks", ",".join(skipped), "--continue-on-failure", "--no-shrink", "--suppress-health-check", "all",
        "--warnings", "off", *HOW,
    ]  # fmt: skip
    command = Path(sys.executable).with_name(words[0])
    ran = subprocess.run([command, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert f"{len(operations(fuzzed))} selected" in ran.stdout
