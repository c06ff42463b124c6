"""What a tenant's policy keeps from being accepted or approved in bulk, and why: looked at one by one it still goes through."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hourtrail.checks import CheckContext
from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.domain.errors import Conflict
from hourtrail.domain.firm import WorkItem
from hourtrail.domain.money import Money
from hourtrail.domain.suggestion import Suggestion
from hourtrail.domain.weeks import whole_week_of
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.one_by_one import OneByOne
from hourtrail.store import TenantStore
from hourtrail.store.upsert import chunks

HANDED_IN: Final = frozenset({EntryStatus.SUBMITTED, EntryStatus.APPROVED, EntryStatus.INVOICED})


class OneByOneOnly(Conflict):
    """These items are not accepted or approved together with others: ``why`` by their ids."""

    def __init__(self, why: Mapping[str, str]) -> None:
        name, reason = next(iter(why.items()))
        more = f" (and {len(why) - 1} more)" if len(why) > 1 else ""
        super().__init__(f"{name} has to be looked at on its own: {reason}{more}")
        self.why = dict(why)


def suggestions_alone(db: TenantStore, rows: Sequence[Suggestion]) -> dict[str, str]:
    """Of these suggestions those that nobody accepts in bulk, by id, each with the reason in words."""
    rule = review_policy_of(db).one_by_one
    if rule.is_empty:
        return {}
    entries = [_as_entry(row) for row in rows if row.item is not None]
    return _alone(db, rule, entries, {row.id: row.confidence for row in rows})


def entries_alone(db: TenantStore, rows: Sequence[TimeEntry], *, reviewer: str = "") -> dict[str, str]:
    """Of these entries those that nobody approves in bulk, by id, each with the reason in words.

    With a ``reviewer``, who is about to approve them, cutting work or the approval into parts changes nothing: what belongs
    to the same day's work counts together, and so does what they approved in bulk of the same week before.
    """
    rule = review_policy_of(db).one_by_one
    if rule.is_empty:
        return {}
    confidences: dict[str, float] = {}
    if rule.confidence_below is not None:
        known = db.suggestions_named({row.suggestion for row in rows if row.suggestion})
        confidences = {row.id: known[row.suggestion].confidence for row in rows if row.suggestion in known}
    return _alone(db, rule, rows, confidences, reviewer)


def _alone(
    db: TenantStore, rule: OneByOne, rows: Sequence[TimeEntry], confidences: Mapping[str, float], reviewer: str = ""
) -> dict[str, str]:
    if not rows:
        return {}
    others = _others(db, rows) if reviewer else []
    everything = [*rows, *others]
    master = db.master_of({row.person for row in everything}, {row.item for row in everything})
    context = CheckContext(
        entries=everything, as_of=max(row.date for row in everything), tasks=master.tasks,
        assignments=master.assignments, contracts=master.contracts, people=master.people, rates=master.rates,
    )  # fmt: skip
    worth = {row.id: context.worth(row) for row in everything}
    # What is dear by itself is looked at alone anyway, and drags nothing along.
    small = [row for row in everything if not rule.is_dear(worth[row.id])]
    days = _sums(small, worth, _day) if reviewer else {}
    reasons = {
        row.id: rule.why_alone(
            row.item,
            master.contract(row.item),
            confidence=confidences.get(row.id),
            worth=worth[row.id],
            billed=bool(row.billable),
            day=_sum_of(days, _day(row), worth[row.id]),
            beside=f"what else {row.person} booked on {row.item} that day",
        )
        for row in rows
    }
    if reviewer and rule.amount_a_week is not None:
        before = db.approved_together([row.id for row in others], reviewer)
        together = [row for row in rows if not reasons[row.id]]
        weeks = _sums([*together, *(row for row in others if row.id in before)], worth, _week)
        for row in together:
            week = _sum_of(weeks, _week(row), worth[row.id]) if row.billable else None
            reasons[row.id] = rule.why_no_more(week, reviewer, row.person) if week else ""
    return {name: why for name, why in reasons.items() if why}


def _others(db: TenantStore, rows: Sequence[TimeEntry]) -> list[TimeEntry]:
    """What else was handed in of these people's weeks, whatever became of it but refused."""
    mine, weeks = {row.id for row in rows}, {_week(row) for row in rows}
    first, last = min(week for _, week in weeks), max(week for _, week in weeks) + timedelta(days=6)
    return [
        row
        for names in chunks(sorted({person for person, _ in weeks}))
        for row in db.entries(people=names, first=first, last=last)
        if row.id not in mine and row.status in HANDED_IN and _week(row) in weeks
    ]


def _day(row: TimeEntry) -> tuple[str, date, WorkItem]:
    return row.person, row.date, row.item


def _week(row: TimeEntry) -> tuple[str, date]:
    return row.person, whole_week_of(row.date)


def _sums(
    rows: Iterable[TimeEntry], worth: Mapping[str, Money | None], key: Callable[[TimeEntry], Hashable]
) -> dict[tuple[Hashable, str], Decimal]:
    """What is billed, by ``key`` and currency."""
    found: defaultdict[tuple[Hashable, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        money = worth[row.id]
        if row.billable and money is not None:
            found[key(row), money.currency] += money.amount
    return found


def _sum_of(sums: Mapping[tuple[Hashable, str], Decimal], key: Hashable, worth: Money | None) -> Money | None:
    """The sum under ``key`` in the currency of ``worth``."""
    found = sums.get((key, worth.currency)) if worth else None
    return Money(found, worth.currency) if worth and found is not None else None


def _as_entry(row: Suggestion) -> TimeEntry:
    """What accepting the suggestion would book."""
    assert row.item is not None
    return TimeEntry(
        id=row.id, person=row.person, date=row.date, minutes=row.block.suggested_minutes, item=row.item,
        billable=row.billable, billable_minutes=row.billable_minutes,
    )  # fmt: skip
