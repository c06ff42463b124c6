"""Two transactions at once: the one that waited sees what the other has done, and none is killed for waiting.

On SQLite there is one writer, so the second begins where the first has ended; on PostgreSQL both are under way.
"""

from datetime import timedelta

import pytest
from tests.databases import beside
from tests.store.samples import NINE, decision, entry, suggestion

from hourtrail.domain.decision import Verdict
from hourtrail.domain.entry import EntryStatus
from hourtrail.domain.errors import Conflict, NotFound
from hourtrail.store import Store, TenantStore

LATER = NINE + timedelta(hours=10)


def booked(store: Store) -> None:
    with store.tenant("t") as db:
        db.reconcile_suggestions(create=[suggestion(0)], update=[], withdraw=[])
        db.append_decision(decision("d1"))
        db.add_entries([entry("te_1", suggestion="sug_0", decision="d1")])


def submit(db: TenantStore) -> str:
    return db.move_entry("te_1", EntryStatus.SUBMITTED, "ann", LATER).status.value


@pytest.mark.parametrize("verdict", [Verdict.EDIT, Verdict.UNDO])
def test_nothing_is_submitted_that_was_corrected_or_taken_back_meanwhile(store: Store, verdict: Verdict) -> None:
    booked(store)

    def correct(db: TenantStore) -> None:
        db.entries_of("d1", lock=True)
        db.append_decision(decision("d2", verdict, supersedes="d1", decided_at=LATER))
        if verdict is Verdict.EDIT:
            db.add_entries([entry("te_2", suggestion="sug_0", decision="d2")])

    with pytest.raises((Conflict, NotFound), match="te_1"):
        beside(store, "t", correct, submit)
    with store.tenant("t", read_only=True) as db:
        assert [(row.id, row.status) for row in db.entries_of("d1")] == [("te_1", EntryStatus.DRAFT)]
        assert db.approvals("te_1") == []
        assert db.verify_audit()[1] == []


def test_an_order_to_submit_waits_for_who_moves_an_entry_and_neither_is_killed(store: Store) -> None:
    booked(store)

    def on_order(db: TenantStore) -> str:
        db.auto_post(lock=True)
        return submit(db)

    def hold(db: TenantStore) -> None:
        db.entries_of("d1", lock=True)

    def tell(db: TenantStore) -> None:
        db.record(actor="ann", action="person:time_entry:looked", object_id="te_1", payload={}, at=LATER)

    assert beside(store, "t", hold, on_order, tell) == "submitted"
