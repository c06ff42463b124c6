"""The demonstration: the sample firm through the same ingest, suggest, decide and export that users run."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.decision import Verdict
from hourtrail.domain.errors import HourtrailError
from hourtrail.domain.ports import Source
from hourtrail.domain.suggestion import Band, Suggestion
from hourtrail.flows.decide import Decided, Request, decide
from hourtrail.flows.ingest import IngestReport, ingest
from hourtrail.flows.suggest import SuggestResult, suggest
from hourtrail.store import Store
from hourtrail.wiring import Models

FIRST: Final = date(2026, 3, 2)
LAST: Final = date(2026, 3, 13)
TENANT: Final = "northlight"
OWNERS: Final = ("ada", "ben", "chloe", "dana")
DOMAIN: Final = "northlight.example"
PATIENCE: Final = 60
"""Seconds for one git command; the sample's histories take milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demonstration did, for the command to print."""

    ingested: tuple[tuple[str, IngestReport], ...]
    result: SuggestResult
    decided: tuple[Decided, ...]


def sample_folder() -> Path:
    """The sample firm: inside the installed package, or in the checkout's ``data/sample``."""
    inside = Path(str(files("hourtrail"))) / "sample_firm"
    checkout = Path(__file__).resolve().parents[3] / "data" / "sample"
    for folder in (inside, checkout):
        if (folder / "people.csv").is_file():
            return folder
    raise HourtrailError("the sample firm is missing from this installation; reinstall hourtrail")


def lay_out(folder: Path) -> Path:
    """A fresh copy of the sample firm below ``folder``, its repositories built with git. Returns the copy's path.

    Raises HourtrailError when git is missing or fails.
    """
    target = folder / "firm"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(sample_folder(), target)
    for stream in sorted((target / "repositories").glob("*.fast-import")):
        repository = target / "repositories" / f"northlight-{stream.stem}"
        _git("init", "--quiet", "--initial-branch=main", str(repository))
        _git("-C", str(repository), "remote", "add", "origin", f"https://git.example/northlight/{stream.stem}.git")
        _git("-C", str(repository), "fast-import", "--quiet", stdin=stream.read_bytes())
        stream.unlink()
    return target


def _git(*arguments: str, stdin: bytes | None = None) -> None:
    try:
        done = subprocess.run(["git", *arguments], input=stdin, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603, S607 - our own arguments, no shell; git is found on the PATH
    except FileNotFoundError as error:
        raise HourtrailError("git is not installed; the demonstration reads a git history") from error
    if done.returncode:
        raise HourtrailError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")


def run_demo(
    store: Store, firm: Path, *, models: Models, sources: tuple[Source, ...], progress: Callable[[str], None]
) -> Demo:
    """Ingest everything, suggest two weeks, and let Ada accept what is surest on her first day."""
    ingested: list[tuple[str, IngestReport]] = []

    def read(name: str, path: Path, person: str = "", zone: str = "") -> None:
        progress(f"reading {name}")
        options = ReadOptions(today=LAST, person=person, zone=zone, first=None, last=None)
        ingested.append((name, ingest(store, TENANT, [path], options, sources=sources)))

    for table in sorted(firm.glob("*.csv")):
        read(table.name, table)
    for owner in OWNERS:
        read(f"{owner}'s calendar", firm / "calendars" / f"{owner}.ics", person=f"{owner}@{DOMAIN}")
    for repository in sorted((firm / "repositories").iterdir()):
        read(f"git history of {repository.name}", repository)
    read("tickets", firm / "tickets" / "jira.json")
    progress("suggesting two weeks for four people")
    # The demonstration asks on the evening of the last day, so that nothing later is known.
    asked_at = datetime(LAST.year, LAST.month, LAST.day, 17, tzinfo=UTC)
    result = suggest(store, TENANT, first=FIRST, last=LAST, models=models, now=asked_at)
    decided = tuple(
        decide(store, TENANT, Request(suggestion=row.id, verdict=Verdict.ACCEPT, actor=row.person), now=asked_at)
        for row in _sure(result.suggestions)
    )
    return Demo(ingested=tuple(ingested), result=result, decided=decided)


def _sure(suggestions: list[Suggestion]) -> list[Suggestion]:
    first_day = [row for row in suggestions if row.person.startswith("ada@") and row.date == FIRST]
    return [row for row in first_day if row.band in {Band.PREFILL, Band.SUGGEST}]
