"""Read sources into the store: stream, redact, upsert in chunks, withdraw what is gone."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hourtrail.capture import PrivacyRules, redact
from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import AmbiguousSource, InvalidInput, NothingRead
from hourtrail.domain.firm import Assignment, Contract, Holiday, Milestone, Period, Person, Rate, Task
from hourtrail.domain.ports import Record, Source
from hourtrail.store import Store

CHUNK: Final = 5_000
"""Records a transaction: large enough to be fast, small enough that a killed process loses little."""

MOST_REFUSALS_LISTED: Final = 1_000
MOST_SEEN: Final = 500_000
"""Above this many activities in one input nothing is withdrawn, so that memory stays flat."""

KIND_NAMES: Final[dict[type, str]] = {
    Person: "people",
    Task: "tasks",
    Assignment: "assignments",
    Contract: "contracts",
    Rate: "rate-cards",
    Holiday: "holidays",
    Period: "periods",
    Milestone: "milestones",
    TimeEntry: "time-entries",
}


@dataclass(slots=True)
class IngestReport:
    """What one run read and changed; the shape of ``ingest --json``."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: list[Rejected] = field(default_factory=list)
    refused_count: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def refuse(self, row: Rejected) -> None:
        """Count a refusal; the listing is bounded, the count is not."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSALS_LISTED:
            self.refused.append(row)


def ingest(
    store: Store,
    tenant: str,
    paths: Sequence[Path],
    options: ReadOptions,
    *,
    sources: Sequence[Source],
    privacy: PrivacyRules | None = None,
    actor: str = "system:ingest",
    progress: Callable[[int], None] | None = None,
) -> IngestReport:
    """Read every path and keep what is good; each chunk is one transaction, so a killed run repeats without doubling.

    Raises AmbiguousSource when two sources claim an input, InvalidInput when an option is missing, and NothingRead when
    no record of any input could be read.
    """
    report = IngestReport()
    began = time.monotonic()
    for path in paths:
        for found, source in _claimed(path, sources, report):
            run = _Run(store, tenant, report, privacy or PrivacyRules(), progress)
            _read_one(run, source, found, options)
    report.seconds = round(time.monotonic() - began, 3)
    if report.read == 0 and report.refused:
        raise NothingRead("nothing could be read:\n" + "\n".join(f"  {row}" for row in report.refused[:20]))
    if report.created or report.updated or report.withdrawn:
        with store.tenant(tenant) as db:
            payload = {"paths": [str(path) for path in paths], "created": report.created, "updated": report.updated}
            db.record(
                actor=actor,
                action="system:source:ingested",
                object_id=str(paths[0]),
                payload={**payload, "withdrawn": report.withdrawn, "refused": report.refused_count},
                at=datetime.now(UTC),
            )
    return report


def _read_one(run: "_Run", source: Source, path: Path, options: ReadOptions) -> None:
    try:
        run.take(source.read(path, options))
    except NothingRead as error:
        # One unreadable file among several does not end the run; alone, it is the whole answer.
        run.flush()
        run.report.refuse(Rejected(file=str(path), reason=str(error)))
    except OSError as error:
        run.flush()
        run.report.refuse(Rejected(file=str(path), reason=f"cannot be read: {error.strerror or error}"))


def _claimed(path: Path, sources: Sequence[Source], report: IngestReport) -> Iterator[tuple[Path, Source]]:
    """The inputs below ``path`` with the one source that reads each; folders that no source claims are opened."""
    if not path.exists():
        raise InvalidInput(f"{path} does not exist")
    claims = [source for source in sources if source.recognises(path)]
    if len(claims) > 1:
        raise AmbiguousSource(
            f"{path} is claimed by {' and '.join(source.name for source in claims)}; name one with --as or --source"
        )
    if claims:
        yield path, claims[0]
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if not child.name.startswith("."):
                yield from _claimed(child, sources, report)
    else:
        report.refuse(Rejected(file=str(path), reason="no source reads this kind of file; see `hourtrail sources`"))


class _Run:
    """The state of reading one input: the open chunk and what was seen, for withdrawing what was not."""

    def __init__(
        self,
        store: Store,
        tenant: str,
        report: IngestReport,
        privacy: PrivacyRules,
        progress: Callable[[int], None] | None,
    ) -> None:
        self.store, self.tenant, self.report, self.privacy, self.progress = store, tenant, report, privacy, progress
        self.activities: list[Activity] = []
        self.master: list[Person | Task | Assignment | Contract | Rate | Holiday | Period | Milestone] = []
        self.entries: list[TimeEntry] = []
        self.seen: dict[tuple[str, str, str], set[str]] = {}
        self.seen_count = 0

    def take(self, records: Iterable[Record | Rejected | Snapshot]) -> None:
        """Everything the source yields; the last chunk is stored even when the source ends with an error."""
        snapshots: list[Snapshot] = []
        for record in records:
            if isinstance(record, Rejected):
                self.report.refuse(record)
            elif isinstance(record, Snapshot):
                snapshots.append(record)
            else:
                self._keep(record)
        self.flush()
        self._withdraw(snapshots)

    def _keep(self, record: Record) -> None:
        self.report.read += 1
        if isinstance(record, Activity):
            self.report.by_kind[record.kind.value] += 1
            self.activities.append(redact(record, self.privacy))
            if self.seen_count < MOST_SEEN:
                self.seen.setdefault((record.source, record.container, record.person), set()).add(record.external_id)
            self.seen_count += 1
        else:
            self.report.by_kind[KIND_NAMES[type(record)]] += 1
            if isinstance(record, TimeEntry):
                self.entries.append(record)
            else:
                self.master.append(record)
        if len(self.activities) + len(self.master) + len(self.entries) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Store the open chunk in one transaction."""
        if not (self.activities or self.master or self.entries):
            return
        with self.store.tenant(self.tenant) as db:
            for counts in (
                db.put_activities(self.activities),
                db.put_master(self.master),
                db.put_entries(self.entries),
            ):
                self.report.created += counts.created
                self.report.updated += counts.updated
                self.report.unchanged += counts.unchanged
        self.activities, self.master, self.entries = [], [], []
        if self.progress is not None:
            self.progress(self.report.read)

    def _withdraw(self, snapshots: list[Snapshot]) -> None:
        if not snapshots or self.seen_count > MOST_SEEN:
            return
        with self.store.tenant(self.tenant) as db:
            for snapshot in snapshots:
                seen = self.seen.get((snapshot.source, snapshot.container, snapshot.person), set())
                self.report.withdrawn += db.withdraw_missing(snapshot, seen)
