"""What every run of the checks over stored entries needs: the rules in force, today, and how stored rows become a context."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from hourtrail.checks import CheckContext, CheckPolicy, Grain
from hourtrail.checks.evidence import Evidence
from hourtrail.checks.policy import load as load_check_policy
from hourtrail.domain.activity import Activity
from hourtrail.domain.entry import Approval, TimeEntry
from hourtrail.domain.finding import Finding
from hourtrail.domain.master import MasterData
from hourtrail.domain.settings import Feature
from hourtrail.domain.suggestion import ModelRef
from hourtrail.domain.wire import model_to_json
from hourtrail.flows.approvals import waiting
from hourtrail.flows.habits import ASKS
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.store import TenantStore
from hourtrail.store.findings import Reconciled

ACTOR: Final = "system:checks"


class Rules:
    """The tenant's check policy (or the one given), its patience with approvals, and today for the checks."""

    def __init__(self, db: TenantStore, policy: CheckPolicy | None, today: date) -> None:
        self._review = review_policy_of(db)
        stated = self._review.check_policy
        self.policy = policy or (load_check_policy(stated, "check policy") if stated else CheckPolicy())
        if not db.settings().features.has(Feature.LEARNED_CHECKS):
            self.policy = self.only(name for name in self.policy.rules if name not in ASKS)
        self.today = today

    def only(self, names: Iterable[str]) -> CheckPolicy:
        """The policy with no other checks than these, as far as it has them on."""
        return self.policy.only(name for name in names if self.policy.enabled(name))

    def waiting(self, context: CheckContext, moves: Mapping[str, Approval]) -> Iterable[Finding]:
        """Entries that wait for their person or their approver; ``moves`` has the newest move of each."""
        return waiting(context, moves, self._review)

    def context(
        self,
        master: MasterData,
        entries: Sequence[TimeEntry],
        activities: Sequence[Activity] = (),
        evidence: Evidence | None = None,
    ) -> CheckContext:
        """What the checks look at. A part that the firm never gave is "not given"."""
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
            evidence=evidence,
            as_of=self.today,
            grain=Grain.DAY,
        )


def audit(
    db: TenantStore, changes: Reconciled, at: datetime, policy: CheckPolicy, model: ModelRef | None = None
) -> None:
    """Log what a run changed, if it changed anything, with the rules and the model that answered."""
    if changes.changed:
        producers = {
            "policy": {"version": policy.version, "digest": policy.digest},
            **({"model": model_to_json(model)} if model else {}),
        }
        payload = {**asdict(changes), **producers}
        db.record(actor=ACTOR, action="system:findings:reconciled", object_id="findings", payload=payload, at=at)
