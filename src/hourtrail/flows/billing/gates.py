"""What stands between an entry and an invoice: contract, rate card, milestone, assignment and approval, each by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hourtrail.checks import CheckContext, run
from hourtrail.domain.billing import content_of
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.finding import Blame, Finding, Severity
from hourtrail.domain.firm import Contract, ContractKind
from hourtrail.domain.pricing import HeldReason, Objection
from hourtrail.domain.queue import Place
from hourtrail.domain.review import FindingReview, FindingStatus, ReviewKind
from hourtrail.flows.billing.ground import Ground

GATES: Final[Mapping[str, tuple[str, ...]]] = {
    "contract": ("outside_dates", "closed_task", "unknown_work_item", "billable_mismatch", "thin_narrative"),
    "rate_card": ("missing_rate", "wrong_rate", "wrong_grade"),
    "milestone": ("milestone_mismatch",),
    "assignment": ("not_assigned",),
    "budget": ("over_cap", "budget_forecast"),
}
"""Which checks speak for which policy; approval, disputes and reviews are asked of the store."""

_GATE_OF: Final = {check: gate for gate, checks in GATES.items() for check in checks}
_OF_REASON: Final = {
    HeldReason.NOT_APPROVED: "approval",
    HeldReason.MISSING_RATE: "rate_card",
    HeldReason.OTHER_CURRENCY: "rate_card",
    HeldReason.NOT_ACCEPTED: "milestone",
    HeldReason.OVER_CAP: "budget",
    HeldReason.BLOCK_USED_UP: "budget",
    HeldReason.MISSING_TAX_CODE: "tax",
    HeldReason.TAX_RULE: "tax",
}
_PASSES: Final = frozenset({ReviewKind.ACCEPTABLE, ReviewKind.FALSE_ALARM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """One reason against billing: the policy that objects, its rule and clause, whose matter it is, and where it goes.

    ``stops`` is False for what is only told. ``finding`` is the id under which the reviewers' queue has it, if it has.
    """

    policy: str
    rule: str
    why: str
    blame: Blame
    place: Place
    clause: str = ""
    stops: bool = True
    finding: str = ""


@dataclass(slots=True)
class Examined:
    """Every objection: by entry, against what the contract bills apart from hours, and against the contract as a whole."""

    entries: dict[str, list[Objected]] = field(default_factory=dict)
    fees: list[Objected] = field(default_factory=list)
    contract: list[Objected] = field(default_factory=list)

    def stopping(self, entry: str) -> tuple[Objected, ...]:
        """What keeps that entry off a draft."""
        return tuple(row for row in (*self.entries.get(entry, ()), *self.contract) if row.stops)


def examine(ground: Ground, context: CheckContext, contract: Contract, entries: Sequence[TimeEntry]) -> Examined:
    """Ask every policy about ``entries``, those of the contract that are to be billed; each objection is told by itself."""
    own = {entry.id: entry for entry in entries}
    found = Examined()
    names = [name for name in _GATE_OF if ground.check_policy.enabled(name)]
    fresh = run(context, ground.check_policy.only(names))
    about = [row for row in fresh if row.subject.time_entry in own or row.subject.contract == contract.id]
    kept = ground.db.findings_on(own)
    settled = _settled(ground, about, kept)
    for finding in about:
        objected = _of_finding(ground, finding, own.get(finding.subject.time_entry), settled)
        if finding.subject.time_entry:
            found.entries.setdefault(finding.subject.time_entry, []).append(objected)
        else:
            (found.fees if objected.policy == "milestone" else found.contract).append(objected)
    for name, rows in kept.items():
        found.entries.setdefault(name, []).extend(_of_review(ground, rows, own[name]))
    _disputed(ground, own, found)
    for entry in entries:
        # Work that is never billed waits for nobody's approval here.
        billed = entry.billable is not False and contract.kind is not ContractKind.INTERNAL
        if billed and entry.status is not EntryStatus.APPROVED:
            found.entries.setdefault(entry.id, []).append(_unapproved(ground, entry))
    return found


def of_pricing(ground: Ground, objection: Objection, worker: str) -> Objected:
    """An objection of the pricing engine as an objection of the policy behind it."""
    policy = _OF_REASON.get(objection.reason, "contract")
    place = ground.place(objection.blame, check=objection.reason.value, worker=worker)
    return Objected(policy=policy, rule=objection.reason.value, why=objection.why, blame=objection.blame, place=place)


def _settled(ground: Ground, fresh: Iterable[Finding], kept: Mapping[str, list[Finding]]) -> set[str]:
    """Fingerprints that a reviewer let pass, and whose facts are still those that they saw."""
    stored = {row.fingerprint: row for rows in kept.values() for row in rows}
    contracts = {
        row.finding.fingerprint: row.finding for row in ground.db.raised(status=FindingStatus.REVIEWED, checks=_GATE_OF)
    }
    passed = set()
    for finding in fresh:
        before = stored.get(finding.fingerprint) or contracts.get(finding.fingerprint)
        verdict = _verdict(ground, before) if before else None
        seen = (verdict.shown.get("measured"), verdict.shown.get("expected")) if verdict else None
        if verdict and verdict.kind in _PASSES and seen == (finding.measured, finding.expected):
            passed.add(finding.fingerprint)
    return passed


def _verdict(ground: Ground, finding: Finding) -> FindingReview | None:
    return ground.db.standing_verdict(finding.id) if finding.status == FindingStatus.REVIEWED else None


def _of_finding(ground: Ground, finding: Finding, entry: TimeEntry | None, settled: set[str]) -> Objected:
    rule = ground.check_policy.rules[finding.check]
    hard = finding.check in ground.policy.stops or finding.severity is Severity.BLOCK
    return Objected(
        policy=_GATE_OF[finding.check],
        rule=finding.check,
        clause=rule.clause,
        why=finding.explanation,
        blame=finding.blame,
        place=ground.place(finding.blame, check=finding.check, worker=entry.person if entry else ""),
        stops=hard and finding.fingerprint not in settled,
        finding=finding.id,
    )


def _of_review(ground: Ground, rows: Iterable[Finding], entry: TimeEntry) -> Iterable[Objected]:
    """Findings in the queue that are no business of a gate: open ones that block, and true issues that wait for correction."""
    for finding in rows:
        verdict = _verdict(ground, finding)
        uncorrected = verdict is not None and verdict.reason_code == "to_correct"
        blocks = finding.status == FindingStatus.OPEN and finding.severity is Severity.BLOCK
        if (blocks and finding.check not in _GATE_OF) or uncorrected:
            rule = ground.check_policy.rules.get(finding.check)
            yield Objected(
                policy="review",
                rule=finding.check,
                clause=rule.clause if rule else "",
                why=finding.explanation,
                blame=finding.blame,
                place=ground.place(finding.blame, check=finding.check, worker=entry.person),
                finding=finding.id,
            )


def _disputed(ground: Ground, own: Mapping[str, TimeEntry], found: Examined) -> None:
    for kept in ground.db.disputes(entries=own):
        row, entry = kept.dispute, own[kept.dispute.entry]
        if not kept.speaks_against(content_of(entry)):
            continue
        state = "upheld" if kept.word else "open"
        found.entries.setdefault(entry.id, []).append(
            Objected(
                policy="dispute",
                rule=row.reason.value,
                why=f"{row.raised_by} disputed it on {row.at.date()} ({row.reason.value}); the dispute is {state}",
                blame=row.blame,
                place=ground.place(row.blame, check="disputed_line", worker=entry.person),
            )
        )


def _unapproved(ground: Ground, entry: TimeEntry) -> Objected:
    return Objected(
        policy="approval",
        rule=HeldReason.NOT_APPROVED.value,
        why=f"it is {entry.status}, not approved",
        blame=Blame.ENTRY,
        place=ground.place(Blame.ENTRY, check="missing_approval", worker=entry.person),
    )
