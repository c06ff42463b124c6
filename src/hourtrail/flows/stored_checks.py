"""The checks on everything that the store holds: the nightly pass.

It reads and thinks without a lock, which takes minutes in a large firm, and then reconciles some people or some clients at
a time, so that nobody who writes waits for more than one such part. Before each part it looks whether their time is still
what was read. Where it is not, the check at the write knows better (``written_checks``), and the rest waits for the next
pass. A pass that dies in between leaves whole parts behind, and the next one does the others.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import Final

from hourtrail.checks import CheckPolicy, run
from hourtrail.checks.catalog import CHECKS
from hourtrail.checks.reach import Reach, checks_within
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.review import BLIND_AUDIT, Raised
from hourtrail.domain.suggestion import ModelRef, SuggestionStatus
from hourtrail.flows.approvals import WAITING_CHECKS
from hourtrail.flows.causes import Contexts
from hourtrail.flows.check_ground import Rules, audit
from hourtrail.flows.closing import closing
from hourtrail.flows.evidence import evidence_of
from hourtrail.flows.habits import ASKS, with_habits
from hourtrail.flows.usage import ENTRIES_CHECKED, count_done
from hourtrail.store import Store, TenantStore
from hourtrail.store.booked import EntryMark
from hourtrail.store.findings import FindingScope, Reconciled
from hourtrail.store.upsert import chunks

PART: Final = 25
"""People, or clients, whose findings are reconciled in one transaction."""

_OF_CLIENTS: Final = checks_within(Reach.CLIENT)
_OF_PEOPLE: Final = (*(name for name in CHECKS if name not in _OF_CLIENTS), *WAITING_CHECKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """What a pass found and changed. ``left`` people and clients wait for the next one: their time changed meanwhile."""

    entries: int
    findings: list[Finding]
    changes: Reconciled
    left: int = 0


def check_stored(
    store: Store,
    tenant: str,
    *,
    today: date,
    first: date | None = None,
    last: date | None = None,
    policy: CheckPolicy | None = None,
    now: datetime | None = None,
) -> StoredRun:
    """Run every check over the stored entries and reconcile the findings of the days ``first`` to ``last``.

    All entries are looked at, because habits, budgets and caps reach back to the beginning; findings on other days stay as
    they are. ``today`` is "today" for the checks. Without ``policy`` the tenant's own is used. Nobody's verdict is touched.
    """
    at = now or datetime.now(UTC)
    with store.tenant(tenant, read_only=True) as db:
        # Before the entries: one that is written between the two readings counts as changed, never as checked.
        seen = _Seen(db.marks(), db.projects_without_client())
        rules, master = Rules(db, policy, today), db.master()
        entries, activities = tuple(db.entries()), tuple(db.activities())
        verdicts = db.entry_verdicts((*ASKS, BLIND_AUDIT))
        proposals = closing(db.suggestions(status=SuggestionStatus.OPEN))
        moves = db.last_moves([entry.id for entry in entries])
        people, clients = db.open_places()
    evidence = evidence_of(activities, master.people) if activities else None
    context = with_habits(rules.context(master, entries, activities, evidence), rules.policy, verdicts)
    context = replace(context, proposals=proposals)
    found = [*run(context, rules.policy), *rules.waiting(context, moves)]
    contexts = Contexts(entries, master)
    rows = [
        row
        for row in map(contexts.raised, found)
        if row.worked_on is None
        or ((first is None or first <= row.worked_on) and (last is None or row.worked_on <= last))
    ]
    model = context.habits.model if context.habits else None
    parts = _Parts(rows, FindingScope(checks=(), first=first, last=last), at, rules.policy, model)
    projects = _without_client(entries, contexts)
    changes, left = Reconciled(), 0
    for names in chunks(sorted({*parts.by_worker, *people}), PART):
        with store.tenant(tenant) as db:
            db.lock_findings()
            same = seen.same_people(db, names)
            changes += parts.of_people(db, same)
            left += len(names) - len(same)
    for names in chunks(sorted({*parts.by_client, *clients}), PART):
        with store.tenant(tenant) as db:
            db.lock_findings()
            same = seen.same_clients(db, names, projects, contexts)
            changes += parts.of_clients(db, same)
            left += len(names) - len(same)
    count_done(store, tenant, ENTRIES_CHECKED, len(entries), now=at)
    return StoredRun(entries=len(entries), findings=[row.finding for row in rows], changes=changes, left=left)


def nightly_checks(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_checks``: a full pass; what changed, by name. Idempotent."""
    ran = check_stored(store, tenant, today=now.date(), now=now)
    return {"entries": ran.entries, "findings": len(ran.findings), **asdict(ran.changes), "left": ran.left}


