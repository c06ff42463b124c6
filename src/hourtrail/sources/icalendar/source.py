"""The iCalendar source: files and folders in, activities out."""

import os
from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from pathlib import Path

from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import zone_named
from hourtrail.sources.icalendar.activities import SOURCE, instant
from hourtrail.sources.icalendar.limits import Limits
from hourtrail.sources.icalendar.reading import FileReading, Job

_SUFFIXES = frozenset({".ics", ".ical"})
# Kinds that other sources read: a folder that holds them beside calendars is nobody's, its files are named one by one.
_FOREIGN = frozenset({".csv", ".json", ".jsonl", ".gz", ".toml"})
_MARKS = tuple("BEGIN:VCALENDAR".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# Open-ended recurring events are told this far ahead when no last day is named.
_AHEAD = timedelta(days=30)
# A folder with more folders in it is a disk, not a calendar.
_FOLDERS = 1_000


class IcalendarSource:
    """Reads ``.ics`` files, and folders of them (recursively), as RFC 5545 says and as exporters really write them.

    A single event's id is its owner and UID, ``ada/UID``, because the same UID stands in every attendee's calendar. An
    occurrence's id is ``ada/UID#`` and the start that the rule gave it (UTC in basic form,
    or the day): moving the occurrence, or changing the override that moved it, keeps the id. Moving the *whole series*
    changes every original start, hence every id: the old occurrences are withdrawn through the Snapshot and the new ones
    are new. So does turning a single event into a series. An event without a UID is named after its times and title.

    Without a window single events are all told, recurring ones from their start to 30 days after today. A window's days
    begin at midnight in --zone, else X-WR-TIMEZONE, else UTC; what overlaps it is told, not only what begins in it.
    A Snapshot is yielded for each calendar when nothing in the file or folder was refused.
    """

    name = SOURCE

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognises(self, path: Path) -> bool:
        """Whether it is a calendar file, or a folder of calendars that is no git repository and holds no other data."""
        if path.is_dir():
            return self._is_calendar_folder(path)
        if not path.is_file():
            return False
        if path.suffix.lower() in _SUFFIXES:
            return True
        try:
            with path.open("rb") as stream:
                head = stream.read(1024)
        except OSError:
            return False
        return any(mark in head for mark in _MARKS)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Activity | Rejected | Snapshot]:
        """Everything in ``path``. Raises InvalidInput without a person, UnknownZone for a zone that there is none of."""
        if not options.person.strip():
            raise InvalidInput("a calendar does not say whose it is: this source needs --person")
        if options.first and options.last and options.first > options.last:
            raise InvalidInput(f"the first day {options.first} lies after the last day {options.last}")
        if options.zone:
            zone_named(options.zone)
        return self._read(path, options)

    def _read(self, path: Path, options: ReadOptions) -> Iterator[Activity | Rejected | Snapshot]:
        revisions: dict[str, str] = {}
        days: dict[str, tzinfo] = {}
        clean = True
        for file, folder in self._files(path) if path.is_dir() else [(path, "")]:
            job = Job(path=file, folder=folder, options=options, limits=self._limits, until=_until(options))
            reading = FileReading(job, revisions)
            for row in reading.rows():
                clean = clean and not isinstance(row, Rejected)
                yield row
            days |= reading.containers
        if clean:
            yield from (_snapshot(container, zone, options) for container, zone in days.items())

    def _files(self, path: Path) -> Iterator[tuple[Path, str]]:
        """The calendar files of a folder in a stable order, each with the name of the folder that it lies in."""
        for here, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = Path(here).relative_to(path.parent).as_posix()
            for name in sorted(names):
                if Path(name).suffix.lower() in _SUFFIXES and not name.startswith("."):
                    yield Path(here, name), inside

    def _is_calendar_folder(self, path: Path) -> bool:
        found = False
        for looked, (here, folders, names) in enumerate(os.walk(path)):
            if ".git" in folders or ".git" in names or looked > _FOLDERS:
                return False
            folders[:] = [name for name in folders if not name.startswith(".")]
            suffixes = {Path(here, name).suffix.lower() for name in names if not name.startswith(".")}
            if suffixes & _FOREIGN:
                return False
            found = found or bool(suffixes & _SUFFIXES)
        return found


def _until(options: ReadOptions) -> date:
    """The first local day that is no longer told of."""
    return (options.last or options.today + _AHEAD) + timedelta(days=1)


def _snapshot(container: str, zone: tzinfo, options: ReadOptions) -> Snapshot:
    start = instant(options.first, zone) if options.first else None
    end = instant(_until(options), zone)
    return Snapshot(source=SOURCE, container=container, person=options.person, start=start, end=end)
