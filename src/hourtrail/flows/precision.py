"""How good the checks and the reviews are: precision by check, what the audit of cleared entries found, seconds an hour."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hourtrail.domain.precision import CheckReport, Precisions, Tally
from hourtrail.domain.review import BLIND_AUDIT, FindingStatus, ReviewKind
from hourtrail.domain.review_wire import check_report_to_json
from hourtrail.flows.clearing import sampled
from hourtrail.flows.queue import muted_checks, tallies_of
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.muting import upper_bound
from hourtrail.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedReport:
    """What became of cleared entries. ``wrong_share`` weighs each audited entry by one over its chance of being drawn
    (Hajek's estimate); None before the first audit. ``upper`` is what the audits do not rule out, drawn chances taken alike.
    """

    entries: int
    drawn: int
    audited: int
    wrong: int
    wrong_share: float | None
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReport:
    """The numbers of the queue. ``confirmed_minutes`` are those of approved and invoiced entries.

    ``review_seconds`` were spent on findings and clearings, ``decision_seconds`` on suggestions before that.
    """

    policy: str
    checks: tuple[CheckReport, ...]
    cleared: ClearedReport
    review_seconds: float
    decision_seconds: float
    confirmed_minutes: int

    @property
    def seconds_per_confirmed_hour(self) -> float | None:
        """Review effort (KPI-19): seconds on findings and clearings for each confirmed hour; None without one."""
        return self._per_hour(self.review_seconds)

    @property
    def decision_seconds_per_confirmed_hour(self) -> float | None:
        """Effort of those who confirm suggestions, in the same unit."""
        return self._per_hour(self.decision_seconds)

    def _per_hour(self, seconds: float) -> float | None:
        return seconds / (self.confirmed_minutes / 60) if self.confirmed_minutes else None

    def to_json(self) -> dict[str, Any]:
        """The body of ``review precision --json`` and of ``GET /v1/checks/precision``."""
        effort, deciding = self.seconds_per_confirmed_hour, self.decision_seconds_per_confirmed_hour
        share = self.cleared.wrong_share
        return {
            "policy": self.policy,
            "checks": [check_report_to_json(row) for row in self.checks],
            "cleared": {
                "entries": self.cleared.entries,
                "drawn": self.cleared.drawn,
                "audited": self.cleared.audited,
                "wrong": self.cleared.wrong,
                "wrong_share": None if share is None else round(share, 4),
                "upper": round(self.cleared.upper, 4),
            },
            "review_seconds": round(self.review_seconds, 3),
            "confirmed_hours": round(self.confirmed_minutes / 60, 2),
            "seconds_per_confirmed_hour": None if effort is None else round(effort, 2),
            "decision_seconds": round(self.decision_seconds, 3),
            "decision_seconds_per_confirmed_hour": None if deciding is None else round(deciding, 2),
        }


def review_report(store: Store, tenant: str) -> ReviewReport:
    """Precision of each check that has verdicts, open findings or a muting; the audit; the effort."""
    with store.tenant(tenant, read_only=True) as db:
        policy, silent, tallies = review_policy_of(db), muted_checks(db), tallies_of(db)
        waiting = Counter(row.finding.check for row in db.raised(status=FindingStatus.OPEN))
        precisions = Precisions(tallies)
        names = sorted(({*tallies, *silent, *waiting}) - {BLIND_AUDIT})
        drawn = sampled(cleared := db.cleared_entries())
        verdicts = db.audit_verdicts()
        seconds = db.review_seconds() + sum(row.seconds or 0.0 for row in db.clearings())
        deciding = db.decision_seconds()
        minutes = db.confirmed_minutes()
    audited = [row for row in drawn if row.finding in verdicts]
    wrong = [row for row in audited if verdicts[row.finding] is ReviewKind.TRUE_ISSUE]
    weight = sum(1 / row.propensity for row in audited)
    return ReviewReport(
        policy=policy.version,
        checks=tuple(
            CheckReport(
                check=name,
                tally=precisions.tally(name),
                probability=precisions.of(name),
                upper=upper_bound(precisions.tally(name), policy.confidence),
                muted=name in silent,
                why=silent.get(name, ""),
                open=waiting[name],
            )
            for name in names
        ),
        cleared=ClearedReport(
            entries=len(cleared),
            drawn=len(drawn),
            audited=len(audited),
            wrong=len(wrong),
            wrong_share=sum(1 / row.propensity for row in wrong) / weight if weight else None,
            upper=upper_bound(Tally(len(wrong), len(audited)), policy.confidence),
        ),
        review_seconds=seconds,
        decision_seconds=deciding,
        confirmed_minutes=minutes,
    )
