"""The reviewers' queue: findings with one cause together, ordered by probability x money at risk x age, each with its reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from hourtrail.domain.finding import Finding, Severity
from hourtrail.domain.identity import stable_id
from hourtrail.domain.money import Money
from hourtrail.domain.precision import Precisions
from hourtrail.domain.review import Raised, shown_of

DAYS_TO_DOUBLE: Final = 7
OLDEST_DAYS: Final = 28
"""A finding weighs twice as much after a week, five times as much after four, and no more than that."""

WITHOUT_MONEY: Final[Mapping[Severity, float]] = {Severity.BLOCK: 1.0, Severity.WARN: 0.5, Severity.INFO: 0.25}
"""What a finding without an amount weighs, in usual amounts at risk: a block as much as the usual finding with money."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding goes: the queue, and the person or role that owns it."""

    queue: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the queue: a finding, or all the open findings of one cause.

    ``finding`` is its weightiest member. ``probability`` is the chance that it is a true issue, ``worth`` its money in
    usual amounts, ``age_days`` the days since the oldest member was raised, ``weight`` the product that orders the queue.
    """

    id: str
    members: tuple[Raised, ...]
    probability: float
    worth: float
    age_days: int
    at_risk: tuple[Money, ...]
    place: Place
    due: date | None
    escalated: bool
    reason: str

    @property
    def finding(self) -> Finding:
        """The member that stands for all."""
        return self.members[0].finding

    @property
    def version(self) -> str:
        """Changes with the members and with what they say, so that nobody answers what has changed under their eyes."""
        return self.version_of(self.members)

    @staticmethod
    def version_of(members: Iterable[Raised]) -> str:
        """The version of a line with these members, in any order."""
        parts = sorted((row.finding.id, *shown_of(row.finding).values()) for row in members)
        return stable_id("ver", (text for part in parts for text in part))

    @property
    def weight(self) -> float:
        """Probability x money x age."""
        return self.probability * self.worth * age_factor(self.age_days)


def age_factor(days: int) -> float:
    """1 on the first day, plus 1 for every week until the fourth."""
    return 1.0 + min(max(days, 0), OLDEST_DAYS) / DAYS_TO_DOUBLE


def usual_amounts(findings: Iterable[Finding]) -> dict[str, Decimal]:
    """The median amount at risk of each currency; amounts of two currencies are never added or converted."""
    amounts: dict[str, list[Decimal]] = {}
    for finding in findings:
        if finding.value_at_risk is not None and finding.value_at_risk.amount > 0:
            amounts.setdefault(finding.value_at_risk.currency, []).append(finding.value_at_risk.amount)
    return {currency: Decimal(median(values)) for currency, values in amounts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What people and the policy say of findings: who has taken one over, which were escalated, where each goes, when it is due."""

    taken_over: Mapping[str, str]
    escalated: frozenset[str]
    place: Callable[[Raised], Place]
    due_days: Mapping[Severity, int]


def order(rows: Sequence[Raised], precisions: Precisions, handling: Handling, today: date) -> list[Item]:
    """The queue, weightiest first; equal weights by id, so that every reader sees the same order.

    Money counts in multiples of the median amount of its own currency. So the order inside a currency is that of the
    amounts, no exchange rate is needed, and a currency with small numbers is not pushed to the end. A finding without an
    amount counts by its severity.
    """
    usual = usual_amounts(row.finding for row in rows)
    groups: dict[str, list[Raised]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append(row)
    items = [
        _item(name, members, usual, precisions, handling=handling, today=today) for name, members in groups.items()
    ]
    return sorted(items, key=lambda item: (-item.weight, item.id))


def group_of(row: Raised) -> str:
    """The id of the line on which a finding stands: its cause's, else its own."""
    return stable_id("group", (row.finding.check, row.cause)) if row.cause else row.finding.id


def _item(
    name: str,
    members: list[Raised],
    usual: Mapping[str, Decimal],
    precisions: Precisions,
    *,
    handling: Handling,
    today: date,
) -> Item:
    members.sort(key=lambda row: (-row.finding.score, -_amount(row.finding), row.finding.id))
    first = members[0]
    totals = _totals(members)
    worth = sum(float(money.amount / usual[money.currency]) for money in totals if usual.get(money.currency))
    worth = worth or max(WITHOUT_MONEY[row.finding.severity] for row in members)
    probability = precisions.of(first.finding.check) * first.finding.score
    raised = [row.raised_at.date() for row in members if row.raised_at]
    since = min(raised, default=today)
    given = next((handling.taken_over[row.finding.id] for row in members if row.finding.id in handling.taken_over), "")
    place = handling.place(first)
    due = since + timedelta(days=min(handling.due_days[row.finding.severity] for row in members)) if raised else None
    return Item(
        id=name,
        members=tuple(members),
        probability=probability,
        worth=worth,
        age_days=max((today - since).days, 0),
        at_risk=totals,
        place=Place(place.queue, given or place.owner),
        due=due,
        escalated=any(row.finding.id in handling.escalated for row in members),
        reason=_reason(
            members, precisions, probability=probability, totals=totals, usual=usual, days=max((today - since).days, 0)
        ),
    )


def _amount(finding: Finding) -> Decimal:
    return finding.value_at_risk.amount if finding.value_at_risk else Decimal(0)


def _totals(members: Iterable[Raised]) -> tuple[Money, ...]:
    """The money at risk by currency; each entry, day or week counts once, with the largest amount put on it."""
    largest: dict[tuple[object, str], Money] = {}
    for row in members:
        risk = row.finding.value_at_risk
        if risk is not None and risk.amount > 0:
            key = (row.finding.subject, risk.currency)
            largest[key] = max(risk, largest.get(key, risk), key=lambda money: money.amount)
    sums: dict[str, Money] = {}
    for money in largest.values():
        sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    return tuple(sums[currency] for currency in sorted(sums))


def _reason(
    members: Sequence[Raised],
    precisions: Precisions,
    *,
    probability: float,
    totals: Sequence[Money],
    usual: Mapping[str, Decimal],
    days: int,
) -> str:
    """The rank in words: how probable, why, how much money, how old."""
    finding = members[0].finding
    tally = precisions.tally(finding.check)
    learnt = f"{finding.check} was right in {tally} looks" if tally.looks else f"no verdict on {finding.check} yet"
    money = " and ".join(
        f"{total} at risk ({float(total.amount / usual[total.currency]):.1f} times the usual)" for total in totals
    )
    several = f"{len(members)} findings with one cause; " if len(members) > 1 else ""
    old = "raised today" if days == 0 else f"open for {days} day{'' if days == 1 else 's'}"
    return (
        f"{several}{probability:.0%} likely a true issue ({learnt})".replace("%", " %")
        + f"; {money or f'no amount at risk, so it counts as {finding.severity}'}; {old}"
    )
