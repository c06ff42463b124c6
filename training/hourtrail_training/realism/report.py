"""Real files beside a simulated firm's folder, read by the product's own sources."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from hourtrail.domain.activity import Activity, ActivityKind, ReadOptions
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.ports import Record
from hourtrail.sources.contract_files import read_records
from hourtrail.sources.icalendar import IcalendarSource
from hourtrail_training.realism.compare import Compared, compare
from hourtrail_training.realism.marginals import activity_table, week_table

LABELS: Final = Path("truth", "labels.jsonl")
ACTIVITIES: Final = Path("activities.jsonl")
TIME_ENTRIES: Final = Path("time-entries.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealFiles:
    """Public data to compare with: labelled commits, timecards, and meetings (activities or one calendar)."""

    commits: Path | None = None
    timecards: Path | None = None
    meetings: Path | None = None


def realism(folder: Path, real: RealFiles, *, today: date, say: Callable[[str], None]) -> list[Compared]:
    """Every marginal for which a real file is given. Raises InvalidInput when none is, or the folder is no simulated firm."""
    if real.commits is None and real.timecards is None and real.meetings is None:
        raise InvalidInput("name at least one real file to compare with: --commits, --timecards or --meetings")
    for name in (LABELS, ACTIVITIES, TIME_ENTRIES):
        if not (folder / name).is_file():
            raise InvalidInput(f"{folder} holds no {name}; write a firm with `hourtrail simulate firm {folder}` first")
    options = ReadOptions(today=today, person="unnamed", zone="UTC")
    found: list[Compared] = []
    if real.commits is not None:
        say(f"comparing commits with {real.commits}")
        found += compare("commits", _activities(real.commits, options), _activities(folder / LABELS, options))
    if real.timecards is not None:
        say(f"comparing timecards with {real.timecards}")
        found += compare("timecards", _weeks(real.timecards, options), _weeks(folder / TIME_ENTRIES, options))
    if real.meetings is not None:
        say(f"comparing meetings with {real.meetings}")
        simulated = activity_table(_read(folder / ACTIVITIES, "activities", options), ActivityKind.MEETING)
        found += compare("meetings", _meetings(real.meetings, options), simulated)
    return found


def _read(path: Path, record: str, options: ReadOptions) -> Iterator[Activity]:
    return (row for row in read_records(path, record, options) if isinstance(row, Activity))


def _activities(path: Path, options: ReadOptions) -> pd.DataFrame:
    return _filled(path, activity_table(_read(path, "activities", options), ActivityKind.COMMIT), "commit")


def _meetings(path: Path, options: ReadOptions) -> pd.DataFrame:
    source = IcalendarSource()
    rows: Iterator[Record | object] = (
        source.read(path, options) if source.recognises(path) else read_records(path, "activities", options)
    )
    table = activity_table((row for row in rows if isinstance(row, Activity)), ActivityKind.MEETING)
    return _filled(path, table, "meeting")


def _weeks(path: Path, options: ReadOptions) -> pd.DataFrame:
    rows = read_records(path, "time-entries", options)
    return _filled(path, week_table(row for row in rows if isinstance(row, TimeEntry)), "time entry")


def _filled(path: Path, table: pd.DataFrame, what: str) -> pd.DataFrame:
    if table.empty:
        raise NothingRead(f"{path} holds no {what} that could be compared")
    return table
