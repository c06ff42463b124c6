"""What a tenant's policy keeps from being accepted or approved in bulk, and why: looked at one by one it still goes through."""

from collections.abc import Mapping, Sequence
from datetime import date

from hourtrail.checks import CheckContext
from hourtrail.domain.entry import TimeEntry
from hourtrail.domain.errors import Conflict
from hourtrail.domain.suggestion import Suggestion
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.policy.one_by_one import OneByOne
from hourtrail.store import TenantStore


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


def entries_alone(db: TenantStore, rows: Sequence[TimeEntry]) -> dict[str, str]:
    """Of these entries those that nobody approves in bulk, by id, each with the reason in words."""
    rule = review_policy_of(db).one_by_one
    if rule.is_empty:
        return {}
    confidences: dict[str, float] = {}
    if rule.confidence_below is not None:
        known = db.suggestions_named({row.suggestion for row in rows if row.suggestion})
        confidences = {row.id: known[row.suggestion].confidence for row in rows if row.suggestion in known}
    return _alone(db, rule, rows, confidences)


def _alone(
    db: TenantStore, rule: OneByOne, rows: Sequence[TimeEntry], confidences: Mapping[str, float]
) -> dict[str, str]:
    if not rows:
        return {}
    master = db.master_of({row.person for row in rows}, {row.item for row in rows})
    context = CheckContext(
        entries=rows, as_of=max((row.date for row in rows), default=date.min), tasks=master.tasks,
        assignments=master.assignments, contracts=master.contracts, people=master.people, rates=master.rates,
    )  # fmt: skip
    reasons = {
        row.id: rule.why_alone(
            row.item,
            master.contract(row.item),
            confidence=confidences.get(row.id),
            worth=context.worth(row),
            billed=bool(row.billable),
        )
        for row in rows
    }
    return {name: why for name, why in reasons.items() if why}


def _as_entry(row: Suggestion) -> TimeEntry:
    """What accepting the suggestion would book."""
    assert row.item is not None
    return TimeEntry(
        id=row.id, person=row.person, date=row.date, minutes=row.block.suggested_minutes, item=row.item,
        billable=row.billable, billable_minutes=row.billable_minutes,
    )  # fmt: skip
