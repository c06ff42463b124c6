"""The checks on everything that the store holds: the nightly pass."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from hourtrail.checks import CheckPolicy, run
from hourtrail.checks.catalog import CHECKS
from hourtrail.domain.finding import Finding
from hourtrail.domain.review import BLIND_AUDIT
from hourtrail.domain.suggestion import SuggestionStatus
from hourtrail.flows.approvals import WAITING_CHECKS
from hourtrail.flows.causes import Contexts
from hourtrail.flows.check_ground import Rules, audit
from hourtrail.flows.closing import closing
from hourtrail.flows.evidence import evidence_of
from hourtrail.flows.habits import ASKS, with_habits
from hourtrail.store import Store
from hourtrail.store.findings import FindingScope, Reconciled


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
        rules, master = Rules(db, policy, today), db.master()
        entries, activities = tuple(db.entries()), tuple(db.activities())
        evidence = evidence_of(activities, master.people) if activities else None
        verdicts = db.entry_verdicts((*ASKS, BLIND_AUDIT))
        context = with_habits(rules.context(master, entries, activities, evidence), rules.policy, verdicts)
        context = replace(context, proposals=closing(db.suggestions(status=SuggestionStatus.OPEN)))
        found = [*run(context, rules.policy), *rules.waiting(db, context)]
        rows = [
            row
            for row in map(Contexts(entries, master).raised, found)
            if row.worked_on is None
            or ((first is None or first <= row.worked_on) and (last is None or row.worked_on <= last))
        ]
        changes = db.reconcile_findings(
            rows, FindingScope(checks=(*CHECKS, *WAITING_CHECKS), first=first, last=last), at
        )
        audit(db, changes, at)
    return StoredRun(entries=len(entries), findings=[row.finding for row in rows], changes=changes)


def nightly_checks(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_checks``: a full pass; what changed, by name. Idempotent."""
    ran = check_stored(store, tenant, today=now.date(), now=now)
    return {"entries": ran.entries, "findings": len(ran.findings), **asdict(ran.changes)}