class _Parts:
    """The findings of a pass, those that one part of the firm answers for at a time."""

    def __init__(
        self, rows: Iterable[Raised], scope: FindingScope, at: datetime, policy: CheckPolicy, model: ModelRef | None
    ) -> None:
        self._scope, self._at, self._policy, self._model = scope, at, policy, model
        self.by_worker: defaultdict[str, list[Raised]] = defaultdict(list)
        self.by_client: defaultdict[str, list[Raised]] = defaultdict(list)
        for row in rows:
            if row.finding.check in _OF_CLIENTS:
                self.by_client[row.client].append(row)
            else:
                self.by_worker[row.worker].append(row)

    def of_people(self, db: TenantStore, names: Sequence[str]) -> Reconciled:
        """Reconcile what is about these people's time; about nobody's, for the empty name."""
        rows = [row for name in names for row in self.by_worker.get(name, ())]
        return self._reconcile(db, rows, replace(self._scope, checks=_OF_PEOPLE, workers=tuple(names)))

    def of_clients(self, db: TenantStore, names: Sequence[str]) -> Reconciled:
        """Reconcile what is about these clients' contracts, projects and codes; about no client's, for the empty name."""
        rows = [row for name in names for row in self.by_client.get(name, ())]
        return self._reconcile(db, rows, replace(self._scope, checks=_OF_CLIENTS, clients=tuple(names)))

    def _reconcile(self, db: TenantStore, rows: Sequence[Raised], scope: FindingScope) -> Reconciled:
        changes = db.reconcile_findings(rows, scope, self._at)
        audit(db, changes, self._at, self._policy, self._model)
        return changes


class _Seen:
    """What the entries of each person and of each client were when they were read: sums of hashes, whatever the order."""

    def __init__(self, marks: Iterable[EntryMark], without_client: Collection[str]) -> None:
        self._without_client = without_client
        self._people: Counter[str] = Counter()
        self._places: Counter[tuple[str, str]] = Counter()
        for mark in marks:
            self._people[mark.person] += hash(mark)
            self._places[_place(mark)] += hash(mark)

    def same_people(self, db: TenantStore, names: Sequence[str]) -> list[str]:
        """Those whose entries are still the same."""
        now: Counter[str] = Counter()
        for mark in db.marks(people=names):
            now[mark.person] += hash(mark)
        return [name for name in names if now[name] == self._people[name]]

    def same_clients(
        self, db: TenantStore, names: Sequence[str], projects: Mapping[str, Collection[str]], contexts: Contexts
    ) -> list[str]:
        """Those whose entries are still the same; ``projects`` has, by client, those on which entries leave it out.

        A project on which nobody had left it out before changes its client, as ``contexts`` tells it.
        """
        fresh = db.projects_without_client().difference(self._without_client)
        changed = {contexts.client(WorkItem("", project)) for project in fresh}
        without = {project for name in names for project in projects.get(name, ())}
        now: Counter[tuple[str, str]] = Counter()
        for mark in chain(db.marks(clients=[name for name in names if name]), db.marks(projects=without)):
            now[_place(mark)] += hash(mark)
        places = {name: [(name, ""), *(("", project) for project in projects.get(name, ()))] for name in names}
        return [
            name
            for name in names
            if name not in changed and all(now[place] == self._places[place] for place in places[name])
        ]


def _place(mark: EntryMark) -> tuple[str, str]:
    """The client, or the project of an entry that leaves it out."""
    return (mark.client, "") if mark.client else ("", mark.project)


def _without_client(entries: Iterable[TimeEntry], contexts: Contexts) -> dict[str, set[str]]:
    """By client, the projects on which entries leave it out; those of nobody under the empty name."""
    items = {entry.item for entry in entries if not entry.item.client}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        found[contexts.client(item)].add(item.project)
    return found
