"""What somebody who is refused does next is told in calls over the API and in commands on the command line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.conftest import ADA, Site

from hourtrail.cli import next_steps as of_commands
from hourtrail.domain.access import Role
from hourtrail.domain.errors import NotFound, See
from hourtrail_serving import next_steps as of_calls
from hourtrail_serving.access import RULES

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"\bhourtrail [a-z][a-z-]+|`[a-z-]+ [a-z-]+` on the command line")
ON_THE_COMMAND_LINE_ALONE = {
    "flows/audit.py": "a proof is checked by a command",
    "flows/known_tenants.py": "a tenant is named by an option",
    "flows/review.py": "a muted check is heard again by a command",
    "flows/tenants.py": "tenants are made and suspended by a command",
    "store/audit.py": "the trail is sealed by a command and at night",
}
"""Files whose errors nobody is told over the API."""


def raised(path: Path) -> Iterator[str]:
    """The words of every error that a file raises."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise):
            for text in ast.walk(node):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def test_errors_name_no_command_where_a_program_reads_them() -> None:
    core = ROOT / "src" / "hourtrail"
    folders = [core / name for name in ("domain", "policy", "capture", "features", "checks", "store", "flows")]
    files = [path for folder in (*folders, ROOT / "serving" / "hourtrail_serving") for path in folder.rglob("*.py")]
    found = {
        str(path.relative_to(core)) if path.is_relative_to(core) else str(path): text
        for path in files
        if path.name != "command.py"
        for text in raised(path)
        if COMMAND.search(text)
    }
    assert found.keys() == ON_THE_COMMAND_LINE_ALONE.keys(), found


def test_every_next_step_is_told_by_both_and_leads_somewhere() -> None:
    assert set(of_commands.COMMANDS) == set(of_calls.CALLS) == set(See)
    for words in of_calls.CALLS.values():
        assert "hourtrail " not in words
        for method, path in re.findall(r"(GET|PUT|POST) (/v1/[a-z/:-]+)", words):
            assert (method, path) in RULES
    assert of_commands.told(NotFound("no x")) == of_calls.told(NotFound("no x")) == "no x"


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("GET", "/v1/suggestions/sug_none", None, "GET /v1/suggestions lists"),
        ("GET", "/v1/time-entries/te_none", None, "GET /v1/time-entries lists"),
        ("GET", "/v1/time-entries/te_none/trail", None, "GET /v1/time-entries lists"),
        ("POST", "/v1/decisions", {"suggestion": "sug_none", "verdict": "accept", "actor": ADA}, "GET /v1/suggestions"),
    ],
)
def test_a_program_is_told_a_call(standing: Site, method: str, path: str, body: object, says: str) -> None:
    detail = standing.http.request(method, path, json=body).json()["detail"]
    assert says in detail
    assert not COMMAND.search(detail)


def test_people_are_told_a_call_too(standing: Site) -> None:
    admin = standing.person("admin@northlight.example", Role.ADMIN)
    order = admin.post("/v1/auto-post/apo_none:enable", json={"reason": "x"}).json()["detail"]
    assert order == "there is no auto-post order 'apo_none'; GET /v1/auto-post lists them"
    auditor = standing.person("auditor@northlight.example", Role.AUDITOR)
    assert "GET /v1/audit/roots lists the seals" in auditor.get("/v1/audit/999999/proof").json()["detail"]
    reviewer = standing.person("rev@northlight.example", Role.REVIEWER)
    assert "GET /v1/findings lists" in reviewer.get("/v1/findings/finding_none").json()["detail"]
