"""The described interface against the running one, by schemathesis: what the document says is what happens, whoever asks.

The suite sends a handful of requests to each operation; ``make fuzz`` sends hundreds, at the edges of every schema too.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from tests.serving.conftest import CHEAP, Site, running, session_for

from hourtrail.domain.access import Principal, Role
from hourtrail.domain.accounts import csrf_token
from hourtrail.domain.settings import Limits
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


@dataclass(slots=True)
class Counted(Pace):
    """Lets everybody ask as often as they like, and counts who did."""

    asked: Counter[str] = field(default_factory=Counter)

    def take(self, who: Principal, tenant: str, limits: Limits) -> dict[str, str]:
        self.asked[who.name] += 1
        return Pace.take(self, who, tenant, limits)


@pytest.fixture(scope="module")
def fuzzed(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    file = tmp_path_factory.mktemp("fuzzed") / "copy.db"
    shutil.copy(sample, file)
    login = Login(passwords=CHEAP, pace=Counted(of_a_person=10**9, of_a_program=10**9, of_an_address=10**9))
    with open_store(f"sqlite:///{file}") as store, running(store, login=login) as site:
        yield site


def operations(site: Site) -> list[str]:
    return [f"{method} {path}" for path, item in site.get("/openapi.json")["paths"].items() for method in item]


@pytest.mark.timeout(3600 if DEEP else 300)
@pytest.mark.parametrize("who", WHO)
def test_every_operation_does_what_the_document_says(fuzzed: Site, who: str, tmp_path: Path) -> None:
    words = [
        "schemathesis", *_shown(fuzzed, who, tmp_path), "--exclude-checks", ",".join(NOT_OURS), "--continue-on-failure",
        "--no-shrink", "--request-timeout", "120", "--suppress-health-check", "all", "--warnings", "off", *HOW,
    ]  # fmt: skip
    command = Path(sys.executable).with_name(words[0])
    ran = subprocess.run([command, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
    said = tmp_path / "said.txt"
    said.write_text(ran.stdout + ran.stderr, encoding="utf-8")
    assert ran.returncode == 0, f"{ran.stdout[-6000:]}{ran.stderr[-2000:]}\nall of it is in {said}"
    assert f"{len(operations(fuzzed))} selected" in ran.stdout
    asked = cast("Counted", fuzzed.app.state.tenancy.login.pace).asked
    assert asked["psa" if who == "program" else f"{who}@northlight.example"] > len(operations(fuzzed)), "it was nobody"


def _shown(site: Site, who: str, folder: Path) -> list[str]:
    """The command and what it shows of whoever asks: a key as a header, a session by the schemes that the document names."""
    run = ["run", f"{site.url}/openapi.json"]
    if who == "program":
        return [*run, "--header", f"Authorization: {site.http.headers['Authorization']}"]
    session = session_for(site.store, f"{who}@northlight.example", Role(who))
    shown = {"session": session, "csrf": csrf_token(session)}
    config = folder / "schemathesis.toml"
    config.write_text("".join(f'[auth.openapi.{name}]\napi_key = "{value}"\n' for name, value in shown.items()))
    return ["--config-file", str(config), *run]
