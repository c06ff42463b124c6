"""A simulated firm's files as playing it needs them: who answers how, what is true, and what existed by which week."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.instants import parse_instant
from hourtrail.domain.weeks import monday_of
from hourtrail_training.simulator.deciding import SimulatedPerson
from hourtrail_training.simulator.parameters import Parameters
from hourtrail_training.simulator.world import Doing, Stretch, minute_of


def people_of(folder: Path, *, seed: int, mechanism: str, parameters: Parameters) -> dict[str, SimulatedPerson]:
    """Everybody of the firm, by id. Raises InvalidInput when the folder is no simulated firm."""
    with _opened(folder / "truth" / "people.csv") as file:
        return {
            row["person"]: SimulatedPerson(
                person=row["person"], bias=float(row["bias"]), answers=float(row["answers"]), seed=seed,
                mechanism=mechanism, parameters=parameters,
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def truth_of(folder: Path) -> dict[tuple[str, date], list[Stretch]]:
    """(person, local day) -> what they truly did, in time order."""
    days: dict[tuple[str, date], list[Stretch]] = defaultdict(list)
    with _opened(folder / "truth" / "time-entries.csv") as file:
        for row in csv.DictReader(file):
            days[row["person"], date.fromisoformat(row["date"])].append(
                Stretch(
                    person=row["person"], start=minute_of(parse_instant(row["start"])),
                    end=minute_of(parse_instant(row["end"])), doing=Doing.UNSEEN,
                    item=WorkItem(row["client"], row["project"], row["task"]),
                    billable=row["billable"] == "true", billing_code=row["billing_code"],
                )
            )  # fmt: skip
    return days


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(f"{path.parent.parent} is no simulated firm: {path.name} cannot be read") from error


def activities_by_week(folder: Path, scratch: Path, first: date) -> dict[date, Path]:
    """The activities divided by the week in which they begin (before ``first``: one part); each part's lines as they were."""
    parts: dict[date, Path] = {}
    open_parts: dict[date, TextIO] = {}
    try:
        for line, day in _dated(folder):
            monday = max(monday_of(day), first - timedelta(days=7))
            if monday not in parts:
                parts[monday] = scratch / f"{monday}.jsonl"
                open_parts[monday] = parts[monday].open("w", encoding="utf-8", newline="")
            open_parts[monday].write(line)
    finally:
        for part in open_parts.values():
            part.close()
    return parts


def _dated(folder: Path) -> Iterator[tuple[str, date]]:
    """Each line of the activities, packed or not, and the day on which its activity begins."""
    source = folder / "activities.jsonl"
    packed = source.with_name("activities.jsonl.gz")
    with gzip.open(packed, "rt", encoding="utf-8", newline="") if packed.exists() else _opened(source) as lines:
        for line in lines:
            try:
                yield line, date.fromisoformat(json.loads(line)["start"][:10])
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput(f"{source}: {line[:60]!r} is no activity: {error}") from error


def history_before(source: Path, scratch: Path, first: date) -> list[Path]:
    """A file of the timesheets that were written before ``first``, if there are any."""
    target = scratch / "time-entries.csv"
    bound, count = f"{first}T", 0
    with _opened(source) as file, target.open("w", encoding="utf-8", newline="") as out:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(out, reader.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        for row in reader:
            if row["date"] < str(first) and row["created_at"] < bound:
                writer.writerow(row)
                count += 1
    return [target] if count else []
