"""What a capture backtest reads: activities of any source, the true time, what was booked, and master data."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from hourtrail.capture import PrivacyRules, redact
from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import InvalidInput, NothingRead
from hourtrail.domain.firm import Person
from hourtrail.domain.instants import zone_named
from hourtrail.domain.master import MasterData
from hourtrail.domain.ports import Record
from hourtrail.flows.ingest import IngestReport, claimed
from hourtrail.sources.contract_files import read_records
from hourtrail.wiring import sources

MOST_ACTIVITIES: Final = 500_000
"""Held in memory, 1.7 kB each with what becomes of it (measured on 287,000): the year of 35 busy people in under 1 GB."""

MOST_ENTRIES: Final = 500_000
SIMULATED: Final = "simulated"
"""The extra column by which a file says that a generator made it."""

_YEARS: Final = range(1970, 2200)
"""What the capture step takes for a date; anything else is a mistake of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFiles:
    """``time_entries`` hold the truth; ``reported`` what people booked, where that is another file."""

    activities: tuple[Path, ...]
    time_entries: Path
    reported: Path | None = None
    tasks: Path | None = None
    assignments: Path | None = None
    people: Path | None = None


@dataclass(slots=True)
class CaptureInput:
    """Everything by person, activities redacted and in order of time. ``booked`` is what the replay may learn from.

    ``reported`` says whether ``booked`` is another file than ``truth``. ``others`` counts the people with activities
    and without a time entry: nothing is known about their time, so they are left out.
    """

    master: MasterData
    zone: str
    activities: dict[str, list[Activity]]
    truth: dict[str, list[TimeEntry]]
    booked: dict[str, list[TimeEntry]]
    reported: bool
    simulated: bool
    others: int
    refusals: IngestReport = field(default_factory=IngestReport)

    def person(self, person: str) -> Person:
        """The person's row; one in the zone that was named for somebody whom the people file does not know."""
        row = self.master.person(person)
        named = any(one.id == person for one in self.master.people)
        return row if named or not self.zone else replace(row, zone=self.zone)


