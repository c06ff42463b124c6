"""How a check turns a fact into a finding: stable ids, the clause of the policy, and the money at risk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hourtrail.checks.policy import CheckPolicy
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.finding import Blame, Finding, Subject
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money

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


def report(check: str, policy: CheckPolicy, facts: Iterable[Fact]) -> Iterator[Finding]:
    """The findings for ``facts``, with the severity and the clause that the policy gives to ``check``."""
    rule = policy.rules[check]
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
        )


def worth(entry: TimeEntry, minutes: int | Decimal | None = None) -> Money | None:
    """What ``minutes`` of the entry (by default those it bills) cost the client; None without a rate, or when nothing is billed."""
    if entry.hourly_rate is None or entry.billable is False or not entry.currency:
        return None
    if minutes is None:
        minutes = entry.minutes if entry.billable_minutes is None else entry.billable_minutes
    try:
        return Money(entry.hourly_rate * minutes / 60, entry.currency).to_cents()
    except InvalidInput:
        # A currency that does not exist is for the reader of the file to say; the fact itself still stands.
        return None


def worth_of_excess(entries: Sequence[TimeEntry], limit: Decimal | int) -> Money | None:
    """What the minutes over ``limit`` cost at the entries' average price; None without rates, or in several currencies."""
    total = sum(entry.minutes for entry in entries)
    priced = [money for entry in entries if (money := worth(entry, entry.minutes))]
    if not priced or len({money.currency for money in priced}) > 1:
        return None
    amount = sum((money.amount for money in priced), Decimal(0))
    return Money(amount * (total - limit) / total, priced[0].currency).to_cents()
