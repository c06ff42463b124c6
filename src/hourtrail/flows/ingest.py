"""Read sources into the store: stream, redact, upsert in chunks, withdraw what is gone."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hourtrail.capture import PrivacyGate
from hourtrail.domain.activity import Activity, ReadOptions, Rejected, Snapshot
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import AmbiguousSource, Conflict, InvalidInput, NothingRead
from hourtrail.domain.ledger import Expense, Payment
from hourtrail.domain.ports import LedgerRecord, MasterRecord, Record, Source
from hourtrail.domain.settings import Privacy
from hourtrail.domain.wire import rejected_to_json
from hourtrail.flows.directory import WORDS, RateControl, keep
from hourtrail.flows.ledger import keep_ledger
from hourtrail.flows.privacy_gate import gate_of
from hourtrail.store import Counts, Store, TenantStore

CONTRACT_FILES: Final = "contract_files"
"""The source that ``--as`` chooses: only contract files have kinds of records."""

CHUNK: Final = 5_000
"""Records a transaction: large enough to be fast, small enough that a killed process loses little."""

MOST_REFUSALS_LISTED: Final = 1_000
MOST_SEEN: Final = 500_000
"""Above this many activities in one input nothing is withdrawn, so that memory stays flat."""

KIND_NAMES: Final[dict[type, str]] = {**WORDS, Expense: "expenses", Payment: "payments", TimeEntry: "time-entries"}


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
    dropped: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def refuse(self, row: Rejected) -> None:
        """Count a refusal; the listing is bounded, the count is not."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSALS_LISTED:
            self.refused.append(row)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``ingest --json``; what privacy rules dropped or redacted is told where they did."""
        ruled = {"dropped": self.dropped, "redacted": self.redacted}
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "withdrawn": self.withdrawn,
            "refused": [rejected_to_json(row) for row in self.refused],
            "by_kind": dict(sorted(self.by_kind.items())),
            **{name: dict(sorted(counts.items())) for name, counts in ruled.items() if counts},
            "seconds": self.seconds,
        }

    def require_something(self) -> None:
        """Raises NothingRead when there was something to read, and none of it could be."""
        if self.read == 0 and self.refused:
            raise NothingRead("nothing could be read:\n" + "\n".join(f"  {row}" for row in self.refused[:20]))


def ingest(
    store: Store,
    tenant: str,
    paths: Sequence[Path],
    options: ReadOptions,
    *,
    sources: Sequence[Source],
    privacy: Privacy | None = None,
    actor: str = "system:ingest",
    progress: Callable[[int], None] | None = None,
    refused: Sequence[Rejected] = (),
) -> IngestReport:
    """Read every path and keep what is good; each chunk is one transaction, so a killed run repeats without doubling.

    ``refused`` are inputs that could not even be fetched. Every chunk that changes something leaves an audit event in the
    same transaction. Raises AmbiguousSource when two sources claim an input, InvalidInput when an option is missing, and
    NothingRead when no record of any input could be read.
    """
    report = IngestReport()
    began = time.monotonic()
    for row in refused:
        report.refuse(row)
    for path in paths:
        for found, source in claimed(path, sources, options, report):
            run = _Run(store, tenant, report, privacy, progress, actor=actor, path=found)
            _read_one(run, source, found, options)
    report.seconds = round(time.monotonic() - began, 3)
    report.require_something()
    return report


def ingest_activities(
    store: Store,
    tenant: str,
    rows: Iterable[Activity | Rejected],
    *,
    actor: str,
    privacy: Privacy | None = None,
) -> IngestReport:
    """Keep activities that a program sent, as :func:`ingest` keeps those of a file. Raises NothingRead."""
    report, began = IngestReport(), time.monotonic()
    run = _Run(store, tenant, report, privacy, None, actor=actor, path=Path("v1/activities"))
    run.take(rows)
    report.seconds = round(time.monotonic() - began, 3)
    report.require_something()
    return report


def withdraw_activities(
    store: Store, tenant: str, source: str, external_ids: Collection[str], *, actor: str, now: datetime | None = None
) -> list[str]:
    """Take back what the source no longer has; which of them were live. The rows stay, with the time of it."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        gone = db.withdraw_named(source, external_ids, at)
        if gone:
            db.record(
                actor=actor, action="system:source:withdrawn", object_id=source, payload={"withdrawn": len(gone)}, at=at
            )
    return gone