def read_capture(
    files: CaptureFiles, *, today: date, zone: str, person: str, progress: Callable[[int], None]
) -> CaptureInput:
    """Read every file; refused records are named in ``refusals`` and the good ones are kept.

    Raises NothingRead when there is no activity or no time entry, InvalidInput when nobody has both or there are more
    than ``MOST_ACTIVITIES`` or ``MOST_ENTRIES``, UnknownZone.
    """
    if zone:
        zone_named(zone)
    reading = _Reading(ReadOptions(today=today, zone=zone, person=person))
    master = MasterData(
        people=reading.rows(files.people, "people"),
        tasks=reading.rows(files.tasks, "tasks"),
        assignments=reading.rows(files.assignments, "assignments"),
    )
    truth = reading.entries(files.time_entries, master)
    booked = reading.entries(files.reported, master) if files.reported else truth
    activities, others = reading.activities(files.activities, frozenset(truth), progress)
    if not activities:
        raise InvalidInput(
            f"nobody has both activities and time entries: the activities are of {_few(others)}, the time entries of "
            f"{_few(set(truth))}; write a person the same way in both files"
        )
    return CaptureInput(
        master=master, zone=zone, activities=activities, truth=truth, booked=booked, reported=files.reported is not None,
        simulated="true" in reading.marks, others=len(others), refusals=reading.refusals,
    )  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """The state of reading: what was refused, and what the files say of themselves in the column ``SIMULATED``."""

    options: ReadOptions
    refusals: IngestReport = field(default_factory=IngestReport)
    marks: set[str] = field(default_factory=set)

    def rows(self, path: Path | None, record: str) -> tuple[Any, ...]:
        """The good records of a contract file; none without a file."""
        return () if path is None else tuple(self._good(read_records(path, record, self.options)))

    def entries(self, path: Path, master: MasterData) -> dict[str, list[TimeEntry]]:
        """The entries of each person that were not rejected, their client filled in where the project tells it."""
        clients = _clients(master)
        found: dict[str, list[TimeEntry]] = defaultdict(list)
        for number, row in enumerate(self._good(read_records(path, "time-entries", self.options))):
            if number >= MOST_ENTRIES:
                raise InvalidInput(f"{path} has more than {MOST_ENTRIES:,} time entries; cut it by date or by person")
            if not isinstance(row, TimeEntry) or row.status is EntryStatus.REJECTED:
                continue
            if row.date.year not in _YEARS or any(at and at.year not in _YEARS for at in (row.start, row.end)):
                reason = f"{row.id} lies outside the years 1970 to 2199"
                self.refusals.refuse(Rejected(file=str(path), field="date", reason=reason))
                continue
            self._mark(row.extra)
            item = row.item if row.item.client else replace(row.item, client=clients.get(row.item.project, ""))
            found[row.person].append(replace(row, item=item) if item != row.item else row)
        if not found:
            raise NothingRead(f"{path} holds no time entry to compare with{self._first()}")
        return dict(found)

    def activities(
        self, paths: Sequence[Path], people: frozenset[str], progress: Callable[[int], None]
    ) -> tuple[dict[str, list[Activity]], set[str]]:
        """The activities of ``people`` as ``ingest`` would store them, in order of time, and who else has any."""
        found: dict[str, list[Activity]] = defaultdict(list)
        others: set[str] = set()
        rules = PrivacyRules()
        kept = 0
        for row in self._seen(paths):
            self._mark(row.extra)
            if row.person not in people:
                others.add(row.person)
            elif row.start.year in _YEARS:
                kept += 1
                if kept > MOST_ACTIVITIES:
                    raise InvalidInput(
                        f"more than {MOST_ACTIVITIES:,} activities; replay them in parts, by date or by person"
                    )
                found[row.person].append(redact(row, rules))
                if kept % 10_000 == 0:
                    progress(kept)
        if not found and not others:
            raise NothingRead(f"{', '.join(map(str, paths))} holds no activity{self._first()}")
        for rows in found.values():
            rows.sort(key=lambda row: (row.start, row.key))
        return dict(found), others

    def _mark(self, extra: Mapping[str, str]) -> None:
        self.marks.add(extra.get(SIMULATED, "").casefold())

    def _seen(self, paths: Sequence[Path]) -> Iterator[Activity]:
        """Activities of whatever sources ``ingest`` reads; what cannot be read is refused and never ends the reading."""
        for path in paths:
            for file, source in claimed(path, sources(), self.options, self.refusals):
                try:
                    yield from (row for row in self._good(source.read(file, self.options)) if isinstance(row, Activity))
                except NothingRead as error:
                    self.refusals.refuse(Rejected(file=str(file), reason=str(error).removeprefix(f"{file}: ")))
                except InvalidInput as error:
                    raise InvalidInput(f"{file}: {error}") from error
                except OSError as error:
                    reason = f"cannot be read: {error.strerror or error}"
                    self.refusals.refuse(Rejected(file=str(file), reason=reason))

    def _good(self, records: Iterator[Record | Rejected | Snapshot]) -> Iterator[Record]:
        for record in records:
            if isinstance(record, Rejected):
                self.refusals.refuse(record)
            elif not isinstance(record, Snapshot):
                yield record

    def _first(self) -> str:
        return f"; first problem: {self.refusals.refused[0]}" if self.refusals.refused else ""


def _few(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _clients(master: MasterData) -> dict[str, str]:
    """The client of each project code that only one client has."""
    clients: dict[str, set[str]] = defaultdict(set)
    for item in [row.item for row in master.tasks] + [row.item for row in master.assignments]:
        clients[item.project].add(item.client)
    return {project: next(iter(of)) for project, of in clients.items() if len(of) == 1}
