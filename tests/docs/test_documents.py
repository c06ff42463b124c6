"""The documents hold: the tutorial's commands run and say what it says, links lead somewhere, generated pages are current."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hourtrail.cli.reference import reference as commands
from hourtrail.features import reference as features

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TUTORIAL = ROOT / "docs" / "tutorial" / "first-week.md"
# Encodes 7,252 texts: a minute that tests/flows already spends on the same file with the rules.
LONG = ("backtest mapping",)


def _console(page: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every command of the tutorial, run in its order in an empty folder beside the repository's files."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name in ("data", "docs", "tests"):
        (folder / name).symlink_to(ROOT / name)
    environment = {**os.environ, "COLUMNS": "140", "PYTHONWARNINGS": "ignore"}
    done: dict[str, subprocess.CompletedProcess[str]] = {}
    for number, line in enumerate(_console(TUTORIAL)):
        if any(word in line for word in LONG):
            continue
        command = [sys.executable, "-c", "from hourtrail.cli import main; main()", *shlex.split(line)[1:]]
        done[f"{number} {line}"] = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=170, check=False
        )
    return done


MEETING = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//test//EN
BEGIN:VEVENT
UID:one@example.com
DTSTAMP:20260301T000000Z
DTSTART:20260303T090000Z
DTEND:20260303T100000Z
SUMMARY:Open RegTech sprint of the community
END:VEVENT
END:VCALENDAR
"""


def test_your_own_week_of_the_readme_walks_from_an_empty_folder(tmp_path: Path) -> None:
    """Its own commands, with the examples that it links to; only the calendar and the repository are made here."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Your own week")[2].partition("\n## ")[0]
    for name, example in re.findall(r"\| `([a-z.-]+)` \|[^|]*\| \[[^]]*\]\(([^)]*)\)", section):
        (tmp_path / name).write_bytes((ROOT / example).read_bytes())
    assert {path.name for path in tmp_path.iterdir()} == {
        "calendar.ics",
        "jira-export.json",
        "tasks.csv",
        "assignments.csv",
    }
    (tmp_path / "calendar.ics").write_text(MEETING, encoding="utf-8")
    assigned = (tmp_path / "assignments.csv").read_text(encoding="utf-8").replace("\nme,", "\nada@example.com,")
    (tmp_path / "assignments.csv").write_text(assigned, encoding="utf-8")
    repository = tmp_path / "home" / "code" / "portal"
    subprocess.run(["git", "init", "-q", repository], check=True)
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", repository]
    subprocess.run(["git", *author, "commit", "-q", "--allow-empty", "-m", "PORTAL-1 Fix the login"], check=True)
    environment = {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "HOURTRAIL_STORE": f"sqlite:///{tmp_path / 'own.sqlite'}",
    }
    suggestion = ""
    lines = [line for line in _console(ROOT / "README.md") if line.startswith(".venv/bin/hourtrail ")]
    assert len(lines) == 7
    for line in lines[:-1]:  # the last one serves until it is stopped
        words = shlex.split(line.replace("~", str(tmp_path / "home")), comments=True)[1:]
        command = [sys.executable, "-c", "from hourtrail.cli import main; main()"]
        done = subprocess.run(
            [*command, *(suggestion if word == "SUGGESTION" else word for word in words)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stderr)
        found = re.search(r"sug_[0-9a-f]+", done.stdout)
        suggestion = found.group() if found else suggestion
    assert suggestion in (tmp_path / "week.csv").read_text(encoding="utf-8")


def _output(walked: dict[str, subprocess.CompletedProcess[str]], number: int) -> str:
    return next(done.stdout for line, done in walked.items() if line.startswith(f"{number} "))


def test_every_command_of_the_tutorial_succeeds(walked: dict[str, subprocess.CompletedProcess[str]]) -> None:
    assert len(walked) >= 7
    failed = {line: done.stderr for line, done in walked.items() if done.returncode}
    assert failed == {}


def test_the_tutorial_tells_the_numbers_that_come_out(walked: dict[str, subprocess.CompletedProcess[str]]) -> None:
    assert "1,072" in _output(walked, 1)
    assert re.search(r"0 new, 0 changed, 1,07\d as before", _output(walked, 2))
    suggested = _output(walked, 4)
    assert all(word in suggested for word in ("suggest ", "ask ", "overlaps"))
    assert "the chain holds" in _output(walked, 5)
    found = _output(walked, 6)
    assert "duplicate_entry 44" in found
    assert "zero_minutes 7" in found
    assert "weekly_hours 2" in found
    checked = next(done.stdout for line, done in walked.items() if "hourtrail check data/sample" in line)
    assert "closed_task" in checked
    assert "SIMULATED data: 7" in checked
    captured = next(done.stdout for line, done in walked.items() if "backtest capture" in line)
    assert "SIMULATED data" in captured


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize(("name", "page"), [("commands.md", commands), ("features.md", features)])
def test_generated_pages_are_current(name: str, page: object) -> None:
    assert callable(page)
    committed = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert committed == page(), "run `make contracts`"


def test_no_page_names_a_machine() -> None:
    strange = re.compile(r"(?<![\w.])/(?:work|tmp|root|home)/|pypi\.org|pythonhosted|\.\./shared")
    named = {str(page): strange.findall(page.read_text(encoding="utf-8")) for page in PAGES}
    assert {page: found for page, found in named.items() if found} == {}