def _read_one(run: "_Run", source: Source, path: Path, options: ReadOptions) -> None:
    try:
        run.take(source.read(path, options))
    except NothingRead as error:
        # One unreadable file among several does not end the run; alone, it is the whole answer.
        run.flush()
        run.report.refuse(Rejected(file=str(path), reason=str(error).removeprefix(f"{path}: ")))
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    except OSError as error:
        run.flush()
        run.report.refuse(Rejected(file=str(path), reason=f"cannot be read: {error.strerror or error}"))


def claimed(
    path: Path, sources: Sequence[Source], options: ReadOptions, report: IngestReport
) -> Iterator[tuple[Path, Source]]:
    """The inputs below ``path`` with the one source that reads each; folders that no source claims are opened."""
    if not path.exists():
        report.refuse(Rejected(file=str(path), reason="does not exist"))
        return
    source = _reader(path, sources, options)
    if source is not None:
        yield path, source
    elif path.is_dir():
        try:
            children = sorted(path.iterdir())
        except OSError as error:
            report.refuse(Rejected(file=str(path), reason=f"cannot be read: {error.strerror or error}"))
            return
        if not children:
            report.refuse(Rejected(file=str(path), reason="is an empty folder"))
        for child in children:
            # A link to a folder may lead back to where it came from.
            if not child.name.startswith(".") and not (child.is_symlink() and child.is_dir()):
                yield from claimed(child, sources, options, report)
    else:
        report.refuse(Rejected(file=str(path), reason="no source reads this kind of file; see `hourtrail sources`"))


def _reader(path: Path, sources: Sequence[Source], options: ReadOptions) -> Source | None:
    """The source that was named, by the kind of record or by its own name; else the one that recognises the input.

    A name that is no reader's (``jira``) says where the activities of a contract file come from, and chooses nothing here.
    """
    contract_files = next(source for source in sources if source.name == CONTRACT_FILES)
    if options.record:
        return None if path.is_dir() else contract_files
    claims = [source for source in sources if source.recognises(path)]
    named = next((source for source in sources if source.name == options.source), None)
    if named is not None and (named in claims or (not claims and not path.is_dir())):
        return named
    if len(claims) > 1:
        raise AmbiguousSource(
            f"{path} is claimed by {' and '.join(source.name for source in claims)}; name one with --as or --source"
        )
    if not claims and path.is_file() and {".csv", ".jsonl"} & set(path.suffixes):
        return contract_files  # It can say what is missing.
    return claims[0] if claims else None


