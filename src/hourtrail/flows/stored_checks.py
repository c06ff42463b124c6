"""The checks on what the store holds: all of it in the nightly pass, and around a single entry when it is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hourtrail.checks import CheckContext, CheckPolicy, Grain, run
from hourtrail.checks.catalog import CHECKS
from hourtrail.checks.policy import load as load_check_policy
from hourtrail.checks.reach import NEIGHBOUR_WEEKS, Reach, checks_within
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.master import MasterData
from hourtrail.domain.review import BLIND_AUDIT
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.approvals import WAITING_CHECKS, waiting
from hourtrail.flows.causes import Contexts
from hourtrail.flows.closing import closing
from hourtrail.flows.evidence import evidence_of
from hourtrail.flows.habits import ASKS, with_habits
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.store import Store, TenantStore
from hourtrail.store.findings import FindingScope, Reconciled

ACTOR: Final = "system:checks"

_WEEK: Final = timedelta(days=7)
_ABSENCE: Final = timedelta(days=60)
"""How long before the days in question an activity may have begun that still covers them: a long absence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """What a pass found and changed."""

    entries: int
    findings: list[Finding]
    changes: Reconciled


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
    with store.tenant(tenant) as db:
        db.lock_findings()
        ground = _Ground(db, policy, today)
        entries = tuple(db.entries())
        verdicts = db.entry_verdicts((*ASKS, BLIND_AUDIT))
        context = with_habits(ground.context(entries, tuple(db.activities())), ground.policy, verdicts)
        context = replace(context, proposals=closing(db.suggestions(status=SuggestionStatus.OPEN)))
        found = [*run(context, ground.policy), *ground.waiting(context)]
        rows = [
            row
            for row in map(Contexts(entries, ground.master).raised, found)
            if row.worked_on is None
            or ((first is None or first <= row.worked_on) and (last is None or row.worked_on <= last))
        ]
        changes = db.reconcile_findings(
            rows, FindingScope(checks=(*CHECKS, *WAITING_CHECKS), first=first, last=last), at
        )
        _audit(db, changes, at)
    return StoredRun(entries=len(entries), findings=[row.finding for row in rows], changes=changes)


def check_written(
    store: Store,
    tenant: str,
    written: Sequence[TimeEntry],
    *,
    today: date,
    policy: CheckPolicy | None = None,
    now: datetime | None = None,
) -> Reconciled:
    """Check what these entries can touch: their people's weeks around them, and their clients' contracts and work items.

    Give an entry that was taken back too. The findings are those of a full pass, for the checks that look no further; the
    others wait for it (``hourtrail.checks.reach``).
    """
    at = now or datetime.now(UTC)
    if not written:
        return Reconciled()
    with store.tenant(tenant) as db:
        db.lock_findings()
        ground = _Ground(db, policy, today)
        changes = Reconciled()
        for person, monday in sorted({(row.person, row.date - timedelta(days=row.date.weekday())) for row in written}):
            changes += ground.weeks(person, monday, at)
        for client, project in sorted({ground.work(row.item) for row in written}):
            changes += ground.client(client, project, at)
        _audit(db, changes, at)
    return changes


class _Ground:
    """What every part of a run needs: the open transaction, the master data, the rules, and today."""

    def __init__(self, db: TenantStore, policy: CheckPolicy | None, today: date) -> None:
        self.db, self.today = db, today
        self.master: MasterData = db.master()
        self.review_policy = review_policy_of(db)
        stated = self.review_policy.check_policy
        self.policy = policy or (load_check_policy(stated, "check policy") if stated else CheckPolicy())
        self._contexts = Contexts((), self.master)

    def context(self, entries: Sequence[TimeEntry], activities: Sequence[Activity]) -> CheckContext:
        """What the checks look at. A part that the firm never gave is "not given"."""
        master = self.master
        return CheckContext(
            entries=entries,
            tasks=master.tasks or None,
            assignments=master.assignments or None,
            contracts=master.contracts or None,
            people=master.people or None,
            holidays=master.holidays or None,
            rates=master.rates or None,
            periods=master.periods or None,
            milestones=master.milestones or None,
            activities=activities or None,
            evidence=evidence_of(activities, master.people) if activities else None,
            as_of=self.today,
            grain=Grain.DAY,
        )

    def waiting(self, context: CheckContext) -> Iterable[Finding]:
        """Entries that wait for their person or their approver."""
        moves = self.db.last_moves([entry.id for entry in context.entries])
        return waiting(context, moves, approval_days=self.review_policy.approval_days)

    def weeks(self, person: str, monday: date, at: datetime) -> Reconciled:
        """The person's findings in the week of ``monday`` and its neighbours, which is where an entry of it can matter."""
        margin = NEIGHBOUR_WEEKS * _WEEK
        first, last = monday - margin, monday + margin + timedelta(days=6)
        entries = tuple(self.db.entries(person=person, first=first - margin, last=last + margin))
        activities = tuple(
            self.db.activities(
                person=person, start=_midnight(first - margin) - _ABSENCE, end=_midnight(last + margin + _WEEK)
            )
        )
        names = checks_within(Reach.PERSON_WEEKS)
        context = self.context(entries, activities)
        found = [*run(context, self._only(names)), *self.waiting(context)]
        raised = map(Contexts(entries, self.master).raised, found)
        rows = [row for row in raised if row.worker == person and row.worked_on and first <= row.worked_on <= last]
        scope = FindingScope(checks=(*names, *WAITING_CHECKS), worker=person, first=first, last=last)
        return self.db.reconcile_findings(rows, scope, at)

    def work(self, item: WorkItem) -> tuple[str, str]:
        """The client of a work item, or its project where no client is known."""
        client = self._contexts.client(item)
        return (client, "") if client else ("", item.project)

    def client(self, client: str, project: str, at: datetime) -> Reconciled:
        """The findings on a client's contracts, projects and codes; or on the codes of a project that nobody knows."""
        names = checks_within(Reach.CLIENT) if client else ("unknown_work_item",)
        own = {task.item.project for task in self.master.tasks if task.item.client == client}
        own |= {contract.project for contract in self.master.contracts if contract.client == client}
        projects = (
            {name for name in own if self._contexts.client(WorkItem("", name)) == client} if client else {project}
        )
        entries = tuple(self.db.entries_for_client(client, sorted(projects - {""})))
        found = run(self.context(entries, ()), self._only(names))
        raised = map(Contexts(entries, self.master).raised, found)
        rows = [row for row in raised if row.client == client and (client or row.project == project)]
        scope = FindingScope(checks=names, client=client, project=None if client else project)
        return self.db.reconcile_findings(rows, scope, at)

    def _only(self, names: Sequence[str]) -> CheckPolicy:
        return self.policy.only(name for name in names if self.policy.enabled(name))


def nightly_checks(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_checks``: a full pass; what changed, by name. Idempotent."""
    ran = check_stored(store, tenant, today=now.date(), now=now)
    return {"entries": ran.entries, "findings": len(ran.findings), **asdict(ran.changes)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _audit(db: TenantStore, changes: Reconciled, at: datetime) -> None:
    if changes.changed:
        db.record(
            actor=ACTOR, action="system:findings:reconciled", object_id="findings", payload=asdict(changes), at=at
        )
