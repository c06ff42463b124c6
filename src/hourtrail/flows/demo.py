"""The demonstration: the sample firm through the same ingest, suggest, decide and export that users run."""

import csv
import shutil
import subprocess
from collections import Counter
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

FIRST: Final = date(2026, 3, 16)
LAST: Final = date(2026, 3, 27)
"""The two weeks that are suggested; what was booked before them is history. New York has changed its clocks, Europe has not."""
TENANT: Final = "sample"
TIME_ENTRIES: Final = "time-entries.csv"
PATIENCE: Final = 60
"""Seconds for one git command; the sample's histories take milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demonstration did, for the command to print."""

    ingested: tuple[tuple[str, IngestReport], ...]
    result: SuggestResult
    decided: tuple[Decided, ...]


def sample_folder() -> Path:
    """The simulated sample firm: inside the installed package, or in the checkout's ``data/sample``."""
    inside = Path(str(files("hourtrail"))) / "sample_firm"
    checkout = Path(__file__).resolve().parents[3] / "data" / "sample"
    for folder in (inside, checkout):
        if (folder / "people.csv").is_file():
            return folder
    raise HourtrailError("the sample firm is missing from this installation; reinstall hourtrail")


def lay_out(folder: Path, sample: Path | None = None, *, first: date = FIRST) -> Path:
    """A fresh copy of a sample firm below ``folder``, its repositories built with git. Returns the copy's path.

    What was booked from ``first`` on is left out, as it was not known then, and so is the truth, which the product may not
    see. Raises HourtrailError when git is missing or fails.
    """
    target = folder / "firm"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(sample or sample_folder(), target, ignore=shutil.ignore_patterns("truth"))
    if (target / TIME_ENTRIES).is_file():
        _keep_history(target / TIME_ENTRIES, first)
    known = _repository_names(target / "tasks.csv")
    for stream in sorted((target / "repositories").glob("*.fast-import")):
        repository = target / "repositories" / f"{stream.stem}.git"
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(repository))
        name = known.get(stream.stem, stream.stem)
        _git("-C", str(repository), "remote", "add", "origin", f"https://git.example/{name}.git")
        _git("-C", str(repository), "fast-import", "--quiet", stdin=stream.read_bytes())
        stream.unlink()
    return target


def _keep_history(path: Path, first: date) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        columns, rows = reader.fieldnames or [], [row for row in reader if row["date"] < first.isoformat()]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)


def _repository_names(tasks: Path) -> dict[str, str]:
    """Repository -> ``organisation/repository``, as the work items' containers name them."""
    with tasks.open(encoding="utf-8", newline="") as stream:
        containers = [name for row in csv.DictReader(stream) for name in (row.get("containers") or "").split(";")]
    return {name.rpartition("/")[2]: name for name in containers if "/" in name}


def people_of(firm: Path) -> list[str]:
    """Who works at the firm, as its people.csv lists them."""
    with (firm / "people.csv").open(encoding="utf-8", newline="") as stream:
        return [row["person"] for row in csv.DictReader(stream)]


def _git(*arguments: str, stdin: bytes | None = None) -> None:
    try:
        done = subprocess.run(["git", *arguments], input=stdin, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603, S607 - our own arguments, no shell; git is found on the PATH
    except FileNotFoundError as error:
        raise HourtrailError("git is not installed; the demonstration reads a git history") from error
    if done.returncode:
        raise HourtrailError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")


def run_demo(
    store: Store,
    firm: Path,
    *,
    models: Models,
    sources: tuple[Source, ...],
    progress: Callable[[str], None],
    first: date = FIRST,
    last: date = LAST,
    tenant: str = TENANT,
) -> Demo:
    """Ingest everything, suggest two weeks, and let one person accept what is surest on the first day."""
    ingested: list[tuple[str, IngestReport]] = []
    people = people_of(firm)

    def read(name: str, path: Path, person: str = "") -> None:
        progress(f"reading {name}")
        options = ReadOptions(today=last, person=person)
        ingested.append((name, ingest(store, tenant, [path], options, sources=sources)))

    for table in sorted(firm.glob("*.csv")):
        read(table.name, table)
    for person in people:
        calendar = firm / "calendars" / f"{person.partition('@')[0]}.ics"
        if calendar.is_file():
            read(f"{calendar.stem}'s calendar", calendar, person=person)
    for repository in sorted((firm / "repositories").iterdir()):
        read(f"git history of {repository.stem}", repository)
    for export in sorted((firm / "tickets").iterdir()):
        read(f"tickets of {export.stem}", export)
    progress(f"suggesting {first} to {last} for {len(people)} people")
    # The demonstration asks at the end of the last day, so that nothing later is known.
    asked_at = datetime(last.year, last.month, last.day, 23, tzinfo=UTC)
    result = suggest(store, tenant, first=first, last=last, models=models, now=asked_at)
    decided = tuple(
        decide(store, tenant, Request(suggestion=row.id, verdict=Verdict.ACCEPT, actor=row.person), now=asked_at)
        for row in _sure(result.suggestions)
    )
    return Demo(ingested=tuple(ingested), result=result, decided=decided)


def _sure(suggestions: list[Suggestion]) -> list[Suggestion]:
    """Of the first day's suggestions that the product stands by, those of the person who has most of them."""
    first_day = min((row.date for row in suggestions), default=FIRST)
    sure = [row for row in suggestions if row.date == first_day and row.band in {Band.PREFILL, Band.SUGGEST}]
    if not sure:
        return []
    counts = Counter(row.person for row in sure)
    chosen = min(counts, key=lambda person: (-counts[person], person))
    return [row for row in sure if row.person == chosen]
