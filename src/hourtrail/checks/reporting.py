"""How a check turns a fact into a finding: stable ids, the clause of the policy, and the money at risk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from hourtrail.checks.policy import CheckPolicy
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money
from hourtrail.domain.pricing import stated_rate
from hourtrail.domain.suggestion import ModelRef

CERTAIN = 1.0
"""The score of a rule that states a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a check has found. ``key`` says what makes it the same fact next time, without the order of the rows."""

    subject: Subject
    key: tuple[str, ...]
    measured: str
    expected: str
    explanation: str
    score: float = CERTAIN
    blame: Blame = Blame.ENTRY
    value_at_risk: Money | None = None
    comparables: tuple[str, ...] = ()


def report(
    check: str, policy: CheckPolicy, facts: Iterable[Fact], *, model: ModelRef | None = None
) -> Iterator[Finding]:
    """The findings for ``facts``, with the severity and the clause that the policy gives to ``check``.

    ``model`` is whose scores they carry; without one the rule itself found them, as its policy has it.
    """
    rule = policy.rules[check]
    producer = model or ModelRef(name=check, version=policy.version, digest=policy.digest)
    for fact in facts:
        about = fact.subject
        who = (about.time_entry, about.person, about.date.isoformat() if about.date else "", about.period)
        yield Finding(
            id=stable_id("finding", (check, *who, *fact.key)),
            check=check,
            severity=rule.severity,
            subject=about,
            score=fact.score,
            measured=fact.measured,
            expected=f"{fact.expected} ({rule.clause})" if rule.clause else fact.expected,
            explanation=fact.explanation,
            fingerprint=stable_id("fact", (check, *fact.key)),
            blame=fact.blame,
            value_at_risk=fact.value_at_risk,
            comparables=fact.comparables,
            producer=producer,
        )


def worth(entry: TimeEntry, minutes: int | Decimal | None = None, rate: Money | None = None) -> Money | None:
    """What ``minutes`` of the entry (by default those it bills) cost the client at ``rate`` an hour, or at the entry's own.

    None without a rate, and when nothing is billed.
    """
    hourly = rate or stated_rate(entry)
    if hourly is None or entry.billable is False:
        return None
    if minutes is None:
        minutes = entry.minutes if entry.billable_minutes is None else entry.billable_minutes
    return Money(hourly.amount * minutes / 60, hourly.currency).to_cents()
