"""Take a row out of the directory that was told by mistake: only one that nothing refers to."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from hourtrail.domain.errors import Conflict
from hourtrail.domain.firm import Assignment, Contract, Person, Project, Rate
from hourtrail.domain.ports import MasterRecord
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.flows.directory.kinds import DIRECTORY
from hourtrail.flows.directory.telling import found_row, key_of_id
from hourtrail.store import Store, TenantStore
from hourtrail.store.referring import Referrer

_ABOUT_PEOPLE: Final = (Person, Project, Assignment, Rate)
"""Rows that name somebody: the trail, which outlives them, counts these and repeats none."""

_ENDING: Final[dict[type, str]] = {
    Assignment: "end it with its `to`",
    Rate: "end it with its `valid_to`",
    Contract: "end it with its `ends_on`",
    Person: "end their assignments, and close their account",
}


class StillReferred(Conflict):
    """Something refers to the row: ``by`` says what, and how many."""

    def __init__(self, word: str, ending: str, by: Sequence[Referrer]) -> None:
        told = ", ".join(f"{one.count} {one.what}" for one in by)
        super().__init__(f"this row of the {word} is referred to by {told}; {ending} instead, or remove those first")
        self.by = tuple(by)


def remove_row(
    store: Store,
    tenant: str,
    word: str,
    name: str,
    *,
    actor: str,
    unchanged: Callable[[dict[str, Any]], None] = lambda _row: None,
    now: datetime | None = None,
) -> None:
    """Remove one row by its id, and what other systems call it. ``unchanged`` may refuse the row as it stands.

    Raises NotFound, StillReferred, Conflict for a price that only two people change.
    """
    key, kind = key_of_id(name), DIRECTORY[word]
    with store.tenant(tenant) as db:
        row, told = found_row(db, word, key)
        unchanged(told)
        _require_no_price(db, row)
        by = db.referrers(row)
        if by:
            raise StillReferred(word, _ENDING.get(kind, "close it"), by)
        db.drop_directory_rows(kind, [key])
        db.drop_references(word, [key])
        payload = {"deleted": 1} if kind in _ABOUT_PEOPLE else {"deleted": 1, "id": told["id"]}
        db.record(
            actor=actor, action="system:directory:delete", object_id=word, payload=payload, at=now or datetime.now(UTC)
        )


def _require_no_price(db: TenantStore, row: MasterRecord) -> None:
    """Where two people change prices, taking one away and telling another is no way around them. Raises Conflict."""
    if isinstance(row, Rate | Contract) and billing_policy_of(db).rate_approval:
        raise Conflict(
            "this row says at what price work is billed, which changes only when one person proposes and another approves; end it"
            " with its last day"
        )
