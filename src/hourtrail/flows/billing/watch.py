"""What is watched around billing, as findings in the reviewers' queue: disputes, incomplete records, series that shift."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from hourtrail.checks.wording import count, day
from hourtrail.domain.billing import Dispute, Word
from hourtrail.domain.billing.disputes import DisputedClient, disputed_clients
from hourtrail.domain.finding import Blame, Finding, Severity, Subject
from hourtrail.domain.firm import ContractKind
from hourtrail.domain.identity import stable_id
from hourtrail.domain.pricing import add_up
from hourtrail.domain.review import FindingStatus, Raised
from hourtrail.flows.billing.closing import live
from hourtrail.flows.billing.ground import Ground
from hourtrail.flows.billing.series import shift_findings
from hourtrail.policy.billing import BillingPolicy
from hourtrail.store import Store
from hourtrail.store.findings import FindingScope, Reconciled

ACTOR: Final = "system:billing"
DISPUTED_LINE: Final = "disputed_line"
DISPUTED_CLIENT: Final = "disputed_client"
INCOMPLETE_CLIENT: Final = "incomplete_client"
BILLING_SHIFT: Final = "billing_shift"
DISPUTE_CHECKS: Final = (DISPUTED_LINE, DISPUTED_CLIENT)


def watch(store: Store, tenant: str, *, now: datetime | None = None) -> Reconciled:
    """Raise what is new, resolve what is over; what a person decided is never touched."""
    at = now or datetime.now(UTC)
    with store.tenant(tenant) as db:
        db.lock_findings()
        return reconcile(Ground(db, at.date()), tuple(_CHECKS), at)


def nightly_billing(store: Store, tenant: str, now: datetime) -> Mapping[str, int]:
    """The job ``nightly_billing``: what changed, by name. Idempotent."""
    return asdict(watch(store, tenant, now=now))


def reconcile(ground: Ground, checks: tuple[str, ...], at: datetime) -> Reconciled:
    """Make the open findings of ``checks`` those that hold now, inside the caller's transaction."""
    rows = [row for name in checks for row in _CHECKS[name](ground)]
    changes = ground.db.reconcile_findings(rows, FindingScope(checks=checks), at)
    if changes.changed:
        ground.db.record(
            actor=ACTOR, action="system:findings:reconciled", object_id="billing", at=at,
            payload={**asdict(changes), "policy": {"version": ground.policy.version, "digest": ground.policy.digest}},
        )  # fmt: skip
    return changes


def _disputed_lines(ground: Ground) -> Iterator[Raised]:
    """One finding for each dispute that nobody has answered."""
    for kept in ground.db.disputes():
        row = kept.dispute
        if kept.word is not None:
            continue
        entry = live(ground.db, row.entry) if row.entry else None
        amount = f", {row.amount}" if row.amount else ""
        subject = _subject(row)
        yield Raised(
            finding=_finding(
                ground.policy,
                DISPUTED_LINE,
                (row.id,),
                subject=Subject(time_entry=entry.id) if entry else subject,
                measured=f"{row.reason}{amount}",
                expected="an answer: upheld or dismissed",
                explanation=f"{row.raised_by} disputed {row.entry or row.line} on {day(row.at.date())}: {row.reason}"
                + (f" ({row.note})." if row.note else "."),
                blame=row.blame,
                risk=row,
            ),
            worker=entry.person if entry else "",
            worked_on=entry.date if entry else None,
            client=row.client,
            project=row.project,
        )


def _disputed_clients(ground: Ground) -> Iterator[Raised]:
    policy = ground.policy
    standing = [row.dispute for row in ground.db.disputes() if row.word is None or row.word.word is not Word.WITHDRAWN]
    least, days = policy.dispute_count, policy.dispute_days
    for one in disputed_clients(standing, least=least, days=days, today=ground.today):
        newest = one.disputes[-1]
        told = ", ".join(f"{reason} {number}" for reason, number in one.reasons)
        finding = _finding(
            policy,
            DISPUTED_CLIENT,
            (one.client,),
            subject=_subject(newest),
            measured=f"{count(len(one.disputes), 'dispute', 'disputes')}: {told}",
            expected=f"fewer than {least} in {days} days",
            explanation=f"Client {one.client} disputed {len(one.disputes)} times in {days} days: {told}.",
            blame=one.blame,
            risk=one,
            comparables=tuple(sorted({row.entry for row in one.disputes if row.entry})),
        )
        yield Raised(finding=finding, client=one.client, project=newest.project)


def _incomplete_clients(ground: Ground) -> Iterator[Raised]:
    """One finding for each contract whose client's record lacks what the policy demands, before anybody bills it."""
    for contract in ground.master.contracts:
        ended = contract.ends_on is not None and contract.ends_on < ground.today
        if contract.kind is ContractKind.INTERNAL or ended:
            continue
        demanded = list(ground.policy.client_facts)
        missing = ground.missing_facts(contract)
        if ground.lacks_tax_code(contract):
            missing, demanded = sorted({*missing, "tax_code"}), sorted({*demanded, "tax_code"})
        if missing:
            finding = _finding(
                ground.policy,
                INCOMPLETE_CLIENT,
                (contract.id, *missing),
                subject=Subject(contract=contract.id),
                measured=f"no {', no '.join(missing)}",
                expected=f"{', '.join(demanded)} (billing policy {ground.policy.version})",
                explanation=f"The record of client {contract.client} lacks {', '.join(missing)}, so contract {contract.id}"
                " cannot be billed.",
                blame=Blame.MASTER_DATA,
                severity=Severity.BLOCK,
            )
            yield Raised(
                finding=finding, client=contract.client, project=contract.project, cause=f"client {contract.client}"
            )


def _shifts(ground: Ground) -> Iterator[Raised]:
    open_now = {row.finding.fingerprint for row in ground.db.raised(status=FindingStatus.OPEN, checks=(BILLING_SHIFT,))}
    return shift_findings(ground, BILLING_SHIFT, open_now)


_CHECKS: Final[Mapping[str, Callable[[Ground], Iterator[Raised]]]] = {
    DISPUTED_LINE: _disputed_lines,
    DISPUTED_CLIENT: _disputed_clients,
    INCOMPLETE_CLIENT: _incomplete_clients,
    BILLING_SHIFT: _shifts,
}


def _subject(row: Dispute) -> Subject:
    """What a finding on a dispute is about, where that is no entry."""
    return Subject(contract=row.contract) if row.contract else Subject(project=row.project or row.client or "unknown")


def _finding(
    policy: BillingPolicy, check: str, key: tuple[str, ...], *, subject: Subject, measured: str, expected: str,
    explanation: str, blame: Blame, severity: Severity = Severity.WARN, risk: Dispute | DisputedClient | None = None,
    comparables: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    disputes = (risk,) if isinstance(risk, Dispute) else risk.disputes if risk else ()
    # An amount is one currency; where a client disputes in several, the sentence alone tells.
    totals = add_up(row.amount for row in disputes)
    return Finding(
        id=stable_id("finding", (check, *key)),
        check=check,
        severity=severity,
        subject=subject,
        score=1.0,
        measured=measured,
        expected=expected,
        explanation=explanation,
        fingerprint=stable_id("fact", (check, *key)),
        blame=blame,
        value_at_risk=totals[0] if len(totals) == 1 else None,
        comparables=comparables,
        producer=policy.producer(check),
    )