class _Run:
    """The state of reading one input: the open chunk and what was seen, for withdrawing what was not."""

    def __init__(
        self,
        store: Store,
        tenant: str,
        report: IngestReport,
        privacy: Privacy | None,
        progress: Callable[[int], None] | None,
        *,
        actor: str,
        path: Path,
    ) -> None:
        self.store, self.tenant, self.report, self.progress = store, tenant, report, progress
        self.actor, self.path = actor, path
        self.gate = self._gate(privacy)
        self.activities: list[Activity] = []
        self.dropped: dict[tuple[str, str], None] = {}
        self.master: list[MasterRecord] = []
        self.ledger: list[LedgerRecord] = []
        self.control = RateControl()
        self.told: dict[str, int] = {}
        self.entries: list[TimeEntry] = []
        self.seen: dict[tuple[str, str, str], set[str]] = {}
        self.seen_count = 0
        self.known = 0

    def _gate(self, privacy: Privacy | None) -> PrivacyGate:
        with self.store.tenant(self.tenant, read_only=True) as db:
            gate = gate_of(db, privacy)
        gate.dropped, gate.redacted = self.report.dropped, self.report.redacted
        return gate

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
            admitted = self.gate.admit(record)
            if admitted is None:
                # As if the source had not told it: where it was kept before, it goes.
                self.dropped[record.source, record.external_id] = None
                if len(self.dropped) >= CHUNK:
                    self._remove_dropped()
                return
            self.dropped.pop((record.source, record.external_id), None)  # of several rows with one id the last wins
            self.activities.append(admitted)
            if self.seen_count < MOST_SEEN:
                self.seen.setdefault((record.source, record.container, record.person), set()).add(record.external_id)
            self.seen_count += 1
        else:
            self.report.by_kind[KIND_NAMES[type(record)]] += 1
            if isinstance(record, TimeEntry):
                self.entries.append(record)
            elif isinstance(record, (Expense, Payment)):
                self.ledger.append(record)
            else:
                self.master.append(record)
        if len(self.activities) + len(self.master) + len(self.ledger) + len(self.entries) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Store the open chunk, what belongs together in one transaction."""
        if self.activities or self.master or self.ledger:
            self._store(self._put)
        if self.dropped:
            self._remove_dropped()
        self._store_entries(self.entries)
        self.activities, self.master, self.ledger, self.entries = [], [], [], []
        if self.progress is not None:
            self.progress(self.report.read)

    def _remove_dropped(self) -> None:
        """What was kept before there was the rule that now drops it goes for good."""
        at, keys = datetime.now(UTC), list(self.dropped)
        with self.store.tenant(self.tenant) as db:
            kept = db.settings().retention
            gone = db.withdraw_dropped(keys, at) if kept.legal_hold else db.remove_dropped(keys, kept.held_people, at)
            self._audit(db, withdrawn=gone)
        self.report.withdrawn += gone
        self.dropped = {}

    def _put(self, db: TenantStore) -> Counts:
        at = datetime.now(UTC)
        seen = db.put_activities(self.activities)
        # Told apart from everything else, because it is what usage is measured by.
        self.told = {"activities": seen.created + seen.updated}
        kept = keep(db, self.master, at, control=self.control)
        booked = keep_ledger(db, self.ledger, self.actor, at)
        for refusal in (*kept.refused, *booked.refused):
            self.report.refuse(Rejected(file=str(self.path), reason=refusal.reason))
        return seen + kept.counts + booked.counts

    def _store_entries(self, entries: list[TimeEntry]) -> None:
        """Halve what the store refuses until the entry that somebody decided or submitted here stands alone."""
        if not entries:
            return
        try:
            self._store(lambda db: db.put_entries(entries))
        except Conflict as error:
            if len(entries) == 1:
                self.report.refuse(Rejected(file=str(self.path), reason=str(error)))
                return
            middle = len(entries) // 2
            self._store_entries(entries[:middle])
            self._store_entries(entries[middle:])

    def _store(self, put: Callable[[TenantStore], Counts]) -> None:
        with self.store.tenant(self.tenant) as db:
            counts = put(db)
            self._audit(db, created=counts.created, updated=counts.updated, **self.told)
            self.told = {}
        self.report.created += counts.created
        self.report.updated += counts.updated
        self.report.unchanged += counts.unchanged
        self.known += counts.updated + counts.unchanged

    def _withdraw(self, snapshots: list[Snapshot]) -> None:
        if not snapshots or self.seen_count > MOST_SEEN:
            return
        with self.store.tenant(self.tenant) as db:
            gone = 0
            for snapshot in snapshots:
                seen = self.seen.get((snapshot.source, snapshot.container, snapshot.person), set())
                if not self._is_another(db, snapshot, seen):
                    gone += db.withdraw_missing(snapshot, seen)
            self._audit(db, withdrawn=gone)
        self.report.withdrawn += gone

    def _is_another(self, db: TenantStore, snapshot: Snapshot, seen: set[str]) -> bool:
        """Whether this is another calendar that only has the same name: nothing in it was known, not even a series.

        Two exports called ``calendar.ics`` would otherwise withdraw each other's events.
        """
        if self.known or not seen:
            return False
        stored = [
            row.external_id
            for row in db.activities(person=snapshot.person, start=snapshot.start, end=snapshot.end)
            if (row.source, row.container) == (snapshot.source, snapshot.container) and row.external_id not in seen
        ]
        # An occurrence's id begins with its series': a series that was moved as a whole is still known by that.
        series = {name.partition("#")[0] for name in seen}
        return bool(stored) and not any(name.partition("#")[0] in series for name in stored)

    def _audit(self, db: TenantStore, **changes: int) -> None:
        if any(changes.values()):
            db.record(
                actor=self.actor, action="system:source:ingested", object_id=str(self.path), payload=changes,
                at=datetime.now(UTC),
            )  # fmt: skip
