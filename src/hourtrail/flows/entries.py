"""The life of a time entry after the decision."""

from collections.abc import Callable
from datetime import UTC, datetime

from hourtrail.domain.entry import EntryStatus, TimeEntry
from hourtrail.flows.handing_in import handed_in
from hourtrail.flows.resolve import require_member
from hourtrail.flows.timesheets import Blocked, blocking
from hourtrail.store import Store, TenantStore


def move_entry(
    store: Store,
    tenant: str,
    entry: str,
    status: EntryStatus,
    actor: str,
    *,
    note: str = "",
    now: datetime | None = None,
    expected: Callable[[TimeEntry], None] | None = None,
) -> TimeEntry:
    """Submit, approve, reject, recall or mark as invoiced; what is submitted is checked first.

    ``expected`` is shown the entry as it stands before the move, and refuses by raising when it is not what somebody saw.
    Raises IllegalTransition, NotAllowed (a service; an unknown person; one's own time), NotFound, Blocked.
    """
    at = now or datetime.now(UTC)

    def going(db: TenantStore) -> TimeEntry:
        require_member(db, actor)
        row = db.entry(entry)
        if expected is not None:
            expected(row)
        row.moved_to(status, actor)
        return row

    def step(db: TenantStore) -> TimeEntry:
        row = going(db)
        if status in {EntryStatus.SUBMITTED, EntryStatus.APPROVED} and (found := blocking(db, [row])):
            raise Blocked(found)
        [moved] = db.move_entries([row], status, actor, at, note)
        return moved

    if status is EntryStatus.SUBMITTED:
        return handed_in(store, tenant, lambda db: [going(db)], step, now=at)
    with store.tenant(tenant) as db:
        return step(db)
